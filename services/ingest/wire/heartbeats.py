"""What a sending system says of itself: `{source, sent_at, last_record_at, sent_count}`."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from dunghen.contracts.refusals import Refusal
from services.ingest.wire import scalars
from services.ingest.wire.allow_list import path_of
from services.ingest.wire.dates import WireDates
from services.ingest.wire.deliveries import DeliveryRefused, sender_code
from services.ingest.wire.scalars import ItemRefused, Scalar

MOST_SENT = 1 << 53


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """`sent_count`: records that the source says it had sent by `sent_at`; −1 where it does not say."""

    source: str
    sent_at: int
    last_record_at: int = 0
    sent_count: int = -1


class HeartbeatBody(msgspec.Struct, gc=False):
    source: Scalar = None
    sent_at: Scalar = None
    last_record_at: Scalar = None
    sent_count: Scalar = None


_decode = msgspec.json.Decoder(HeartbeatBody).decode


def heartbeat(body: bytes, dates: WireDates) -> Heartbeat:
    """Raises DeliveryRefused with the first thing that is wrong."""
    given = _decoded(body)
    source = sender_code(given.source)
    if not source:
        raise DeliveryRefused(400, Refusal.BAD_SOURCE, "source")
    try:
        sent_at = dates.past(given.sent_at, "sent_at")
        if not sent_at:
            raise ItemRefused(Refusal.MISSING, "sent_at")
        return Heartbeat(source, sent_at, dates.past(given.last_record_at, "last_record_at"), _count(given.sent_count))
    except ItemRefused as refused:
        raise DeliveryRefused(422, refused.code, refused.path) from None


def _decoded(body: bytes) -> HeartbeatBody:
    try:
        return _decode(body)
    except msgspec.ValidationError as fault:
        raise DeliveryRefused(400, Refusal.WRONG_TYPE, path_of(fault)) from None
    except RecursionError:
        raise DeliveryRefused(400, Refusal.TOO_DEEP) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise DeliveryRefused(400, Refusal.BAD_JSON) from None


def _count(value: Scalar) -> int:
    given = scalars.text(value)
    if not given:
        return -1
    if not (given.isascii() and given.isdigit() and len(given) <= 16 and int(given) < MOST_SENT):
        raise ItemRefused(Refusal.BAD_CHOICE, "sent_count")
    return int(given)
