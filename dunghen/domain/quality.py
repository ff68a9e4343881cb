"""How good notices are: what became of each that went out, by the events' own times (issue 6, item 9). Pure; a reason for every row.

Instants are seconds since 1970 UTC. A breach is of the instant, not of the day: `domain.md` §4, notices compare instants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from dunghen.domain.manners import Action
from dunghen.domain.matrix import ESCALATED
from dunghen.domain.statuses import FINAL, NEW, PAUSING, SOFT

Outcome = Literal["LATE_DATA", "ACTED", "ACTED_BREACHED", "BREACHED", "OPEN", "LAPSED", "AFTER_DUE"]
OUTCOMES: tuple[Outcome, ...] = ("LATE_DATA", "ACTED", "ACTED_BREACHED", "BREACHED", "OPEN", "LAPSED", "AFTER_DUE")
ENDS = FINAL | SOFT
ACTING = ("acknowledge", "working")


class Row(NamedTuple):
    """A row of the ledger; `due_at`: the instant of its breach. It stands in the window of the day on which it was decided."""

    unit: str
    clock: str
    stage: str
    due_at: int
    state: str
    reason: str
    decided_at: int
    sent_at: int


class Statement(NamedTuple):
    """One event: what it says of the status, as of its own time. `synced`: it states the dossier, else it is a step."""

    at: int
    arrived_at: int
    status: int
    synced: bool
    steps: tuple[tuple[int, int], ...] = ()  # (status, at): the supplements of a sync


class Move(NamedTuple):
    """Something that happened to a dossier, and when it was first heard of."""

    at: int
    arrived_at: int
    status: int


@dataclass(frozen=True, slots=True)
class Life:
    """What one dossier's rows are held against. `ended_at`: by all that is known now, 0: open; `rows`: all that the ledger has of it."""

    moves: Sequence[Move]
    ended_at: int
    answers: Sequence[Action]
    rows: Sequence[Row]


def moves_of(statements: Iterable[Statement], ended_at: int) -> list[Move]:
    """Steps, supplements, and syncs that say another status than was known, each once, by its own time.

    A sync is made after what it reports: one that says an end reports the end that holds.
    """
    found, status = dict[tuple[int, int], int](), 0
    for said in sorted(statements):
        for kind, at in said.steps:
            _hear(found, (at, kind), said.arrived_at)
        if said.status and (not said.synced or said.status != status):
            at = min(said.at, ended_at) if said.synced and said.status in ENDS and ended_at else said.at
            _hear(found, (at, said.status), said.arrived_at)
        status = said.status or status
    return [Move(at, heard, kind) for (at, kind), heard in sorted(found.items())]


def _hear(found: dict[tuple[int, int], int], what: tuple[int, int], arrived_at: int) -> None:
    found[what] = min(found.get(what, arrived_at), arrived_at)


def outcome_of(row: Row, life: Life, now: int) -> Outcome:
    """What became of a delivered row.

    LATE_DATA: what would have stopped it had happened before it went out, and was heard of after. AFTER_DUE: it went out at or behind its
    breach instant (breaches, escalations). Of the others, warnings: ACTED, by that instant the dossier moved, or somebody took it in hand;
    BREACHED, it stood open when the instant came; ACTED_BREACHED, both; OPEN, the instant lies ahead; LAPSED, it came without either
    (the date had moved, the clock stood still).
    """
    sent_at = row.sent_at or row.decided_at
    if any(_stops(move, row) and move.at < sent_at < move.arrived_at for move in _since(row, life)):
        return "LATE_DATA"
    if sent_at >= row.due_at:
        return "AFTER_DUE"
    acted = any(sent_at < at <= row.due_at for at in (*(move.at for move in life.moves), *_answers(row, life)))
    if row.due_at <= now and _breached(row, life):
        return "ACTED_BREACHED" if acted else "BREACHED"
    return "ACTED" if acted else "OPEN" if row.due_at > now else "LAPSED"


def _since(row: Row, life: Life) -> list[Move]:
    """What happened after that which was known when it was decided: the step that a step's clock is of is no news."""
    known = max((move.at for move in life.moves if move.arrived_at <= row.decided_at), default=0)
    return [move for move in life.moves if move.at > known]


def _stops(move: Move, row: Row) -> bool:
    """Whether a notice of this clock has no sense after it."""
    if row.clock == "step":
        return True
    return move.status != NEW if row.clock == "intake" else move.status in ENDS | PAUSING


def _answers(row: Row, life: Life) -> Iterable[int]:
    asked = (row.clock, row.stage.removesuffix(ESCALATED))
    return (action.at for action in life.answers if action.kind in ACTING and (action.clock, action.stage) == asked)


def _breached(row: Row, life: Life) -> bool:
    """Whether the dossier stood so at the breach instant, by the events' own times.

    Of the whole dossier: the ledger has a row of it that was decided under this due date from then on, and no end by then is known.
    """
    if 0 < life.ended_at <= row.due_at:
        return False
    if row.clock != "dossier":
        return not any(_stops(move, row) and move.at <= row.due_at for move in _since(row, life))
    return any((each.clock, each.due_at) == (row.clock, row.due_at) and each.decided_at >= row.due_at for each in life.rows)


class Share(NamedTuple):
    """Exact integers; `value` 0–1, None of nothing."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """None where the denominator is 0."""
        return self.numerator / self.denominator if self.denominator else None

    def as_json(self) -> dict[str, float | int | None]:
        """The value beside its integers."""
        return {"value": self.value, "numerator": self.numerator, "denominator": self.denominator}


@dataclass
class Quality:
    """The counts of some rows. Each row is in exactly one state, each delivered one in one outcome."""

    states: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    suppressed: Counter[str] = field(default_factory=Counter)  # by reason

    def add(self, row: Row, life: Life, now: int) -> None:
        """One more row."""
        self.states[row.state] += 1
        if row.state == "delivered":
            self.outcomes[outcome_of(row, life, now)] += 1
        elif row.state == "suppressed":
            self.suppressed[row.reason] += 1

    def merge(self, other: Quality) -> None:
        """Adds the counts of other rows."""
        self.states.update(other.states)
        self.outcomes.update(other.outcomes)
        self.suppressed.update(other.suppressed)

    @property
    def acted(self) -> int:
        """Warnings after which somebody acted in time, whether or not it was enough."""
        return self.outcomes["ACTED"] + self.outcomes["ACTED_BREACHED"]

    @property
    def breached(self) -> int:
        """Warnings after which the dossier breached all the same."""
        return self.outcomes["BREACHED"] + self.outcomes["ACTED_BREACHED"]

    @property
    def acted_share(self) -> Share:
        """Of the warnings whose instant has come, or that were acted on: those acted on."""
        return Share(self.acted, self.acted + self.outcomes["BREACHED"] + self.outcomes["LAPSED"])

    @property
    def late_share(self) -> Share:
        """Of all that went out: what was false because of late data."""
        return Share(self.outcomes["LATE_DATA"], self.states["delivered"])

    def as_json(self) -> dict[str, object]:
        """Every count by its name; shares with their integers."""
        return {
            "sent": self.states["delivered"],
            "acted": self.acted,
            "breached": self.breached,
            "acted_breached": self.outcomes["ACTED_BREACHED"],
            "late_data": self.outcomes["LATE_DATA"],
            "open": self.outcomes["OPEN"],
            "lapsed": self.outcomes["LAPSED"],
            "after_due": self.outcomes["AFTER_DUE"],
            "failed": self.states["failed"],
            "pending": self.states["pending"],
            "superseded": self.states["superseded"],
            "suppressed": {reason: self.suppressed[reason] for reason in sorted(self.suppressed)},
            "acted_share": self.acted_share.as_json(),
            "late_share": self.late_share.as_json(),
        }
