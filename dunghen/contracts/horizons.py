"""What a partition of `dossiers` says of its horizons: dossiers that were over, and silent since before one, are frozen from there on.

Key `~horizon|<day>`, one for each horizon that a partition ever had, never taken back: by them the batch path knows which events were
refused (`architecture.md` §5, Pruning). Days are UTC days since 1970, as a record counts arrivals.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from dunghen.contracts.topics import OWN_KEY

HORIZON = OWN_KEY + b"horizon|"


class _Value(msgspec.Struct, gc=False, array_like=True):
    below: int
    policy: int


class Horizon(NamedTuple):
    """From source offset `below` on, a dossier that was over and silent since before `day` is frozen, as counted under `policy`."""

    day: int
    below: int
    policy: int


_decode = msgspec.msgpack.Decoder(_Value).decode


def horizon_record(horizon: Horizon) -> tuple[bytes, bytes]:
    """Key and value."""
    return HORIZON + b"%d" % horizon.day, msgspec.msgpack.encode(_Value(horizon.below, horizon.policy))


def horizon_of(key: bytes | None, value: bytes | None) -> Horizon | None:
    """What a record of `dossiers` says of a horizon, None for every other record."""
    if key is None or value is None or not key.startswith(HORIZON):
        return None
    read = _decode(value)
    return Horizon(int(key.removeprefix(HORIZON)), read.below, read.policy)
