"""What the public learns of single desks (issue 7 E6; decision 0028). Pure.

Of each day that is over, a desk is told apart only where it had five or more, and only if what is not told apart of that day is none, five
or more, or all of it. That holds by day, so for every window, for the difference of any two, and for what is missing to the unit's figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dunghen.domain.desks import DeskTally
from dunghen.domain.fives import SMALLEST

_NONE = DeskTally()
GROUPS: Mapping[str, tuple[str, ...]] = {  # by the figure that counts its people: what is told or withheld with it
    "taken": ("taken", "served", "abandoned", "waits", "services"),
    "appointments": ("appointments", "kept", "missed"),
    "answers": ("scores",),
}


class Published(NamedTuple):
    """A desk's day as the public sees it. `withheld`: something is left out."""

    tally: DeskTally
    withheld: bool


def published(day: Mapping[str, DeskTally]) -> dict[str, Published]:
    """The desks of one day of a unit, by code; each group of figures by itself."""
    hidden = {group: _hidden({desk: int(getattr(tally, group)) for desk, tally in day.items()}) for group in GROUPS}
    return {desk: _without(tally, [group for group in GROUPS if desk in hidden[group]]) for desk, tally in day.items()}


def _hidden(counts: Mapping[str, int]) -> set[str]:
    hidden = {desk for desk, n in counts.items() if 0 < n < SMALLEST}
    if 0 < sum(counts[desk] for desk in hidden) < SMALLEST:
        shown = [(n, desk) for desk, n in counts.items() if n >= SMALLEST]
        hidden |= {min(shown)[1]} if shown else set()
    return hidden


def _without(tally: DeskTally, groups: list[str]) -> Published:
    names = [name for group in groups for name in GROUPS[group]]
    return Published(tally._replace(**{name: getattr(_NONE, name) for name in names}), bool(groups))
