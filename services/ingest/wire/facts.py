"""Bodies of `POST /facts`: `{source, facts: […]}`; codes, periods and whole numbers, and nothing else is ever read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from msgspec import Raw

from dunghen.contracts.facts import FACT_KINDS, MOST, Fact, FactKind, fact_id
from dunghen.contracts.refusals import Refusal
from dunghen.domain.windows import WindowError, period
from services.ingest.wire import scalars
from services.ingest.wire.allow_list import OF_FACTS, duplicate_in, path_of
from services.ingest.wire.dates import WireDates
from services.ingest.wire.deliveries import NO_JSON, DeliveryRefused, no_json, sender_code
from services.ingest.wire.scalars import ItemRefused, Scalar

MOST_FACTS = 10_000
_LINK = re.compile(r"https://[A-Za-z0-9.-]{1,200}(?::\d{1,5})?(?:/[A-Za-z0-9._~/%-]*)?", re.ASCII)
_PERSONAL = re.compile(r"\d{9}")  # as many digits in a row as a phone or an identity number has
_NUMBER = re.compile(r"\d{1,16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FactReading:
    """How facts are read: dates, units and codes by the policy in force. `today`: no period begins later. `by`: the id of the key."""

    dates: WireDates
    find_unit: Callable[[str], str]  # "" where there is none
    codes: frozenset[str]
    allowed: frozenset[str] | None
    today: int
    by: str = ""


class _Envelope(msgspec.Struct, gc=False):
    source: Scalar = None
    facts: list[Raw] | None = None


class FactItem(msgspec.Struct, gc=False):
    unit: Scalar = None
    code: Scalar = None
    period: Scalar = None
    kind: Scalar = None
    numerator: Scalar = None
    denominator: Scalar = None
    occurred_at: Scalar = None
    evidence: Scalar = None


_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_decode_item = msgspec.json.Decoder(FactItem).decode


def facts_delivery(body: bytes, *, may_be_none: bool = False) -> tuple[str, list[Raw]]:
    """(source, items). `may_be_none`: no fact is an answer too. Raises DeliveryRefused: 400, 413."""
    given = _decoded(body)
    source = sender_code(given.source)
    if not source:
        raise DeliveryRefused(400, Refusal.BAD_SOURCE, "source")
    if given.facts is None or not (given.facts or may_be_none):
        raise DeliveryRefused(400, Refusal.NO_DATA, "facts")
    if len(given.facts) > MOST_FACTS:
        raise DeliveryRefused(413, Refusal.TOO_LARGE)
    return source, given.facts


def _decoded(body: bytes) -> _Envelope:
    try:
        if twice := duplicate_in(body, OF_FACTS):
            raise DeliveryRefused(400, Refusal.DUPLICATE_KEY, twice)
        return _decode_envelope(body)
    except msgspec.ValidationError as fault:
        raise DeliveryRefused(400, Refusal.WRONG_TYPE, path_of(fault)) from None
    except NO_JSON as fault:
        raise no_json(fault) from None


def fact_of(raw: Raw, source: str, reading: FactReading, arrived_at: int) -> Fact:
    """One statement, stamped. `arrived_at` in microseconds. Raises ItemRefused."""
    try:
        item = _decode_item(raw)
    except msgspec.ValidationError as fault:
        where = path_of(fault)
        raise ItemRefused(Refusal.WRONG_TYPE if where else Refusal.NOT_AN_OBJECT, where) from None
    kind, given_at = _kind(item), reading.dates.past(item.occurred_at, "occurred_at")
    numerator = _amount(item.numerator, "numerator", needed=kind == "value")
    fact = Fact(
        id="0" * 16,
        unit=_unit(item, reading),
        code=_code(item, reading),
        period=_period(item, reading),
        kind=kind,
        numerator=numerator or 0,
        denominator=_amount(item.denominator, "denominator", needed=False),
        source=source,
        occurred_at=given_at,
        arrived_at=arrived_at,
        by=reading.by,
        evidence=_evidence(item),
    )
    fact.id = fact_id(fact, given_at)
    fact.occurred_at = given_at or arrived_at // 1_000_000
    return fact


def _needed(value: Scalar, path: str) -> str:
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


def _unit(item: FactItem, reading: FactReading) -> str:
    given = _needed(item.unit, "unit")
    unit = reading.find_unit(given)
    if not unit:
        raise ItemRefused(Refusal.UNKNOWN_UNIT, "unit")
    if reading.allowed is not None and unit not in reading.allowed:
        raise ItemRefused(Refusal.UNIT_NOT_ALLOWED, "unit")
    return unit


def _code(item: FactItem, reading: FactReading) -> str:
    code = _needed(item.code, "code")
    if code not in reading.codes:
        raise ItemRefused(Refusal.UNKNOWN_FACT, "code")
    return code


def _period(item: FactItem, reading: FactReading) -> str:
    name = _needed(item.period, "period")
    try:
        first = period(name).first
    except WindowError:
        raise ItemRefused(Refusal.BAD_PERIOD, "period") from None
    if first > reading.today:
        raise ItemRefused(Refusal.IN_THE_FUTURE, "period")
    return name


def _amount(value: Scalar, path: str, *, needed: bool) -> int | None:
    """A whole number from 0 to 2⁵³ − 1."""
    given = _needed(value, path) if needed else scalars.text(value)
    if not given:
        return None
    if isinstance(value, bool | float) or not _NUMBER.fullmatch(given) or int(given) > MOST:
        raise ItemRefused(Refusal.BAD_NUMBER, path)
    return int(given)


def _evidence(item: FactItem) -> str:
    """A link without question marks, fragments and long numbers, in which something of a person could stand."""
    link = scalars.text(item.evidence)
    if link and (len(link) > 300 or not _LINK.fullmatch(link) or _PERSONAL.search(link)):
        raise ItemRefused(Refusal.BAD_LINK, "evidence")
    return link
