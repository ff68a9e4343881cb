"""Pruning: dossiers that are over and have been silent for long leave the memory; their marks go into base cells. No I/O, no clock.

No counter changes by it. What is left of a dossier are its marks in the base cells of its unit, as counted under the policy of the time,
and 16 bytes of its key: an event for it is refused and never starts it anew, or it would count twice (`architecture.md` §5).

A horizon is a UTC day from a source offset on. Frozen by it is at once every dossier that is over and whose last event arrived before that
day; the records are cleared away a few at a time, and until then an event for one of them is refused all the same. So what is frozen
depends on the events and the horizons alone, not on when the clearing was done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from dunghen.contracts.cells import decode_cell, decode_kept, encode_cell
from dunghen.contracts.horizons import Horizon, horizon_of
from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.topics import OWN_KEY
from dunghen.domain.marks import COUNTERS, OVERDUE, PENDING, Mark, marks
from dunghen.domain.record import last_seen, seen_before
from dunghen.domain.rules import DossierRules
from dunghen.domain.statuses import OPEN

BASE, FROZEN = OWN_KEY + b"base|", OWN_KEY + b"frozen|"
REOPENS = "reopens: "  # begins the detail of a letter that an operator has to look at
SIZE = 16  # bytes of a digest
AT_ONCE = 2000  # digests in one record of the topic
_DAY_SECONDS = 86_400

Written = list[tuple[bytes, bytes | None]]
Records = dict[bytes, bytes]


def digest(key: bytes) -> bytes:
    """What is kept of the key of a frozen dossier."""
    return blake2b(key, digest_size=SIZE).digest()


class Digests:
    """A set of digests in 4,096 strings of bytes: about 17 bytes each, a fifth of what a Python set takes."""

    __slots__ = ("_buckets", "_count")

    def __init__(self) -> None:
        self._buckets: dict[int, bytes] = {}
        self._count = 0

    def add(self, digests: bytes) -> None:
        """Any number of digests one behind the other, none of which is in yet."""
        new: dict[int, list[bytes]] = {}
        for at in range(0, len(digests), SIZE):
            one = digests[at : at + SIZE]
            new.setdefault(_bucket(one), []).append(one)
        for bucket, some in new.items():
            self._buckets[bucket] = self._buckets.get(bucket, b"") + b"".join(some)
        self._count += len(digests) // SIZE

    def __contains__(self, one: bytes) -> bool:
        bucket = self._buckets.get(_bucket(one), b"")
        at = bucket.find(one)
        while at > 0 and at % SIZE:  # across two of them
            at = bucket.find(one, at + 1)
        return at >= 0

    def __len__(self) -> int:
        return self._count


def _bucket(one: bytes) -> int:
    return one[0] << 4 | one[1] >> 4


@dataclass(slots=True)
class Past:
    """What one partition has frozen. `doomed`: keys that may have to be cleared away; every frozen record still in memory is among them."""

    horizon: int = 0  # UTC day; 0: none yet
    base: dict[str, dict[int, bytes]] = field(default_factory=dict)  # {unit: {local day: encoded counters}}
    frozen: Digests = field(default_factory=Digests)
    doomed: set[bytes] = field(default_factory=set)

    def take(self, key: bytes, value: bytes | None) -> None:
        """One record of `dossiers` with a key of fold's own, while loading; those that speak of something else are passed over."""
        if (horizon := horizon_of(key, value)) is not None:
            self.horizon = max(self.horizon, horizon.day)
        elif key.startswith(FROZEN) and value is not None:
            self.frozen.add(value)
        elif key.startswith(BASE):
            unit, _, day = key.removeprefix(BASE).decode().rpartition("|")
            self._put(unit, int(day), value)

    def cells(self) -> dict[str, dict[int, list[int]]]:
        """The base cells, decoded."""
        return {unit: {day: decode_cell(value) for day, value in days.items()} for unit, days in self.base.items()}

    def look_for_doomed(self, records: Records) -> None:
        """Finds all that may be frozen: after a takeover and after each new horizon."""
        day = self.horizon
        self.doomed = {key for key, record in records.items() if seen_before(record, day)} if day else set()

    def advance(self, to: Horizon, records: Records) -> None:
        """A new horizon, which must be later than the present one."""
        self.horizon = to.day
        self.look_for_doomed(records)

    def refuses(self, key: bytes, record: bytes | None, rules: DossierRules) -> bool:
        """Whether an event for this dossier comes too late; `record`: None for one that is not in memory."""
        if record is None:
            return digest(key) in self.frozen
        return key in self.doomed and seen_before(record, self.horizon) and is_over(marks(record, rules)[1])

    def clear(self, records: Records, rules: DossierRules, most: int) -> Written:
        """Takes up to `most` doomed dossiers out of `records`, and gives all that has to be written for it in one transaction."""
        gone: list[bytes] = []
        added: dict[tuple[str, int], list[int]] = {}
        while self.doomed and most > 0:
            key, most = self.doomed.pop(), most - 1
            record = records.get(key)
            if record is not None and seen_before(record, self.horizon) and self._settle(record, rules, added):
                del records[key]
                gone.append(key)
        digests = [digest(key) for key in gone]
        for (unit, day), counters in added.items():
            self._put(unit, day, encode_cell(counters) if any(counters) else None)
        self.frozen.add(b"".join(digests))
        bases: Written = [(_base_key(unit, day), self.base[unit].get(day)) for unit, day in added]
        return [*((key, None) for key in gone), *bases, *_frozen_records(digests)]

    def _settle(self, record: bytes, rules: DossierRules, added: dict[tuple[str, int], list[int]]) -> bool:
        unit, found = marks(record, rules)
        if not is_over(found):
            return False
        for day, counter, sign in found:
            place = unit, day
            if place not in added:
                base = self.base.get(unit, {}).get(day)
                added[place] = decode_kept(base) if base is not None else [0] * len(COUNTERS)
            added[place][counter] += sign
        return True

    def _put(self, unit: str, day: int, value: bytes | None) -> None:
        days = self.base.setdefault(unit, {})
        if value is None:
            days.pop(day, None)
        else:
            days[day] = value


def is_over(found: Iterable[Mark]) -> bool:
    """Whether a dossier with these marks leaves nothing open: it ended, or it counts for nothing (retracted, never accepted)."""
    return not sum(sign for _, counter, sign in found if counter in (PENDING, OVERDUE))


def newest_arrival(records: Iterable[bytes]) -> int:
    """The last UTC day on which an event of any of these arrived; 0 where there is none."""
    return max(map(last_seen, records), default=0)


def decide_horizon(today: int, newest: int, after_days: int) -> int:
    """The UTC day before which a dossier must have fallen silent; 0: never. `today`: the UTC day in which the city's day began.

    Not later than what has arrived here allows: who reads years of events anew, or is far behind, has not seen yet what came after.
    """
    return max(0, min(today, newest) - after_days) if after_days else 0


def refusal_of(event: DossierEvent, horizon: int) -> str:
    """Why an event for a frozen dossier matters or does not, for its dead letter.

    A sync that says open, made since the horizon, is newer than all that the dossier counted by: it would have opened it again.
    """
    if event.kind == "synced" and event.status in OPEN and event.occurred_at >= horizon * _DAY_SECONDS:
        return f"{REOPENS}status {event.status} after the dossier was frozen"
    return f"{event.kind}, after the dossier was frozen"


def _base_key(unit: str, day: int) -> bytes:
    return BASE + f"{unit}|{day}".encode()


def _frozen_records(digests: list[bytes]) -> Written:
    """Named after their first digest, which is never frozen twice."""
    parts = [digests[i : i + AT_ONCE] for i in range(0, len(digests), AT_ONCE)]
    return [(FROZEN + part[0].hex().encode(), b"".join(part)) for part in parts]
