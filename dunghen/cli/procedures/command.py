"""`dunghen procedures import|diff|list`: a published list becomes the next version of the policy kind `procedures`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.policies.command import put_in_force, read_policies, say_effect
from dunghen.cli.procedures.changes import Catalogue
from dunghen.cli.procedures.rows import LAYOUT, listed
from dunghen.cli.sheets import read_sheet
from dunghen.contracts.policies import PolicyBook
from dunghen.domain.days import date_of
from dunghen.domain.policy_parts import ALWAYS, Procedure

Say = Callable[[str], None]
MOST_BYTES = 900_000  # of one record of the topic


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list to import, for dossiers received from `since` (an ISO date; "": today) on. `reason` "": only look."""

    file: Path
    since: str = ""
    reason: str = ""

    def change(self, book: PolicyBook, today: int) -> tuple[dict[str, Any], list[str]]:
        """The body of `procedures` ({} where nothing would change), and what is said of it. Raises CommandError with every fault."""
        rows, faults = listed(read_sheet(self.file, LAYOUT))
        catalogue = Catalogue.of(book.bodies.get("procedures", {}))
        catalogue.take(rows, _day(self.since, today))
        if faults or catalogue.faults:
            raise CommandError(f"{self.file.name} is not imported, nothing was written:\n" + "\n".join([*faults, *catalogue.faults]))
        if len(msgspec.json.encode(catalogue.body)) > MOST_BYTES:
            raise CommandError(
                f"{self.file.name}: the catalogue would be larger than {MOST_BYTES // 1000} kB: leave out what is not handled here"
            )
        return catalogue.body if catalogue.said else {}, list(catalogue.lines())


def _day(text: str, today: int) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else date_of(today).isoformat()
    except ValueError:
        raise CommandError(f"--from {text}: not a date like 2026-01-31") from None


async def take(folder: DataFolder, wanted: Wanted, say: Say) -> None:
    """Says what the list changes and moves; with a reason it is put in force, and the map switches as a whole."""
    settings, book = await read_policies(folder)
    body, lines = wanted.change(book, book.latest.zone.day_of(folder.clock().seconds()))
    for line in lines:
        say(line)
    if not body:
        return
    await say_effect(folder, {"procedures": body}, (settings, book), say)
    if wanted.reason:
        await put_in_force(folder, settings, ({"procedures": body}, wanted.reason), say)


async def show(folder: DataFolder, say: Say) -> None:
    """The catalogue as it stands today."""
    _, book = await read_policies(folder)
    policy = book.latest
    procedures = policy.procedures.on_day(policy.zone.day_of(folder.clock().seconds()))
    for one in procedures:
        say(_told(one))
    say(
        f"{len(procedures)} procedures, {sum(one.integrated for one in procedures)} on the national portal, policy version {policy.version}"
    )


def _told(one: Procedure) -> str:
    limit = f"{one.limit.amount} {one.limit.unit}" if one.limit else "no limit known"
    marks = [
        *([one.level] if one.level else []),
        *(["integrated"] if one.integrated else []),
        *(["online payment"] if one.online_payment else []),
    ]
    since = "" if one.valid_from == ALWAYS else f" from {date_of(one.valid_from)}"
    return f"{one.code}  {limit}{since}  {one.field}: {one.name}" + (f"  ({', '.join(marks)})" if marks else "")
