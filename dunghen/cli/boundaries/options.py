"""The options and texts of `dunghen boundaries …`; the work is in the modules beside."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.speaking import DATA, Data, say

boundaries = typer.Typer(help="What the map is drawn with: a cartogram of the catalogue, or official boundaries.", no_args_is_help=True)


@boundaries.command("import")
def boundaries_import(
    file: Annotated[Path, typer.Argument(help="GeoJSON in longitude and latitude (CRS84), one feature a unit")],
    code_field: Annotated[str, typer.Option(help="the property that holds the unit's code; without: the usual names")] = "",
    name_field: Annotated[str, typer.Option(help="the property that holds the unit's name; without: the usual names")] = "",
    overlap: Annotated[float, typer.Option(min=0, max=0.2, help="share of the smaller unit that two may both claim")] = 0.005,
    points: Annotated[int, typer.Option(min=500, help="at most so many points in all outlines")] = 15_000,
    repair: Annotated[bool, typer.Option("--repair", help="mend outlines that cross themselves")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check and list; nothing is written")] = False,
    data: Data = DATA,
) -> None:
    """Draw the map with official boundaries: all units there, matched by code or name; what does not match is listed."""
    from dunghen.cli.boundaries.command import File, take
    from dunghen.cli.boundaries.matching import Fields

    wanted = File(file, Fields(code_field, name_field), overlap, points, repair, dry_run)
    asyncio.run(take(DataFolder(data.absolute()), wanted, say))


@boundaries.command("show")
def boundaries_show(data: Data = DATA) -> None:
    """What the map is drawn with now."""
    from dunghen.cli.boundaries.command import show

    asyncio.run(show(DataFolder(data.absolute()), say))


@boundaries.command("reset")
def boundaries_reset(data: Data = DATA) -> None:
    """Take imported boundaries back: the map is drawn as shipped."""
    from dunghen.cli.boundaries.command import reset

    asyncio.run(reset(DataFolder(data.absolute()), say))


@boundaries.command("cartogram")
def boundaries_cartogram(
    city: Annotated[str, typer.Option(help="instead of the running city: demo or FILE.toml; with --out")] = "",
    out: Annotated[Path | None, typer.Option(help="write it to a file instead of publishing it")] = None,
    data: Data = DATA,
) -> None:
    """Make an equal-area cartogram of a city out of its catalogue (about a minute)."""
    from dunghen.cli.boundaries.command import draw, draw_to_file

    if city and out:
        draw_to_file(city, out, say)
    elif city or out:
        raise CommandError("--city and --out belong together: a city that does not run has nowhere to publish to")
    else:
        asyncio.run(draw(DataFolder(data.absolute()), say))
