"""Bodies of `POST /facts`: `{source, facts: […]}`; codes, periods and whole numbers, and nothing else is ever read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Raw

from dunghen.contracts.facts import FACT_KINDS, MOST, Fact, FactKind, FactStage, told_id
from dunghen.contracts.refusals import Refusal
from dunghen.domain.publications import SetYear
from dunghen.domain.windows import WindowError, period
from services.ingest.wire import scalars
from services.ingest.wire.allow_list import duplicate_in, path_of
from services.ingest.wire.dates import WireDates
from services.ingest.wire.deliveries import NO_JSON, DeliveryRefused, no_json, sender_code
from services.ingest.wire.scalars import ItemRefused, Scalar

MOST_FACTS = 10_000
Item = TypeVar("Item")
_LINK = re.compile(r"https://[A-Za-z0-9.-]{1,200}(?::\d{1,5})?(?:/[A-Za-z0-9._~/%-]*)?", re.ASCII)
_PERSONAL = re.compile(r"\d{9}")  # as many digits in a row as a phone or an identity number has
_NUMBER = re.compile(r"\d{1,16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FactCodes:
    """Which codes there are: `known`; of them those of points that a reviewer gives; and, of a code and period, how they stand to years."""

    known: frozenset[str] = frozenset()
    manual: frozenset[str] = frozenset()
    yearly_of: Callable[[str, str], SetYear | None] = lambda _code, _period: None
    published: Collection[SetYear] = ()


NO_CODES = FactCodes()


@dataclass(frozen=True, slots=True)
class FactReading:
    """How facts are read: dates, units and codes by the policy in force. `today`: no period begins later. `by`: the id of the key.

    `reviews`: whether who sends may give points that count, which is the city's right.
    """

    dates: WireDates
    find_unit: Callable[[str], str]  # "" where there is none
    allowed: frozenset[str] | None
    today: int
    codes: FactCodes = NO_CODES
    by: str = ""
    reviews: bool = True
    find_own_unit: Callable[[str], str] = lambda _: ""  # as find_unit, without the city itself: who has tasks and follow-ups


class Batch(NamedTuple):
    """How a body `{source, <name>: […]}` is read: `read` are the fields that are ever looked at."""

    name: str
    decode: Callable[[bytes], Any]
    read: frozenset[str]


class FactItem(msgspec.Struct, gc=False):
    unit: Scalar = None
    code: Scalar = None
    period: Scalar = None
    kind: Scalar = None
    stage: Scalar = None
    numerator: Scalar = None
    denominator: Scalar = None
    occurred_at: Scalar = None
    evidence: Scalar = None


_decode_item = msgspec.json.Decoder(FactItem).decode


def batch_of(body: bytes, of: Batch) -> tuple[str, list[Raw]]:
    """(source, items) of any batch of this kind. Raises DeliveryRefused: 400, 413."""
    given = decoded(body, of)
    source, items = sender_code(given.source), getattr(given, of.name)
    if not source:
        raise DeliveryRefused(400, Refusal.BAD_SOURCE, "source")
    if not items:
        raise DeliveryRefused(400, Refusal.NO_DATA, of.name)
    if len(items) > MOST_FACTS:
        raise DeliveryRefused(413, Refusal.TOO_LARGE)
    return source, items


def decoded(body: bytes, of: Batch) -> Any:
    """The envelope of a batch of this kind. Raises DeliveryRefused: 400."""
    try:
        if twice := duplicate_in(body, of.read):
            raise DeliveryRefused(400, Refusal.DUPLICATE_KEY, twice)
        return of.decode(body)
    except msgspec.ValidationError as fault:
        raise DeliveryRefused(400, Refusal.WRONG_TYPE, path_of(fault)) from None
    except NO_JSON as fault:
        raise no_json(fault) from None


def fact_of(raw: Raw, source: str, reading: FactReading, arrived_at: int) -> Fact:
    """One statement, stamped. `arrived_at` in microseconds. Raises ItemRefused."""
    item = item_of(raw, _decode_item)
    code, kind, given_at = _code(item, reading), _kind(item), reading.dates.past(item.occurred_at, "occurred_at")
    numerator = _amount(item.numerator, "numerator", needed=kind == "value")
    fact = Fact(
        id="0" * 16,
        unit=own_unit(item.unit, reading),
        code=code,
        period=_period(item, code, reading),
        kind=kind,
        numerator=numerator or 0,
        denominator=_amount(item.denominator, "denominator", needed=False),
        source=source,
        occurred_at=given_at,
        arrived_at=arrived_at,
        by=reading.by,
        evidence=link(item.evidence),
        stage=_stage(item, code, reading),
    )
    fact.id = told_id(fact, given_at)
    fact.occurred_at = given_at or arrived_at // 1_000_000
    return fact


def item_of(raw: Raw, decode: Callable[[Raw], Item]) -> Item:
    """One item. Raises ItemRefused: NOT_AN_OBJECT, WRONG_TYPE with the path."""
    try:
        return decode(raw)
    except msgspec.ValidationError as fault:
        where = path_of(fault)
        raise ItemRefused(Refusal.WRONG_TYPE if where else Refusal.NOT_AN_OBJECT, where) from None


def required(value: Scalar, path: str) -> str:
    """The text of a field that must be there. Raises ItemRefused."""
    given = scalars.text(value)
    if not given:
        raise ItemRefused(Refusal.MISSING, path)
    return given


def _kind(item: FactItem) -> FactKind:
    given = scalars.text(item.kind) or "value"
    found = next((kind for kind in FACT_KINDS if kind == given), None)
    if found is None:
        raise ItemRefused(Refusal.BAD_CHOICE, "kind")
    return found


def own_unit(value: Scalar, reading: FactReading) -> str:
    """The public code of the unit that is named, if it may be told of. Raises ItemRefused."""
    given = required(value, "unit")
    unit = reading.find_unit(given)
    if not unit:
        raise ItemRefused(Refusal.UNKNOWN_UNIT, "unit")
    if reading.allowed is not None and unit not in reading.allowed:
        raise ItemRefused(Refusal.UNIT_NOT_ALLOWED, "unit")
    return unit


def _code(item: FactItem, reading: FactReading) -> str:
    code = required(item.code, "code")
    if code not in reading.codes.known:
        raise ItemRefused(Refusal.UNKNOWN_FACT, "code")
    return code


def _stage(item: FactItem, code: str, reading: FactReading) -> FactStage:
    """`self`, or `reviewed`, which is what counts and what is meant where nothing is said. Both are of points that a reviewer gives."""
    given, manual = scalars.text(item.stage), code in reading.codes.manual
    if given not in ("", "self", "reviewed") or (given and not manual):
        raise ItemRefused(Refusal.BAD_CHOICE, "stage")
    if given == "self":
        return "self"
    if manual and not reading.reviews:
        raise ItemRefused(Refusal.REVIEW_NOT_ALLOWED, "stage")
    return ""


def _period(item: FactItem, code: str, reading: FactReading) -> str:
    name = required(item.period, "period")
    try:
        first = period(name).first
    except WindowError:
        raise ItemRefused(Refusal.BAD_PERIOD, "period") from None
    if first > reading.today:
        raise ItemRefused(Refusal.IN_THE_FUTURE, "period")
    of = reading.codes.yearly_of(code, name)
    if of is not None and of.year != name:
        raise ItemRefused(Refusal.BAD_PERIOD, "period")
    if of in reading.codes.published:
        raise ItemRefused(Refusal.PUBLISHED, "period")
    return name


def _amount(value: Scalar, path: str, *, needed: bool) -> int | None:
    """A whole number from 0 to 2⁵³ − 1."""
    given = required(value, path) if needed else scalars.text(value)
    if not given:
        return None
    if isinstance(value, bool | float) or not _NUMBER.fullmatch(given) or int(given) > MOST:
        raise ItemRefused(Refusal.BAD_NUMBER, path)
    return int(given)


def link(value: Scalar) -> str:
    """A link without question marks, fragments and long numbers, in which something of a person could stand."""
    given = scalars.text(value)
    if given and (len(given) > 300 or not _LINK.fullmatch(given) or _PERSONAL.search(given)):
        raise ItemRefused(Refusal.BAD_LINK, "evidence")
    return given
