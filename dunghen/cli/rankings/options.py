"""The options and texts of `dunghen rankings …`; the work is in the module beside."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.speaking import DATA, Data, say
from dunghen.domain.publications import SetYear

rankings = typer.Typer(help="Rankings by sets that are told once a year: drafts until they are published.", no_args_is_help=True)
Set = Annotated[str, typer.Argument(help="a yearly set, like PAR_AGENCIES")]
Year = Annotated[int, typer.Argument(min=1970, max=2105, help="a calendar year")]
Why = Annotated[str, typer.Option(help="stands in the record of the change")]


@rankings.command("list")
def rankings_list(data: Data = DATA) -> None:
    """The yearly sets, and which of their years are public."""
    from dunghen.cli.rankings.command import show

    asyncio.run(show(DataFolder(data.absolute()), say))


@rankings.command("publish")
def rankings_publish(of: Set, year: Year, reason: Why = "", data: Data = DATA) -> None:
    """Let everybody see a year; from then on its points are closed."""
    _change(of, year, (True, reason), DataFolder(data.absolute()))


@rankings.command("withdraw")
def rankings_withdraw(
    of: Set, year: Year, reason: Annotated[str, typer.Option(help="why; stands in the record of the change")], data: Data = DATA
) -> None:
    """Make a year a draft again, to correct it."""
    _change(of, year, (False, reason), DataFolder(data.absolute()))


def _change(of: str, year: int, how: tuple[bool, str], folder: DataFolder) -> None:
    from dunghen.cli.rankings.command import Change, change

    asyncio.run(change(folder, Change(SetYear(of, str(year)), *how), say))
