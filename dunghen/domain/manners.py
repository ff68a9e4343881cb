"""How people are told: quiet hours and days off, the morning's digest, silences, snoozing, acknowledging (`product.md`, Alerts). Pure.

What is decided stays decided; this says when it may go out, or why it does not. Instants are seconds since 1970 UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.matrix import ESCALATED, Clock, Manners, Silence, Stage
from dunghen.domain.policy import Policy

ActionKind = Literal["acknowledge", "working", "snooze", "dispute"]
ANSWERS: tuple[ActionKind, ...] = ("acknowledge", "working", "dispute")  # somebody has seen it: nobody further up need be told


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody did about a dossier's stage: `working` is "đang xử lý"; `snooze` holds all of it back from that person till `until`."""

    kind: ActionKind
    person: str
    clock: Clock
    stage: str
    at: int
    until: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """One notice that is to go to one person: of what, crossed when; `stale`: the unit's feed is silent, so nobody knows how it stands.

    `asked_at`: when the stage was crossed to which somebody answers, an escalation's own base; `pauses`: those of its clock, as instants.
    `unit_since`: when the unit was told of it that has the dossier now, where another had been told before; 0: none had.
    """

    dossier: str
    unit: str
    procedure: str
    clock: Clock
    stage: Stage
    recipient: str
    crossed_at: int
    stale: bool = False
    asked_at: int = 0
    pauses: tuple[tuple[int, int], ...] = ()
    unit_since: int = 0

    @property
    def of_stage(self) -> str:
        """The stage that an answer names: an escalation is of the stage that it follows."""
        return self.stage.name.removesuffix(ESCALATED)


class Asked(NamedTuple):
    """A notice, as an answer to it sees it: `stage` by its name, an escalation's too; `since`: the instant from which one could answer."""

    clock: str
    stage: str
    recipient: str
    unit: str
    since: int

    @property
    def of_anybody(self) -> bool:
        """Whether anybody may answer: an escalation is over with any answer; a unit's shared address is nobody's own."""
        return self.stage.endswith(ESCALATED) or self.recipient == self.unit


class Ruling(NamedTuple):
    """`send`, `hold` till an instant (0: till something happens) or `drop`, each with its reason; "" for what simply goes."""

    what: Literal["send", "hold", "drop"]
    reason: str = ""
    until: int = 0


def ruling(telling: Telling, actions: Sequence[Action], policy: Policy, now: int) -> Ruling:
    """What becomes of it now, read from above: silenced → answered → feed silent → snoozed → quiet hours and digest → it goes.

    Whoever was asked may still be told of a breach during a snooze, and of what the matrix lets break quiet hours.
    """
    if any(covers(silence, telling, now) for silence in policy.manners.silences):
        return Ruling("drop", "SILENCED")
    if answered(telling, actions, policy.calendar):
        return Ruling("drop", "ACKNOWLEDGED")
    if telling.stale:
        return Ruling("hold", "FEED_STALE")
    if until := snoozed_until(telling, actions, now):
        return Ruling("hold", "SNOOZED", until)
    if (at := goes_at(telling.stage, telling.crossed_at, policy)) > now:
        return Ruling("hold", "DIGEST" if telling.stage.digest else "QUIET_HOURS", at)
    if (at := goes_at(telling.stage, now, policy, late=True)) > now:
        return Ruling("hold", "QUIET_HOURS", at)
    return Ruling("send")


def covers(silence: Silence, telling: Telling, now: int) -> bool:
    """Whether a silence is about this, now."""
    wanted = ((silence.unit, telling.unit), (silence.procedure, telling.procedure), (silence.dossier, telling.dossier))
    return silence.begins <= now < silence.ends and all(asked in ("", given) for asked, given in wanted)


def answered(telling: Telling, actions: Iterable[Action], calendar: WorkingCalendar) -> bool:
    """Whether this crossing was answered by who is asked; of an escalation by anybody, for then nobody waits for an answer any more."""
    asked = Asked(telling.clock, telling.stage.name, telling.recipient, telling.unit, telling.asked_at)
    return any(_is_of_this(action, telling, calendar) for action in answers_to(asked, actions))


def answer_to(asked: Asked, actions: Iterable[Action]) -> Action | None:
    """The first answer to a notice since it was decided; None while there is none."""
    return min((a for a in answers_to(asked, actions) if a.at >= asked.since), key=lambda a: (a.at, a.person), default=None)


def answers_to(asked: Asked, actions: Iterable[Action]) -> Iterator[Action]:
    """What was said about a notice's stage by those who are asked, whenever."""
    said = (a for a in actions if a.kind in ANSWERS and (a.clock, a.stage) == (asked.clock, asked.stage.removesuffix(ESCALATED)))
    return (a for a in said if asked.of_anybody or a.person == asked.recipient)


def _is_of_this(action: Action, telling: Telling, calendar: WorkingCalendar) -> bool:
    """Whether it was said after this crossing as it stood then: a later pause moved it and asks nobody anew, a later due date does. An
    answer of a unit that has the dossier no more answers for no other.
    """
    if action.at < telling.unit_since:
        return False
    paused = sum(calendar.between(began, ended) for began, ended in telling.pauses if ended > action.at)
    return action.at >= (calendar.add(telling.asked_at, -paused) if paused else telling.asked_at)


def snoozed_until(telling: Telling, actions: Iterable[Action], now: int) -> int:
    """Till when the recipient wants to hear nothing of the dossier; 0: now. A breach is told all the same.

    What was said holds at once: where the clock was put back since, it is said in the future.
    """
    if telling.stage.is_breach:
        return 0
    return max((a.until for a in actions if a.kind == "snooze" and a.person == telling.recipient and now < a.until), default=0)


def goes_at(stage: Stage, at: int, policy: Policy, *, late: bool = False) -> int:
    """The first instant from `at` on at which a message of this stage may go out.

    What is for the digest waits for the next one; what falls into quiet hours or on a day off for the next morning's digest, without one
    for the next hour of messages; what may break quiet hours goes at once. `late`: it has waited for its digest already.
    """
    manners, calendar = policy.manners, policy.calendar
    if stage.digest and manners.digest_at is not None and not late:
        return _next_morning(at, manners.digest_at, calendar)
    if stage.breaks_quiet_hours or not manners.messages or _open(at, manners, calendar):
        return at
    opens = manners.messages[0][0] if manners.digest_at is None else max(manners.digest_at, manners.messages[0][0])
    return _next_morning(at, opens, calendar)


def _open(at: int, manners: Manners, calendar: WorkingCalendar) -> bool:
    day, zone = calendar.zone.day_of(at), calendar.zone
    return calendar.is_working(day) and any(zone.at(day, begin) <= at < zone.at(day, until) for begin, until in manners.messages)


def _next_morning(at: int, seconds: int, calendar: WorkingCalendar) -> int:
    """The first instant from `at` on at which it is that time on a working day."""
    day = calendar.roll_forward(calendar.zone.day_of(at))
    if (here := calendar.zone.at(day, seconds)) >= at:
        return here
    return calendar.zone.at(calendar.next_working_day(day), seconds)
