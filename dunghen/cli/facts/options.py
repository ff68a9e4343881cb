"""The options and texts of `dunghen facts …`; the work is in the modules beside."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.speaking import DATA, Data, Ingest, KeyFile, say

facts = typer.Typer(help="Facts of units for a period: what indicators are made of that dossiers do not tell.", no_args_is_help=True)
OfUnit = Annotated[str, typer.Option("--unit", help="only of this unit, by its code")]
OfCode = Annotated[str, typer.Option("--code", help="only of this code")]
OfPeriod = Annotated[str, typer.Option("--period", help="only of this period")]


@facts.command("import")
def facts_import(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX: unit, code, period, numerator, denominator, kind, evidence")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="say row by row what would change and what is refused; nothing is written")
    ] = False,
    source: Annotated[str, typer.Option(help="the source whose key is used; default: the city's code")] = "",
    key_file: KeyFile = None,
    ingest: Ingest = "",
    data: Data = DATA,
) -> None:
    """Tell what a table says and the map does not know yet; exit 1 where a row was refused. A second time nothing changes."""
    from dunghen.cli.facts.command import Wanted, take

    raise typer.Exit(asyncio.run(take(DataFolder(data.absolute()), Wanted(file, dry_run, source, key_file, ingest), say)))


@facts.command("list")
def facts_list(
    unit: OfUnit = "",
    code: OfCode = "",
    period: OfPeriod = "",
    every: Annotated[bool, typer.Option("--every", help="also statements that no longer hold")] = False,
    data: Data = DATA,
) -> None:
    """What holds, who said it and when."""
    from dunghen.cli.facts.command import Shown, show

    asyncio.run(show(DataFolder(data.absolute()), Shown(unit, code, period, every), say))


@facts.command("export")
def facts_export(
    file: Annotated[Path, typer.Argument(help="a .csv or .xlsx file to write, in the form that import reads")],
    unit: OfUnit = "",
    code: OfCode = "",
    period: OfPeriod = "",
    data: Data = DATA,
) -> None:
    """What holds, as a table: to be corrected and imported again."""
    from dunghen.cli.facts.command import Shown, export

    asyncio.run(export(DataFolder(data.absolute()), file, Shown(unit, code, period), say))
