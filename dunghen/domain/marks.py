"""What a dossier contributes to the numbers: marks (day, counter, ±1), a pure function of its record (`architecture.md` §4)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from dunghen.domain.reckoning import Reckoning, reckon
from dunghen.domain.record_layout import BY_POST, DIGITISED, E_RESULT, FEE, FORM_TOLD, GATEWAY_TOLD, PAID_NATIONAL, PAID_ONLINE
from dunghen.domain.record_reading import read_plainly
from dunghen.domain.rules import DossierRules

COUNTERS = (
    *("received", "online", "fee", "paid_online", "digitised", "e_result"),
    *("early", "on_day", "late", "undated", "otherwise"),
    *("pending", "overdue", "paused"),  # difference marks: their sum up to a day is what there was at its end
    *("due", "due_met", "first_due", "first_met"),
    "postponed",
    *("paid_national", "form_told", "by_post"),
    "gateway_told",
)
(RECEIVED, ONLINE, FEES, PAID, DIGITAL, E_RESULTS, EARLY, ON_DAY, LATE, UNDATED, OTHERWISE) = range(11)
(PENDING, OVERDUE, PAUSED, DUE, DUE_MET, FIRST_DUE, FIRST_MET, POSTPONED) = range(11, 19)
(NATIONAL, FORMS_TOLD, POSTED, GATEWAYS_TOLD) = range(19, 23)
DIFFERENCES = (PENDING, OVERDUE, PAUSED)
COHORTS = (DUE, DUE_MET, FIRST_DUE, FIRST_MET)
BY_DAY = {name: i for i, name in enumerate(COUNTERS) if i not in DIFFERENCES}  # what happened on a day
IN_A_WINDOW = {name: i for name, i in BY_DAY.items() if i not in COHORTS}  # their sums over days are figures of their own

# Carried by the policy: a program that counts otherwise publishes it anew, so everything is counted again and switched to as a whole.
# A new counter goes to the end of COUNTERS (what was written before lacks it); `edition` is raised when the meaning of one changes.
COUNTED = {"names": list(COUNTERS), "edition": 2}  # 2: the end, pauses and promises as decision 0004 reads them since

_NEVER = 1 << 30  # a day that does not come
_ONLINE_CHANNEL = 2
_ON_RECEPTION = ((FEE, FEES), (PAID_ONLINE, PAID), (DIGITISED, DIGITAL), (PAID_NATIONAL, NATIONAL), (FEE | GATEWAY_TOLD, GATEWAYS_TOLD))
_AT_THE_END = ((E_RESULT, E_RESULTS), (FORM_TOLD, FORMS_TOLD), (BY_POST, POSTED))

Mark = tuple[int, int, int]  # (local day, index in COUNTERS, +1 or -1)
NO_MARKS = frozenset[Mark]()


def marks(record: bytes, rules: DossierRules) -> tuple[str, frozenset[Mark]]:
    """(unit, marks); ("", none) for what is outside every rate. No mark comes twice and none stands before the day received.

    So on every day: Σ received = Σ (early + on_day + late) + pending + overdue. Raises ValueError for a record that cannot be read.
    """
    day_of = rules.zone.day_of
    if plain := read_plainly(record):
        unit, received, end, due, first, channel, flags = plain
        due_day = day_of(due)
        first_day = due_day if first == due else day_of(first)
        return unit, _usual((day_of(received), day_of(end) if end else _NEVER, due_day, first_day), channel, flags)
    found = reckon(record, rules)
    if found is None:
        return "", NO_MARKS
    head = found.head
    received, end, due, first = (day_of(at) if at else _NEVER for at in (found.received_at, found.end.at, found.due_at, found.first_due_at))
    usual = _usual((received, end, due, first), head.channel, head.flags)
    return head.unit, usual.union(_unusual(found, (received, end, due), day_of))


@lru_cache(maxsize=1 << 12)
def changes(old: frozenset[Mark], new: frozenset[Mark]) -> tuple[Mark, ...]:
    """What to add to the counters where a dossier marked the old and now marks the new: the new ones, and the old ones taken back."""
    return (*(new - old), *((day, counter, -by) for day, counter, by in old - new))


@lru_cache(maxsize=1 << 12)
def _usual(days: tuple[int, int, int, int], channel: int, flags: int) -> frozenset[Mark]:
    """What a dossier marks by the days received, ended, due and first due (_NEVER: not ended, no date): kept, as many have them alike."""
    received, end, due, first = days
    out: list[Mark] = [(received, RECEIVED, 1)]
    if channel == _ONLINE_CHANNEL:
        out.append((received, ONLINE, 1))
    out += [(received, counter, 1) for bits, counter in _ON_RECEPTION if flags & bits == bits]
    if due < _NEVER:
        _cohort(out, max(due, received), DUE, end <= due)
    if first < _NEVER:
        _cohort(out, max(first, received), FIRST_DUE, end <= first)
    if first < due < _NEVER:
        out.append((received, POSTPONED, 1))
    closed = max(end, received)
    change = _change(received, closed, due)
    _interval(out, PENDING, received, change)
    _interval(out, OVERDUE, change, closed)
    if closed < _NEVER:
        out.append((closed, EARLY if end < due < _NEVER else LATE if end > due else ON_DAY, 1))
        if due == _NEVER:
            out.append((closed, UNDATED, 1))
        out += [(closed, counter, 1) for bit, counter in _AT_THE_END if flags & bit]
    return frozenset(out)


def _cohort(out: list[Mark], day: int, total: int, met: bool) -> None:
    out.append((day, total, 1))
    if met:
        out.append((day, total + 1, 1))


def _interval(out: list[Mark], counter: int, start: int, end: int) -> None:
    if start < end:
        out.append((start, counter, 1))
        if end < _NEVER:
            out.append((end, counter, -1))


def _change(received: int, closed: int, due: int) -> int:
    """Until then pending; if still open then, from the day after it fell due, overdue."""
    return closed if closed <= due else max(due + 1, received)


def _unusual(found: Reckoning, days: tuple[int, int, int], day_of: Callable[[int], int]) -> list[Mark]:
    """What pauses and an end by 3, 7 or 8 mark besides; `days`: received, ended, due."""
    received, end, due = days
    closed = max(end, received)
    change, out = _change(received, closed, due), list[Mark]()
    for pause in found.pauses:
        resumed = day_of(pause.ended) if pause.ended else _NEVER
        _interval(out, PAUSED, day_of(pause.began), min(resumed, change))
    if closed < _NEVER and found.end.otherwise:
        out.append((closed, OTHERWISE, 1))
    return out
