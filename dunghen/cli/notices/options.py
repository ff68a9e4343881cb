"""The options and texts of `dunghen notices …`; the work is in the module beside."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.speaking import DATA, Data, say

notices = typer.Typer(help="Notices to officials: try a channel out, see what was refused for good.", no_args_is_help=True)


@notices.command("test")
def notices_test(
    to: Annotated[str, typer.Argument(metavar="ADDRESS", help="a mail address, or the internal id of a person or unit")],
    channel: Annotated[str, typer.Option(help="mail, push or webhook; without: the first that reaches it")] = "",
    data: Data = DATA,
) -> None:
    """Send one test message as alerts would, and say what the server answered; exit 0 only if it took it."""
    from dunghen.cli.notices.command import try_out

    raise typer.Exit(try_out(DataFolder(data.absolute()), to, channel, say))


@notices.command("bounces")
def notices_bounces(data: Data = DATA) -> None:
    """Every notice that a channel refused for good: when, which unit or person, channel and code. No address, no dossier."""
    from dunghen.cli.notices.command import bounces

    asyncio.run(bounces(DataFolder(data.absolute()), say))


@notices.command("vapid")
def notices_vapid(data: Data = DATA) -> None:
    """The public key by which browsers know this server; its private key is made in the data folder if there is none."""
    from dunghen.cli.notices.command import vapid

    raise typer.Exit(vapid(DataFolder(data.absolute()), say))


@notices.command("secret")
def notices_secret() -> None:
    """A new secret for a webhook, to be put into `webhooks` and given to its receiver."""
    from dunghen.cli.notices.command import new_secret

    say(new_secret())
