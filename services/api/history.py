"""The day counters of all units over time, pure: cells of `unit-days` in, documents of the store out.

A `series` document holds all days of one unit as one fold partition counts them under one policy; a `revisions` document what these days
were before they changed within one minute. So the present is one reading, and the past is the present with the revisions since taken back.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from dunghen.contracts import stores
from dunghen.contracts.cells import CellKey
from dunghen.platform.store import Between, Collection, Document, Put, Query, Store

SERIES = Collection("series", (("policy", "unit"),))
REVISIONS = Collection("revisions", (("policy", "at"),))
GENERATIONS = Collection(stores.GENERATIONS, (("at",), ("policy",)))
WHOLE = Collection("whole", (("policy",),))
MINUTE = 60
PUT_BACK_MINUTES = 120  # a clock that goes back further had run ahead before

Days = dict[int, list[int]]  # local day -> counters in the order of domain.marks.COUNTERS
_decode_days = msgspec.msgpack.Decoder(dict[int, list[int]]).decode
_decode_before = msgspec.msgpack.Decoder(dict[int, dict[int, list[int]]]).decode


class SeriesKey(NamedTuple):
    """Which series: of a unit, as a fold partition counts it, under a policy version."""

    unit: str
    partition: int
    policy: int

    @property
    def id(self) -> str:
        return f"{self.unit}|{self.partition}|{self.policy}"


def packed(value: object) -> str:
    return base64.b64encode(msgspec.msgpack.encode(value)).decode()


def days_of(document: Document) -> Days:
    """The days of a series document."""
    return _decode_days(base64.b64decode(document.body["days"]))


def before_of(document: Document) -> dict[int, Days]:
    """By fold partition, what days were before a revision; an empty list: nothing."""
    return _decode_before(base64.b64decode(document.body["before"]))


@dataclass(slots=True)
class Ledger:
    """Series that were touched since the process started, and what is not yet written. `run` marks this process's revisions."""

    run: int
    known: dict[SeriesKey, Days] = field(default_factory=dict)
    changed: set[SeriesKey] = field(default_factory=set)
    minute: int = 0
    before: dict[tuple[str, int], dict[int, Days]] = field(
        default_factory=dict
    )  # (unit, policy) -> partition -> days, since the minute began
    revised: set[tuple[str, int]] = field(default_factory=set)

    def put(self, key: CellKey, counters: list[int], now: int) -> None:
        """One cell as it is now; its series must be known. `now` on the city's clock. Where that is put back a little, the minute stays
        until it is reached again; where it had run far ahead, it goes back under another mark."""
        minute = now // MINUTE
        if not self.revised and (minute > self.minute or minute < self.minute - PUT_BACK_MINUTES):
            self.run += minute < self.minute
            self.minute, self.before = minute, {}
        series = SeriesKey(key.unit, key.partition, key.policy)
        days = self.known[series]
        old = days.get(key.day, [])
        if old == counters:
            return
        if counters:
            days[key.day] = counters
        else:
            days.pop(key.day, None)
        self.before.setdefault((key.unit, key.policy), {}).setdefault(key.partition, {}).setdefault(key.day, old)
        self.changed.add(series)
        self.revised.add((key.unit, key.policy))

    def take_writes(self, version: int) -> list[Put]:
        """The documents to write, whole; a revision of the same minute is written over its former self. Revisions first: where a store
        writes one collection after the other, nobody finds days changed of which nothing says what they were."""
        writes = []
        for unit, policy in sorted(self.revised):
            body = {"unit": unit, "policy": policy, "at": self.minute * MINUTE, "before": packed(self.before[unit, policy])}
            writes.append(Put("revisions", f"{unit}|{policy}|{self.minute}|{self.run}", version, body))
        writes += [Put("series", key.id, version, {**key._asdict(), "days": packed(self.known[key])}) for key in sorted(self.changed)]
        self.changed, self.revised = set(), set()
        return writes


def taken_back(series: Mapping[tuple[str, int], Days], revisions: Iterable[Document]) -> dict[tuple[str, int], Days]:
    """The series by (unit, partition) as they were before these revisions of one policy, whatever order they come in."""
    past = {key: dict(days) for key, days in series.items()}
    for revision in sorted(revisions, key=lambda r: r.version, reverse=True):
        for partition, days in before_of(revision).items():
            target = past.setdefault((revision.body["unit"], partition), {})
            for day, counters in days.items():
                if counters:
                    target[day] = counters
                else:
                    target.pop(day, None)
    return past


def generation_put(at: int, policy: int, day: int, version: int) -> Put:
    """From `at` on, the map showed this policy and day."""
    document, body = stores.generation(at, policy, day)
    return Put(stores.GENERATIONS, document, version, body)


def whole_put(policy: int, version: int) -> Put:
    """The days under a policy, and under those before it, are whole."""
    return Put(WHOLE.name, str(policy), version, {"policy": policy})


async def has_days_of(store: Store, policy: int) -> bool:
    """Whether the store has the days of all units under a policy: once its projector had written all that there was when the map first
    showed it, or a later one. Before, what is there is a part. Raises StoreAwayError."""
    return bool((await store.find(Query(WHOLE.name, {"policy": Between(low=policy)}, ("policy",), limit=1))).documents)


async def was_shown(store: Store, policy: int) -> bool:
    """Whether the store knows since when a policy was shown. Raises StoreAwayError."""
    return bool((await store.find(Query(GENERATIONS.name, {"policy": policy}, ("policy",), limit=1))).documents)
