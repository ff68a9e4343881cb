"""`dunghen notices quality`: what became of the notices of a time, by unit (`domain.quality`), from the ledger and the raw events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dunghen.cli.city_settings import settings_of
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.notices.proof import now_of
from dunghen.cli.notices.stories import Story, read_ledger, read_topics, spool_for
from dunghen.cli.policy_topic import read_book
from dunghen.contracts.messages import DossierEvent, Notice
from dunghen.domain.days import date_of
from dunghen.domain.policy import Policy
from dunghen.domain.quality import Life, Quality, Row, Statement, moves_of
from dunghen.domain.reckoning import reckon
from dunghen.domain.record import fold
from dunghen.domain.windows import Window, WindowError, resolve
from dunghen.platform import kafka
from dunghen.platform.store import StoreError

Say = Callable[[str], None]
FEED = "feed"
COLUMNS = ("sent", "acted", "breached", "acted_breached", "late_data", "open", "lapsed", "after_due", "failed", "pending", "superseded")


@dataclass(frozen=True, slots=True)
class Wanted:
    """`window` as everywhere (`today 7d 30d … 2026-11`); `unit`: only it and what is below it, "" the city."""

    window: str = "30d"
    unit: str = ""
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted: the rows of these local days and units (None: all), as of an instant."""

    window: Window
    units: frozenset[str] | None
    policy: Policy
    now: int

    def takes(self, row: Row) -> bool:
        """Whether a row is among them."""
        day = self.policy.zone.day_of(row.decided_at)
        return self.window.first <= day <= self.window.last and (self.units is None or row.unit in self.units)


def quality_of(stories: Iterable[Story], asked: Asked) -> dict[str, Quality]:
    """By the unit that each row names, in the order of their codes; what owners of feeds are told is no warning of a dossier."""
    found: dict[str, Quality] = {}
    for story in stories:
        rows = [row_of(notice) for notice in story.rows if notice.clock != FEED]
        if not any(map(asked.takes, rows)):
            continue
        life = _life(story, rows, asked.policy)
        for row in filter(asked.takes, rows):
            found.setdefault(row.unit, Quality()).add(row, life, asked.now)
    return {unit: found[unit] for unit in sorted(found)}


def row_of(notice: Notice) -> Row:
    """What quality looks at."""
    of_what = (notice.unit, notice.clock, notice.stage, notice.due_at)
    return Row(*of_what, notice.state, notice.reason, notice.decided_at, notice.sent_at)


def _life(story: Story, rows: list[Row], policy: Policy) -> Life:
    ended_at = _ended_at(story.events, policy)
    return Life(moves_of(map(_statement, story.events), ended_at), ended_at, story.actions, rows)


def _ended_at(events: Iterable[DossierEvent], policy: Policy) -> int:
    record: bytes | None = None
    for event in events:
        try:
            record = fold(record, event) or record
        except ValueError:  # set aside as poison
            continue
    found = reckon(record, policy.rules) if record else None
    return found.end.at if found else 0


def _statement(event: DossierEvent) -> Statement:
    arrived_at = event.arrived_at // 1_000_000
    status = 0 if event.kind == "retracted" else event.status
    return Statement(event.occurred_at or arrived_at, arrived_at, status, event.kind == "synced", tuple(event.steps))


async def quality(folder: DataFolder, wanted: Wanted, say: Say) -> None:
    """Raises CommandError."""
    asked, found = await _counted(folder, wanted)
    total = Quality()
    for each in found.values():
        total.merge(each)
    first, last = (date_of(day).isoformat() for day in asked.window)
    if wanted.as_json:
        by_unit = {unit: each.as_json() for unit, each in found.items()}
        say(json.dumps({"first": first, "last": last, "total": total.as_json(), "units": by_unit}, ensure_ascii=False))
        return
    say(f"notices of {first} to {last}")
    for line in table({**found, "total": total}):
        say(line)


def table(found: dict[str, Quality]) -> Iterator[str]:
    """A line for each, the columns as in `docs/data-dictionary.md`, then why what was not sent was not."""
    yield "  ".join((f"{'unit':<10}", *COLUMNS, "acted_share"))
    for unit, each in found.items():
        told, acted = each.as_json(), each.acted_share
        share = f"{acted.numerator}/{acted.denominator}" if acted.denominator else "none"
        yield "  ".join((f"{unit:<10}", *(f"{told[name]!s:>{len(name)}}" for name in COLUMNS), f"{share:>11}"))
    for unit, each in found.items():
        if each.suppressed:
            yield f"{unit}: suppressed " + ", ".join(f"{reason} {count}" for reason, count in sorted(each.suppressed.items()))


async def _counted(folder: DataFolder, wanted: Wanted) -> tuple[Asked, dict[str, Quality]]:
    settings = settings_of(folder)
    try:
        policy, now = (await read_book(settings)).latest, now_of(folder, settings)
        asked = _asked(wanted, policy, now)
        with await spool_for(settings) as spool:
            await read_topics(settings, spool)
            await read_ledger(settings, spool)
            return asked, quality_of(spool.stories(), asked)
    except LookupError as fault:
        raise CommandError(str(fault)) from None
    except (kafka.Unreachable, kafka.MissingTopic) as fault:
        raise CommandError(f"Kafka of {folder.path}: {fault}") from None
    except StoreError as fault:
        raise CommandError(f"alerts has no ledger in {folder.path}: {fault}") from None


def _asked(wanted: Wanted, policy: Policy, now: int) -> Asked:
    try:
        window = resolve(wanted.window, policy.zone.day_of(now))
    except WindowError as fault:
        raise CommandError(f"--window {wanted.window}: {fault}") from None
    if not wanted.unit:
        return Asked(window, None, policy, now)
    units = policy.catalogue.under(wanted.unit)
    if not units:
        raise CommandError(f"{wanted.unit!r} is no unit of this city")
    return Asked(window, units, policy, now)
