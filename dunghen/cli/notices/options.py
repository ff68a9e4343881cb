"""The options and texts of `dunghen notices …`; the work is in the module beside."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated

import typer

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.speaking import DATA, Data, say

notices = typer.Typer(
    help="Notices to officials: try a channel out, see what was refused for good, silence a unit for a time.", no_args_is_help=True
)


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


@notices.command("audit")
def notices_audit(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
    slack_minutes: Annotated[int, typer.Option(min=0, help="of the city's time, for which alerts may have been away or behind")] = 10,
    patience_minutes: Annotated[int, typer.Option(min=0, help="so long a notice that nothing holds back may wait to be sent")] = 60,
    data: Data = DATA,
) -> None:
    """Prove the ledger by its own path: every stage crossed by the raw events has one last word, or waits in time, and each row went to
    whom the rules name; exit 1 if not.

    `DUNGHEN_HISTORICAL_HOURS` must be as alerts has it.
    """
    from dunghen.cli.notices.audit import Rules
    from dunghen.cli.notices.proof import Wanted, audit

    rules = Rules(int(os.environ.get("DUNGHEN_HISTORICAL_HOURS", "24")) * 3600, patience_minutes * 60)
    raise typer.Exit(asyncio.run(audit(DataFolder(data.absolute()), Wanted(as_json, slack_minutes * 60, rules), say)))


@notices.command("quality")
def notices_quality(
    window: Annotated[str, typer.Option(help="local days: today 7d 30d 90d month quarter year, or 2026-11")] = "30d",
    unit: Annotated[str, typer.Option(help="only this unit and what is below it")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
    data: Data = DATA,
) -> None:
    """What became of notices, by unit: sent, acted on in time, breached anyway, false by late data, and why others were not sent."""
    from dunghen.cli.notices.quality import Wanted, quality

    asyncio.run(quality(DataFolder(data.absolute()), Wanted(window, unit, as_json), say))


@notices.command("vapid")
def notices_vapid(data: Data = DATA) -> None:
    """The public key by which browsers know this server; its private key is made in the data folder if there is none."""
    from dunghen.cli.notices.command import vapid

    raise typer.Exit(vapid(DataFolder(data.absolute()), say))


@notices.command("secret")
def notices_secret() -> None:
    """A new secret for a webhook, to be put into `webhooks` and given to its receiver."""
    from dunghen.contracts.webhooks import new_secret

    say(new_secret())


@notices.command("silence")
def notices_silence(
    unit: Annotated[str, typer.Argument(metavar="UNIT|all", help="a unit's code, or all")],
    until: Annotated[str, typer.Option(help="the last day of it, like 2026-12-01; it begins now and ends by itself")],
    reason: Annotated[str, typer.Option(help="why: stands in the policy and beside its author")],
    data: Data = DATA,
) -> None:
    """For a time nobody is told of a unit's dossiers: what is crossed stands in the ledger as SILENCED. Said again it has another end."""
    from dunghen.cli.notices.silence import Quiet, silence

    asyncio.run(silence(DataFolder(data.absolute()), Quiet(unit, until, reason), say))


@notices.command("silences")
def notices_silences(data: Data = DATA) -> None:
    """Every silence that holds or lies ahead: of what, from when to when, by whom and why."""
    from dunghen.cli.notices.silence import silences

    asyncio.run(silences(DataFolder(data.absolute()), say))
