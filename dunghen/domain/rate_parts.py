"""A rate taken apart (`domain.md` §4): the parts that its numerator and denominator are sums of, and which dossiers are in which. Pure.

The same parts two ways: out of a unit's counters (`parts_of`), which is what the map shows, and of one dossier by its traits (`Slice`,
`part_of`), which is how the dossiers behind the number are found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dunghen.domain.rates import Rate
from dunghen.domain.traits import DUE_MET, EARLY, FIRST_MET, FLAG_BITS, JUDGED, LATE

GOOD = frozenset(("early", "on_day", "undated", "pending", "met"))
ENDED = ("early", "on_day", "undated", "late")
PARTS: Mapping[str, tuple[str, ...]] = {
    "official": (*ENDED, "pending", "overdue"),
    "resolved": ENDED,
    "due_cohort": ("met", "missed"),
    "statutory": ("met", "missed"),
}
UNDATED = FLAG_BITS["undated"]


class Part(NamedTuple):
    """So many dossiers; `good`: they are in the numerator too, else in the denominator only."""

    name: str
    good: bool
    dossiers: int


class Stand(NamedTuple):
    """What a unit's counters say of a window: its counts, and what was open at the end of its last day."""

    counts: Mapping[str, int]
    pending: int
    overdue: int


def parts_of(rate: str, stand: Stand, whole: Rate) -> tuple[Part, ...]:
    """The parts of a rate, in the order of PARTS. `whole`: the rate itself, of which the cohorts' parts are made. Raises KeyError."""
    counts = {name: stand.counts.get(name, 0) for name in ENDED}
    known = {
        **counts,
        "on_day": counts["on_day"] - counts["undated"],
        "pending": stand.pending,
        "overdue": stand.overdue,
        "met": whole.numerator,
        "missed": whole.denominator - whole.numerator,
    }
    return tuple(Part(name, name in GOOD, known[name]) for name in PARTS[rate])


def summed(parts: tuple[Part, ...]) -> Rate:
    """The rate that these parts are of."""
    return Rate(sum(part.dossiers for part in parts if part.good), sum(part.dossiers for part in parts))


class Slice(NamedTuple):
    """Dossiers of a unit whose days lie so: by a member of `traits.Placement`, (first, last) both included, None: open on that side."""

    name: str  # ended, pending, overdue, due, promised
    days: Mapping[str, tuple[int | None, int | None]]


def slices_of(rate: str, first: int, last: int, over: int) -> tuple[Slice, ...]:
    """Where the dossiers behind a rate of the days first..last stand; no dossier is in two. `over`: the last day that is over.

    What was ended, pending or overdue is told as of the end of day `last`. Raises KeyError for an unknown rate.
    """
    closed = min(last, over)
    open_then = {"closed_day": (last + 1, None), "received_day": (None, last)}
    found = {
        "ended": Slice("ended", {"closed_day": (first, last)}),
        "pending": Slice("pending", {**open_then, "due_day": (last, None)}),
        "overdue": Slice("overdue", {**open_then, "due_day": (None, last - 1)}),
        "due": Slice("due", {"due_on": (first, closed)}),
        "promised": Slice("promised", {"promised_on": (first, closed)}),
    }
    names = {"official": ("ended", "pending", "overdue"), "resolved": ("ended",), "due_cohort": ("due",), "statutory": ("promised",)}[rate]
    return tuple(found[name] for name in names)


def part_of(slice_name: str, traits: int) -> str:
    """In which part a dossier of a slice is."""
    if slice_name in ("pending", "overdue"):
        return slice_name
    if slice_name == "ended":
        judged = traits & JUDGED
        return "early" if judged == EARLY else "late" if judged == LATE else "undated" if traits & UNDATED else "on_day"
    return "met" if traits & (DUE_MET if slice_name == "due" else FIRST_MET) else "missed"
