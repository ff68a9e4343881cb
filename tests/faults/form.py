"""Which form of the fault runs this is: the short one of `make test`, or one seed of `make faults`."""

from __future__ import annotations

import os

import pytest

LONG = os.environ.get("FAULT_FORM") == "long"
SEED = int(os.environ.get("FAULT_SEED", "1"))


def in_parts(count: int) -> pytest.MarkDecorator:
    """The long form of a test in so many parts, each by itself (argument `part`): a run may stop and go on between them."""
    return pytest.mark.parametrize("part", range(count if LONG else 1), ids=lambda number: f"part{number}")


def part_seed(part: int) -> int:
    """The seed of one part: that of the run for the first, its own for each of the others."""
    return SEED + 1000 * part


def long_or_short(long: int, short: int) -> int:
    """How much of it."""
    return long if LONG else short
