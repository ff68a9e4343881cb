"""Points of yearly sets: a unit tells its own, the city those that count, and a published year is closed."""

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

WORDS = {"name_vi": "a", "name_en": "a", "meaning_vi": "a", "meaning_en": "a"}
POINTS = {"kind": "manual", "facts_over": "latest", "maximum": 10, **WORDS}
SETS = [
    {"code": "RANKED", "name_vi": "a", "name_en": "a", "yearly": True, "indicators": [{"code": "RANKED.A", **POINTS}]},
    {"code": "TEST", "name_vi": "a", "name_en": "a", "indicators": [{"code": "TEST.SHARE", "kind": "ratio", **WORDS}]},
]
UNITS = [
    {"code": "20242", "name": "Hải Châu", "kind": "locality", "type": "Phường", "wire_codes": ["H17.31"]},
    {"code": "20263", "name": "An Khê", "kind": "locality", "type": "Phường", "wire_codes": ["H17.32"]},
]
BODIES = {
    "city": {"code": "H17", "name": "Đà Nẵng"},
    "units": {"units": UNITS},
    "indicators": {"sets": SETS},
    "publications": {"published": [{"set": "RANKED", "year": 2024, "at": 1}]},
}


@pytest.fixture
def desk() -> Desk:
    return desk_of(Policy.from_bodies(1, BODIES))


def fact(**other: Any) -> dict[str, Any]:
    return {"unit": "20242", "code": "RANKED.A", "period": "2025", "numerator": 87, "denominator": 10, **other}


def told(*facts: Any, source: str = "H17.31") -> dict[str, Any]:
    return {"source": source, "facts": list(facts)}


async def test_own_and_reviewed_points_stand_beside_each_other(ingest: Any) -> None:
    await ingest.post("/facts", told(fact(stage="self"), fact(stage="reviewed"), fact()))
    own, reviewed, again = ingest.facts.kept
    assert [one.told_as for one in ingest.facts.kept] == ["RANKED.A~self", "RANKED.A", "RANKED.A"]
    assert own.id != reviewed.id == again.id


@pytest.mark.parametrize(
    ("item", "code", "path"),
    [
        (fact(stage="draft"), "BAD_CHOICE", "stage"),
        (fact(code="TEST.SHARE", stage="self"), "BAD_CHOICE", "stage"),
        (fact(period="2025-Q4"), "BAD_PERIOD", "period"),
        (fact(period="2024"), "PUBLISHED", "period"),
        (fact(period="2024", stage="self"), "PUBLISHED", "period"),
    ],
)
async def test_what_cannot_be_is_refused_with_what_and_where_it_is(ingest: Any, item: Any, code: str, path: str) -> None:
    line = (await ingest.post("/facts", told(item, fact()))).json()["results"][0]
    assert (line["accepted"], line["code"], line["path"]) == (False, code, path)
    assert len(ingest.facts.kept) == 1


def made(code: str) -> MadeKey:
    now = real_milliseconds() // 1000
    return make_key(Grant("source", code, now - 10, now + 3600))


async def test_no_unit_gives_itself_points_that_count(start: Callable[..., Any]) -> None:
    ward, city = made("H17.31"), made("H17")
    book = KeyBook()
    for key in (ward, city):
        book.take(key.record.id.encode(), encode(key.record))
    ingest = start(keys=Keys(book))
    async with ingest.client:
        answer = await ingest.post("/facts", told(fact(stage="self"), fact(stage="reviewed"), fact()), authorization=f"Bearer {ward.text}")
        assert [line.get("code") for line in answer.json()["results"]] == [None, "REVIEW_NOT_ALLOWED", "REVIEW_NOT_ALLOWED"]
        other = await ingest.post("/facts", told(fact(code="TEST.SHARE", period="2025-10")), authorization=f"Bearer {ward.text}")
        reviewed = await ingest.post("/facts", told(fact(), source="H17"), authorization=f"Bearer {city.text}")
        assert (other.status_code, reviewed.status_code) == (200, 200)
    assert [(one.told_as, one.by) for one in ingest.facts.kept] == [
        ("RANKED.A~self", ward.record.id),
        ("TEST.SHARE", ward.record.id),
        ("RANKED.A", city.record.id),
    ]
