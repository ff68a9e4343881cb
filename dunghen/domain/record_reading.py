"""A dossier's record read: the whole of it, or, where the dossier is a usual one, at once what its marks are made from."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from dunghen.domain.record_layout import DONE_AT, HEAD, LAYOUT, NAMES, PLAIN, RETURNED_AT, START, SYNCED, cut_of
from dunghen.domain.statuses import ACCEPTED, DONE, FINAL, NEW, OPEN, PLACE, RETURNED, SOFT, STATUS_AT, WORKING

Step = tuple[int, int]  # (instant, status)
Plain = tuple[str, int, int, int, int, int, int]  # unit; instants received, ended (0: open), due, first due; channel, flags


class _Formats(dict[int, str]):
    """Length of the packed steps -> their struct format; as many as there are lengths."""

    def __missing__(self, length: int) -> str:
        self[length] = form = ">" + "Ix" * (length // 5)
        return form


_FORMATS = _Formats()
_PLAIN_STEPS = bytes(PLACE[status] for status in (ACCEPTED, WORKING, DONE, RETURNED))
_new_tuple = tuple.__new__  # Head._make, without its detour: this runs for every dossier of a round


class Head(NamedTuple):
    """A record without its steps: the memory over all events, then what the newest statement says. Statuses as TrangThaiHoSo numbers."""

    step_at: int  # the newest progress step that named a due date of its own, and that date
    step_due: int
    first_at: int  # the earliest sync that promised a due date, and the promise
    first_due: int
    accepted_at: int  # the earliest sync with an accepting status
    said_done_at: int  # the earliest sync that said 9 or 10 without a date: for releases that go by it, until none runs beside this one
    said_soft_at: int  # the earliest sync that said 3, 7 or 8 without a date
    final_at: int  # the earliest sync that said 9 or 10 at all
    open_at: int  # the newest sync that said that the dossier is open
    said: int  # bit n: a sync said status n
    handler_at: int  # the newest step that named somebody, and the number of that one's internal id; 0: the directory knows no such name
    handler: int
    stated: int  # 1 + the precedence of the source of the sync or retraction that holds, 0: steps only
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

    @property
    def handler_id(self) -> str:
        """The internal id of the official who has the dossier by the newest step that named anybody; "" where none did, or a stranger."""
        return f"p{self.handler:016x}" if self.handler else ""


def unpack(record: bytes) -> tuple[Head, list[Step]]:
    """The head and the steps [(instant, TrangThaiHoSo)] in order. Raises ValueError that says what is wrong with the record."""
    head, instants, statuses = read(record)
    return head, list(zip(instants, statuses, strict=True))


def read(record: bytes) -> tuple[Head, Sequence[int], bytes]:
    """As `unpack`, with the steps as two parallel sequences: instants, and statuses that can be searched as bytes."""
    cut = cut_of(record)
    unit, names = record[NAMES], record[NAMES + 1 : cut].decode("ascii")
    head: Head = _new_tuple(Head, (*HEAD.unpack_from(record, START), names[:unit], names[unit:]))
    if len(record) == cut:
        return head, (), b""
    packed = record[cut:]
    return head, struct.unpack(_FORMATS[len(packed)], packed), packed[4::5].translate(STATUS_AT)


def read_plainly(record: bytes) -> Plain | None:
    """The usual dossier at a quarter of the cost of reckoning: accepted, with a promise, without pauses, its end (if any) said by a date or
    a 9 that counts. None: it is another, or cannot be read. `reckoning.reckon` gives the same instants; a test holds both together.
    """
    try:
        layout, cut, first, accepted, stated_at, kind, status, received, due, end, channel, flags, unit = PLAIN.unpack_from(record)
    except struct.error:
        return None
    length, codes = len(record), record[cut + 4 :: 5]
    if not (received and accepted and first) or kind != SYNCED or codes.strip(_PLAIN_STEPS):
        return None
    if layout != LAYOUT or cut > length or (length - cut) % 5 or NAMES + 1 + unit > cut or status == NEW or status in SOFT:
        return None
    if not end or status not in FINAL:
        done = codes.find(DONE_AT)
        if done >= 0:
            end = int.from_bytes(record[cut + 5 * done : cut + 5 * done + 4], "big")
            if end <= stated_at and status in OPEN:
                return None
        elif status in FINAL or RETURNED_AT in codes:
            return None
        else:
            end = 0
    return record[NAMES + 1 : NAMES + 1 + unit].decode("ascii"), received, end, due or first, first, channel, flags
