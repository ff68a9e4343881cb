"""The messages that the services exchange over Kafka (`architecture.md` §4–§6), and their codecs.

Instants are whole seconds since 1970 (UTC) and 0 means "not given"; `arrived_at` alone is in microseconds and only ever compared.
A day is the number of local days of the city since 1970-01-01. Unknown members are ignored when decoding: a reader survives a newer writer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Instant = Annotated[int, Meta(ge=0, lt=1 << 32)]
Microseconds = Annotated[int, Meta(ge=0, lt=1 << 53)]
Status = Annotated[int, Meta(ge=0, le=10)]
EventId = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$")]
Code = Annotated[str, Meta(max_length=60, pattern=r"^[ -~]*$")]
PlainCode = Annotated[str, Meta(max_length=60)]
Handler = Annotated[str, Meta(max_length=17, pattern=r"^(p[0-9a-f]{16})?$")]
DayNumber = Annotated[int, Meta(ge=-40000, le=60000)]

Form = Literal["", "counter", "post", "online"]  # of a result: at the one-stop desk, by post, online

NOT_IN_THE_DIRECTORY = "p" + 16 * "0"  # the handler of a step that names somebody whom the directory does not know

FEE, PAID_ONLINE, DIGITISED, E_RESULT = 1, 2, 4, 8  # bits of DossierEvent.flags
NOT_PAID_ONLINE = 3  # of DossierEvent.gateway


class DossierEvent(msgspec.Struct, gc=False, omit_defaults=True, kw_only=True):
    """One normalised event of a dossier: the raw truth, in `dossier-events`, keyed by the dossier code.

    `kind`: `synced` states the whole dossier at `occurred_at`; `progressed` is one step (`status` at `occurred_at`); `retracted` withdraws
    the dossier. `ended` is NgayKetThucXuLy, for status 3 NgayTuChoi; `returned` NgayTra. `steps` are the supplements of a sync as
    (5, NgayBoSung), (4, NgayTiepNhanBoSung). `handler` is the internal id in `people` of a step's NguoiXuLy; "" where the step
    names nobody, `NOT_IN_THE_DIRECTORY` where nobody has that name: whoever had the dossier before has it no more.
    `gateway`: through which it was paid (DuocThanhToanTrucTuyen): 1 the national portal's, 2 a ministry's or province's, 3 not paid
    online; 0: not told, as by a release that did not read it yet.
    `form`: how the result is handed over, as the city's file reads HinhThuc; "" not told, or a code that it does not know.
    `precedence`: of its source, as the city had it when the event arrived (decision 0029).
    `unit` is the public code of the competent unit, `receiving_unit` of the one that took it in ("" unknown). Beyond a bound: poison.
    `version` is not written while it is 1. Who changes what a member means raises it: older readers then refuse instead of misreading.
    """

    id: EventId
    dossier: Code
    unit: Code
    kind: Literal["synced", "progressed", "retracted"]
    occurred_at: Instant
    arrived_at: Microseconds
    source: Code = ""
    status: Status = 0
    submitted: Instant = 0
    received: Instant = 0
    due: Instant = 0
    ended: Instant = 0
    returned: Instant = 0
    step_due: Instant = 0
    channel: Annotated[int, Meta(ge=0, le=3)] = 1
    procedure: Code = ""
    field: Code = ""
    receiving_unit: Code = ""
    flags: Annotated[int, Meta(ge=0, lt=16)] = 0
    gateway: Annotated[int, Meta(ge=0, le=3)] = 0
    form: Form = ""
    steps: Annotated[tuple[tuple[Status, Instant], ...], Meta(max_length=200)] = ()  # two a supplement
    handler: Handler = ""
    precedence: Annotated[int, Meta(ge=0, le=9)] = 0
    version: Literal[1] = 1


class RateCounts(msgspec.Struct, gc=False, array_like=True):
    """Σ/Σ of one rate in one window, and in the equally long window before it (for the trend). Integers only: `domain.md` §4."""

    numerator: int
    denominator: int
    before_numerator: int = 0
    before_denominator: int = 0


class WindowScore(msgspec.Struct, gc=False):
    """What one unit did in one window [first, last] of local days.

    `counts` by the names of `domain.marks.IN_A_WINDOW`; one that is missing was not counted yet. `on_day` includes `undated`.
    """

    first: DayNumber
    last: DayNumber
    counts: dict[str, int]
    rates: dict[str, RateCounts]  # official, resolved, due_cohort, statutory

    @property
    def finished(self) -> int:
        """All that ended in the window, by whatever status."""
        return sum(self.counts.get(name, 0) for name in ("early", "on_day", "late"))


class UnitScore(msgspec.Struct, gc=False, kw_only=True):
    """All that is known of one unit at the end of local day `day` under policy version `policy`: the value of `unit-scores`, by unit.

    `covers` is the vector V of the unit: for each partition of `dossier-events` the source offset below which everything is in (absent: 0).
    The counts without a window are as of now: open dossiers in time, past due, paused (a part of pending), due today.
    """

    unit: Code
    day: DayNumber
    policy: int
    covers: dict[int, int]
    pending: int = 0
    overdue: int = 0
    paused: int = 0
    due_today: int = 0
    due_today_left: int = 0
    received_today: int = 0
    finished_today: int = 0
    windows: dict[str, WindowScore] = {}


# The counts of a UnitScore that have no window.
STANDING_COUNTS = ("pending", "overdue", "paused", "due_today", "due_today_left", "received_today", "finished_today")


class Level(msgspec.Struct, gc=False, kw_only=True):
    """Value of `~level` in each partition of `unit-scores`: its scores stand for the source offsets `levels`, this day and policy."""

    day: DayNumber
    policy: int
    levels: dict[int, int]
    at: Instant = 0  # the city's clock when it was written


class FeedState(msgspec.Struct, gc=False, kw_only=True):
    """What is known of one sending system: the value of `feeds`, keyed by the source. Counts run since the source was first seen."""

    source: Code
    seen_at: Instant  # last request of any kind
    record_at: Instant = 0  # last record that was accepted
    accepted_count: int = 0
    refused_count: int = 0
    sent_at: Instant = 0  # the source's own last heartbeat
    sent_count: int = -1  # what the source says that it had sent by then; -1: it never said
    counted_at_heartbeat: int = 0  # accepted + refused when that heartbeat came
    sent_record_at: Instant = 0  # the source's own last record, as that heartbeat said
    odd_code_count: int = 0  # accepted records whose dossier code has an unknown shape
    pulled: dict[str, int] = {}  # a source that is asked: service -> instant up to which it has answered
    held: dict[str, int] = {}  # the same: service -> since when it is asked again under another policy, for what none yet could take
    units: dict[str, int] = {}  # unit -> last record accepted for it


class Notice(msgspec.Struct, gc=False, kw_only=True):
    """One decision to tell somebody something, or why not: the value of `notices`, keyed by the dossier. Never a personal value."""

    key: Annotated[
        str, Meta(max_length=300)
    ]  # dossier:clock:due_at:stage:recipient, ~2 behind it where that was superseded and decided anew
    dossier: Code
    unit: Code
    procedure: Code = ""
    clock: Literal["dossier", "intake", "step", "feed"] = "dossier"  # feed: to its owner; `due_at` its last contact, or when it was said
    stage: Code  # of the matrix; of a feed: silent (`dossier` is the source), all_silent (the city), disputed
    due_at: Instant
    decided_at: Instant
    state: Literal["pending", "delivered", "failed", "superseded", "suppressed"]
    reason: Code  # FIRST_WARNING, BREACH, SHADOW, HISTORICAL, …
    recipient: Code = ""  # internal id of a person, or a unit's code; "": nobody (it ENDED unseen); of an older release: the unit
    why: Code = ""  # domain.recipients.Why: by which rule this recipient is told
    covers: Code = ""  # for whom, where the recipient stands in for somebody on leave
    handler: Handler = ""  # who had the dossier when it was decided
    channels: tuple[Code, ...] = ()  # those of the stage, in the order of trying; none: those of the service
    channel: Code = ""
    message_id: Code = ""
    attempts: int = 0
    sent_at: Instant = 0
    refused: tuple[Code, ...] = ()  # channels that refused it for good, like mail:550


class KeyRecord(msgspec.Struct, gc=False, omit_defaults=True, kw_only=True):
    """A key of a machine or a one-time link of a person, without its secret: the value of `keys`, keyed by `id` (see `contracts/keys.py`).

    `code`: the unit prefix that a source may write for, the unit below which a reader may read, the internal id of a link's person, a
    desk's place (20242.Q01), the word by which a consumer of open data is known; "" for an operator. Instants are real seconds; `replaces`
    is the id of the key that this one was made for.
    """

    id: Annotated[str, Meta(pattern=r"^[0-9a-z]{6,20}$")]
    digest: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    scope: Literal["source", "reader", "operator", "link", "desk", "consumer"]
    code: Code = ""
    made_at: Instant
    expires_at: Instant
    revoked_at: Instant = 0
    replaces: Code = ""


class DeadLetter(msgspec.Struct, gc=False, kw_only=True):
    """Why a record could not be used and where it stays: the value of `dead-letters`, keyed by `topic:partition:offset`.

    `reason` is one of `dead_letters.Reason`. `event` only where the record decodes as a DossierEvent; bytes that do not decode are never
    copied. `replayed_as` is the `topic:partition:offset` of the event that was appended for it; "" while the letter is open.
    """

    topic: Code
    partition: int
    offset: int
    reason: Code
    detail: Annotated[str, Meta(max_length=300)] = ""
    event: DossierEvent | None = None
    replayed_as: Code = ""


class PolicyRecord(msgspec.Struct, gc=False, kw_only=True):
    """One kind of policy from version `version` on: the value of `policies`, keyed by `kind·version`.

    Versions are drawn from one sequence for all kinds: the policy at version N is, of each kind, the record with the highest version ≤ N.
    `together` are all kinds applied under this version: it counts once every one of them has come, so no reader sees half of it.
    """

    kind: Literal["city", "units", "calendar", "rules", "bands", "procedures", "stages", "counters", "indicators", "publications"]
    version: Annotated[int, Meta(ge=1)]
    applied_at: Instant
    author: str = ""
    reason: str = ""
    together: tuple[str, ...] = ()
    body: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"{}"))


class Geometry(msgspec.Struct, gc=False, kw_only=True):
    """What the map is drawn with: the value of `geometries`, keyed by `map`; the last one holds.

    `body` is a GeoJSON FeatureCollection, gzip (`contracts/geometries.py` says what is in it); empty: the one that is shipped.
    """

    name: Annotated[str, Meta(max_length=200)]
    applied_at: Instant
    author: str = ""
    body: bytes = b""


class _PlainEvent(DossierEvent, gc=False, omit_defaults=True, kw_only=True):
    """A DossierEvent from text that is known to be printable ASCII: of a code only the length is left to check, and no regex runs."""

    id: Annotated[str, Meta(min_length=16, max_length=16)]
    dossier: PlainCode
    unit: PlainCode
    source: PlainCode = ""
    procedure: PlainCode = ""
    field: PlainCode = ""
    receiving_unit: PlainCode = ""


decode_event = msgspec.json.Decoder(DossierEvent).decode
_all_hex = re.compile("[0-9a-f]*").fullmatch
_decode_plain = msgspec.json.Decoder(_PlainEvent).decode
decode_score = msgspec.json.Decoder(UnitScore).decode
decode_level = msgspec.json.Decoder(Level).decode
decode_feed = msgspec.json.Decoder(FeedState).decode
decode_notice = msgspec.json.Decoder(Notice).decode
decode_dead_letter = msgspec.json.Decoder(DeadLetter).decode
decode_policy = msgspec.json.Decoder(PolicyRecord).decode
decode_key = msgspec.json.Decoder(KeyRecord).decode
decode_geometry = msgspec.json.Decoder(Geometry).decode
encode = msgspec.json.Encoder().encode  # no order: it does not take the whole-number keys of `covers` and `levels`


def decode_events(values: Sequence[bytes]) -> Sequence[DossierEvent] | None:
    """The events of many values, at half the cost of `decode_event`; None: only that one can tell which of them is at fault.

    Without an escape and a DEL in it, JSON in ASCII is made of printable characters only: the pattern of `Code` holds for all of it.
    """
    text = b"".join(values)
    if not text.isascii() or b"\\" in text or b"\x7f" in text:
        return None
    try:
        events = [_decode_plain(value) for value in values]
    except msgspec.MsgspecError:
        return None
    return events if _all_hex("".join([event.id for event in events])) else None
