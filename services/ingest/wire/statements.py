"""Tasks and follow-ups of `POST /facts` (decision 0026): codes, days, a link, and of a task a short text."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple, TypeVar

import msgspec
from msgspec import Raw

from dunghen.contracts.facts import told_id
from dunghen.contracts.refusals import Refusal
from dunghen.contracts.statements import (
    FIRST_YEAR,
    FOLLOW_UP_KINDS,
    LAST_YEAR,
    LONGEST_TEXT,
    TASK_KINDS,
    FollowUp,
    Task,
)
from dunghen.domain.days import day_number
from dunghen.domain.follow_ups import VIOLATIONS
from dunghen.domain.tasks import BLOCS
from services.ingest.wire import scalars, texts
from services.ingest.wire.allow_list import OF_FACTS, OF_FOLLOW_UPS, OF_TASKS
from services.ingest.wire.deliveries import DeliveryRefused, sender_code
from services.ingest.wire.facts import MOST_FACTS, Batch, FactReading, decoded, item_of, link, own_unit, required
from services.ingest.wire.scalars import ItemRefused, Scalar


class _Envelope(msgspec.Struct, gc=False):
    source: Scalar = None
    facts: list[Raw] | None = None
    tasks: list[Raw] | None = None
    follow_ups: list[Raw] | None = None


class Told(NamedTuple):
    """What a body tells: its source, and items by the name of their list."""

    source: str
    items: dict[str, list[Raw]]


class TaskItem(msgspec.Struct, gc=False):
    """One task, or that a bloc is not assessed in a year, as it is told; days as `2026-06-30`."""

    unit: Scalar = None
    bloc: Scalar = None
    year: Scalar = None
    plan: Scalar = None
    code: Scalar = None
    kind: Scalar = None
    vi: Scalar = None
    en: Scalar = None
    owner: Scalar = None
    start_on: Scalar = None
    due_on: Scalar = None
    done_on: Scalar = None
    occurred_at: Scalar = None
    evidence: Scalar = None


class FollowUpItem(msgspec.Struct, gc=False):
    """One follow-up of a violation as it is told; days as `2026-06-30`."""

    unit: Scalar = None
    code: Scalar = None
    kind: Scalar = None
    violation: Scalar = None
    opened_on: Scalar = None
    explained_on: Scalar = None
    closed_on: Scalar = None
    occurred_at: Scalar = None


_decode_task = msgspec.json.Decoder(TaskItem).decode
_decode_follow_up = msgspec.json.Decoder(FollowUpItem).decode
_TOLD = Batch("facts", msgspec.json.Decoder(_Envelope).decode, OF_FACTS | OF_TASKS | OF_FOLLOW_UPS)
LISTS = (FACTS, TASKS, FOLLOW_UPS) = ("facts", "tasks", "follow_ups")
S = TypeVar("S", Task, FollowUp)


def told_delivery(body: bytes, *, may_be_none: bool = False) -> Told:
    """A body of `POST /facts`: any of the three lists, together no longer than one may be. `may_be_none`: empty lists are an answer too.

    Raises DeliveryRefused: 400, 413.
    """
    given = decoded(body, _TOLD)
    lists = {name: getattr(given, name) for name in LISTS}
    source, items = sender_code(given.source), {name: items or [] for name, items in lists.items()}
    if not source:
        raise DeliveryRefused(400, Refusal.BAD_SOURCE, "source")
    count = sum(map(len, items.values()))
    if not count and not (may_be_none and any(items is not None for items in lists.values())):
        raise DeliveryRefused(400, Refusal.NO_DATA, FACTS)
    if count > MOST_FACTS:
        raise DeliveryRefused(413, Refusal.TOO_LARGE)
    return Told(source, items)


def task_of(raw: Raw, source: str, reading: FactReading, arrived_at: int) -> Task:
    """One task, or that a bloc is not assessed, stamped. `arrived_at` in microseconds. Raises ItemRefused."""
    item = item_of(raw, _decode_task)
    kind = texts.chosen(item.kind, TASK_KINDS, "kind", "task")
    start_on, due_on = _day(item.start_on, "start_on"), _day(item.due_on, "due_on")
    task = Task(
        id="0" * 16,
        unit=own_unit(item.unit, reading),
        bloc=texts.chosen(item.bloc, BLOCS, "bloc"),
        year=_year(item.year),
        kind=kind,
        source=source,
        occurred_at=reading.dates.past(item.occurred_at, "occurred_at"),
        arrived_at=arrived_at,
        by=reading.by,
    )
    if kind == "task" or scalars.text(item.code):
        if kind == "not_assessed":
            raise ItemRefused(Refusal.BAD_CHOICE, "code")  # a bloc is assessed as a whole, or not
        task.plan, task.code = texts.own_code(item.plan, "plan"), texts.own_code(item.code, "code")
    if kind == "task":
        if due_on is None:
            raise ItemRefused(Refusal.MISSING, "due_on")
        task.vi, task.en = (texts.content(value, path, LONGEST_TEXT) for value, path in ((item.vi, "vi"), (item.en, "en")))
        required(item.vi, "vi")
        task.owner = _owner(item.owner, task.unit, reading)
        task.start_on, task.due_on, task.done_on = start_on, due_on, _past_day(item.done_on, "done_on", reading)
        _in_order(("start_on", start_on), ("due_on", due_on))
        task.evidence = link(item.evidence)
    return _stamped(task)


def follow_up_of(raw: Raw, source: str, reading: FactReading, arrived_at: int) -> FollowUp:
    """The follow-up of a violation, stamped. `arrived_at` in microseconds. Raises ItemRefused."""
    item = item_of(raw, _decode_follow_up)
    kind = texts.chosen(item.kind, FOLLOW_UP_KINDS, "kind", "follow_up")
    told = FollowUp(
        id="0" * 16,
        unit=own_unit(item.unit, reading),
        code=texts.own_code(item.code, "code"),
        kind=kind,
        source=source,
        occurred_at=reading.dates.past(item.occurred_at, "occurred_at"),
        arrived_at=arrived_at,
        by=reading.by,
    )
    if kind == "follow_up":
        told.violation = texts.chosen(item.violation, VIOLATIONS, "violation")
        opened_on = _past_day(required(item.opened_on, "opened_on"), "opened_on", reading)
        told.opened_on = opened_on or 0
        told.explained_on, told.closed_on = (
            _past_day(value, path, reading) for value, path in ((item.explained_on, "explained_on"), (item.closed_on, "closed_on"))
        )
        _in_order(("opened_on", opened_on), ("explained_on", told.explained_on), ("closed_on", told.closed_on))
    return _stamped(told)


def _stamped(told: S) -> S:
    """With its id; where the sender gave no time, it says what it says at the moment it arrives."""
    told.id = told_id(told, told.occurred_at)
    told.occurred_at = told.occurred_at or told.arrived_at // 1_000_000
    return told


def _owner(value: Scalar, unit: str, reading: FactReading) -> str:
    given = scalars.text(value)
    owner = reading.find_unit(given) if given else unit
    if not owner:
        raise ItemRefused(Refusal.UNKNOWN_UNIT, "owner")
    return owner


def _year(value: Scalar) -> int:
    given = required(value, "year")
    if not (given.isascii() and given.isdigit() and len(given) == 4 and FIRST_YEAR <= int(given) <= LAST_YEAR):
        raise ItemRefused(Refusal.BAD_PERIOD, "year")
    return int(given)


def _day(value: Scalar, path: str) -> int | None:
    """A local day, written `2026-10-03`."""
    given = scalars.text(value)
    if not given:
        return None
    try:
        day = date.fromisoformat(given) if len(given) == 10 else None
    except ValueError:
        day = None
    if day is None:
        raise ItemRefused(Refusal.BAD_DATE, path)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ItemRefused(Refusal.OUT_OF_RANGE, path)
    return day_number(day)


def _past_day(value: Scalar, path: str, reading: FactReading) -> int | None:
    day = _day(value, path)
    if day is not None and day > reading.today:
        raise ItemRefused(Refusal.IN_THE_FUTURE, path)
    return day


def _in_order(*days: tuple[str, int | None]) -> None:
    last = 0
    for path, day in days:
        if day is not None and day < last:
            raise ItemRefused(Refusal.BAD_ORDER, path)
        last = last if day is None else day
