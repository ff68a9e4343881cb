"""Options and texts of `dunghen keys`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.speaking import DATA, Data, say
from dunghen.contracts.keys import Scope

keys = typer.Typer(help="Keys of machines: who may send for which units, who may read what officials read.", no_args_is_help=True)
KeyId = Annotated[str, typer.Argument(help="the key's id, as `dunghen keys list` names it")]
Out = Annotated[Path | None, typer.Option(help="file that gets the key, readable by its owner only, instead of the screen")]


@keys.command("create")
def create(
    source: Annotated[str, typer.Option(help="a sending system: the unit code that it writes for, and all below it (H17.31)")] = "",
    reader: Annotated[str, typer.Option(help="a machine that reads officials' routes of this unit and those below it")] = "",
    desk: Annotated[str, typer.Option(help="the screen of one desk, by its place: unit and desk (20242.Q01)")] = "",
    consumer: Annotated[str, typer.Option(help="a program told by webhooks what is public: a word to know it by")] = "",
    operator: Annotated[bool, typer.Option("--operator", help="a machine of the operator: reads officials' routes of the city")] = False,
    days: Annotated[float, typer.Option(help="how long it opens", min=0.001, max=3650)] = 365,
    out: Out = None,
    data: Data = DATA,
) -> None:
    """Make a key; it is shown once."""
    from dunghen.cli.keys.command import Wanted
    from dunghen.cli.keys.command import create as work

    codes: dict[Scope, str] = {"source": source, "reader": reader, "desk": desk, "consumer": consumer}
    named: list[Scope] = [scope for scope, code in codes.items() if code] + (["operator"] if operator else [])
    if len(named) != 1:
        raise CommandError("one of --source CODE, --reader CODE, --desk PLACE, --consumer WORD, --operator")
    asyncio.run(work(DataFolder(data.absolute()), Wanted(named[0], source or reader or desk or consumer, days, out), say))


@keys.command("list")
def list_keys(data: Data = DATA) -> None:
    """Every key: id, scope, unit, state, from when until when."""
    from dunghen.cli.keys.command import show

    asyncio.run(show(DataFolder(data.absolute()), say))


@keys.command("rotate")
def rotate(
    key_id: KeyId,
    overlap_days: Annotated[float, typer.Option(help="so long the old one still opens", min=0, max=90)] = 7,
    out: Out = None,
    data: Data = DATA,
) -> None:
    """Make a new key for the same; the old one ends after the overlap."""
    from dunghen.cli.keys.command import rotate as work

    asyncio.run(work(DataFolder(data.absolute()), key_id, (overlap_days, out), say))


@keys.command("revoke")
def revoke(key_id: KeyId, data: Data = DATA) -> None:
    """End a key at once."""
    from dunghen.cli.keys.command import revoke as work

    asyncio.run(work(DataFolder(data.absolute()), key_id, say))
