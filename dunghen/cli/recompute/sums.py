"""Scores of the same unit, day and windows that were counted apart, as one."""

from __future__ import annotations

from collections.abc import Container

import msgspec

from dunghen.contracts.messages import STANDING_COUNTS, RateCounts, UnitScore, WindowScore


def added(a: UnitScore, b: UnitScore) -> UnitScore:
    """The sum of both; what is no count is that of `b`."""
    standing = {name: getattr(a, name) + getattr(b, name) for name in STANDING_COUNTS}
    return msgspec.structs.replace(b, windows={name: _window(a.windows[name], b.windows[name]) for name in b.windows}, **standing)


def known(score: UnitScore, names: Container[str]) -> UnitScore:
    """Without the window counts that were not counted yet."""

    def only(window: WindowScore) -> WindowScore:
        return msgspec.structs.replace(window, counts={name: n if name in names else 0 for name, n in window.counts.items()})

    return msgspec.structs.replace(score, windows={name: only(window) for name, window in score.windows.items()})


def _window(a: WindowScore, b: WindowScore) -> WindowScore:
    counts = {name: a.counts.get(name, 0) + n for name, n in b.counts.items()}
    rates = {name: _rate(a.rates[name], rate) for name, rate in b.rates.items()}
    return msgspec.structs.replace(b, counts=counts, rates=rates)


def _rate(a: RateCounts, b: RateCounts) -> RateCounts:
    return RateCounts(*map(int.__add__, msgspec.structs.astuple(a), msgspec.structs.astuple(b)))
