"""Proves that whoever got a dossier in the middle has a row of the stage that held: by raw events, policies and directory, not by what
alerts carried along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dunghen.cli.notices.course import Course, Place, Span, place_of
from dunghen.cli.notices.told_right import Rules, named
from dunghen.contracts.messages import Notice
from dunghen.domain.matrix import CLOCKS
from dunghen.domain.recipients import Whose
from dunghen.domain.warnings import Crossing, mark_of, newest_of

GONE = ("UNIT_MOVED", "OUTSIDE")


class Untold(NamedTuple):
    """A stage that held when the dossier was handed over, and of which none of those who then had to be told has a row."""

    place: Place
    text: str


def untold(course: Course, rows: Sequence[Notice], since: int, rules: Rules) -> Iterator[Untold]:
    """What held for longer than the slack after the dossier had passed to others, crossed since go-live (`since`)."""
    had = dict[str, Whose]()  # stage -> whose the dossier was when it was last seen in it
    for number, span in enumerate(course.spans):
        if span.facts is None:
            had.clear()
            continue
        whose, running = span.facts.whose, {each.clock for each in span.facts.clocks if each.due_at}
        for crossing in (newest_of(span.crossed, clock, span.begins) for clock in CLOCKS if clock in running):
            if crossing is None or crossing.at < since or had.get(crossing.mark, whose) == whose:
                continue
            if _held_to(course.spans[number:], crossing) - span.begins > rules.slack and not _is_told(rows, crossing, span, rules):
                yield Untold(place_of(crossing), f"handed over at {span.begins}, and who has it since was not told")
        crossed = {c.mark for c in span.crossed if c.at <= span.ends}
        had = {mark: who for mark, who in had.items() if mark in crossed or mark.partition(":")[0].partition("@")[0] not in running}
        had |= dict.fromkeys(crossed, whose)


def _held_to(spans: Sequence[Span], crossing: Crossing) -> int:
    """Until when it was the newest of its clock, crossed at that instant, and the dossier theirs who had it at the begin."""
    to, first = spans[0].begins, spans[0].facts
    for span in spans:
        newest = newest_of(span.crossed, crossing.clock, span.begins) if span.facts else None
        if (
            first is None
            or span.facts is None
            or span.facts.whose != first.whose
            or newest is None
            or (newest.mark, newest.at) != (crossing.mark, crossing.at)
        ):
            return to
        ahead = (c.at for c in span.crossed if c.clock == crossing.clock and c.base is None and c.at > span.begins)
        if (following := min(ahead, default=span.ends)) < span.ends:
            return following
        to = span.ends
    return to


def _is_told(rows: Sequence[Notice], crossing: Crossing, span: Span, rules: Rules) -> bool:
    """Whether all have a row whom the rules name by one state of the facts that may have held. What waited in the name of another unit, or
    ended when the dossier went away, counts for nobody. What an older release wrote names nobody.
    """
    named_in = (row for row in rows if row.recipient or row.reason != "ENDED")  # else it ended unseen, which is said to nobody
    of_it = [row for row in named_in if mark_of(row.clock, row.due_at, row.stage) == crossing.mark]
    if span.facts is None or any(not row.why for row in of_it):
        return True
    since = span.begins - rules.slack
    told = {row.recipient for row in of_it if row.state != "superseded" or row.reason not in GONE or row.decided_at >= since}
    return any({who.id for who in found} <= told for found in named(span.facts.whose, crossing, span.begins, rules))
