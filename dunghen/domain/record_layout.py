"""What is kept of a dossier, as bytes, the same in memory and in the topic `dossiers`; and the pure fold over the set of its events.

    quiet(1) | layout(1) | offset of the steps(1) | seen(2) | memory | statement | steps (5 bytes each: instant, place of the status)

`seen` is the UTC day (since 1970) on which its last event arrived. The memory ends with the instant of the newest step that named
somebody, and that official's internal id as 8 bytes (0: a name that the directory does not know). The statement is what the newest sync
or retraction of the sources of the highest precedence says. It begins with 1 + that precedence (0: steps only) and is packed so that the
one that holds is the greatest string of bytes: whatever order the events come in, the same one stays. The memory holds minima and maxima
over the syncs of those sources and over all steps, the steps are a set, of which the earliest `MOST_STEPS` are kept: so the record is a
function of the SET of events (`architecture.md` §4), and no sender can make it grow for ever. Instants are seconds since 1970 UTC,
`arrived_at` microseconds; 0 means "not given".
"""

from __future__ import annotations

import struct

from dunghen.domain.statuses import DONE, PLACE, RETURNED, WORKING

LAYOUT = 3
EARLIER = frozenset((b"\x01", b"\x02"))  # layouts that `record.modern` reads
MOST_STEPS = 10_000
PROGRESSED, SYNCED, RETRACTED = 0, 1, 2  # Head.kind; the first: only steps are known so far
KINDS = {"progressed": PROGRESSED, "synced": SYNCED, "retracted": RETRACTED}
FEE, PAID_ONLINE, DIGITISED, E_RESULT = 1, 2, 4, 8  # bits of `flags`: those of the event
PAID_NATIONAL, FORM_TOLD, BY_POST, GATEWAY_TOLD = 16, 32, 64, 128  # and what it says besides
NATIONAL = 1  # of the event's `gateway`
FORMS = {"": 0, "counter": FORM_TOLD, "online": FORM_TOLD, "post": FORM_TOLD | BY_POST}

MEMORY = struct.Struct(">9IHIQ")
STATEMENT = struct.Struct(">BIQQ2B5I2B")
HEAD = struct.Struct(">9IHIQBIQQ2B5I2B")  # both at once
PLAIN = struct.Struct(">xBB14xII31xI16xBB4xIII4xBBB")  # of a whole record, what `record_reading.Plain` is made from
SEEN = 3
START = SEEN + 2  # of the memory, which begins with step_at and step_due
STEPPED, NAMED = 8, 12  # bytes of the memory that steps make: at its begin (step_at, step_due) and end (handler); between, what syncs said
STEP_DUE = START + STEPPED
STATED = START + MEMORY.size  # where the statement begins
HANDLER = STATED - NAMED  # where the memory of the official begins
NAMES = STATED + STATEMENT.size  # where the unit begins
FULL = 5 * MOST_STEPS  # bytes of steps
DONE_AT, WORKING_AT, RETURNED_AT = PLACE[DONE], PLACE[WORKING], PLACE[RETURNED]


def cut_of(record: bytes) -> int:
    """Where the steps begin. Raises ValueError that says what is wrong with the record."""
    if len(record) < START or record[1] != LAYOUT:
        raise ValueError(f"record of layout {record[1]}, not {LAYOUT}" if len(record) >= START else f"record of {len(record)} bytes")
    cut = record[2]
    if not NAMES < cut <= len(record) or NAMES + 1 + record[NAMES] > cut or (len(record) - cut) % 5:
        raise ValueError(f"record of {len(record)} bytes whose steps begin at {cut}")
    return cut
