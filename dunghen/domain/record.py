"""The pure fold over the set of a dossier's events, into the bytes of `record_layout` (read by `record_reading`).

Whatever order the events come in and however often, the record is the same: `architecture.md` §4. Where several sources state one dossier,
only what those of the highest precedence state is remembered and holds; steps count from all (decision 0029).
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import Protocol

from dunghen.domain.record_layout import (
    DONE_AT,
    FORMS,
    FULL,
    GATEWAY_TOLD,
    HANDLER,
    KINDS,
    LAYOUT,
    MEMORY,
    NAMED,
    NATIONAL,
    PAID_NATIONAL,
    PROGRESSED,
    RETURNED_AT,
    SEEN,
    START,
    STATED,
    STATEMENT,
    STEP_DUE,
    STEPPED,
    SYNCED,
    WORKING_AT,
    cut_of,
)  # fmt: skip
from dunghen.domain.record_reading import Step
from dunghen.domain.statuses import ACCEPTED, ACCEPTING, FINAL, NEW, OPEN, PLACE, RETURNED, SOFT, WORKING

_DAY_MICROSECONDS = 86_400_000_000
_LAST_DAY = 0xFFFF


class _Days(dict[int, bytes]):
    """A UTC day -> as a record has it; as many as there are days on which events arrive."""

    def __missing__(self, day: int) -> bytes:
        self[day] = packed = min(day, _LAST_DAY).to_bytes(2, "big")
        return packed


_NOTHING = bytes(STATED)
_OCCURRED, _KIND, _STATUS, _RECEIVED = slice(1, 5), 21, 22, slice(27, 31)  # in the statement
_NOT_GIVEN = bytes(4)
_RANK = 1  # of a statement whose source has no precedence; 0: steps only
_NO_SYNC = bytes(STATED - START - STEPPED - NAMED)
_LOUD, _BUSY = SOFT | {NEW}, frozenset((ACCEPTED, WORKING))
_CALM = frozenset((WORKING_AT, DONE_AT, RETURNED_AT))
_PACKED = _Days()


class Event(Protocol):
    """A normalised event of `dossier-events`: `contracts.messages.DossierEvent`, whose bounds hold here."""

    @property
    def id(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def occurred_at(self) -> int: ...
    @property
    def arrived_at(self) -> int: ...
    @property
    def status(self) -> int: ...
    @property
    def submitted(self) -> int: ...
    @property
    def received(self) -> int: ...
    @property
    def due(self) -> int: ...
    @property
    def ended(self) -> int: ...
    @property
    def returned(self) -> int: ...
    @property
    def step_due(self) -> int: ...
    @property
    def handler(self) -> str: ...
    @property
    def channel(self) -> int: ...
    @property
    def procedure(self) -> str: ...
    @property
    def flags(self) -> int: ...
    @property
    def gateway(self) -> int: ...
    @property
    def form(self) -> str: ...
    @property
    def precedence(self) -> int: ...
    @property
    def steps(self) -> tuple[Step, ...]: ...


def fold(record: bytes | None, event: Event, seen: int = 0) -> bytes | None:
    """The record after one more event, or None if the event adds nothing. `seen`: a UTC day before which it is not taken to have arrived.

    Raises ValueError where a record or event breaks its bounds.
    """
    if not NEW <= event.status <= RETURNED and event.status:
        raise ValueError(f"event out of bounds: status {event.status}")
    cut = STATED if record is None else cut_of(record)
    before = _NOTHING if record is None else record
    try:
        memory, statement, steps = before[START:STATED], before[STATED:cut], before[cut:]
        if event.kind == "progressed":
            memory = _with_named(memory, event)
            steps = _with_step(steps, event.occurred_at, event.status)
            if not statement or not statement[0]:
                statement = max(statement, _progress(event))
        else:
            memory, statement, steps = _with_statement((memory, statement, steps), event)
        day = max(_PACKED[max(event.arrived_at // _DAY_MICROSECONDS, seen)], before[SEEN:START])
        after = b"".join((bytes((_quiet(statement, steps), LAYOUT, STATED + len(statement))), day, memory, statement, steps))
    except (struct.error, OverflowError, LookupError) as fault:
        raise ValueError(f"event out of bounds: {fault}") from None
    return None if after == record else after


def _with_statement(parts: tuple[bytes, bytes, bytes], e: Event) -> tuple[bytes, bytes, bytes]:
    """(memory, statement, steps) after a sync or a retraction. What is remembered of sources that now have a higher one above them goes."""
    memory, statement, steps = parts
    rank, known = _RANK + e.precedence, statement[0] if statement else 0
    if rank > known:
        memory = memory[:STEPPED] + _NO_SYNC + memory[-NAMED:]
    if e.kind == "synced":
        if rank >= known:
            memory = _remember(memory, e)
        for status, at in e.steps:
            steps = _with_step(steps, at, status)
    return memory, max(statement, _state(e)), steps


def append_quietly(record: bytes, event: Event, seen: int = 0) -> bytes | None:
    """The fast way to fold a `progressed` event that cannot change the marks: what `fold` gives for it, the record with one more step.

    None: use `fold`. `seen` as there.
    """
    quiet, status, at, cut = record[0], event.status, event.occurred_at, record[2]
    if not quiet or (status != WORKING and (status != RETURNED or quiet != 2)) or record[1] != LAYOUT or not at:
        return None
    step = (at << 8 | PLACE[status]).to_bytes(5, "big")
    if (step <= record[-5:] and len(record) > cut) or len(record) - cut >= FULL:
        return None
    if event.step_due and (due := _step_due(at, event.step_due)) > record[START:STEP_DUE]:
        record = record[:START] + due + record[STEP_DUE:]
    if event.handler and (handled := _handled(at, event.handler)) > record[HANDLER:STATED]:
        record = record[:HANDLER] + handled + record[STATED:]
    day = event.arrived_at // _DAY_MICROSECONDS
    packed = _PACKED[day if day > seen else seen]
    if packed > record[SEEN:START]:
        return record[:SEEN] + packed + record[START:] + step
    return record + step


def seen_before(record: bytes, day: int) -> bool:
    """Whether its last event arrived before a UTC day."""
    return record[SEEN:START] < _PACKED[day]


def last_seen(record: bytes) -> int:
    """The UTC day on which its last event arrived."""
    return int.from_bytes(record[SEEN:START], "big")


def day_of_arrival(event: Event) -> int:
    """The UTC day on which an event arrived."""
    return event.arrived_at // _DAY_MICROSECONDS


def modern(record: bytes) -> bytes:
    """A record of an earlier layout in the present one; one that is of none of them stays as it is.

    Layout 1 did not say when its last event arrived: that of its statement or last step. Layouts 1 and 2 knew no official.
    """
    if record[1:2] == b"\x01":
        arrived_at, stepped_at = (
            int.from_bytes(record[46:54], "big"),
            int.from_bytes(record[-5:-1], "big") if len(record) > record[2] else 0,
        )
        day = max(arrived_at, stepped_at * 1_000_000) // _DAY_MICROSECONDS
        record = record[:1] + bytes((2, record[2] + START - SEEN)) + _PACKED[day] + record[SEEN:]
    if record[1:2] == b"\x02":
        record = (
            record[:1] + bytes((LAYOUT, record[2] + STATED - HANDLER)) + record[SEEN:HANDLER] + bytes(STATED - HANDLER) + record[HANDLER:]
        )
    return record


def _with_step(steps: bytes, at: int, status: int) -> bytes:
    if not at or not status:
        return steps
    step = (at << 8 | PLACE[status]).to_bytes(5, "big")
    if not steps or step > steps[-5:]:
        return steps + step if len(steps) < FULL else steps
    low, high = 0, len(steps) // 5
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if steps[5 * middle : 5 * middle + 5] < step else (low, middle)
    place = 5 * low
    return steps if steps[place : place + 5] == step else (steps[:place] + step + steps[place:])[:FULL]


def _step_due(at: int, due: int) -> bytes:
    return (at << 32 | due).to_bytes(8, "big")


def _with_named(memory: bytes, e: Event) -> bytes:
    """What the newest step said that named a due date of its own, or somebody."""
    if e.step_due:
        memory = max(memory[:8], _step_due(e.occurred_at, e.step_due)) + memory[8:]
    if e.handler:
        memory = memory[:-12] + max(memory[-12:], _handled(e.occurred_at, e.handler))
    return memory


def _handled(at: int, handler: str) -> bytes:
    """`handler` is an internal id, `p` and 16 hex digits; of two at one instant the greater stays, in whatever order they come."""
    return (at << 64 | int(handler[1:], 16)).to_bytes(12, "big")


def _progress(e: Event) -> bytes:
    return STATEMENT.pack(0, e.occurred_at, e.arrived_at, int(e.id, 16), PROGRESSED, *(0,) * 8) + _names(e.unit, "")


def _state(e: Event) -> bytes:
    flags = e.flags | GATEWAY_TOLD * (e.gateway > 0) | PAID_NATIONAL * (e.gateway == NATIONAL) | FORMS[e.form]
    return STATEMENT.pack(
        _RANK + e.precedence, e.occurred_at, e.arrived_at, int(e.id, 16), KINDS[e.kind],
        e.status, e.submitted, e.received, e.due, e.ended, e.returned, e.channel, flags,
    ) + _names(e.unit, e.procedure)  # fmt: skip


@lru_cache(maxsize=1 << 12)
def _names(unit: str, procedure: str) -> bytes:
    return bytes((len(unit),)) + (unit + procedure).encode("ascii")


def _remember(memory: bytes, e: Event) -> bytes:
    step_at, step_due, first_at, first_due, accepted, done, soft, final, opened, said, *handled = MEMORY.unpack(memory)
    at, status = e.occurred_at, e.status
    if e.due and (not first_due or (at, e.due) < (first_at, first_due)):
        first_at, first_due = at, e.due
    if status in ACCEPTING and at and not 0 < accepted <= at:
        accepted = at
    if status in OPEN:
        opened = max(opened, at)
    elif status in FINAL:
        final = _earlier(final, at)
        done = done if e.ended or e.returned else _earlier(done, at)
    elif status in SOFT and not e.ended:
        soft = _earlier(soft, at)
    return MEMORY.pack(step_at, step_due, first_at, first_due, accepted, done, soft, final, opened, said | 1 << status, *handled)


def _earlier(a: int, b: int) -> int:
    return min(a, b) if a and b else a or b


def _quiet(statement: bytes, steps: bytes) -> int:
    """What may follow as the latest step without any effect on the marks. 0: nothing; 1: a 4; 2: a 4 or a 10. Holds after it too."""
    status = statement[_STATUS]
    if statement[_KIND] != SYNCED or status in _LOUD or statement[_RECEIVED] == _NOT_GIVEN:
        return 0
    last = steps[-1] if steps else WORKING_AT
    if last in _CALM and steps:
        done = steps[4::5].rfind(DONE_AT) * 5  # the newest 9; an open sync voids what is not later
        if done >= 0 and (status not in OPEN or steps[done : done + 4] > statement[_OCCURRED]):
            return 2
    return int(last == WORKING_AT and status in _BUSY)
