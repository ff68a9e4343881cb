"""The options and texts of `dunghen policies …`; the work is in the module beside."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.speaking import DATA, Data, say

policies = typer.Typer(
    help="Units, calendar, rules, bands, procedures, stages, indicators: what is in force, and changes to it.", no_args_is_help=True
)
CityFile = Annotated[Path | None, typer.Argument(help="a whole city file")]
DayOff = Annotated[list[str] | None, typer.Option(help="a day on which nobody works, like 2026-09-21 (storm); may be repeated")]
DayWorked = Annotated[list[str] | None, typer.Option(help="a day that is worked, like a swapped Saturday; may be repeated")]


@policies.command("list")
def policies_list(data: Data = DATA) -> None:
    """Every version: what it changed, who applied it and why."""
    from dunghen.cli.policies.command import show

    asyncio.run(show(DataFolder(data.absolute()), say))


@policies.command("diff")
def policies_diff(file: CityFile = None, day_off: DayOff = None, day_worked: DayWorked = None, data: Data = DATA) -> None:
    """What a change would move; nothing is written."""
    from dunghen.cli.policies.command import Wanted, diff

    asyncio.run(diff(DataFolder(data.absolute()), Wanted(file, tuple(day_off or ()), tuple(day_worked or ())), say))


@policies.command("apply")
def policies_apply(
    reason: Annotated[str, typer.Option(help="why; stands in the record of the change")],
    file: CityFile = None,
    day_off: DayOff = None,
    day_worked: DayWorked = None,
    data: Data = DATA,
) -> None:
    """Publish a change: the whole map switches to it in one version."""
    from dunghen.cli.policies.command import Wanted, apply

    asyncio.run(apply(DataFolder(data.absolute()), Wanted(file, tuple(day_off or ()), tuple(day_worked or ()), reason), say))
