"""What a span says of a request: its route, how it was read and answered, and the sender's own trace only where a key was shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from key_books import Keys

from dunghen.contracts.keys import Grant, KeyBook, make_key
from dunghen.contracts.messages import encode
from dunghen.platform.clock import real_milliseconds
from tests.kept_spans import Kept, keeping

NOW = real_milliseconds() // 1000
KEY = make_key(Grant("source", "H17", NOW - 10, NOW + 86_400))
THEIRS = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
PERSONAL = ("Bưởi", "0905123456", "H17.31-260105-0001")


@pytest.fixture
def kept() -> Iterator[Kept]:
    with keeping() as kept:
        yield kept


async def test_a_request_that_was_read_says_of_which_units_and_by_which_policy(
    ingest: Any, dossier: Callable[..., dict[str, Any]], kept: Kept
) -> None:
    await ingest.sync(dossier(), dossier(MaHoSo="H17.32-260105-0001", DonViXuLy="UBND phường An Khê"))
    (span,) = kept()
    assert span.name == "POST /sync/DongBoHoSoMC"
    assert dict(span.attributes or {}) == {
        "http.request.method": "POST",
        "http.route": "/sync/DongBoHoSoMC",
        "http.response.status_code": 200,
        "dunghen.units": ("20242", "20263"),
        "dunghen.policy.version": 1,
    }


async def test_nothing_that_was_received_is_in_a_span_whatever_became_of_it(
    ingest: Any, dossier: Callable[..., dict[str, Any]], kept: Kept
) -> None:
    await ingest.sync(dossier(), dossier(NgayHenTra="Bưởi 0905123456"))
    await ingest.post("/events?ten=Bưởi", {"SoDienThoai": "0905123456"}, user_agent="0905123456")
    await ingest.post("/Bưởi/0905123456", [])
    assert [span.name for span in kept()] == ["POST /sync/DongBoHoSoMC", "POST /events"]  # of an address that is none of ours there is none
    assert not any(value in span.to_json().encode().decode("unicode_escape") for span in kept() for value in PERSONAL)


async def test_a_request_that_cannot_be_stored_fails(ingest: Any, dossier: Callable[..., dict[str, Any]], kept: Kept) -> None:
    ingest.events.away = True
    await ingest.sync(dossier())
    (span,) = kept()
    assert ((span.attributes or {})["http.response.status_code"], (span.attributes or {})["error.type"]) == (503, "503")
    assert not span.status.is_ok


async def test_a_sender_ties_its_trace_to_ours_by_a_key_alone(
    start: Callable[..., Any], ingest: Any, dossier: Callable[..., dict[str, Any]], kept: Kept
) -> None:
    book = KeyBook()
    book.take(KEY.record.id.encode(), encode(KEY.record))
    guarded = start(Keys(book))
    async with guarded.client:
        body = {"madonvi": "H17", "data": [dossier()]}
        for authorization, status in (("", 401), (f"Bearer {KEY.text}", 200)):
            answer = await guarded.post("/sync/DongBoHoSoMC", body, authorization=authorization, traceparent=THEIRS)
            assert answer.status_code == status
    await ingest.post("/sync/DongBoHoSoMC", body, traceparent=THEIRS)  # open, for programs of this machine
    linked = [[f"{link.context.trace_id:032x}" for link in span.links] for span in kept()]
    assert linked == [[], [THEIRS[3:35]], []]
    assert THEIRS[3:35] not in {f"{span.context.trace_id:032x}" for span in kept()}
