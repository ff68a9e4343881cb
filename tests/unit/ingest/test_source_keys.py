"""Who may deliver: a key serves its source and its units, all else is refused by a stable code and said without what was received."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import structlog
from key_books import Keys

from dunghen.contracts.keys import Grant, KeyBook, MadeKey, Scope, make_key
from dunghen.contracts.messages import encode
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.settings import SettingsError, load
from services.ingest.keys import NoSourceKeys, require_keys
from services.ingest.settings import IngestSettings

Make = Callable[..., dict[str, Any]]
Start = Callable[..., Any]
NOW = real_milliseconds() // 1000


def made(code: str, scope: Scope = "source", seconds: int = 86_400) -> MadeKey:
    return make_key(Grant(scope, code, NOW - 10, NOW + seconds))


CITY, HAI_CHAU, OTHER, STALE, READER = made("H17"), made("H17.31"), made("H47.02"), made("H17", seconds=-1), made("H17", "reader")
ALL = {"city": CITY, "hai-chau": HAI_CHAU, "other": OTHER, "stale": STALE, "reader": READER}


@pytest.fixture
def book() -> KeyBook:
    book = KeyBook()
    for key in ALL.values():
        book.take(key.record.id.encode(), encode(key.record))
    return book


@pytest.fixture
def guarded(start: Start, book: KeyBook) -> Any:
    return start(Keys(book))


def bearer(name: str) -> str:
    return f"Bearer {ALL[name].text}"


@pytest.mark.parametrize(
    ("authorization", "source", "status", "code"),
    [
        ("", "H17.31", 401, "NO_KEY"),
        ("Bearer wrong", "H17.31", 401, "NO_KEY"),
        (f"Basic {CITY.text}", "H17.31", 401, "NO_KEY"),
        (bearer("stale"), "H17.31", 401, "NO_KEY"),
        (bearer("reader"), "H17.31", 401, "NO_KEY"),
        (bearer("other"), "H17.31", 403, "SOURCE_NOT_ALLOWED"),
        (bearer("city"), "H170.31", 403, "SOURCE_NOT_ALLOWED"),
        (bearer("hai-chau"), "H17", 403, "SOURCE_NOT_ALLOWED"),
        (bearer("city"), "H17.31", 200, ""),
        (bearer("city").replace("Bearer", "bearer"), "H17", 200, ""),
        (bearer("hai-chau"), "000.00.31.H17", 200, ""),
    ],
)
async def test_a_key_opens_for_its_source_and_those_below_it(
    guarded: Any, dossier: Make, authorization: str, source: str, status: int, code: str
) -> None:
    answer = await guarded.post("/sync/DongBoHoSoMC", {"madonvi": source, "data": [dossier()]}, authorization=authorization)
    assert (answer.status_code, answer.json().get("code", ""), len(guarded.events.kept)) == (status, code, int(status == 200))
    beat = await guarded.post("/heartbeats", {"source": source, "sent_at": "20260105080000"}, authorization=authorization)
    assert (beat.status_code, beat.json().get("code", "")) == (status, code)


async def test_a_write_for_another_unit_is_refused_and_stores_nothing(guarded: Any, dossier: Make) -> None:
    body = {"madonvi": "H17.31", "data": [dossier(DonViXuLy="UBND phường An Khê")]}
    answer = await guarded.post("/sync/DongBoHoSoMC", body, authorization=bearer("hai-chau"))
    assert (answer.status_code, answer.json()["code"], guarded.events.kept) == (403, "UNIT_NOT_ALLOWED", [])
    step = {"MaHoSo": "H17.32-260105-0001", "ThoiDiemXuLy": "20260105080000", "TrangThai": "4"}
    answer = await guarded.post("/sync/CapNhatTienDoHoSoMC", {"madonvi": "H17.31", "data": [step]}, authorization=bearer("hai-chau"))
    assert (answer.status_code, answer.json()["code"], guarded.events.kept) == (403, "UNIT_NOT_ALLOWED", [])
    event = {
        "specversion": "1.0",
        "id": "7",
        "type": "vn.dunghen.dossier.retracted",
        "source": "/H17.31",
        "data": {"MaHoSo": step["MaHoSo"]},
    }
    answer = await guarded.post("/events", event, authorization=bearer("hai-chau"))
    assert (answer.status_code, answer.json()["code"], guarded.events.kept) == (403, "UNIT_NOT_ALLOWED", [])


async def test_a_source_cannot_take_another_unit_s_dossier_to_its_own(guarded: Any, dossier: Make) -> None:
    """The sync says that it is ours; by its code another unit received it, and only who may write for both may say so."""
    taken = dossier(MaHoSo="H17.32-260105-0001", DonViXuLy="UBND phường Hải Châu")
    body = {"madonvi": "H17.31", "data": [taken, dossier()]}
    answer = await guarded.post("/sync/DongBoHoSoMC", body, authorization=bearer("hai-chau"))
    refused = answer.json()["results"][0]
    assert (answer.status_code, refused["code"], refused["path"]) == (200, "UNIT_NOT_ALLOWED", "MaHoSo")
    assert [event.dossier for event in guarded.events.kept] == [dossier()["MaHoSo"]]
    assert (
        await guarded.post("/sync/DongBoHoSoMC", {"madonvi": "H17.31", "data": [taken]}, authorization=bearer("city"))
    ).status_code == 200


async def test_of_a_mixed_delivery_its_own_are_stored_and_the_others_named(guarded: Any, dossier: Make) -> None:
    body = {"madonvi": "H17.31", "data": [dossier(), dossier(MaHoSo="H17.32-260105-0002", DonViXuLy="H17.32")]}
    answer = await guarded.post("/sync/DongBoHoSoMC", body, authorization=bearer("hai-chau"))
    assert (answer.status_code, answer.json()["accepted"], answer.json()["refused"]) == (200, 1, 1)
    assert answer.json()["results"][1]["code"] == "UNIT_NOT_ALLOWED"
    assert [event.unit for event in guarded.events.kept] == ["20242"]


async def test_a_refused_write_is_said_by_the_key_s_id_and_a_count_alone(guarded: Any, dossier: Make) -> None:
    body = {"madonvi": "H17.31", "data": [dossier(DonViXuLy="H17.32"), dossier(MaHoSo="H17.32-260105-0009", DonViXuLy="H17.03")]}
    with structlog.testing.capture_logs() as logs:
        await guarded.post("/sync/DongBoHoSoMC", body, authorization=bearer("hai-chau"))
        await guarded.post("/sync/DongBoHoSoMC", {"madonvi": "H17.32", "data": [dossier()]}, authorization=bearer("hai-chau"))
    said = [{k: v for k, v in line.items() if k not in ("module", "log_level")} for line in logs]
    key = HAI_CHAU.record.id
    assert said == [
        {"event": "write_refused", "key": key, "code": "UNIT_NOT_ALLOWED", "count": 2},
        {"event": "write_refused", "key": key, "code": "SOURCE_NOT_ALLOWED"},
    ]


async def test_a_batch_with_one_foreign_source_is_refused_as_a_whole(guarded: Any, dossier: Make) -> None:
    event = {"specversion": "1.0", "id": "7", "type": "vn.dunghen.dossier.synced", "data": dossier()}
    events = [{**event, "source": "H17.31"}, {**event, "source": "H47.02"}]
    answer = await guarded.post("/events", events, authorization=bearer("city"))
    assert (answer.status_code, guarded.events.kept) == (403, [])


async def test_a_key_that_is_revoked_opens_nothing_from_the_next_request_on(guarded: Any, dossier: Make, book: KeyBook) -> None:
    body = {"madonvi": "H17", "data": [dossier()]}
    assert (await guarded.post("/sync/DongBoHoSoMC", body, authorization=bearer("city"))).status_code == 200
    record = book.get(CITY.record.id)
    assert record is not None
    book.take(record.id.encode(), encode(record).replace(b'"expires_at"', b'"revoked_at":1,"expires_at"'))
    assert (await guarded.post("/sync/DongBoHoSoMC", body, authorization=bearer("city"))).status_code == 401


async def test_before_the_keys_are_known_nobody_is_told_that_his_is_wrong(start: Start, dossier: Make) -> None:
    ingest = start(Keys(None))
    answer = await ingest.post("/sync/DongBoHoSoMC", {"madonvi": "H17", "data": [dossier()]}, authorization=bearer("city"))
    assert (answer.status_code, answer.json()["code"]) == (503, "NOT_READY")
    assert (await ingest.client.get("/readyz")).text == "missing: keys\n"


async def test_open_ingest_still_holds_a_key_that_it_knows_to_what_it_is_for(start: Start, book: KeyBook, dossier: Make) -> None:
    ingest = start()
    ingest.ports.keys.book = book
    body = {"madonvi": "H17.32", "data": [dossier(DonViXuLy="H17.32")]}
    assert (await ingest.post("/sync/DongBoHoSoMC", body)).status_code == 200
    assert (await ingest.post("/sync/DongBoHoSoMC", body, authorization=bearer("hai-chau"))).status_code == 403
    assert (await ingest.post("/sync/DongBoHoSoMC", body, authorization="Bearer wrong")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:3000"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"x-forwarded-for": "203.0.113.7"},
        {"forwarded": "for=203.0.113.7"},
        {"via": "1.1 proxy"},
        {"host": "rebound.example", "origin": "http://rebound.example"},
    ],
    ids=str,
)
async def test_open_ingest_takes_nothing_of_a_browser_s_page_or_through_a_proxy(
    start: Start, dossier: Make, headers: dict[str, str]
) -> None:
    ingest = start()
    for kind in ("application/json", "text/plain"):
        given = {**headers, "content-type": kind}
        answer = await ingest.client.post("/sync/DongBoHoSoMC", json={"madonvi": "H17.31", "data": [dossier()]}, headers=given)
        assert (answer.status_code, answer.json()["code"], ingest.events.kept) == (403, "NOT_LOCAL", [])


async def test_who_gives_a_key_may_come_through_a_proxy(guarded: Any, dossier: Make) -> None:
    body = {"madonvi": "H17.31", "data": [dossier()]}
    through = {"x-forwarded-for": "203.0.113.7", "host": "tiepnhan.example", "authorization": bearer("hai-chau")}
    assert (await guarded.client.post("/sync/DongBoHoSoMC", json=body, headers=through)).status_code == 200


async def test_a_key_that_asks_too_often_is_told_when_to_come_again_and_others_are_served(
    start: Start, book: KeyBook, dossier: Make
) -> None:
    ingest = start(Keys(book), ingest_requests_a_second=0.1, ingest_requests_at_once=2)
    body = {"madonvi": "H17.31", "data": [dossier()]}
    asked = [await ingest.post("/sync/DongBoHoSoMC", body, authorization=bearer("city")) for _ in range(3)]
    assert [answer.status_code for answer in asked] == [200, 200, 429]
    refused = asked[-1]
    assert (refused.json()["code"], refused.headers["retry-after"], refused.headers["connection"]) == ("TOO_OFTEN", "10", "close")
    assert len(ingest.events.kept) == 2
    assert (await ingest.post("/sync/DongBoHoSoMC", body, authorization=bearer("hai-chau"))).status_code == 200


async def test_figures_of_ingest_are_for_this_machine_alone(ingest: Any) -> None:
    assert (await ingest.client.get("/metrics")).status_code == 200
    assert (await ingest.client.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"})).status_code == 401
    ingest.client._transport.client = ("203.0.113.7", 5)
    assert (await ingest.client.get("/metrics")).status_code == 401
    assert (await ingest.client.get("/livez")).status_code == 200


def test_an_address_that_others_reach_is_never_open() -> None:
    for host in ("0.0.0.0", "192.168.1.5", "example.org", "::"):
        with pytest.raises(SettingsError, match="needs keys"):
            load(IngestSettings, ingest_host=host, ingest_insecure=True)
        assert not load(IngestSettings, ingest_host=host).is_loopback
    assert load(IngestSettings, ingest_host="::1", ingest_insecure=True).is_loopback


def test_where_others_reach_it_ingest_does_not_start_before_a_source_has_a_valid_key() -> None:
    book = KeyBook()
    for key in (STALE, READER):
        book.take(key.record.id.encode(), encode(key.record))
    with pytest.raises(NoSourceKeys):
        require_keys(book, NOW)
    book.take(OTHER.record.id.encode(), encode(OTHER.record))
    require_keys(book, NOW)
