"""Compares the ledger with the stages that were crossed (`course`): what is missing, too much, double, went to the wrong person, or says a
reason that is not so. One dossier at a time: nothing of one is kept for the next but counts and faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from dunghen.cli.notices import told_right
from dunghen.cli.notices.course import Course, Owed, Place, Span, Times, course_of, place_of, place_of_notice
from dunghen.cli.notices.handed_over import untold
from dunghen.cli.notices.stories import Story
from dunghen.contracts.messages import Notice
from dunghen.domain.manners import Asked, Telling, answers_to, ruling
from dunghen.domain.matrix import ESCALATED
from dunghen.domain.policy import Policy

PENDING = "pending"
ANSWERS_KEPT = 365 * 86400  # the topic of answers keeps them a little longer
FEED = "feed"  # the clock of what owners of feeds are told: of no dossier's stage
Kind = Literal["missing", "surplus", "double", "wrong_reason", "wrong_recipient", "waits_too_long"]
KINDS: tuple[Kind, ...] = ("missing", "surplus", "double", "wrong_reason", "wrong_recipient", "waits_too_long")
NEVER = "by its events the dossier never crossed this"
THE_PAST = "by its events the dossier crossed this before go-live"
TOLD_BEFORE = "it was told of this before, and had not left it"
REASONS: dict[str, frozenset[str]] = {
    "delivered": frozenset({"WARNING", "BREACH", "ESCALATION", "HANDED_OVER"}),
    "suppressed": frozenset({"SHADOW", "HISTORICAL", "OVERTAKEN", "NO_ADDRESS", "ACKNOWLEDGED", "ALREADY_TOLD", "NOBODY_TOLD", "SILENCED"}),
    "superseded": frozenset({"ENDED", "OUTSIDE", "UNREADABLE", "UNIT_MOVED", "TAKEN_IN", "STEP_OVER", "DUE_MOVED", "STAGE_GONE"})
    | {"OVERTAKEN", "HANDED_OVER", "RECIPIENT_CHANGED"},
}


About = tuple[Owed, Course, Story]  # of a notice: its stage, its dossier's course, and all that is known of the dossier


class Fault(NamedTuple):
    """One thing that is not as it has to be; `about`: `clock:due_at:stage` of the dossier, or the whole key of a notice."""

    kind: Kind
    dossier: str
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Rules:
    """`historical`: seconds after which an event's news is history (alerts' `historical_hours`); `patience`: so long a notice that nothing
    holds back may wait to be sent."""

    historical: int = 86400
    patience: int = 3600


@dataclass(frozen=True, slots=True)
class Known:
    """What every dossier is held against. `policies` and `people` the first first, each with the instant from which it was in force."""

    policies: Sequence[tuple[int, Policy]]
    people: Sequence[told_right.Version]
    times: Times
    rules: Rules = Rules()

    @property
    def policy(self) -> Policy:
        """The newest."""
        return self.policies[-1][1]

    @property
    def of_people(self) -> told_right.Rules:
        """What `told_right` asks for."""
        return told_right.Rules(self.people, self.policies, self.times.slack)


@dataclass
class Report:
    """`owed`: stages that had to be told; `undecided`: such as held so briefly that nobody need have seen them; `states`: rows by state."""

    dossiers: int = 0
    owed: int = 0
    undecided: int = 0
    rows: int = 0
    states: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many faults of each kind."""
        found = Counter(fault.kind for fault in self.faults)
        return {kind: found[kind] for kind in KINDS}

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        figures = {name: getattr(self, name) for name in ("dossiers", "owed", "undecided", "rows", "states")}
        return {**figures, **self.counts, "faults": [fault._asdict() for fault in self.faults]}

    def lines(self) -> Iterator[str]:
        """For the user: the figures, then every fault."""
        states = ", ".join(f"{count:,} {state}" for state, count in sorted(self.states.items()))
        yield f"{self.owed:,} stages of {self.dossiers:,} dossiers had to be told; {self.rows:,} rows in the ledger: {states or 'none'}"
        if self.undecided:
            yield f"{self.undecided:,} more held so briefly that they need not have been seen"
        yield ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in self.counts.items())
        for fault in self.faults:
            yield f"  {fault.kind}: {fault.dossier} {fault.about}: {fault.text}"


def compare(stories: Iterable[Story], known: Known) -> Report:
    """Every stage has rows, every row a stage, one last word each, to whom it had to go, for a reason that the events bear out."""
    report = Report()
    for story in stories:
        rows = [notice for notice in story.rows if notice.clock != FEED]
        report.rows += len(rows)
        report.states.update(notice.state for notice in rows)
        if story.events:
            report.dossiers += 1
            _examine(report, story, rows, known)
        else:
            report.faults += [_fault("surplus", notice, "no event speaks of this dossier") for notice in rows]
        report.faults += _doubles(story)
    return report


def _examine(report: Report, story: Story, rows: Sequence[Notice], known: Known) -> None:
    course = course_of(story.dossier, story.events, known.policies, known.times)
    _count(report, course, rows)
    for place, text in untold(course, rows, known.times.since, known.of_people):
        report.faults.append(Fault("missing", course.dossier, ":".join(map(str, place)), text))
    unheard = {(n.clock, n.stage) for n in rows if n.state == "superseded" and n.reason == "DUE_MOVED"}
    for notice in rows:
        if notice.decided_at < known.times.since:  # before alerts was switched off and on again
            if notice.state == PENDING and known.times.now - known.times.since > known.rules.patience:
                report.faults.append(_fault("waits_too_long", notice, f"decided at {notice.decided_at}, before go-live"))
            continue
        owed = course.owed.get(place_of_notice(notice))
        if owed is None or (owed.again and (notice.clock, notice.stage) not in unheard):
            report.faults.append(_fault("surplus", notice, TOLD_BEFORE if owed else _why_not_owed(notice, course)))
        else:
            report.faults += _faults_of(notice, (owed, course, story), known)


def _why_not_owed(notice: Notice, course: Course) -> str:
    crossed = any(place_of(c) == place_of_notice(notice) and c.at <= span.ends for span in course.spans for c in span.crossed)
    return THE_PAST if crossed else NEVER


def _count(report: Report, course: Course, rows: Sequence[Notice]) -> None:
    words: dict[Place, set[str]] = {}
    for notice in rows:
        words.setdefault(place_of_notice(notice), set()).add(notice.reason)
    for place, owed in course.owed.items():
        report.owed += owed.sure
        report.undecided += not owed.sure and not owed.again
        said, text = words.get(place, set()), ""
        if owed.sure and not said:
            text = f"crossed at {owed.crossing.at}, known from {owed.known_at} to {owed.held_to}, no row"
        elif owed.reopened and said == {"ENDED"}:
            text = f"crossed at {owed.crossing.at}, open again and so at {owed.reopened}, told as ended only"
        if text:
            report.faults.append(Fault("missing", course.dossier, ":".join(map(str, place)), text))


def _faults_of(notice: Notice, about: About, known: Known) -> Iterator[Fault]:
    _, course, story = about
    if why := told_right.wrongly_told(notice, course, story.rows, known.of_people):
        yield _fault("wrong_recipient", notice, why)
    if notice.state == PENDING:
        if _waited(notice, about, known) > known.rules.patience:
            yield _fault("waits_too_long", notice, f"decided at {notice.decided_at} and nothing holds it back")
    elif why := _not_so(notice, about, known):
        yield _fault("wrong_reason", notice, why)


def _waited(notice: Notice, about: About, known: Known) -> int:
    """Seconds for which nothing has held a pending notice back, as far as one can see from here (not: a feed that is silent)."""
    (owed, course, story), times = about, known.times
    last = course.spans[-1]
    if last.facts and any(running.clock == notice.clock and not running.due_at for running in last.facts.clocks):
        return 0
    crossing = next((c for c in last.crossed if place_of(c) == place_of_notice(notice)), owed.crossing)
    since, to = max(notice.decided_at, last.begins, crossing.at), notice.recipient or notice.unit
    telling = Telling(notice.dossier, notice.unit, notice.procedure, crossing.clock, crossing.stage, to, crossing.at)
    held = any(ruling(telling, story.actions, known.policy, at).what == "hold" for at in (times.now - known.rules.patience, times.now))
    return 0 if held else times.now - since


def _not_so(notice: Notice, about: About, known: Known) -> str:
    """Why a settled notice cannot be as it says; "" if it can."""
    owed, course, _ = about
    if notice.state == "failed":
        return "" if notice.refused and notice.reason.startswith("REFUSED_") else "failed, and no channel refused it"
    if notice.reason not in REASONS[notice.state]:
        return f"{notice.state} is never for {notice.reason}"
    if notice.decided_at < owed.crossing.at:
        return f"decided at {notice.decided_at}, before it was crossed at {owed.crossing.at}"
    if notice.reason == "HISTORICAL" and (late := notice.decided_at - _late_since(notice, about, known)) <= known.rules.historical:
        return f"HISTORICAL, {late} s after it was crossed, handed over or said again"
    if notice.reason == "ACKNOWLEDGED" and not _answered(notice, about, known):
        return "ACKNOWLEDGED, and nobody answered it while the dossier was the unit's"
    check, slack = _CHECKS.get(notice.reason), known.times.slack
    later = [span._replace(ends=span.ends + slack) for span in course.spans if span.ends + slack >= owed.known_at]
    return "" if check is None or check(notice, owed, later) else f"{notice.reason} is not borne out by the events"


def _late_since(notice: Notice, about: About, known: Known) -> int:
    """From when on its lateness counts: the crossing, or since then that the dossier, which was outside for a time, was said again, or that
    a stage told to others before passed to other hands, as it was said."""
    (owed, course, story), slack = about, known.times.slack
    since, was_open = owed.crossing.at, False
    told = [row for row in story.rows if place_of_notice(row) == place_of_notice(notice) and row.decided_at < notice.decided_at]
    others = {row.unit for row in told if row.state != "superseded" and row.key != notice.key}
    for before, span in pairwise(course.spans):
        was_open = was_open or before.facts is not None
        if span.facts is None or span.begins > notice.decided_at:
            continue
        outside = before.facts is None and before.why == "OUTSIDE" and before.ends - before.begins > slack
        if was_open and (outside or (others and notice.unit not in others and span.facts.whose.unit == notice.unit)):
            since = max(since, span.facts.unit_said_at)
    return since


def _answered(notice: Notice, about: About, known: Known) -> bool:
    """Whether one who is asked answered while the dossier was that unit's, or nobody's; of answers from long ago nobody knows."""
    (_, course, story), slack = about, known.times.slack
    asked = Asked(notice.clock, notice.stage, notice.recipient or notice.unit, notice.unit, 0)
    of_unit = [span for span in course.spans if span.facts is None or span.facts.whose.unit == notice.unit]
    return known.times.now - notice.decided_at > ANSWERS_KEPT or any(
        span.begins - slack <= answer.at <= span.ends + slack for answer in answers_to(asked, story.actions) for span in of_unit
    )


def _stage_is(breach: bool, escalated: bool) -> Callable[[Notice, Owed, Sequence[Span]], bool]:
    def check(notice: Notice, owed: Owed, _: Sequence[Span]) -> bool:
        return notice.stage.endswith(ESCALATED) == escalated and (escalated or owed.crossing.stage.is_breach == breach)

    return check


def _overtaken(notice: Notice, owed: Owed, spans: Sequence[Span]) -> bool:
    """A later stage of the same clock was crossed while the dossier was so."""
    for span in spans:
        of_clock = [c for c in span.crossed if c.clock == notice.clock]
        behind = next((c for c in of_clock if c.stage.name == notice.stage), owed.crossing)[:2]
        if any(c[:2] > behind and c.at <= span.ends for c in of_clock):
            return True
    return False


def _due(span: Span, notice: Notice) -> int:
    return next((running.due_at for running in span.facts.clocks if running.clock == notice.clock), 0) if span.facts else 0


def _due_moved(notice: Notice, _: Owed, spans: Sequence[Span]) -> bool:
    return any(span.facts and _due(span, notice) not in (0, notice.due_at) for span in spans)


def _clock_over(notice: Notice, _: Owed, spans: Sequence[Span]) -> bool:
    return any(span.facts and all(running.clock != notice.clock for running in span.facts.clocks) for span in spans)


_CHECKS: dict[str, Callable[[Notice, Owed, Sequence[Span]], bool]] = {
    "WARNING": _stage_is(breach=False, escalated=False),
    "BREACH": _stage_is(breach=True, escalated=False),
    "ESCALATION": _stage_is(breach=False, escalated=True),
    "OVERTAKEN": _overtaken,
    "ENDED": lambda _, __, spans: any(span.why == "ENDED" for span in spans),
    "OUTSIDE": lambda notice, owed, spans: any(span.why == "OUTSIDE" for span in spans) or _clock_over(notice, owed, spans),
    "TAKEN_IN": _clock_over,
    "STEP_OVER": _clock_over,
    "DUE_MOVED": _due_moved,
    "UNIT_MOVED": lambda notice, _, spans: any(span.facts and span.facts.whose.unit != notice.unit for span in spans),
}


def _doubles(story: Story) -> Iterator[Fault]:
    """One last word for each notice: repetitions say the same, and the topic says what the outbox has."""
    last = dict[str, Notice]()
    for notice in (*story.rows, *story.said):
        if notice.state == PENDING:
            continue
        before = last.setdefault(notice.key, notice)
        if before != notice:
            yield _fault("double", notice, f"{before.state} {before.reason} and also {notice.state} {notice.reason}")


def _fault(kind: Kind, notice: Notice, text: str) -> Fault:
    return Fault(kind, notice.dossier, notice.key, text)
