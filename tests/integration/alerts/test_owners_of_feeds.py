"""The owner of a feed, on real parts: a mail for a silence and one for a dispute, and none again after a kill."""

from __future__ import annotations

from typing import Any

from alerts_process import DOSSIER, MONDAY_8_00, PARTITIONS, City

from dunghen.contracts import topics
from dunghen.contracts.messages import FeedState, Notice, encode
from dunghen.contracts.people import NoticeAction, PersonRecord, PostRecord, encode_person
from dunghen.contracts.topics import partition_of
from tests.eventually import eventually_async as eventually

GATHER_SECONDS = 120
SOURCE, OWNER, OFFICIAL = "H17.31", "p00000000000000aa", "p00000000000000bb"


async def _say(city: City, topic: str, key: str, value: bytes) -> None:
    count = topics.all_topics(PARTITIONS)[topic].partitions
    await city._send(topic, key.encode(), value, partition_of(key, count))


async def _mails(city: City, count: int) -> list[Any]:
    await eventually(lambda: len(city.mail.mails) >= count)
    return city.mail.mails


async def test_the_owner_of_a_feed_hears_of_each_silence_and_of_a_dispute_once(city: City) -> None:
    post = PostRecord(unit="H17", role="official")
    owner = PersonRecord(id=OWNER, ref="0" * 32, posts=(post,), address="nguon@danang.example", feeds=(SOURCE,))
    await _say(city, topics.PEOPLE, OWNER, encode_person(owner))
    await _say(city, topics.FEEDS, SOURCE, encode(FeedState(source=SOURCE, seen_at=MONDAY_8_00, units={"20242": MONDAY_8_00})))
    process = await city.alerts()
    city.clock(MONDAY_8_00 + 3600)
    await city.told("pending")
    city.clock(MONDAY_8_00 + 3600 + GATHER_SECONDS)
    (silence,) = await _mails(city, 1)
    assert (silence["To"], silence["Subject"]) == ("nguon@danang.example", "Nguồn dữ liệu H17.31 im lặng")
    await city.told("delivered")
    process.kill()
    process = await city.alerts()
    said = NoticeAction(dossier=DOSSIER, kind="dispute", person=OFFICIAL, at=MONDAY_8_00 + 3600, stage="half", reason="WRONG_DATE")
    await _say(city, topics.NOTICE_ACTIONS, DOSSIER, encode(said))
    _, dispute = await _mails(city, 2)
    text = dispute.get_body(("plain",)).get_content()
    assert dispute["Subject"] == f"Báo sai dữ liệu: hồ sơ {DOSSIER}"
    assert "sai ngày hẹn trả" in text
    assert OFFICIAL not in text

    async def both() -> list[Notice]:
        found = await city.told("delivered")
        return found if len(found) == 2 else []

    assert {(n.dossier, n.clock, n.stage, n.recipient) for n in await eventually(both)} == {
        (SOURCE, "feed", "silent", OWNER),
        (DOSSIER, "feed", "disputed", OWNER),
    }
    process.stop()
    await city.alerts()
    again = MONDAY_8_00 + 7200
    await _say(city, topics.FEEDS, SOURCE, encode(FeedState(source=SOURCE, seen_at=again, units={"20242": again})))
    city.clock(again + 3600)
    await city.told("pending")
    city.clock(again + 3600 + GATHER_SECONDS)
    mails = await _mails(city, 3)  # the next silence, and nothing of before
    assert [mail["Subject"] for mail in mails] == [silence["Subject"], dispute["Subject"], silence["Subject"]]
