"""What a dossier contributes to the numbers: marks (day, counter, ±1), a pure function of its record (`architecture.md` §4)."""

from __future__ import annotations

from dunghen.domain.reckoning import Reckoning, reckon
from dunghen.domain.record import DIGITISED, E_RESULT, FEE, PAID_ONLINE
from dunghen.domain.rules import DossierRules

COUNTERS = (
    *("received", "online", "fee", "paid_online", "digitised", "e_result"),
    *("early", "on_day", "late", "undated", "otherwise"),
    *("pending", "overdue", "paused"),  # difference marks: their sum up to a day is what there was at its end
    *("due", "due_met", "first_due", "first_met"),
)
(RECEIVED, ONLINE, FEES, PAID, DIGITAL, E_RESULTS, EARLY, ON_DAY, LATE, UNDATED, OTHERWISE) = range(11)
(PENDING, OVERDUE, PAUSED, DUE, DUE_MET, FIRST_DUE, FIRST_MET) = range(11, 18)
DIFFERENCES = (PENDING, OVERDUE, PAUSED)
COHORTS = (DUE, DUE_MET, FIRST_DUE, FIRST_MET)
BY_DAY = {name: i for i, name in enumerate(COUNTERS) if i not in DIFFERENCES}  # what happened on a day
IN_A_WINDOW = {name: i for name, i in BY_DAY.items() if i not in COHORTS}  # their sums over days are figures of their own

# Carried by the policy: a program that counts otherwise publishes it anew, so everything is counted again and switched to as a whole.
# A new counter goes to the end of COUNTERS (what was written before lacks it); `edition` is raised when the meaning of one changes.
COUNTED = {"names": list(COUNTERS), "edition": 1}

_NEVER = 1 << 30  # a day that does not come
_ONLINE_CHANNEL = 2
_ON_RECEPTION = ((FEE, FEES), (PAID_ONLINE, PAID), (DIGITISED, DIGITAL))

Mark = tuple[int, int, int]  # (local day, index in COUNTERS, +1 or -1)


def marks(record: bytes, rules: DossierRules) -> tuple[str, list[Mark]]:
    """(unit, marks); ("", []) for what is outside every rate. No mark comes twice and none stands before the day received.

    So on every day: Σ received = Σ (early + on_day + late) + pending + overdue. Raises ValueError for a record that cannot be read.
    """
    found = reckon(record, rules)
    if found is None:
        return "", []
    day_of, head = rules.zone.day_of, found.head
    received = day_of(found.received_at)
    end = day_of(found.end.at) if found.end.at else _NEVER
    due = day_of(found.due_at) if found.due_at else _NEVER
    out: list[Mark] = [(received, RECEIVED, 1)]
    if head.channel == _ONLINE_CHANNEL:
        out.append((received, ONLINE, 1))
    if head.flags:
        out += [(received, counter, 1) for bit, counter in _ON_RECEPTION if head.flags & bit]
    if due < _NEVER:
        _cohort(out, due if due > received else received, DUE, end <= due)
    if found.first_due_at:
        first = due if found.first_due_at == found.due_at else day_of(found.first_due_at)
        _cohort(out, first if first > received else received, FIRST_DUE, end <= first)
    closed = end if end > received else received
    change = closed if closed <= due else max(due + 1, received)  # until then pending; from the day after it fell due overdue
    _interval(out, PENDING, received, change)
    _interval(out, OVERDUE, change, closed)
    for pause in found.pauses:
        resumed = day_of(pause.ended) if pause.ended else _NEVER
        _interval(out, PAUSED, max(day_of(pause.began), received), min(resumed, change))
    if closed < _NEVER:
        _finish(out, closed, found, EARLY if end < due < _NEVER else LATE if end > due else ON_DAY)
    return head.unit, out


def _cohort(out: list[Mark], day: int, total: int, met: bool) -> None:
    out.append((day, total, 1))
    if met:
        out.append((day, total + 1, 1))


def _interval(out: list[Mark], counter: int, start: int, end: int) -> None:
    if start < end:
        out.append((start, counter, 1))
        if end < _NEVER:
            out.append((end, counter, -1))


def _finish(out: list[Mark], day: int, found: Reckoning, judged: int) -> None:
    out.append((day, judged, 1))
    if not found.due_at:
        out.append((day, UNDATED, 1))
    if found.end.otherwise:
        out.append((day, OTHERWISE, 1))
    if found.head.flags & E_RESULT:
        out.append((day, E_RESULTS, 1))
