"""The course of messages to one receiver, in order, each until it is taken: pure (decision 0035). Instants are real milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

NEVER_TAKEN = frozenset({"410", "BAD_URL", "ADDRESS_FORBIDDEN", "NOT_HTTPS"})  # asking again would change nothing: gone, or not to be asked


class State(StrEnum):
    """What a subscriber is told of his subscription."""

    STARTING = "starting"  # the bands to begin with are not known yet
    DELIVERING = "delivering"
    RETRYING = "retrying"  # the message that is under way was not taken, and goes again
    FAILING = "failing"  # given up: nothing goes until its owner asks to try


class Outcome(NamedTuple):
    """How an attempt ended. `code`: an HTTP status or a word; `after`: so many seconds of peace were asked for."""

    code: str
    taken: bool
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Course:
    """`failures` in a row, `failing_since` their first, `code` how the last attempt ended, `next_at`: not tried again before.

    `waited`: milliseconds, the waits behind them in all.
    """

    state: State = State.STARTING
    code: str = ""
    failures: int = 0
    failing_since: int = 0
    next_at: int = 0
    delivered_at: int = 0
    waited: int = 0


@dataclass(frozen=True, slots=True)
class Patience:
    """`wait`: milliseconds after this failure; `give_up`: once the waits in a row come to so many no attempt follows.

    Waits are counted, not the time from the first failure on: no clock that is put elsewhere gives anybody up, or puts it off.
    """

    wait: int
    give_up: int


def decide_next(course: Course, outcome: Outcome, now: int, patience: Patience) -> Course:
    """The course after an attempt that ended at `now`."""
    if outcome.taken:
        return Course(State.DELIVERING, outcome.code, delivered_at=now)
    over = outcome.code in NEVER_TAKEN or course.waited >= patience.give_up
    wait = max(patience.wait, int(outcome.after * 1000))
    state = State.FAILING if over else State.RETRYING
    failures, since, waited = course.failures + 1, course.failing_since or now, course.waited + wait
    return replace(course, state=state, code=outcome.code, failures=failures, failing_since=since, next_at=now + wait, waited=waited)


def tried_anew(course: Course, now: int) -> Course:
    """Its owner asks to try: at once, with all patience again."""
    state = course.state if course.state in (State.STARTING, State.DELIVERING) else State.RETRYING
    return replace(course, state=state, failures=0, failing_since=0, next_at=now, waited=0)
