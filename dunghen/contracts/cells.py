"""Keys and values of `unit-days`: absolute day counters of one unit as one partition of the fold counts them, and what they stand for.

A cell's value is a MessagePack array of integers in the order of `domain.marks.COUNTERS`. Every key names the policy version under which
it was counted, so that two versions can stand side by side while the map is being switched (`architecture.md` §5):

| key | value |
|---|---|
| `unit|day|partition|policy` | the counters; no value: all zero |
| `~covers|unit|partition|policy` | the source offset below which every event is in this unit's cells; follows them in their transaction |
| `~level|partition|policy` | the same for all units of this partition of `unit-days` |
| `~complete|partition|policy` | the source offset at which this partition had written all its cells under this policy for the first time |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from dunghen.domain.marks import COUNTERS

encode_cell = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[int]).decode
_COUNT, _OWN = len(COUNTERS), ord("~")


class CellKey(NamedTuple):
    """Of which unit, local day, fold partition and policy version the counters are."""

    unit: str
    day: int
    partition: int
    policy: int


@dataclass(frozen=True, slots=True)
class Covers:
    unit: str
    partition: int
    policy: int


@dataclass(frozen=True, slots=True)
class LevelOf:
    partition: int
    policy: int


@dataclass(frozen=True, slots=True)
class Complete:
    partition: int
    policy: int


UnitDayKey = CellKey | Covers | LevelOf | Complete


def decode_cell(value: bytes) -> list[int]:
    """The counters that this release knows, however many the one that wrote the cell knew. Raises msgspec.MsgspecError."""
    return completed(_decode(value))


def decode_kept(value: bytes) -> list[int]:
    """The same and whatever a newer release counted behind them: for who keeps the cell or writes it anew. Raises msgspec.MsgspecError."""
    return _filled(_decode(value))


def completed(counters: list[int]) -> list[int]:
    """Counters of another release, in place: zeros for what it lacks, without what it has more; none (`[]`) stay none."""
    del counters[_COUNT:]
    return _filled(counters)


def _filled(counters: list[int]) -> list[int]:
    if counters and len(counters) < _COUNT:
        counters.extend([0] * (_COUNT - len(counters)))
    return counters


def cell_key(unit: str, day: int, partition: int, policy: int) -> bytes:
    return f"{unit}|{day}|{partition}|{policy}".encode()


def covers_key(unit: str, partition: int, policy: int) -> bytes:
    return f"~covers|{unit}|{partition}|{policy}".encode()


def level_key(partition: int, policy: int) -> bytes:
    return f"~level|{partition}|{policy}".encode()


def complete_key(partition: int, policy: int) -> bytes:
    return f"~complete|{partition}|{policy}".encode()


def parse_key(key: bytes) -> UnitDayKey:
    """What a key of `unit-days` speaks of; raises ValueError for a key of another form."""
    parts = key.decode().split("|")
    if len(parts) == 4 and key[0] != _OWN:  # nearly all
        return CellKey(parts[0], int(parts[1]), int(parts[2]), int(parts[3]))
    match parts:
        case ["~covers", unit, partition, policy]:
            return Covers(unit, int(partition), int(policy))
        case ["~level", partition, policy]:
            return LevelOf(int(partition), int(policy))
        case ["~complete", partition, policy]:
            return Complete(int(partition), int(policy))
    raise ValueError(f"not a key of unit-days: {len(parts)} parts")
