"""`POST /facts`: what is told of units is stored as it was said, or refused with what and where; nothing of a person gets through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from key_books import Keys

from dunghen.contracts.keys import Grant, KeyBook, MadeKey, make_key
from dunghen.contracts.messages import encode
from dunghen.domain.policy import Policy
from dunghen.platform.clock import real_milliseconds
from services.ingest.policy_view import desk_of
from services.ingest.ports import Desk

MONDAY_8 = 1767574800  # 2026-01-05 08:00 in Đà Nẵng
CODE = "TEST.SHARE"
SETS = [
    {
        "code": "TEST",
        "name_vi": "Thử",
        "name_en": "Test",
        "indicators": [
            {"code": CODE, "name_vi": "a", "name_en": "a", "meaning_vi": "a", "meaning_en": "a", "kind": "ratio"},
        ],
    }
]
UNITS = [
    {"code": "20242", "name": "Hải Châu", "kind": "locality", "type": "Phường", "wire_codes": ["H17.31"]},
    {"code": "20263", "name": "An Khê", "kind": "locality", "type": "Phường", "wire_codes": ["H17.32"]},
]
BODIES = {"city": {"code": "H17", "name": "Đà Nẵng"}, "units": {"units": UNITS}, "indicators": {"sets": SETS}}


@pytest.fixture
def desk() -> Desk:
    return desk_of(Policy.from_bodies(1, BODIES))


def fact(**other: Any) -> dict[str, Any]:
    return {"unit": "20242", "code": CODE, "period": "2025-12", "numerator": 41, "denominator": 44, **other}


def told(*facts: Any, source: str = "H17.31") -> dict[str, Any]:
    return {"source": source, "facts": list(facts)}


async def test_a_fact_is_stored_with_who_and_when(ingest: Any) -> None:
    answer = await ingest.post("/facts", told(fact(), fact(unit="H17.32", numerator="7", denominator=None, period="2025-Q4")))
    assert (answer.status_code, answer.json()["error_code"], answer.json()["accepted"]) == (200, "0", 2)
    first, second = ingest.facts.kept
    assert (first.unit, first.code, first.period, first.numerator, first.denominator) == ("20242", CODE, "2025-12", 41, 44)
    assert (first.source, first.occurred_at, first.by, first.kind) == ("H17.31", MONDAY_8, "", "value")
    assert (second.unit, second.numerator, second.denominator) == ("20263", 7, None)
    assert ingest.ports.metrics.accepted.labels("fact")._value.get() == 2


async def test_the_same_said_again_has_the_same_id_and_a_correction_another(ingest: Any) -> None:
    for one in (fact(), fact(), fact(numerator=42)):
        await ingest.post("/facts", told(one))
    again, corrected = ingest.facts.kept[1], ingest.facts.kept[2]
    assert ingest.facts.kept[0].id == again.id != corrected.id
    assert corrected.order > again.order > ingest.facts.kept[0].order


async def test_not_assessed_and_withdrawn_need_no_number(ingest: Any) -> None:
    answer = await ingest.post(
        "/facts", told({"unit": "H17", "code": CODE, "period": "2025", "kind": "not_assessed"}, fact(kind="withdrawn"))
    )
    assert answer.status_code == 200
    assert [(f.unit, f.kind) for f in ingest.facts.kept] == [("H17", "not_assessed"), ("20242", "withdrawn")]


@pytest.mark.parametrize(
    ("item", "code", "path"),
    [
        (fact(unit="99999"), "UNKNOWN_UNIT", "unit"),
        (fact(unit=""), "MISSING", "unit"),
        (fact(code="TEST.OTHER"), "UNKNOWN_FACT", "code"),
        (fact(period="tháng 12"), "BAD_PERIOD", "period"),
        (fact(period="2025-02-30"), "BAD_PERIOD", "period"),
        (fact(period="2026-02"), "IN_THE_FUTURE", "period"),
        (fact(numerator=-1), "BAD_NUMBER", "numerator"),
        (fact(numerator=1.5), "BAD_NUMBER", "numerator"),
        (fact(numerator=None), "MISSING", "numerator"),
        (fact(denominator="nhiều"), "BAD_NUMBER", "denominator"),
        (fact(denominator=1 << 53), "BAD_NUMBER", "denominator"),
        (fact(kind="estimate"), "BAD_CHOICE", "kind"),
        (fact(occurred_at="2026-01-06T08:00:00+07:00"), "IN_THE_FUTURE", "occurred_at"),
        (fact(evidence="http://danang.example/a"), "BAD_LINK", "evidence"),
        (fact(evidence="https://danang.example/?ten=Bưởi"), "BAD_LINK", "evidence"),
        (fact(evidence="https://danang.example/0905123456"), "BAD_LINK", "evidence"),
        (fact(numerator=[1]), "WRONG_TYPE", "numerator"),
        ("text", "NOT_AN_OBJECT", ""),
    ],
)
async def test_what_cannot_be_is_refused_with_what_and_where(ingest: Any, item: Any, code: str, path: str) -> None:
    answer = await ingest.post("/facts", told(item, fact()))
    line = answer.json()["results"][0]
    assert answer.status_code == 200
    assert (line["accepted"], line["code"], line.get("path", "")) == (False, code, path)
    assert len(ingest.facts.kept) == 1


async def test_no_member_but_the_known_ones_is_ever_read(ingest: Any) -> None:
    await ingest.post("/facts", told(fact(note="Nguyễn Thị Bưởi", evidence="https://danang.example/bao-cao/2025-12")))
    assert "Bưởi" not in repr(ingest.facts.kept)
    assert ingest.facts.kept[0].evidence == "https://danang.example/bao-cao/2025-12"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "BAD_JSON"),
        (b"[]", 400, "WRONG_TYPE"),
        (b'{"source": "H17", "facts": []}', 400, "NO_DATA"),
        (b'{"facts": [{}]}', 400, "BAD_SOURCE"),
        (b'{"source": "H17", "source": "H18", "facts": [{}]}', 400, "DUPLICATE_KEY"),
    ],
)
async def test_a_body_that_is_none_is_refused_as_a_whole(ingest: Any, body: bytes, status: int, code: str) -> None:
    answer = await ingest.post("/facts", content=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_nothing_is_accepted_that_is_not_stored(ingest: Any) -> None:
    ingest.facts.away = True
    answer = await ingest.post("/facts", told(fact()))
    assert (answer.status_code, answer.json()["code"]) == (503, "KAFKA_AWAY")


async def test_a_dry_run_stores_nothing(ingest: Any) -> None:
    answer = await ingest.post("/facts?dry_run=true", told(fact(), fact(unit="99999")))
    assert [line["accepted"] for line in answer.json()["results"]] == [True, False]
    assert ingest.facts.kept == []


def made(code: str) -> MadeKey:
    now = real_milliseconds() // 1000
    return make_key(Grant("source", code, now - 10, now + 3600))


async def test_a_key_writes_for_its_own_units_and_only_the_citys_for_the_city(start: Callable[..., Any]) -> None:
    ward, city = made("H17.31"), made("H17")
    book = KeyBook()
    for key in (ward, city):
        book.take(key.record.id.encode(), encode(key.record))
    ingest = start(keys=Keys(book))
    async with ingest.client:
        answer = await ingest.post("/facts", told(fact(), fact(unit="20263"), fact(unit="H17")), authorization=f"Bearer {ward.text}")
        assert [line.get("code") for line in answer.json()["results"]] == [None, "UNIT_NOT_ALLOWED", "UNIT_NOT_ALLOWED"]
        assert (await ingest.post("/facts", told(fact()))).status_code == 401
        answer = await ingest.post("/facts", told(fact(unit="H17"), source="H17"), authorization=f"Bearer {city.text}")
        assert answer.status_code == 200
    assert [(f.unit, f.by) for f in ingest.facts.kept] == [("20242", ward.record.id), ("H17", city.record.id)]
