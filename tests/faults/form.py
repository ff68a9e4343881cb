"""Which form of the fault runs this is: the short one of `make test`, or one seed of `make faults`."""

from __future__ import annotations

import os

LONG = os.environ.get("FAULT_FORM") == "long"
SEED = int(os.environ.get("FAULT_SEED", "1"))


def long_or_short(long: int, short: int) -> int:
    """How much of it."""
    return long if LONG else short
