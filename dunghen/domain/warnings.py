"""When a dossier crosses the stages at which somebody is told (`product.md`, Alerts; instants, not days: `domain.md` §4). Pure.

Three clocks, each on its own: `intake`, from an online submission to its acceptance or refusal, 8 working hours (NĐ 118/2025, `domain.md`
§3); `step`, the end that the newest step gave itself (NgayKetThucTheoQuyDinh), over with the next step; `dossier`, the whole of it.
Time left is working time. A long term is measured in per cent of itself without its pauses, a short one in working hours that remain; what
ends, stands still or has no due date crosses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from dunghen.domain.manners import goes_at
from dunghen.domain.matrix import ESCALATED, Clock, Stage
from dunghen.domain.policy import Policy
from dunghen.domain.recipients import Reach, Recipient, Whose, recipients
from dunghen.domain.reckoning import Reckoning, last_word, reckon
from dunghen.domain.record_layout import RETRACTED, SYNCED
from dunghen.domain.record_reading import Head, read
from dunghen.domain.statuses import FINAL, NEW, SOFT

INTAKE_SECONDS = 8 * 3600  # of working time
ONLINE = 2  # KenhThucHien
_OVER = sum(1 << status for status in FINAL | SOFT)  # as bits of `Head.said`


class Running(NamedTuple):
    """One clock of a dossier. Instants in seconds since 1970 UTC; `due_at` 0: no due date, or the clock is stopped."""

    clock: Clock
    began_at: int
    due_at: int
    paused: tuple[tuple[int, int], ...] = ()


class Facts(NamedTuple):
    """What may be told of an open dossier: whose it is, and the clocks that run for it."""

    whose: Whose
    procedure: str
    clocks: tuple[Running, ...]
    unit_said_at: int = 0  # the newest sync, which names the unit
    handler_said_at: int = 0  # the newest step that named somebody
    reopened_at: int = 0  # when it was last said to be open, after it had been said to be over; 0: it never was

    def due_at(self, clock: Clock) -> int:
        """When that clock ends; 0: it does not run, stands still, or has no end."""
        return next((each.due_at for each in self.clocks if each.clock == clock), 0)


class Crossing(NamedTuple):
    """The instant from which on a stage holds; `place`: where it stands in the policy; `base` of an escalation: the stage it follows."""

    at: int
    place: int
    clock: Clock
    due_at: int
    stage: Stage
    base: Stage | None = None

    @property
    def mark(self) -> str:
        """What is remembered of it: a stage is crossed once, by whatever due date, but every step has stages of its own."""
        return mark_of(self.clock, self.due_at, self.stage.name)


class Ended(NamedTuple):
    """A dossier at its end, an instant: its clocks as they stood then, and what they had crossed by then."""

    at: int
    facts: Facts
    crossed: list[Crossing]


def mark_of(clock: str, due_at: int, stage: str) -> str:
    """See `Crossing.mark`."""
    return f"{clock}@{due_at}:{stage}" if clock == "step" else f"{clock}:{stage}"


def facts_of(record: bytes, policy: Policy) -> tuple[Facts | None, str]:
    """The facts, and why the whole dossier's clock does not run: PAUSED, UNDATED, INTAKE; where the dossier is not open no facts: OUTSIDE,
    ENDED.

    Raises ValueError for a record that cannot be read.
    """
    found = reckon(record, policy.rules)
    if found is None:
        return _not_yet_taken_in(record, policy)
    if found.end.at:
        return None, "ENDED"
    facts = _facts(found, None if found.stopped else step_of(found))
    if found.due_at:
        return facts, ""
    return facts, "PAUSED" if found.stopped else "UNDATED"


def is_retracted(record: bytes) -> bool:
    """Whether the newest statement took the dossier back. False for a record that cannot be read."""
    try:
        return read(record)[0].kind == RETRACTED
    except ValueError:
        return False


def said_again(facts: Facts) -> Facts:
    """Of a dossier that was outside for a time, which its record does not tell: open again since its newest sync."""
    return facts._replace(reopened_at=max(facts.reopened_at, facts.unit_said_at))


def ended_with(record: bytes, policy: Policy) -> Ended | None:
    """What an ended dossier had crossed by its end; None for one that is open or outside.

    Raises ValueError for a record that cannot be read.
    """
    found = reckon(record, policy.rules)
    if found is None or not found.end.at:
        return None
    facts = _facts(found, _step_at_the_end(found))
    return Ended(found.end.at, facts, [c for c in crossings(facts, policy) if c.at <= found.end.at])


def _facts(found: Reckoning, step: Running | None) -> Facts:
    head = found.head
    paused = tuple((pause.began, pause.ended) for pause in found.pauses if pause.ended)
    clocks = (Running("dossier", found.received_at, found.due_at, paused), *((step,) if step else ()))
    return Facts(_whose(head), head.procedure, clocks, head.occurred_at, head.handler_at, _reopened_at(found))


def _reopened_at(found: Reckoning) -> int:
    """The newest sync or last step that said that it is open, where a sync or step had said before that it is over."""
    head, statuses = found.head, found.statuses
    if not (head.said & _OVER or any(status in FINAL or status in SOFT for status in statuses)):
        return 0
    goes_on = bool(statuses) and statuses[-1] not in FINAL and statuses[-1] not in SOFT
    return max(head.open_at, found.instants[-1] if goes_on else 0)


def _step_at_the_end(found: Reckoning) -> Running | None:
    """The step whose clock the end stopped: none came between."""
    head, end = found.head, found.end.at
    if not head.step_due or any(head.step_at < at < end for at in found.instants) or any(p.ended == end for p in found.pauses):
        return None
    return Running("step", head.step_at, head.step_due) if head.step_at < end else None


def _not_yet_taken_in(record: bytes, policy: Policy) -> tuple[Facts | None, str]:
    head, instants, statuses = read(record)
    if head.kind != SYNCED or last_word(head, instants, statuses) != NEW or head.channel != ONLINE or not head.submitted:
        return None, "OUTSIDE"
    intake = Running("intake", head.submitted, policy.calendar.add(head.submitted, INTAKE_SECONDS))
    return Facts(_whose(head), head.procedure, (intake,), head.occurred_at, head.handler_at), "INTAKE"


def step_of(found: Reckoning) -> Running | None:
    """The newest step that gave itself an end, unless another came after it."""
    head = found.head
    if not head.step_due or (found.instants and found.instants[-1] > head.step_at):
        return None
    return Running("step", head.step_at, head.step_due)


def _whose(head: Head) -> Whose:
    return Whose(head.unit, head.handler_id)


def crossings(facts: Facts, policy: Policy) -> list[Crossing]:
    """Every stage that applies to the dossier's clocks, the earliest first; those of one instant in the policy's order.

    A stage of so many hours left does not apply to a term that is no longer than that, except the end itself. Where somebody has to
    acknowledge, the escalation stands behind: so much working time after the instant at which the message may go out.
    """
    return sorted((c for running in facts.clocks if running.due_at for c in _of_clock(running, policy)), key=lambda c: c[:3])


def _of_clock(running: Running, policy: Policy) -> Iterator[Crossing]:
    calendar = policy.calendar
    term = calendar.between(running.began_at, running.due_at) - sum(calendar.between(a, b) for a, b in running.paused)
    kind = "short" if term <= policy.short_term_seconds else "long"
    for place, stage in enumerate(policy.stages):
        if stage.terms != kind or running.clock not in stage.clocks:
            continue
        left = _left(stage, max(0, term))
        at = calendar.add(running.due_at, -left)
        if (left < term or left <= 0) and stage.holds_on(policy.zone.day_of(at)):
            yield Crossing(at, place, running.clock, running.due_at, stage)
            if stage.escalate_to:
                yield _escalation(Crossing(at, place, running.clock, running.due_at, stage), policy)


def _escalation(first: Crossing, policy: Policy) -> Crossing:
    stage = first.stage
    return Crossing(acknowledged_by(first, policy), first.place, first.clock, first.due_at, _further(stage), stage)


@lru_cache(maxsize=1 << 10)
def _further(stage: Stage) -> Stage:
    return replace(stage, name=stage.name + ESCALATED, roles=stage.escalate_to, escalate_to=(), acknowledge_seconds=0, digest=False)


def acknowledged_by(first: Crossing, policy: Policy) -> int:
    """When an acknowledgement is overdue: counted in working time from when the message may have gone out."""
    told_at = goes_at(first.stage, first.at, policy)
    return policy.calendar.add(told_at, first.stage.acknowledge_seconds)


def _left(stage: Stage, term: int) -> int:
    """Working seconds before the due instant; negative behind it."""
    if stage.percent is None:
        return stage.remaining_seconds or 0
    return term * (100 - stage.percent) // 100


def newest_of(found: Sequence[Crossing], clock: Clock, now: int) -> Crossing | None:
    """The stage of a clock that holds now: the last one crossed; an escalation takes no stage's place."""
    return next((c for c in reversed(found) if c.clock == clock and c.at <= now and c.base is None), None)


def concerned(crossing: Crossing, whose: Whose, reach: Reach, day: int) -> list[Recipient]:
    """Who is told of a stage on a local day; of an escalation only those who were not told what it follows."""
    found = recipients(whose, crossing.stage.roles, reach, day)
    if crossing.base is None:
        return list(found)
    heard = {each.id for each in recipients(whose, crossing.base.roles, reach, day)}
    return [each for each in found if each.id not in heard]


def next_crossing(ahead: Sequence[Crossing], after: int) -> int:
    """The first instant later than `after` at which a stage is crossed; 0: none."""
    return next((c.at for c in ahead if c.at > after), 0)
