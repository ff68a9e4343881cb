"""The job that every system does: of each dossier's newest state, what its unit received and finished on time and late. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from dunghen.contracts.messages import DossierEvent
from dunghen.domain.marks import EARLY, LATE, ON_DAY, RECEIVED, marks
from dunghen.domain.record import append_quietly, fold
from dunghen.domain.rules import DossierRules


class Share(NamedTuple):
    """What one dossier adds to its unit; `unit` is "" outside every rate."""

    unit: str
    received: int
    on_time: int
    late: int


Counts = dict[str, list[int]]  # unit -> [received, on_time, late]
NOTHING = Share("", 0, 0, 0)


def share(record: bytes, rules: DossierRules) -> Share:
    """Of one dossier. Early and on the day are on time."""
    unit, found = marks(record, rules)
    sums = {RECEIVED: 0, EARLY: 0, ON_DAY: 0, LATE: 0}
    for _, counter, by in found:
        if counter in sums:
            sums[counter] += by
    return Share(unit, sums[RECEIVED], sums[EARLY] + sums[ON_DAY], sums[LATE])


def advance(old: bytes | None, event: DossierEvent, rules: DossierRules) -> tuple[bytes | None, Share, Share]:
    """(the dossier's new state, the share to take back, the share to add); state None: the event adds nothing.

    Every peer gets the domain's own fast way too, so that what is compared is what is around the job.
    """
    if old is not None and event.kind == "progressed":
        quiet = append_quietly(old, event)
        if quiet is not None:
            return quiet, NOTHING, NOTHING
    new = fold(old, event)
    if new is None:
        return None, NOTHING, NOTHING
    before, after = NOTHING if old is None else share(old, rules), share(new, rules)
    return (new, NOTHING, NOTHING) if before == after else (new, before, after)


@dataclass(slots=True)
class Tally:
    """Counts in memory, and how often something that was counted had to be taken back for good (a counter of a unit went down)."""

    counts: Counts = field(default_factory=dict)
    taken_back: int = 0

    def change(self, before: Share, after: Share) -> None:
        self.note(before, after)
        for change, sign in ((before, -1), (after, 1)):
            if change.unit:
                sums = self.counts.setdefault(change.unit, [0, 0, 0])
                for place, by in enumerate(change[1:]):
                    sums[place] += by * sign

    def note(self, before: Share, after: Share) -> None:
        """Only how often something was taken back, where the system keeps the counts itself."""
        self.taken_back += before.unit != "" and (
            before.unit != after.unit or any(b > a for b, a in zip(before[1:], after[1:], strict=True))
        )


def counts_of(shares: Iterable[Share]) -> Counts:
    """The same by the batch path: added up once at the end, nothing ever taken back."""
    counts: Counts = {}
    for unit, *numbers in shares:
        if unit:
            counts[unit] = [a + b for a, b in zip(counts.get(unit, (0, 0, 0)), numbers, strict=True)]
    return counts


def differences(wanted: Mapping[str, list[int]], got: Mapping[str, list[int]]) -> list[str]:
    """One line a unit that differs; a unit without any count is the same as a unit that is not there."""
    zero = [0, 0, 0]
    return [
        f"{unit}: {got.get(unit, zero)} instead of {wanted.get(unit, zero)}"
        for unit in sorted({*wanted, *got})
        if list(got.get(unit, zero)) != list(wanted.get(unit, zero))
    ]
