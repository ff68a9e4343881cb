"""Bodies of `POST /desk-events`: `{source, events: […]}`; codes, days, instants and whole numbers, and nothing else is ever read."""

from __future__ import annotations

import re

import msgspec
from msgspec import Raw

from dunghen.contracts.desks import MOST_NUMBER, DeskEvent, desk_event_id
from dunghen.contracts.refusals import Refusal
from dunghen.domain.days import date_of
from dunghen.domain.desks import AHEAD_DAYS, ANSWER_CHANNELS, DESK_EVENT_KINDS, LATE_DAYS, SCORES, DeskEventKind
from dunghen.domain.windows import WindowError, period
from services.ingest.wire import scalars, texts
from services.ingest.wire.allow_list import OF_DESK_EVENTS
from services.ingest.wire.facts import Batch, FactReading, batch_of, item_of, own_unit, required
from services.ingest.wire.scalars import ItemRefused, Scalar

_DESK = re.compile(r"[A-Z]{0,4}-?[0-9]{1,3}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"\d{1,5}", re.ASCII)


class _Envelope(msgspec.Struct, gc=False):
    source: Scalar = None
    events: list[Raw] | None = None


class DeskEventItem(msgspec.Struct, gc=False):
    unit: Scalar = None
    desk: Scalar = None
    kind: Scalar = None
    on: Scalar = None
    number: Scalar = None
    channel: Scalar = None
    score: Scalar = None
    occurred_at: Scalar = None


_EVENTS = Batch("events", msgspec.json.Decoder(_Envelope).decode, OF_DESK_EVENTS)
_decode_item = msgspec.json.Decoder(DeskEventItem).decode


def desk_delivery(body: bytes) -> tuple[str, list[Raw]]:
    """(source, items). Raises DeliveryRefused: 400, 413."""
    return batch_of(body, _EVENTS)


def desk_event_of(raw: Raw, source: str, reading: FactReading, arrived_at: int) -> DeskEvent:
    """One event, stamped. `arrived_at` in microseconds. Raises ItemRefused."""
    item = item_of(raw, _decode_item)
    required(item.occurred_at, "occurred_at")
    kind, occurred_at = texts.chosen(item.kind, DESK_EVENT_KINDS, "kind"), reading.dates.past(item.occurred_at, "occurred_at")
    answered = kind == "answered"
    event = DeskEvent(
        id="0" * 16,
        unit=own_unit(item.unit, reading),
        desk=_desk(item),
        on=_on(item, (kind, reading.dates.zone.day_of(occurred_at)), reading),
        kind=kind,
        number=_number(item.number, "number", MOST_NUMBER),
        channel=texts.chosen(item.channel, ANSWER_CHANNELS, "channel") if answered else None,
        score=_number(item.score, "score", SCORES[-1]) if answered else 0,
        source=source,
        occurred_at=occurred_at,
        arrived_at=arrived_at,
        by=reading.by,
    )
    event.id = desk_event_id(event)
    return event


def _desk(item: DeskEventItem) -> str:
    given = required(item.desk, "desk")
    if not _DESK.fullmatch(given):
        raise ItemRefused(Refusal.BAD_CODE, "desk")
    return given


def _on(item: DeskEventItem, of: tuple[DeskEventKind, int], reading: FactReading) -> str:
    """The local day; that of the event where none is given. Appointments may lie ahead; nothing may lie before a day that was closed."""
    (kind, otherwise), given = of, scalars.text(item.on)
    if kind == "appointment_booked" and not given:
        raise ItemRefused(Refusal.MISSING, "on")
    day = _day(given) if given else otherwise
    if day > reading.today + (AHEAD_DAYS if kind.startswith("appointment") else 0):
        raise ItemRefused(Refusal.IN_THE_FUTURE, "on")
    if day < reading.today - LATE_DAYS:
        raise ItemRefused(Refusal.TOO_LATE, "on")
    return date_of(day).isoformat()


def _day(given: str) -> int:
    try:
        if _DAY.fullmatch(given):
            return period(given).first
    except WindowError:
        pass
    raise ItemRefused(Refusal.BAD_DATE, "on")


def _number(value: Scalar, path: str, most: int) -> int:
    given = required(value, path)
    if isinstance(value, bool | float) or not _NUMBER.fullmatch(given) or not 1 <= int(given) <= most:
        raise ItemRefused(Refusal.BAD_NUMBER, path)
    return int(given)
