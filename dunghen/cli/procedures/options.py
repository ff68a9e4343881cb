"""The options and texts of `dunghen procedures …`; the work is in the modules beside."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.speaking import DATA, Data, say

procedures = typer.Typer(help="The catalogue of procedures: time limits, level, national portal, online payment.", no_args_is_help=True)
ListFile = Annotated[
    Path, typer.Argument(help="CSV or XLSX: code, name, field, limit, unit, level, integrated, online_payment, valid_from, …")
]
Since = Annotated[str, typer.Option("--from", help="rows without a day hold for dossiers received from this day on; default: today")]


@procedures.command("import")
def procedures_import(
    file: ListFile,
    reason: Annotated[str, typer.Option(help="why; stands in the record of the change")],
    since: Since = "",
    data: Data = DATA,
) -> None:
    """Put a list in force, all of it or nothing: the whole map switches to it in one version."""
    from dunghen.cli.procedures.command import Wanted, take

    asyncio.run(take(DataFolder(data.absolute()), Wanted(file, since, reason), say))


@procedures.command("diff")
def procedures_diff(file: ListFile, since: Since = "", data: Data = DATA) -> None:
    """What an import would change, which dossiers it would move and whom it would tell; nothing is written."""
    from dunghen.cli.procedures.command import Wanted, take

    asyncio.run(take(DataFolder(data.absolute()), Wanted(file, since), say))


@procedures.command("list")
def procedures_list(data: Data = DATA) -> None:
    """The catalogue as it stands today."""
    from dunghen.cli.procedures.command import show

    asyncio.run(show(DataFolder(data.absolute()), say))
