"""What is kept of a dossier, as bytes, the same in memory and in the topic `dossiers`; and the pure fold over the set of its events.

    quiet(1) | layout(1) | offset of the steps(1) | seen(2) | memory | statement | steps (5 bytes each: instant, place of the status)

`seen` is the UTC day (since 1970) on which its last event arrived. The statement is what the newest sync or retraction says. It is packed
so that the newest one is the greatest string of bytes: whatever order the events come in, the same one stays. The memory holds minima and
maxima over all events, the steps are a set, of which the earliest `MOST_STEPS` are kept: so the record is a function of the SET of events
(`architecture.md` §4), and no sender can make it grow for ever. Instants are seconds since 1970 UTC, `arrived_at` microseconds; 0 means
"not given".
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from dunghen.domain.statuses import ACCEPTED, ACCEPTING, DONE, FINAL, NEW, OPEN, PLACE, RETURNED, SOFT, STATUS_AT, WORKING

LAYOUT = 2
MOST_STEPS = 10_000
PROGRESSED, SYNCED, RETRACTED = 0, 1, 2  # Head.kind; the first: only steps are known so far
KINDS = {"progressed": PROGRESSED, "synced": SYNCED, "retracted": RETRACTED}
FEE, PAID_ONLINE, DIGITISED, E_RESULT = 1, 2, 4, 8  # bits of `flags`


class _Days(dict[int, bytes]):
    """A UTC day -> as a record has it; as many as there are days on which events arrive."""

    def __missing__(self, day: int) -> bytes:
        self[day] = packed = min(day, _LAST_DAY).to_bytes(2, "big")
        return packed


class _Formats(dict[int, str]):
    """Length of the packed steps -> their struct format; as many as there are lengths."""

    def __missing__(self, length: int) -> str:
        self[length] = form = ">" + "Ix" * (length // 5)
        return form


_MEMORY = struct.Struct(">9IH")
_STATEMENT = struct.Struct(">BIQQ2B5I2B")
_SEEN = 3
_START = _SEEN + 2  # of the memory, which begins with step_at and step_due
_STEP_DUE = _START + 8  # where step_at and step_due end
_STATED = _START + _MEMORY.size  # where the statement begins
_NAMES = _STATED + _STATEMENT.size  # where the unit begins
_HEAD = struct.Struct(">9IHBIQQ2B5I2B")  # both at once
_NOTHING = bytes(_MEMORY.size)
_FORMATS, _PACKED = _Formats(), _Days()
_FULL = 5 * MOST_STEPS  # bytes of steps
_new_tuple = tuple.__new__  # Head._make, without its detour: this runs for every dossier of a round
_DAY_MICROSECONDS = 86_400_000_000
_LAST_DAY = 0xFFFF
_DONE_AT, _WORKING_AT, _RETURNED_AT = PLACE[DONE], PLACE[WORKING], PLACE[RETURNED]

Step = tuple[int, int]  # (instant, status)


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
    def channel(self) -> int: ...
    @property
    def procedure(self) -> str: ...
    @property
    def flags(self) -> int: ...
    @property
    def steps(self) -> tuple[Step, ...]: ...


class Head(NamedTuple):
    """A record without its steps: the memory over all events, then what the newest statement says. Statuses as TrangThaiHoSo numbers."""

    step_at: int  # the newest progress step that named a due date of its own, and that date
    step_due: int
    first_at: int  # the earliest sync that promised a due date, and the promise
    first_due: int
    accepted_at: int  # the earliest sync with an accepting status
    said_done_at: int  # the earliest sync that said 9 or 10 without a date
    said_soft_at: int  # the earliest sync that said 3, 7 or 8 without a date
    final_at: int  # the earliest sync that said 9 or 10 at all
    open_at: int  # the newest sync that said that the dossier is open
    said: int  # bit n: a sync said status n
    stated: int  # 1: a sync or a retraction has come, 0: steps only
    occurred_at: int
    arrived_at: int
    id: int
    kind: int
    status: int
    submitted: int
    received: int
    due: int
    ended: int
    returned: int
    channel: int
    flags: int
    unit: str
    procedure: str


def fold(record: bytes | None, event: Event, seen: int = 0) -> bytes | None:
    """The record after one more event, or None if the event adds nothing. `seen`: a UTC day before which it is not taken to have arrived.

    Raises ValueError where a record or event breaks its bounds.
    """
    if not NEW <= event.status <= RETURNED and event.status:
        raise ValueError(f"event out of bounds: status {event.status}")
    memory, statement, steps = (_NOTHING, b"", b"") if record is None else _parts(record)
    try:
        day = _PACKED[max(event.arrived_at // _DAY_MICROSECONDS, seen)]
        if event.kind == "progressed":
            if event.step_due:
                memory = max(memory[:8], _step_due(event.occurred_at, event.step_due)) + memory[8:]
            steps = _with_step(steps, event.occurred_at, event.status)
            if not statement or not statement[0]:
                statement = max(statement, _progress(event))
        else:
            if event.kind == "synced":
                memory = _remember(memory, event)
                for status, at in event.steps:
                    steps = _with_step(steps, at, status)
            statement = max(statement, _state(event))
        day = day if record is None else max(day, record[_SEEN:_START])
        after = bytes((_quiet(statement, steps), LAYOUT, _STATED + len(statement))) + day + memory + statement + steps
    except (struct.error, OverflowError, LookupError) as fault:
        raise ValueError(f"event out of bounds: {fault}") from None
    return None if after == record else after


def append_quietly(record: bytes, at: int, status: int, step_due: int = 0) -> bytes | None:
    """The fast way to fold a `progressed` event that cannot change the marks: the record with one more step. None: use `fold`.

    The day on which it arrived is another matter: `seen_on`.
    """
    quiet = record[0]
    if quiet and record[1] == LAYOUT and (status == WORKING or (status == RETURNED and quiet == 2)):
        step = (at << 8 | PLACE[status]).to_bytes(5, "big")
        if at and (step > record[-5:] or len(record) == record[2]) and len(record) - record[2] < _FULL:
            if step_due and (due := _step_due(at, step_due)) > record[_START:_STEP_DUE]:
                record = record[:_START] + due + record[_STEP_DUE:]
            return record + step
    return None


def seen_on(record: bytes, day: int) -> bytes:
    """The record after an event that arrived on a UTC day."""
    packed = _PACKED[day]
    return record if packed <= record[_SEEN:_START] else record[:_SEEN] + packed + record[_START:]


def seen_before(record: bytes, day: int) -> bool:
    """Whether its last event arrived before a UTC day."""
    return record[_SEEN:_START] < _PACKED[day]


def last_seen(record: bytes) -> int:
    """The UTC day on which its last event arrived."""
    return int.from_bytes(record[_SEEN:_START], "big")


def day_of_arrival(event: Event) -> int:
    """The UTC day on which an event arrived."""
    return event.arrived_at // _DAY_MICROSECONDS


def unpack(record: bytes) -> tuple[Head, list[Step]]:
    """The head and the steps [(instant, TrangThaiHoSo)] in order. Raises ValueError that says what is wrong with the record."""
    head, instants, statuses = read(record)
    return head, list(zip(instants, statuses, strict=True))


def read(record: bytes) -> tuple[Head, Sequence[int], bytes]:
    """As `unpack`, with the steps as two parallel sequences: instants, and statuses that can be searched as bytes."""
    cut = _cut(record)
    unit, names = record[_NAMES], record[_NAMES + 1 : cut].decode("ascii")
    head: Head = _new_tuple(Head, (*_HEAD.unpack_from(record, _START), names[:unit], names[unit:]))
    if len(record) == cut:
        return head, (), b""
    packed = record[cut:]
    return head, struct.unpack(_FORMATS[len(packed)], packed), packed[4::5].translate(STATUS_AT)


def _cut(record: bytes) -> int:
    if len(record) < _START or record[1] != LAYOUT:
        raise ValueError(f"record of layout {record[1]}, not {LAYOUT}" if len(record) >= _START else f"record of {len(record)} bytes")
    cut = record[2]
    if not _NAMES < cut <= len(record) or _NAMES + 1 + record[_NAMES] > cut or (len(record) - cut) % 5:
        raise ValueError(f"record of {len(record)} bytes whose steps begin at {cut}")
    return cut


def _parts(record: bytes) -> tuple[bytes, bytes, bytes]:
    cut = _cut(record)
    return record[_START:_STATED], record[_STATED:cut], record[cut:]


def _with_step(steps: bytes, at: int, status: int) -> bytes:
    if not at or not status:
        return steps
    step = (at << 8 | PLACE[status]).to_bytes(5, "big")
    if not steps or step > steps[-5:]:
        return steps + step if len(steps) < _FULL else steps
    low, high = 0, len(steps) // 5
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if steps[5 * middle : 5 * middle + 5] < step else (low, middle)
    place = 5 * low
    return steps if steps[place : place + 5] == step else (steps[:place] + step + steps[place:])[:_FULL]


def _step_due(at: int, due: int) -> bytes:
    return (at << 32 | due).to_bytes(8, "big")


def _progress(e: Event) -> bytes:
    return _STATEMENT.pack(0, e.occurred_at, e.arrived_at, int(e.id, 16), PROGRESSED, *(0,) * 8) + _names(e.unit, "")


def _state(e: Event) -> bytes:
    facts = e.status, e.submitted, e.received, e.due, e.ended, e.returned, e.channel, e.flags
    return _STATEMENT.pack(1, e.occurred_at, e.arrived_at, int(e.id, 16), KINDS[e.kind], *facts) + _names(e.unit, e.procedure)


def _names(unit: str, procedure: str) -> bytes:
    return bytes((len(unit),)) + (unit + procedure).encode("ascii")


def _remember(memory: bytes, e: Event) -> bytes:
    step_at, step_due, first_at, first_due, accepted, done, soft, final, opened, said = _MEMORY.unpack(memory)
    at, status = e.occurred_at, e.status
    if e.due and (not first_due or (at, e.due) < (first_at, first_due)):
        first_at, first_due = at, e.due
    if status in ACCEPTING:
        accepted = _earlier(accepted, at)
    if status in FINAL:
        final = _earlier(final, at)
        done = done if e.ended or e.returned else _earlier(done, at)
    elif status in OPEN:
        opened = max(opened, at)
    elif status in SOFT and not e.ended:
        soft = _earlier(soft, at)
    return _MEMORY.pack(step_at, step_due, first_at, first_due, accepted, done, soft, final, opened, said | 1 << status)


def _earlier(a: int, b: int) -> int:
    return min(a, b) if a and b else a or b


def _quiet(statement: bytes, steps: bytes) -> int:
    """What may follow as the latest step without any effect on the marks. 0: nothing; 1: a 4; 2: a 4 or a 10. Holds after it too."""
    _, occurred_at, _, _, kind, status, _, received, *_ = _STATEMENT.unpack_from(statement)
    if kind != SYNCED or not received or status == NEW or status in SOFT:
        return 0
    last = steps[-1] if steps else _WORKING_AT
    if last in (_WORKING_AT, _DONE_AT, _RETURNED_AT):
        done = steps[4::5].rfind(_DONE_AT) * 5  # the newest 9; an open sync voids what is not later
        if done >= 0 and (status not in OPEN or int.from_bytes(steps[done : done + 4], "big") > occurred_at):
            return 2
    return int(last == _WORKING_AT and status in (ACCEPTED, WORKING))
