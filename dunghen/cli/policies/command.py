"""`dunghen policies`: what is in force, what a change would move, and the change itself: the whole map switches in one version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from dunghen.cli.city_settings import running_settings
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.notices_preview import Change, preview
from dunghen.cli.people.command import read_people
from dunghen.cli.policy_topic import publish, read_book
from dunghen.contracts import topics
from dunghen.contracts.city_files import read_city
from dunghen.contracts.policies import PolicyBook, check_channels
from dunghen.domain.marks import COUNTERS, marks
from dunghen.domain.policy import Policy, PolicyError
from dunghen.platform import kafka
from dunghen.platform.fenced import Fenced
from dunghen.platform.settings import PlatformSettings

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change: a whole city file, days that are off, days that are worked. `reason` stands in the record of the change."""

    file: Path | None
    days_off: tuple[str, ...]
    days_worked: tuple[str, ...]
    reason: str = ""

    def bodies(self, book: PolicyBook) -> dict[str, Any]:
        """The kinds that differ from what is in force. Raises CommandError."""
        present = book.bodies
        try:
            wanted = _keeping(dict(read_city(str(self.file))), present) if self.file else dict(present)
            calendar = wanted.get("calendar", {})
            hours = calendar.get("hours") or [[25200, 41400], [48600, 61200]]
            single = {_iso(d): [] for d in self.days_off} | {_iso(d): hours for d in self.days_worked}
            if single:
                wanted["calendar"] = {**calendar, "overrides": {**calendar.get("overrides", {}), **single}}
            changed = {kind: body for kind, body in wanted.items() if present.get(kind) != body}
            check_channels(Policy.from_bodies(book.newest_version + 1, {**present, **changed}))
        except PolicyError as fault:
            raise CommandError(str(fault)) from None
        if not changed:
            raise CommandError("nothing would change")
        return changed


def _keeping(wanted: dict[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """A city file that says nothing of silences ends none that a command began; a list of procedures that was imported stays."""
    if present.get("procedures", {}).get("imported"):
        wanted = {**wanted, "procedures": present["procedures"]}
    kept = present.get("stages", {}).get("silences")
    if not kept or "silences" in wanted.get("stages", {}):
        return wanted
    return {**wanted, "stages": {**wanted.get("stages", {}), "silences": kept}}


@dataclass(slots=True)
class Effect:
    """What a change would do to the dossiers that are known."""

    dossiers: int = 0
    moved: int = 0
    stop_being_late: int = 0
    become_late: int = 0
    units: Counter[str] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        """For the user; the units that it touches most first."""
        out = [
            f"{self.moved:,} of {self.dossiers:,} dossiers move",
            f"{self.stop_being_late:,} stop being late, {self.become_late:,} become late",
        ]
        return out + [f"  {unit}: {count}" for unit, count in self.units.most_common(10)]


def effect_of(records: Iterable[bytes], before: Policy, after: Policy) -> Effect:
    """Compares every dossier's marks under both policies."""
    effect = Effect()
    for record in records:
        effect.dossiers += 1
        old, new = marks(record, before.rules), marks(record, after.rules)
        if old == new:
            continue
        effect.moved += 1
        effect.units[new[0] or old[0]] += 1
        was, is_ = _late(old[1]), _late(new[1])
        effect.stop_being_late += was and not is_
        effect.become_late += is_ and not was
    return effect


def _late(found: Iterable[tuple[int, int, int]]) -> bool:
    """Whether these marks say late or overdue."""
    return any(COUNTERS[counter] in ("late", "overdue") and sign > 0 for _, counter, sign in found)


async def diff(folder: DataFolder, wanted: Wanted, say: Say) -> None:
    """What `apply` would move, and whom it would tell; nothing is written."""
    settings, book = await read_policies(folder)
    await say_effect(folder, wanted.bodies(book), (settings, book), say)


async def say_effect(folder: DataFolder, changed: dict[str, Any], known: tuple[PlatformSettings, PolicyBook], say: Say) -> None:
    """What these bodies would move of the dossiers that are known, and whom it would tell."""
    settings, book = known
    after = Policy.from_bodies(book.newest_version + 1, {**book.bodies, **changed})
    records, people = await _dossiers(settings), await read_people(settings)
    told = preview(records, Change(book.latest, after, people.directory, folder.clock().seconds()))
    say(f"would change: {', '.join(changed)}")
    for text in effect_of(records.values(), book.latest, after).lines() + told.lines():
        say(text)


async def apply(folder: DataFolder, wanted: Wanted, say: Say) -> None:
    """Says what the change does, then publishes it; the map switches when every partition has counted anew."""
    settings, book = await read_policies(folder)
    changed = wanted.bodies(book)
    await say_effect(folder, changed, (settings, book), say)
    await put_in_force(folder, settings, (changed, wanted.reason), say)


async def put_in_force(folder: DataFolder, settings: PlatformSettings, change: tuple[dict[str, Any], str], say: Say) -> None:
    """Publishes `change` = (bodies, reason) as one version. Raises CommandError where somebody else did at the same moment."""
    try:
        version = await publish(settings, *change, folder.clock().seconds())
    except Fenced:
        raise CommandError("somebody else applied a change at the same moment: nothing was written; look at it and apply again") from None
    say(f"policy version {version} published; the map switches to it as a whole")


async def show(folder: DataFolder, say: Say) -> None:
    """Every version: what it changed, who applied it and why."""
    _, book = await read_policies(folder)
    for record in sorted(book.records.values(), key=lambda r: (r.version, r.kind)):
        say(f"{record.version}  {record.kind:<10}  {record.author}  {record.reason}")


async def read_policies(folder: DataFolder) -> tuple[PlatformSettings, PolicyBook]:
    """The city's settings, and all versions of its policies."""
    settings = running_settings(folder)
    return settings, await read_book(settings)


async def _dossiers(settings: PlatformSettings) -> dict[bytes, bytes]:
    records: dict[bytes, bytes] = {}

    def take(key: bytes | None, value: bytes | None, *_: int) -> None:
        if key is None or key.startswith(topics.OWN_KEY):
            return
        if value is None:
            records.pop(key, None)
        else:
            records[key] = value

    for partition in range(settings.partitions):
        await kafka.read_all(settings, (topics.DOSSIERS, partition), take)
    return records


def _iso(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise CommandError(f"{text}: not a date like 2026-09-02") from None
