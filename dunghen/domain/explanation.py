"""Why a dossier is due when it is: each working interval that counted, each pause and what it did, and by which rule (`product.md`, 3).

Pure: the facts of the record, the policy and an instant in, an account out that adds up. `domain.md` §3 says the rules; `reckoning` decides
the dates, and nothing here decides one anew: the time that counts is laid out so that it ends where the reckoning says it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from dunghen.domain.account import Course, Span, spans_of
from dunghen.domain.day_account import DayAccount, day_account
from dunghen.domain.deadline import TimeLimit, due_at
from dunghen.domain.pauses import Pause, Term, pauses_of
from dunghen.domain.policy import Policy
from dunghen.domain.reckoning import Reckoning, reckon
from dunghen.domain.rules import SupplementRule
from dunghen.domain.statuses import PAUSING, PAYMENT, SUPPLEMENT
from dunghen.domain.warnings import Running, facts_of

How = Literal["LIMIT", "PROMISE", "SOURCE", "ADDED", "RESTARTED", "PAUSED", "UNDATED", "INTAKE"]
Effect = Literal["ADDED", "CONTAINED", "UNMOVED", "RESTARTS", "VOID", "OPEN", "AFTER_DUE", "NOT_FIRST"]
BY: dict[How, Literal["computed", "source", "none"]] = {
    "LIMIT": "computed", "ADDED": "computed", "RESTARTED": "computed", "INTAKE": "computed",
    "PROMISE": "source", "SOURCE": "source", "PAUSED": "none", "UNDATED": "none",
}  # fmt: skip

_EFFECTS: dict[How, Effect] = {"SOURCE": "CONTAINED", "LIMIT": "UNMOVED", "PROMISE": "UNMOVED"}


@dataclass(frozen=True, slots=True)
class Stop:
    """A pause (`ended` 0: still), the instant of the step that it began with, and what it did to the due date.

    `ADDED` to the promise; `CONTAINED` in a date that the source moved; `UNMOVED`: the date comes to lie on no later day by it, so the time
    ran on; `RESTARTS` the limit; `VOID`: before the restart; `OPEN`; `AFTER_DUE` and `NOT_FIRST` stopped nothing.
    """

    began: int
    ended: int
    said_at: int
    status: int  # 5 or 6
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Instants are seconds since 1970 UTC, 0: none. `told_at`: its end, or the instant that was asked about.

    `promised_by_source`: the first promise is a date of the source, else it follows from the limit. `term_seconds`: the working time that
    the due date allows without pauses; None where there is no end to count to. `days`: of a term in calendar days, else None. `denied_at`:
    the clock stands still, and the newest sync (which is no step and ends no pause) says another status since then; 0: none does.
    """

    how: How
    began_at: int
    told_at: int
    due_at: int
    first_due_at: int
    promised_by_source: bool
    limit: TimeLimit | None
    rule: SupplementRule
    term_seconds: int | None
    spans: tuple[Span, ...]
    stops: tuple[Stop, ...]
    days: DayAccount | None = None
    denied_at: int = 0

    @property
    def by(self) -> Literal["computed", "source", "none"]:
        """Who set the date that holds."""
        return BY[self.how]

    def seconds(self, kind: str) -> int:
        """Working seconds of one kind."""
        return sum(span.seconds for span in self.spans if span.kind == kind)


class _Case(NamedTuple):
    found: Reckoning
    term: Term
    how: How
    restart: Pause | None  # from whose end the limit runs


def explain(record: bytes, policy: Policy, now: int) -> Explanation | None:
    """The account of a dossier at an instant; of an online submission that waits, its intake. None: nothing runs (never accepted, gone).

    Raises ValueError for a record that cannot be read.
    """
    found = reckon(record, policy.rules)
    if found is None:
        facts, _ = facts_of(record, policy)
        return _of_intake(facts.clocks[0], policy, now) if facts else None
    day = policy.zone.day_of(found.received_at)
    limit = policy.rules.limit_of(found.head.procedure, day)
    term = Term(found.first_due_at, found.head.due, limit, policy.rules.supplement_rule_on(day), policy.calendar)
    pauses = pauses_of(found.instants, found.statuses, found.received_at, found.end.at)
    case = _case(found, term)
    course = _course(case, found.end.at or now)
    return Explanation(
        how=case.how,
        began_at=found.received_at,
        told_at=course.told_at,
        due_at=found.due_at,
        first_due_at=found.first_due_at,
        promised_by_source=bool(found.head.first_due),
        limit=limit,
        rule=term.rule,
        term_seconds=_term_seconds(course, policy),
        spans=tuple(spans_of(course, policy.calendar)),
        stops=tuple(_stop(case, pause) for pause in pauses),
        days=day_account(course, policy.calendar) if limit is not None and limit.in_calendar_days else None,
        denied_at=_denied_at(found),
    )


def _denied_at(found: Reckoning) -> int:
    head = found.head
    denied = found.stopped and head.status not in PAUSING and head.occurred_at > found.pauses[-1].began
    return head.occurred_at if denied else 0


def _of_intake(clock: Running, policy: Policy, now: int) -> Explanation:
    course = Course(clock.began_at, max(now, clock.began_at), clock.due_at)
    return Explanation(
        how="INTAKE",
        began_at=clock.began_at,
        told_at=course.told_at,
        due_at=clock.due_at,
        first_due_at=clock.due_at,
        promised_by_source=False,
        limit=TimeLimit(8, "hours"),
        rule="subtract",
        term_seconds=_term_seconds(course, policy),
        spans=tuple(spans_of(course, policy.calendar)),
        stops=(),
    )


def _case(found: Reckoning, term: Term) -> _Case:
    how = _how(found)
    restart = _restart(found, term) if how in ("ADDED", "PAUSED") else None
    return _Case(found, term, "RESTARTED" if restart and how == "ADDED" else how, restart)


def _how(found: Reckoning) -> How:
    """Which rule gave the date that holds. A date that the source gives anew stands before what pauses make of the first promise."""
    head = found.head
    if not found.due_at:
        return "PAUSED" if found.stopped else "UNDATED"
    if head.due and head.due != head.first_due and head.due == found.due_at:
        return "SOURCE"
    if found.due_at != (head.due or found.first_due_at):
        return "ADDED"
    return "PROMISE" if head.first_due else "LIMIT"


def _restart(found: Reckoning, term: Term) -> Pause | None:
    """The last supplement from whose end the whole limit ran again."""
    if term.rule != "restart" or term.limit is None:
        return None
    return next((pause for pause in reversed(found.pauses) if pause.supplement and pause.ended), None)


def _course(case: _Case, told_at: int) -> Course:
    """What the account is laid out from. A date that lies before its beginning is passed from its first second on."""
    found, restart = case.found, case.restart
    if found.due_at and found.due_at < found.received_at:
        return Course(found.due_at, told_at, found.due_at)
    stopping = () if case.how in ("LIMIT", "PROMISE") else found.pauses
    begin = restart.ended if restart else found.received_at
    runs = tuple((pause.began, pause.ended or max(told_at, pause.began)) for pause in stopping if not restart or pause.began >= begin)
    return Course(begin, told_at, found.due_at, runs, _budget(case, begin), found.received_at)


def _budget(case: _Case, begin: int) -> int | None:
    """Working seconds until the due date without the pauses that are added to it; None where the date is looked at, not the time: also
    while the clock is stopped and the source gave more than was promised first.

    A promise before the beginning leaves none.
    """
    term, calendar = case.term, case.term.calendar
    in_days = term.limit is not None and term.limit.in_calendar_days
    if case.how not in ("ADDED", "RESTARTED", "PAUSED") or in_days or not term.promised_at:
        return None
    if case.how == "PAUSED" and term.given_at > term.promised_at:
        return None
    promised = due_at(case.restart.ended, term.limit, calendar) if case.restart and term.limit else term.promised_at
    allowed = calendar.between(begin, promised)
    return allowed if allowed >= 0 else None


def _term_seconds(course: Course, policy: Policy) -> int | None:
    if course.budget is not None or not course.due_at:
        return course.budget
    return sum(span.seconds for span in spans_of(course, policy.calendar) if span.kind in ("counted", "remaining"))


def _stop(case: _Case, pause: Pause) -> Stop:
    return Stop(pause.began, pause.ended, pause.said_at, SUPPLEMENT if pause.supplement else PAYMENT, _effect(case, pause))


def _effect(case: _Case, pause: Pause) -> Effect:
    if pause not in case.found.pauses:
        return "NOT_FIRST" if case.term.rule == "first_only" and pause.supplement and _supplement_before(case, pause) else "AFTER_DUE"
    if not pause.ended:
        return "OPEN"
    if case.restart and pause.began <= case.restart.began:
        return "RESTARTS" if pause == case.restart else "VOID"
    return _EFFECTS.get(case.how, "ADDED")


def _supplement_before(case: _Case, pause: Pause) -> bool:
    return any(other.supplement and other.began < pause.began for other in case.found.pauses)
