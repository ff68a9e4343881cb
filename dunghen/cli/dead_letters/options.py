"""The options and texts of `dunghen dead-letters …`; the work is in the module beside."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.speaking import DATA, Data, say

letters = typer.Typer(help="Records that scoring had to set aside: which, why, and sending them again.", no_args_is_help=True)
OfReason = Annotated[str, typer.Option("--reason", help="only letters of this reason")]


@letters.command("list")
def dead_letters_list(reason: OfReason = "", data: Data = DATA) -> None:
    """Every open letter: where the record stays and why it could not be used; then the counts."""
    from dunghen.cli.dead_letters.command import show

    asyncio.run(show(DataFolder(data.absolute()), reason, say))


@letters.command("replay")
def dead_letters_replay(reason: OfReason = "", data: Data = DATA) -> None:
    """Append the events of open letters again, where this release can use them; a repetition changes nothing."""
    from dunghen.cli.dead_letters.command import replay as work

    asyncio.run(work(DataFolder(data.absolute()), reason, say))
