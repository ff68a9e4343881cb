"""`POST /desk-events`: what happened at one-stop desks is stored as it was said, or refused with what and where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from key_books import Keys

from dunghen.contracts.keys import Grant, KeyBook, make_key
from dunghen.contracts.messages import encode
from dunghen.platform.clock import real_milliseconds

AT = "2026-01-05T07:40:00+07:00"  # it is 08:00


def ticket(**other: Any) -> dict[str, Any]:
    return {"unit": "20242", "desk": "Q01", "kind": "ticket_taken", "number": 17, "occurred_at": AT, **other}


def answer(**other: Any) -> dict[str, Any]:
    return ticket(**{"kind": "answered", "channel": "kiosk", "score": 5, **other})


def told(*events: Any, source: str = "H17.31") -> dict[str, Any]:
    return {"source": source, "events": list(events)}


async def test_an_event_is_stored_with_who_and_when(ingest: Any) -> None:
    said = await ingest.post("/desk-events", told(ticket(), answer(unit="H17.32", number="3", occurred_at="20260105074500")))
    assert (said.status_code, said.json()["error_code"], said.json()["accepted"]) == (200, "0", 2)
    first, second = ingest.desk_events.kept
    assert (first.unit, first.desk, first.on, first.kind, first.number) == ("20242", "Q01", "2026-01-05", "ticket_taken", 17)
    assert (first.source, first.by, first.channel, first.score) == ("H17.31", "", None, 0)
    assert (second.unit, second.number, second.channel, second.score) == ("20263", 3, "kiosk", 5)
    assert ingest.ports.metrics.accepted.labels("desk_event")._value.get() == 2
    assert ingest.ports.metrics.accepted.labels("fact")._value.get() == 0


async def test_the_same_said_again_has_the_same_id(ingest: Any) -> None:
    for one in (ticket(), ticket(), ticket(number=18)):
        await ingest.post("/desk-events", told(one))
    first, again, other = ingest.desk_events.kept
    assert first.id == again.id != other.id


async def test_an_appointment_lies_ahead_and_a_ticket_does_not(ingest: Any) -> None:
    booked = ticket(kind="appointment_booked", on="2026-01-09")
    said = await ingest.post("/desk-events", told(booked, ticket(on="2026-01-06"), ticket(kind="appointment_booked")))
    assert [(line.get("code"), line.get("path")) for line in said.json()["results"]] == [
        (None, None),
        ("IN_THE_FUTURE", "on"),
        ("MISSING", "on"),
    ]
    assert [event.on for event in ingest.desk_events.kept] == ["2026-01-09"]


@pytest.mark.parametrize(
    ("item", "code", "path"),
    [
        (ticket(unit="99999"), "UNKNOWN_UNIT", "unit"),
        (ticket(unit=None), "MISSING", "unit"),
        (ticket(desk="Bà Bưởi"), "BAD_CODE", "desk"),
        (ticket(desk="0905123456"), "BAD_CODE", "desk"),
        (ticket(desk=""), "MISSING", "desk"),
        (ticket(kind="ticket_lost"), "BAD_CHOICE", "kind"),
        (ticket(number=0), "BAD_NUMBER", "number"),
        (ticket(number="A17"), "BAD_NUMBER", "number"),
        (ticket(number=1.5), "BAD_NUMBER", "number"),
        (ticket(number=True), "BAD_NUMBER", "number"),
        (ticket(number=100_000), "BAD_NUMBER", "number"),
        (ticket(number=None), "MISSING", "number"),
        (ticket(occurred_at=None), "MISSING", "occurred_at"),
        (ticket(occurred_at="hôm nay"), "BAD_DATE", "occurred_at"),
        (ticket(occurred_at="2026-01-06T08:00:00+07:00"), "IN_THE_FUTURE", "occurred_at"),
        (ticket(on="2026-02-30"), "BAD_DATE", "on"),
        (ticket(on="2026-01"), "BAD_DATE", "on"),
        (ticket(on="2025-12-04"), "TOO_LATE", "on"),
        (answer(score=6), "BAD_NUMBER", "score"),
        (answer(score=None), "MISSING", "score"),
        (answer(channel="Bưởi"), "BAD_CHOICE", "channel"),
        (answer(channel=None), "MISSING", "channel"),
        (ticket(number=[1]), "WRONG_TYPE", "number"),
        ("text", "NOT_AN_OBJECT", ""),
    ],
)
async def test_what_cannot_be_is_refused_with_what_and_where(ingest: Any, item: Any, code: str, path: str) -> None:
    said = await ingest.post("/desk-events", told(item, ticket()))
    line = said.json()["results"][0]
    assert said.status_code == 200
    assert (line["accepted"], line["code"], line.get("path", "")) == (False, code, path)
    assert len(ingest.desk_events.kept) == 1


async def test_a_day_may_be_told_for_a_month(ingest: Any) -> None:
    said = await ingest.post("/desk-events", told(ticket(on="2025-12-05")))
    assert said.json()["accepted"] == 1


async def test_no_member_but_the_known_ones_is_ever_read(ingest: Any) -> None:
    await ingest.post("/desk-events", told(ticket(name="Nguyễn Thị Bưởi", phone="0905123456"), answer(text="Chị Bưởi chậm quá", score=1)))
    assert len(ingest.desk_events.kept) == 2
    assert "Bưởi" not in repr(ingest.desk_events.kept)
    assert "0905123456" not in repr(ingest.desk_events.kept)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "BAD_JSON"),
        (b"[]", 400, "WRONG_TYPE"),
        (b'{"source": "H17", "events": []}', 400, "NO_DATA"),
        (b'{"source": "H17", "facts": [{}]}', 400, "NO_DATA"),
        (b'{"events": [{}]}', 400, "BAD_SOURCE"),
        (b'{"source": "H17", "events": [{"number": 1, "number": 2}]}', 400, "DUPLICATE_KEY"),
    ],
)
async def test_a_body_that_is_none_is_refused_as_a_whole(ingest: Any, body: bytes, status: int, code: str) -> None:
    said = await ingest.post("/desk-events", content=body)
    assert (said.status_code, said.json()["code"]) == (status, code)


async def test_nothing_is_accepted_that_is_not_stored(ingest: Any) -> None:
    ingest.desk_events.away = True
    said = await ingest.post("/desk-events", told(ticket()))
    assert (said.status_code, said.json()["code"]) == (503, "KAFKA_AWAY")


async def test_a_dry_run_stores_nothing(ingest: Any) -> None:
    said = await ingest.post("/desk-events?dry_run=true", told(ticket(), ticket(unit="99999")))
    assert [line["accepted"] for line in said.json()["results"]] == [True, False]
    assert ingest.desk_events.kept == []


async def test_a_key_writes_for_its_own_units(start: Callable[..., Any]) -> None:
    now = real_milliseconds() // 1000
    ward, book = make_key(Grant("source", "H17.31", now - 10, now + 3600)), KeyBook()
    book.take(ward.record.id.encode(), encode(ward.record))
    ingest = start(keys=Keys(book))
    async with ingest.client:
        bearer = f"Bearer {ward.text}"
        said = await ingest.post("/desk-events", told(ticket(), ticket(unit="20263")), authorization=bearer)
        assert [line.get("code") for line in said.json()["results"]] == [None, "UNIT_NOT_ALLOWED"]
        assert (await ingest.post("/desk-events", told(ticket()))).status_code == 401
        other = await ingest.post("/desk-events", told(ticket(), source="H17.32"), authorization=bearer)
        assert (other.status_code, other.json()["code"]) == (403, "SOURCE_NOT_ALLOWED")
    assert [(e.unit, e.by) for e in ingest.desk_events.kept] == [("20242", ward.record.id)]
