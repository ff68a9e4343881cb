"""Options and texts of `dunghen audit`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.speaking import DATA, Data, say

audit = typer.Typer(help="Who read which dossier, in a log that shows whether it was tampered with.", no_args_is_help=True)


@audit.command("verify")
def verify(
    head: Annotated[str, typer.Option(help="SEQ:HASH, as an earlier run said it and you kept it elsewhere")] = "",
    data: Data = DATA,
) -> None:
    """Find a changed, removed or moved entry; exit 0 only when there is none."""
    from dunghen.cli.audit.command import verify as work

    raise typer.Exit(asyncio.run(work(DataFolder(data.absolute()), head, say)))


@audit.command("list")
def list_entries(
    dossier: Annotated[str, typer.Option(help="only who read this dossier")] = "",
    who: Annotated[str, typer.Option(help="only what this person or key read, by internal id")] = "",
    data: Data = DATA,
) -> None:
    """When (UTC), who, by which role, whether, from which route, of which unit, which dossiers."""
    from dunghen.cli.audit.command import Wanted, show

    asyncio.run(show(DataFolder(data.absolute()), Wanted(dossier, who), say))
