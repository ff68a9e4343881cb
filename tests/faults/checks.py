"""The end checks: what must be true of a city that was attacked and has come to rest. Each finding names the check that made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

import msgspec

from dunghen.contracts import topics
from dunghen.contracts.cells import CellKey, decode_cell, parse_key
from dunghen.contracts.messages import decode_event
from dunghen.domain.rates import DaySeries
from dunghen.domain.record import fold
from dunghen.platform.kafka import read_all
from dunghen.platform.settings import PlatformSettings

Read = Callable[[bytes | None, bytes | None], None]


class Finding(NamedTuple):
    """Something that is wrong: `check` found it."""

    check: str
    detail: str


async def _each(settings: PlatformSettings, topic: str, take: Read) -> None:
    for partition in range(settings.partitions):
        await read_all(settings, (topic, partition), lambda key, value, *_: take(key, value))


async def nothing_lost(settings: PlatformSettings, accepted: Counter[str]) -> Iterator[Finding]:
    """`accepted`: every item that was answered 2xx is in `dossier-events`, as often as it was taken or more."""
    kept: Counter[str] = Counter()
    await _each(settings, topics.DOSSIER_EVENTS, lambda key, _: kept.update([(key or b"").decode()]))
    lost = {code: (count, kept[code]) for code, count in accepted.items() if kept[code] < count}
    return (Finding("accepted", f"{code}: {count} accepted, {there} kept") for code, (count, there) in sorted(lost.items()))


async def nothing_twice(settings: PlatformSettings) -> Iterator[Finding]:
    """`twice`: what ingest sent once is in `dossier-events` once, however often its producer tried: no two records of one arrival."""
    seen: Counter[tuple[int, str]] = Counter()

    def take(_: bytes | None, value: bytes | None) -> None:
        with suppress(msgspec.MsgspecError):
            event = decode_event(value or b"")
            seen[event.arrived_at, event.id] += 1

    await _each(settings, topics.DOSSIER_EVENTS, take)
    return (Finding("twice", f"the event {id_} of {at} stands there {count} times") for (at, id_), count in seen.items() if count > 1)


async def dossiers_are_the_fold_of_their_events(settings: PlatformSettings) -> Iterator[Finding]:
    """`dossiers`: the compacted topic holds what the domain's own fold makes of the events, dossier by dossier."""
    folded, kept = dict[bytes, bytes](), dict[bytes, bytes | None]()

    def take(key: bytes | None, value: bytes | None) -> None:
        try:
            event = decode_event(value or b"")
            if event.dossier.encode() == key and (new := fold(folded.get(key), event)) is not None:
                folded[key] = new
        except (msgspec.MsgspecError, ValueError):
            return  # a dead letter

    await _each(settings, topics.DOSSIER_EVENTS, take)
    await _each(settings, topics.DOSSIERS, lambda key, value: kept.update({key or b"": value}))
    wrong = [key for key in folded.keys() | kept.keys() if not key.startswith(topics.OWN_KEY) and folded.get(key) != kept.get(key)]
    return (Finding("dossiers", f"{key.decode()} is not the fold of its events") for key in sorted(wrong))


async def no_sum_is_impossible(settings: PlatformSettings) -> Iterator[Finding]:
    """`invariant`: of every unit and policy, no prefix sum is below zero and received = finished + pending + overdue on every day."""
    partials: dict[CellKey, list[int]] = {}

    def take(key: bytes | None, value: bytes | None) -> None:
        if isinstance(parsed := parse_key(key or b""), CellKey):
            partials.pop(parsed, None) if value is None else partials.update({parsed: decode_cell(value)})

    await _each(settings, topics.UNIT_DAYS, take)
    units: dict[tuple[str, int], DaySeries] = {}
    for key, counters in partials.items():
        units.setdefault((key.unit, key.policy), DaySeries()).add(key.day, counters)
    found = {unit: series.first_violation() for unit, series in units.items()}
    return (Finding("invariant", f"{unit}: {violation}") for unit, violation in sorted(found.items()) if violation is not None)
