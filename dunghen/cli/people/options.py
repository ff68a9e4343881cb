"""The options and texts of `dunghen people …`; the work is in the modules beside."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.speaking import DATA, Data, say

people = typer.Typer(help="The directory: officials, heads, leave and who stands in, who is told of a dossier.", no_args_is_help=True)
ListFile = Annotated[Path, typer.Argument(help="CSV: ref, unit, role, section, address, wire_name, feeds, valid_from, valid_to, leave")]
Whole = Annotated[bool, typer.Option("--whole", help="the file is the whole directory: who is not in it is removed")]


@people.command("import")
def people_import(
    file: ListFile,
    whole: Whole = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check and say what would change; nothing is written")] = False,
    data: Data = DATA,
) -> None:
    """Take a list into the directory, all of it or nothing; every fault is named by line and column."""
    from dunghen.cli.people.command import Wanted, take

    asyncio.run(take(DataFolder(data.absolute()), Wanted(file, whole, dry_run), say))


@people.command("diff")
def people_diff(file: ListFile, whole: Whole = False, data: Data = DATA) -> None:
    """What an import would change; nothing is written."""
    from dunghen.cli.people.command import Wanted, take

    asyncio.run(take(DataFolder(data.absolute()), Wanted(file, whole, dry_run=True), say))


@people.command("list")
def people_list(data: Data = DATA) -> None:
    """Everybody, by internal id."""
    from dunghen.cli.people.command import show

    asyncio.run(show(DataFolder(data.absolute()), say))


@people.command("link")
def people_link(
    person: Annotated[str, typer.Argument(help="internal id, as `dunghen people list` names it")],
    hours: Annotated[float, typer.Option(help="so long it opens", min=0.01, max=168)] = 24,
    page: Annotated[str, typer.Option(help="address of the pages as officials reach them, like https://dunghen.example")] = "",
    data: Data = DATA,
) -> None:
    """Make a link by which a person signs in, once."""
    from dunghen.cli.keys.links import link

    asyncio.run(link(DataFolder(data.absolute()), person, (hours, page), say))


@people.command("sign-out")
def people_sign_out(
    person: Annotated[str, typer.Argument(help="internal id, as `dunghen people list` names it")],
    data: Data = DATA,
) -> None:
    """End every session of a person at once, and every link that nobody has used yet."""
    from dunghen.cli.people.command import sign_out

    asyncio.run(sign_out(DataFolder(data.absolute()), person, say))
