"""Which stages a dossier crossed, when, and how long each held: from raw events and policies alone, the ledger's proof by its own path.

Nothing of alerts is in here: no state that is carried on, no wake-ups. The events of a dossier are laid along the time at which they
arrived; between two of them the dossier stands still, and the law (`domain.warnings`) says what it crosses in that span.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dunghen.contracts.messages import DossierEvent, Notice
from dunghen.domain.matrix import CLOCKS
from dunghen.domain.policy import Policy
from dunghen.domain.recipients import Whose
from dunghen.domain.record import fold
from dunghen.domain.warnings import Crossing, Facts, crossings, ended_with, facts_of, newest_of

Place = tuple[str, int, str]  # clock, due instant, stage: what a notice is about
ALWAYS = -(1 << 40)


class Span(NamedTuple):
    """From `begins` to before `ends` (city's instants) nothing changed. `facts` None: not open, and `why`; ended: what it had crossed."""

    begins: int
    ends: int
    facts: Facts | None
    why: str
    crossed: Sequence[Crossing]  # also those that lie behind `ends`


class Owed(NamedTuple):
    """A stage that was crossed: `at` its instant, `known_at` from when on that could be known, `held_to` until when it was so.

    `sure`: it had to be told. If not, it depends on when exactly somebody looked, or goes to new hands only. `again`: it had been told by
    another due date; it stands in the ledger a second time only if nobody heard the first. `doubt`: it was or may have been told so.
    `reopened`: since when it was the newest of its clock when the dossier, which had ended, was open again (0: no); if nobody had heard of
    it, somebody hears of it then.
    """

    crossing: Crossing
    known_at: int
    held_to: int
    sure: bool
    again: bool = False
    doubt: bool = False
    reopened: int = 0


@dataclass(slots=True)
class Course:
    """One dossier's life as it bears on notices: its spans, and the stages by what they are about."""

    dossier: str
    spans: list[Span] = field(default_factory=list)
    owed: dict[Place, Owed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Times:
    """`since`: go-live; `now`; `slack`: seconds of the city's time for which alerts may have been away or behind: what held no longer than
    that may have been missed, or seen; but not what was crossed before an end: that has its row, whoever looked when."""

    since: int
    now: int
    slack: int


def course_of(dossier: str, events: Iterable[DossierEvent], policies: Sequence[tuple[int, Policy]], times: Times) -> Course:
    """`events` in the order of the topic; `policies` with the instant from which on each was in force (the first: always).

    Instants are seconds since 1970 UTC of the city's clock.
    """
    course = Course(dossier, list(_spans(_changes(events), policies, times)))
    told, unsure, hands = frozenset[str](), frozenset[str](), set[Whose]()
    for number, span in enumerate(course.spans):
        if span.facts is None:
            _owe_what_ended(course, number, times, told | unsure)
            told, unsure = frozenset(), unsure | told | {c.mark for c in span.crossed}
            continue
        hands.add(span.facts.whose)
        before, told, unsure = told, _still(told, span), _unsure_still(unsure, span, times)
        for crossing in span.crossed:
            if times.since <= crossing.at <= span.ends + times.slack:
                known, doubtful = crossing.mark in told, crossing.mark in unsure
                again = known and not doubtful and len(hands) == 1
                _owe(course, _owed(crossing, span, times, doubtful=known or doubtful)._replace(again=again))
        told = _behind(told, span)
        unsure = _unsure(before ^ told, unsure, span, times)
        if number and course.spans[number - 1].why == "ENDED":
            _owe_what_is_reopened(course, span, times)
    return course


def _owed(crossing: Crossing, span: Span, times: Times, *, doubtful: bool) -> Owed:
    known_at = max(crossing.at, span.begins)
    return Owed(crossing, known_at, span.ends, not doubtful and span.ends - known_at > times.slack, doubt=doubtful)


def _owe_what_ended(course: Course, number: int, times: Times, marks: frozenset[str]) -> None:
    """The stages crossed before an end, as far as they did not count as told by another due date (`marks`). What an event or a policy says
    of a dossier that had ended before is owed to nobody, and may be there.
    """
    span, certain = course.spans[number], _seen_ended(course.spans, number, times)
    for crossing in span.crossed:
        if crossing.at >= times.since:
            place = place_of(crossing)
            before = course.owed.get(place)
            doubt, again = (before.doubt, before.again) if before else (crossing.mark in marks, False)
            doubt = doubt and _was_crossed_otherwise(course.spans[:number], crossing, times)
            _owe(course, Owed(crossing, max(crossing.at, span.begins), span.ends, place in certain and not doubt, again, doubt))
    if span.why == "ENDED":  # what was held back until then has that for its last word, too
        course.owed = {place: owed._replace(reopened=0) for place, owed in course.owed.items()}


def _owe_what_is_reopened(course: Course, span: Span, times: Times) -> None:
    """What held when the dossier was open again, for long enough to be seen."""
    for crossing in (newest_of(span.crossed, clock, span.begins) for clock in CLOCKS):
        place = place_of(crossing) if crossing else None
        if crossing and place in course.owed and crossing.at >= times.since and span.ends - span.begins > times.slack:
            course.owed[place] = course.owed[place]._replace(reopened=span.begins)


def _was_crossed_otherwise(spans: Sequence[Span], crossing: Crossing, times: Times) -> bool:
    """Whether it can count as told without a row by its due date at all: by another one, or, under another policy, before go-live. Else it
    has its word, whoever looked when."""
    return any(
        c.mark == crossing.mark and (c.due_at != crossing.due_at or c.at < times.since) and c.at <= span.ends + times.slack
        for span in spans
        for c in span.crossed
    )


def _seen_ended(spans: Sequence[Span], number: int, times: Times) -> set[Place]:
    """What it had crossed when it ended, by every state of it that may have been the first that somebody saw."""
    if number and spans[number - 1].why == "ENDED":
        return set()
    found = {place_of(c) for c in spans[number].crossed if c.at <= spans[number].begins}
    for span in spans[number:]:
        found &= {place_of(c) for c in span.crossed if c.at >= times.since} if span.why == "ENDED" else set()
        if span.ends - span.begins > times.slack:
            return found
    return set()  # it is too new to be judged


def place_of(crossing: Crossing) -> Place:
    """What a notice of it is about."""
    return (crossing.clock, crossing.due_at, crossing.stage.name)


def place_of_notice(notice: Notice) -> Place:
    """What it is about."""
    return (notice.clock, notice.due_at, notice.stage)


def _owe(course: Course, owed: Owed) -> None:
    """A stage told once under a due date is not told under it again: the first time counts, but what is sure stays so. By policies in which
    it was crossed at several instants it may have been told from the first of them on.
    """
    place = place_of(owed.crossing)
    before = course.owed.get(place)
    if before is None:
        course.owed[place] = owed
        return
    kept = owed if before.again and not owed.again else before
    if owed.sure and not kept.sure:
        kept = kept._replace(sure=True, held_to=owed.held_to)
    first = min(before, owed, key=lambda each: each.crossing.at)
    known_at = min(before.known_at, owed.known_at)
    course.owed[place] = kept._replace(crossing=first.crossing, known_at=known_at, doubt=before.doubt or owed.doubt)


def _still(told: frozenset[str], span: Span) -> frozenset[str]:
    """What still counts as told when a span begins: a due date that moved away gives its stages back, a stopped clock keeps them."""
    return _kept(told, span) | (told & {c.mark for c in span.crossed if c.at <= span.begins})


def _kept(told: frozenset[str], span: Span) -> frozenset[str]:
    stopped = {running.clock for running in (span.facts.clocks if span.facts else ()) if not running.due_at}
    return frozenset(mark for mark in told if mark.partition(":")[0] in stopped)


def _behind(told: frozenset[str], span: Span) -> frozenset[str]:
    """What counts as told after a span: what was crossed by its end."""
    return _kept(told, span) | {c.mark for c in span.crossed if c.at < span.ends}


def _unsure_still(unsure: frozenset[str], span: Span, times: Times) -> frozenset[str]:
    """Of which stages that depends still when a span begins: who saw it without one knows that the dossier has left that one."""
    if span.ends - span.begins <= times.slack:
        return unsure
    return _kept(unsure, span) | (unsure & {c.mark for c in span.crossed if c.at <= span.begins + times.slack})


def _unsure(changed: frozenset[str], unsure: frozenset[str], span: Span, times: Times) -> frozenset[str]:
    """Of which stages it depends on when somebody looked whether they count as told after a span that `changed` this for some.

    Also of those from before go-live: whoever begins anew asks the ledger, which has no word of them.
    """
    near = frozenset(c.mark for c in span.crossed if abs(c.at - span.ends) <= times.slack or c.at < times.since)
    short = span.ends - span.begins <= times.slack
    return near | (unsure | changed if short else _kept(unsure, span))


def _changes(events: Iterable[DossierEvent]) -> Iterator[tuple[int, bytes]]:
    """(the instant at which it was known, the record from then on). An event that breaks its bounds was set aside as poison."""
    record, at = None, ALWAYS
    for event in events:
        try:
            after = fold(record, event)
        except ValueError:
            continue
        at = max(at, event.arrived_at // 1_000_000)
        if after is not None and after != record:
            record = after
            yield at, record


def _spans(changes: Iterable[tuple[int, bytes]], policies: Sequence[tuple[int, Policy]], times: Times) -> Iterator[Span]:
    """Every state in which somebody may have seen the dossier: each record under each policy, for as long as both held together.

    Those that did not, but that come as near to each other as the slack, held for no time: policies and records come by ways of their own.
    """
    known_by_now, in_force = [each for each in changes if each[0] <= times.now], _in_force(policies, times.now)
    for (known, record), (replaced, _) in zip(known_by_now, [*known_by_now[1:], (times.now, b"")], strict=True):
        for since, until, policy in in_force:
            begins, ends = max(known, since), min(replaced, until)
            if begins - ends > times.slack:
                continue
            if begins > ends:
                begins = ends = known if until < known else replaced
            yield _span(begins, ends, record, policy)


def _in_force(policies: Sequence[tuple[int, Policy]], now: int) -> list[tuple[int, int, Policy]]:
    """Each policy, from one instant to another; the first since always. What a clock that was put back takes back held for no time."""
    found, until = list[tuple[int, int, Policy]](), now
    for since, policy in reversed([(ALWAYS, policies[0][1]), *(each for each in policies[1:] if each[0] <= now)]):
        found.append((min(since, until), until, policy))
        until = min(since, until)
    return found[::-1]


def _span(begins: int, ends: int, record: bytes, policy: Policy) -> Span:
    try:
        facts, why = facts_of(record, policy)
    except ValueError:
        facts, why = None, "UNREADABLE"
    ended = ended_with(record, policy) if why == "ENDED" else None
    return Span(begins, ends, facts, why, crossings(facts, policy) if facts else ended.crossed if ended else ())
