"""`dunghen notices silence|silences`: for a time nobody is told of a unit, or of anything. It is a part of the policy kind `stages`."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dunghen.cli.city_settings import settings_of
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.policy_topic import publish, read_book
from dunghen.contracts.policies import PolicyBook
from dunghen.domain.days import date_of
from dunghen.domain.policy import Policy, PolicyError
from dunghen.platform.fenced import Fenced

Say = Callable[[str], None]
ALL = "all"
Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Quiet:
    """What is asked for: a unit's code or `all`, the last local day of it as `2026-12-01`, and why. It begins today."""

    unit: str
    until: str
    reason: str

    def body(self, book: PolicyBook, now: int, author: str) -> dict[str, Any]:
        """The kind `stages` with it; silences that are over are left out, and one of the same unit is replaced. Raises CommandError."""
        policy, today, last = book.latest, _today(book.latest, now), _day(self.until)
        if self.unit != ALL and policy.catalogue.get(self.unit) is None:
            raise CommandError(f"{self.unit!r} is no unit of this city; `all` is everything")
        if last < today:
            raise CommandError(f"--until {self.until} is over: today is {today}")
        unit = {} if self.unit == ALL else {"unit": self.unit}
        told = {**unit, "from": today, "to": last, "author": author, "reason": self.reason}
        stages = book.bodies.get("stages", {})
        kept = [each for each in stages.get("silences", ()) if each["to"] >= today and not _is_of(each, self.unit)]
        try:
            Policy.from_bodies(policy.version + 1, {**book.bodies, "stages": (changed := {**stages, "silences": [*kept, told]})})
        except PolicyError as fault:
            raise CommandError(str(fault)) from None
        return changed


async def silence(folder: DataFolder, wanted: Quiet, say: Say) -> None:
    """Publishes it as the next policy version. Raises CommandError."""
    settings = settings_of(folder)
    body = wanted.body(await read_book(settings), folder.clock().seconds(), getpass.getuser())
    try:
        version = await publish(settings, {"stages": body}, wanted.reason, folder.clock().seconds())
    except Fenced:
        raise CommandError("somebody else applied a change at the same moment: nothing was written; try again") from None
    say(f"policy version {version}: {wanted.unit} is silenced to the end of {wanted.until}; what is crossed meanwhile is never told")


async def silences(folder: DataFolder, say: Say) -> None:
    """Those that hold or lie ahead: what, from when, to when, by whom, why."""
    book = await read_book(settings_of(folder))
    today = _today(book.latest, folder.clock().seconds())
    lines = list(_lines(book.bodies.get("stages", {}).get("silences", ()), today))
    for line in lines:
        say(line)
    say(f"{len(lines)} silences hold or lie ahead")


def _lines(found: Sequence[Told], today: str) -> Sequence[str]:
    of = ("unit", "procedure", "dossier")
    return [
        "  ".join([" ".join(each[key] for key in of if each.get(key)) or ALL, each["from"], each["to"], each["author"], each["reason"]])
        for each in found
        if each["to"] >= today
    ]


def _is_of(each: Told, unit: str) -> bool:
    """Whether it is of exactly this unit (or of all), whatever the procedure."""
    return each.get("unit", "") == ("" if unit == ALL else unit) and not each.get("procedure") and not each.get("dossier")


def _today(policy: Policy, now: int) -> str:
    return date_of(policy.zone.day_of(now)).isoformat()


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise CommandError(f"{text}: not a date like 2026-12-01") from None
