"""Desk events: tickets, appointments and answers of one-stop desks, the values of `desk-events`; and the picture of them (decision 0028).

Codes and whole numbers only: a ticket is a number of its desk's day, an answer a score; no text, and nothing of a person, fits in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta

from dunghen.contracts.facts import FactsByUnit
from dunghen.contracts.messages import Code, EventId, Instant, Microseconds
from dunghen.domain.days import DAY_SECONDS
from dunghen.domain.desks import KEPT_DAYS, LATE_DAYS, AnswerChannel, DeskEventKind, DeskTally, Lines, Said, added, stated_of, tally_of
from dunghen.domain.windows import period

DeskCode = Annotated[str, Meta(pattern=r"^[A-Z]{0,4}-?[0-9]{1,3}$")]  # too short for a name or the number of a person
MOST_NUMBER = 99_999
DeskKey = tuple[str, str, int]  # unit, desk, local day
_SLACK_DAYS = 2  # arrivals are days of UTC here, and several ingests write side by side
_canonical = msgspec.json.Encoder(order="sorted").encode


class DeskEvent(msgspec.Struct, gc=False, omit_defaults=True, kw_only=True):
    """One thing that happened at a desk. `on`: the local day of the ticket, of the appointment or of the answer.

    `number`: of the ticket or appointment, 1 and up, anew each day; of an answer its number within `channel` on that day.
    `score` 1–5, of an answer. `by`: the id of the key that it came with, "" where none was needed.
    """

    id: EventId
    unit: Code
    desk: DeskCode
    on: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    kind: DeskEventKind
    number: Annotated[int, Meta(ge=1, le=MOST_NUMBER)]
    channel: AnswerChannel | None = None
    score: Annotated[int, Meta(ge=0, le=5)] = 0
    source: Code
    occurred_at: Instant
    arrived_at: Microseconds
    by: Code = ""

    @property
    def day(self) -> int:
        """The local day number. Raises WindowError where there is no such day."""
        return period(self.on).first

    @property
    def said(self) -> Said:
        """What the fold needs of it."""
        return Said(self.kind, self.number, self.occurred_at, self.arrived_at, self.channel or "", self.score)


decode_desk_event = msgspec.json.Decoder(DeskEvent).decode


def desk_event_id(event: DeskEvent) -> str:
    """The first 16 hex digits of SHA-256 over what was said; the same said again has the same id."""
    return sha256(_canonical(msgspec.structs.replace(event, id="", arrived_at=0, by=""))).hexdigest()[:16]


def desk_event_key(event: DeskEvent) -> bytes:
    """The key in the topic."""
    return f"{event.unit}|{event.desk}".encode()


class DeskDay(msgspec.Struct, gc=False, omit_defaults=True, kw_only=True):
    """One desk on one local day. `lines` only where it is folded, and there only until the day is closed.

    `heard_at`: when the newest event of it arrived, in seconds; 0: not known.
    """

    unit: str
    desk: str
    day: int
    tally: DeskTally = DeskTally()
    waiting: int = 0
    calling: list[int] = []
    heard_at: Instant = 0
    lines: Lines | None = None

    @property
    def key(self) -> DeskKey:
        return self.unit, self.desk, self.day


decode_desk_day = msgspec.json.Decoder(DeskDay).decode


def is_late(day: int, arrived_at: int) -> bool:
    """Whether a day was closed when this arrived (µs). Ingest refuses it a little earlier: by the city's days."""
    return arrived_at // (DAY_SECONDS * 1_000_000) > day + LATE_DAYS + _SLACK_DAYS


@dataclass(slots=True)
class DeskBook:
    """All days of all desks, by unit, as long as the topic keeps their events. The same events in any order give the same book."""

    units: dict[str, dict[tuple[str, int], DeskDay]] = field(default_factory=dict)
    _newest: dict[str, int] = field(default_factory=dict)  # by unit the newest arrival
    _closed: dict[str, int] = field(default_factory=dict)  # by unit the day of arrival at which it was looked through last

    def take(self, event: DeskEvent) -> list[DeskKey]:
        """One event; the desk's day that it changes, if any. Raises WindowError where it is of no day."""
        days, day = self.units.setdefault(event.unit, {}), event.day
        if is_late(day, event.arrived_at):
            return []
        self._newest[event.unit] = max(self._newest.get(event.unit, 0), event.arrived_at)
        found = days.get((event.desk, day))
        if found is None:
            found = days[event.desk, day] = DeskDay(unit=event.unit, desk=event.desk, day=day, lines=Lines())
        if found.lines is None:
            return []
        found.lines.take(event.said)
        found.heard_at = max(found.heard_at, event.arrived_at // 1_000_000)
        return [found.key]

    def close(self) -> list[DeskKey]:
        """Lets go what is too old for more to come, by each unit's newest arrival; the desks' days that it changes.

        To be called where all that is in the topic was taken: a unit's events may stand in two partitions, one read before the other.
        """
        changed = list[DeskKey]()
        for unit, arrived_at in self._newest.items():
            arrived = arrived_at // (DAY_SECONDS * 1_000_000)
            if arrived > self._closed.get(unit, 0):
                self._closed[unit] = arrived
                changed += self._let_go(unit, arrived_at, arrived - KEPT_DAYS)
        return changed

    def _let_go(self, unit: str, arrived_at: int, oldest: int) -> Iterator[DeskKey]:
        days = self.units[unit]
        for place, one in list(days.items()):
            if one.day < oldest:
                del days[place]
                yield one.key
            elif one.lines is not None and is_late(one.day, arrived_at):
                days[place] = _settled(one, closed=True)
                yield one.key

    def settled(self, key: DeskKey) -> DeskDay | None:
        """A desk's day with its figures as they are now; None where it is no longer kept."""
        days, place = self.units.get(key[0], {}), key[1:]
        if place in days:
            days[place] = _settled(days[place])
        return days.get(place)

    def add(self, day: DeskDay) -> None:
        """One as it was kept."""
        self.units.setdefault(day.unit, {})[day.desk, day.day] = day

    def __iter__(self) -> Iterator[DeskDay]:
        return (day for days in self.units.values() for day in days.values())


def _settled(day: DeskDay, *, closed: bool = False) -> DeskDay:
    lines = day.lines
    if lines is None:
        return day
    kept = None if closed else lines
    told = {"tally": tally_of(lines), "waiting": lines.waiting(), "calling": lines.calling()}
    return msgspec.structs.replace(day, lines=kept, **told)


class DesksByUnit:
    """The same as pages want it: by unit, day and desk; and as facts, of which indicators are made."""

    def __init__(self, days: Iterable[DeskDay] = ()) -> None:
        self.of: dict[str, dict[int, dict[str, DeskDay]]] = {}
        for day in days:
            self._put(msgspec.structs.replace(day, lines=None))

    def put(self, day: DeskDay, facts: FactsByUnit) -> None:
        """A desk's day as it is now, and its unit's facts of that day."""
        self._put(day)
        facts.derive(day.unit, stated_of(self._whole(day.unit, day.day), day.day))

    def derive_all(self, facts: FactsByUnit) -> None:
        """The facts of all days."""
        for unit, days in self.of.items():
            facts.derive(unit, (stated for day in days for stated in stated_of(self._whole(unit, day), day)))

    def unit(self, code: str) -> Mapping[int, Mapping[str, DeskDay]]:
        """The desks of a unit by local day."""
        return self.of.get(code, {})

    def _whole(self, unit: str, day: int) -> DeskTally:
        return added(one.tally for one in self.of[unit][day].values())

    def _put(self, day: DeskDay) -> None:
        days = self.of.setdefault(day.unit, {})
        days.setdefault(day.day, {})[day.desk] = day
        for old in [old for old in days if old < day.day - KEPT_DAYS]:
            del days[old]
