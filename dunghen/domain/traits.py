"""Where one dossier stands in the parts of a rate, and its flags, as numbers that a store can search and tally. Pure.

`traits` is one whole number: bits 0–1 how it was judged, then `met` bits of both cohorts, `otherwise`, `stopped`, and from FLAG_BIT on one
bit for each name of `flags.FLAGS` in their order. So a count by `traits` tells every part and every flag at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dunghen.domain.days import Zone
from dunghen.domain.flags import FLAGS, flags_of
from dunghen.domain.reckoning import Reckoning

NEVER = 1 << 30  # a local day that does not come: not ended, or no date
OPEN, EARLY, ON_DAY, LATE = range(4)
JUDGED = 3  # the bits of these four
DUE_MET, FIRST_MET, OTHERWISE, STOPPED = 1 << 2, 1 << 3, 1 << 4, 1 << 5
FLAG_BIT = 8
FLAG_BITS: Mapping[str, int] = {name: 1 << FLAG_BIT + place for place, name in enumerate(FLAGS)}
# Raised when a bit gets another meaning or a flag is added: the read model then judges every dossier anew.
# 2: `cut`, for break-downs; 3: `pace`, for the look-ahead; 4: `cut` with the weekday; 5: `pace` with evenings; 6: readings of decision 0004
EDITION = 6


class Placement(NamedTuple):
    """Local day numbers, NEVER: there is none. `closed_day`: the day on which its end counts; `due_on`, `promised_on`: its cohorts' days.

    None of the three lies before the day received (`domain.md` §4); `due_day` is the due date itself.
    """

    received_day: int
    closed_day: int
    due_day: int
    due_on: int
    promised_on: int
    traits: int


def placed(found: Reckoning, zone: Zone) -> Placement:
    """Where a dossier counts, by the same days as its marks (`marks`): a test holds both together."""
    received, ended, due, first = (
        zone.day_of(at) if at else NEVER for at in (found.received_at, found.end.at, found.due_at, found.first_due_at)
    )
    traits = _judged(ended, due) | DUE_MET * (ended <= due < NEVER) | FIRST_MET * (ended <= first < NEVER)
    traits |= OTHERWISE * found.end.otherwise | STOPPED * found.stopped
    for name in flags_of(found, zone):
        traits |= FLAG_BITS[name]
    return Placement(received, max(ended, received), due, max(due, received), max(first, received), traits)


def _judged(ended: int, due: int) -> int:
    if ended == NEVER:
        return OPEN
    return EARLY if ended < due < NEVER else LATE if ended > due else ON_DAY


def flags_in(traits: int) -> tuple[str, ...]:
    """The names of the flags, in the order of `flags.FLAGS`."""
    return tuple(name for name, bit in FLAG_BITS.items() if traits & bit)


def is_open(traits: int) -> bool:
    """Whether it has not ended, as the dossier tells it now."""
    return traits & JUDGED == OPEN
