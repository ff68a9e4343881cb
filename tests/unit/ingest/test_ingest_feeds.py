from collections.abc import Callable
from typing import Any

import pytest

from dunghen.contracts.messages import FeedState
from services.ingest.feeds import Counts, FeedBook, Pulled
from services.ingest.ports import InMemory, Unavailable
from services.ingest.wire.heartbeats import Heartbeat

Make = Callable[..., dict[str, Any]]


async def test_a_feed_counts_what_was_accepted_and_refused_and_for_which_units(ingest: Any, dossier: Make) -> None:
    await ingest.sync(dossier(), dossier(DonViXuLy="Phường An Khê"), dossier(TrangThaiHoSo="99"))
    (feed,) = ingest.ports.feeds.take_changed()
    now = ingest.ports.clock.seconds()
    assert feed == FeedState(
        source="H17.31", seen_at=now, record_at=now, accepted_count=2, refused_count=1, units={"20242": now, "20263": now}
    )
    assert ingest.ports.feeds.take_changed() == []


async def test_a_heartbeat_says_what_was_sent_and_what_had_been_counted_by_then(ingest: Any, dossier: Make) -> None:
    await ingest.sync(dossier(), dossier(TrangThaiHoSo="99"))
    beat = {"source": "000.00.31.H17", "sent_at": "2026-01-05T08:00:00+07:00", "last_record_at": "20260105075900", "sent_count": 3}
    assert (await ingest.post("/heartbeats", beat)).json()["error_code"] == "0"
    await ingest.sync(dossier())
    (feed,) = ingest.ports.feeds.take_changed()
    assert (feed.sent_at, feed.sent_record_at, feed.sent_count, feed.counted_at_heartbeat) == (1767574800, 1767574740, 3, 2)
    assert feed.accepted_count + feed.refused_count == 3


@pytest.mark.parametrize(
    ("beat", "status", "code"),
    [
        ({"source": "H17.31"}, 422, "MISSING"),
        ({"source": "H17.31", "sent_at": "20260105090000"}, 422, "IN_THE_FUTURE"),
        ({"source": "H17.31", "sent_at": "20260105080000", "sent_count": "-1"}, 422, "BAD_CHOICE"),
        ({"source": "H17.31", "sent_at": "20260105080000", "sent_count": 1 << 60}, 422, "BAD_CHOICE"),
        ({"source": "Trần Văn Mít", "sent_at": "20260105080000"}, 400, "BAD_SOURCE"),
        ({"source": "0905123456", "sent_at": "20260105080000"}, 400, "BAD_SOURCE"),
        ({"source": ["H17"], "sent_at": "20260105080000"}, 400, "WRONG_TYPE"),
        ([1], 400, "WRONG_TYPE"),
    ],
)
async def test_a_heartbeat_that_cannot_be_understood_is_refused(ingest: Any, beat: Any, status: int, code: str) -> None:
    answer = await ingest.post("/heartbeats", beat)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ingest.ports.feeds.take_changed() == []


async def test_a_delivery_whose_count_is_not_stored_is_not_answered_as_stored_and_not_counted(ingest: Any, dossier: Make) -> None:
    beat = {"source": "H17.31", "sent_at": "20260105080000", "sent_count": 0}

    class Away(InMemory):
        async def store_soon(self) -> None:
            raise Unavailable

    ingest.ports.feed_store = Away()
    assert (await ingest.sync(dossier(), dossier(TrangThaiHoSo="99"))).status_code == 200  # nobody compares yet
    await ingest.post("/heartbeats", beat)
    answer = await ingest.sync(dossier(), dossier(), dossier(TrangThaiHoSo="99"))
    assert (answer.status_code, answer.json()["code"]) == (503, "KAFKA_AWAY")
    (feed,) = ingest.ports.feeds.take_changed()
    assert (feed.accepted_count, feed.refused_count, feed.odd_code_count) == (1, 1, 0)
    assert len(ingest.events.kept) == 3


def test_an_older_heartbeat_changes_nothing_but_that_the_source_was_seen() -> None:
    book = FeedBook()
    book.on_heartbeat(Heartbeat("A1", 100, sent_count=7), 100)
    book.on_heartbeat(Heartbeat("A1", 90, sent_count=5), 110)
    (feed,) = book.take_changed()
    assert (feed.seen_at, feed.sent_at, feed.sent_count) == (110, 100, 7)


def test_counts_go_on_where_an_earlier_run_ended() -> None:
    book = FeedBook()
    book.resume(FeedState(source="A1", seen_at=50, accepted_count=5, units={"u": 40}))
    assert book.take_changed() == []
    book.on_delivery("A1", 60, ["v", ""], Counts(2, 1))
    (feed,) = book.take_changed()
    assert (feed.accepted_count, feed.refused_count, feed.units) == (7, 1, {"u": 40, "v": 60})


def test_what_could_not_be_published_is_published_again_in_its_newest_state() -> None:
    book = FeedBook()
    book.on_delivery("A1", 60, [], Counts(refused=1))
    book.give_back(taken := book.take_changed())
    book.on_delivery("A1", 61, [], Counts(refused=1))
    assert [(f.refused_count, f.record_at) for f in (*taken, *book.take_changed())] == [(1, 0), (2, 0)]


def test_each_service_of_a_source_that_is_asked_has_its_own_place() -> None:
    book = FeedBook()
    book.on_pull("A1", "DongBoHoSoMC", Pulled(100))
    book.on_heartbeat(Heartbeat("A1", 170), 170)
    assert (book.pulled("A1", "DongBoHoSoMC"), book.pulled("A1", "CapNhatTienDoHoSoMC"), book.pulled("B2", "DongBoHoSoMC")) == (100, 0, 0)
    (feed,) = book.take_changed()
    book.on_pull("A1", "DongBoHoSoMC", Pulled(200))
    assert feed.pulled == {"DongBoHoSoMC": 100}


def test_what_waits_for_another_policy_is_remembered_of_each_service_until_nothing_does() -> None:
    book = FeedBook()
    book.on_pull("A1", "facts", Pulled(100, 40), feeds=False)
    book.on_pull("A1", "DongBoHoSoMC", Pulled(100, 70))
    assert (book.held("A1", "facts"), book.held("A1", "DongBoHoSoMC"), book.held("B2", "facts")) == (40, 70, 0)
    *_, aside = book.take_changed()
    book.on_pull("A1", "facts", Pulled(200), feeds=False)
    assert (book.held("A1", "facts"), book.held("A1", "DongBoHoSoMC"), aside.held) == (0, 70, {"facts": 40})
