"""What alerts knows of feeds, and what the owner of one reads. Monday 2026-11-16 08:00."""

from __future__ import annotations

import pytest
from alerts_world import AN_KHE, DOSSIER, HAI_CHAU, SOURCE, World, local, synced

from dunghen.contracts.messages import FeedState, Notice, encode
from dunghen.contracts.people import NoticeAction, PersonRecord, PostRecord, encode_person
from dunghen.contracts.topics import partition_of
from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import Zone
from dunghen.domain.feeds import Patience
from dunghen.domain.manners import Action
from services.alerts.actions import KEPT_SECONDS, ActionBook
from services.alerts.feeds import UnitFeeds

NOW = local("2026-11-16 08:00")
OWNER = PersonRecord(
    id="p00000000000000aa", ref="0" * 32, posts=(PostRecord(unit="H17", role="official"),), address="o@a.example", feeds=(SOURCE,)
)


def feeds_with(*states: FeedState) -> UnitFeeds:
    feeds = UnitFeeds(Patience(900, 86400), lambda: WorkingCalendar(Zone("Asia/Ho_Chi_Minh")))
    for state in states:
        feeds.take(state.source.encode(), encode(state))
    return feeds


def test_a_feed_is_silent_with_its_last_contact_until_it_is_heard_again() -> None:
    feeds = feeds_with(FeedState(source="A", seen_at=NOW, units={HAI_CHAU: NOW}), FeedState(source="B", seen_at=NOW + 600))
    assert (list(feeds.silent(NOW + 900)), list(feeds.silent(NOW + 901))) == ([], [("A", NOW)])
    assert (feeds.sources_of(HAI_CHAU), feeds.sources_of(AN_KHE), feeds.units_of("A"), feeds.units_of("C")) == (["A"], [], 1, 0)
    feeds.take(b"A", encode(FeedState(source="A", seen_at=NOW + 950, units={HAI_CHAU: NOW + 950})))
    assert (list(feeds.silent(NOW + 960)), feeds.seen_at("A"), feeds.seen_at("C")) == ([], NOW + 950, 0)


def test_a_contact_is_never_taken_back_and_a_source_that_was_taken_away_is_not_silent() -> None:
    feeds = feeds_with(FeedState(source="A", seen_at=NOW), FeedState(source="A", seen_at=NOW - 60))
    assert feeds.seen_at("A") == NOW
    feeds.take(b"A", None)
    assert list(feeds.silent(NOW + 86401)) == []


def test_where_several_fall_silent_together_and_none_is_left_it_is_us() -> None:
    states = [FeedState(source=name, seen_at=NOW + n) for n, name in enumerate("ABC")]
    feeds = feeds_with(*states, FeedState(source="dead for weeks", seen_at=NOW - 30 * 86400))
    assert (feeds.all_silent(NOW + 901), feeds.all_silent(NOW + 903)) == (0, NOW + 2)
    two = feeds_with(*states[:2], FeedState(source="dead for weeks", seen_at=NOW - 30 * 86400))
    assert (two.all_silent(NOW + 903), feeds_with().all_silent(NOW)) == (0, 0)


def test_disputes_are_read_on_from_where_one_was_and_forgotten_with_the_rest() -> None:
    book = ActionBook(lambda: 2**31)

    def say(kind: str, dossier: str, at: int) -> None:
        action = NoticeAction(dossier=dossier, kind=kind, person=OWNER.id, stage="half", at=at)  # type: ignore[arg-type]
        book.take(dossier.encode(), encode(action))

    say("dispute", "A", NOW)
    say("acknowledge", "A", NOW + 1)
    say("dispute", "B", NOW + 2)
    some, place = book.disputes(0)
    assert ([(dossier, action.at) for dossier, action in some], place) == ([("A", NOW), ("B", NOW + 2)], 2)
    assert book.disputes(place) == ([], 2)
    say("dispute", "C", NOW + KEPT_SECONDS + 1)
    assert [dossier for dossier, _ in book.disputes(0)[0]] == ["B", "C"]
    assert [dossier for dossier, _ in book.disputes(place)[0]] == ["C"]


@pytest.fixture
async def world() -> World:
    world = await World().start()
    world.people.take(OWNER.id.encode(), encode_person(OWNER))
    return world


async def test_the_owner_reads_of_a_silence_and_no_link_leads_to_a_dossier(world: World) -> None:
    world.feeds.silences[SOURCE] = NOW - 1800
    await world.at("2026-11-16 09:00")
    assert world.mailer.letters == []
    await world.at("2026-11-16 09:02")
    (letter,) = world.mailer.letters
    assert (letter.to, letter.subject) == ("o@a.example", "Nguồn dữ liệu H17.31 im lặng")
    assert "Tín hiệu cuối: 07:30 thứ Hai 16/11/2026" in letter.text
    assert world.metric("notices_decided_total", reason="FEED_SILENT") == 1


@pytest.mark.parametrize(("code", "words"), [("WRONG_DATE", "sai ngày hẹn trả"), ("", "không ghi lý do"), ("NEW_CODE", "lý do khác")])
async def test_the_owner_reads_of_a_dispute_what_was_said_and_not_by_whom(world: World, code: str, words: str) -> None:
    world.say(synced(NOW))
    world.done.append(Action("dispute", "p00000000000000bb", "dossier", "half", NOW + 60, reason=code))
    await world.at("2026-11-16 09:00")
    (letter,) = world.mailer.letters
    assert letter.subject == f"Báo sai dữ liệu: hồ sơ {DOSSIER}"
    assert f"Bị báo sai: {words}, lúc 08:01 thứ Hai 16/11/2026" in letter.text
    assert "Nguồn dữ liệu: H17.31" in letter.text
    assert "p00000000000000bb" not in letter.text
    assert [(n.unit, n.stage, n.clock, n.reason) for n in world.last(state="delivered")] == [(HAI_CHAU, "disputed", "feed", "DISPUTED")]
    assert world.metric("notices_decided_total", reason="DISPUTED") == 1


async def test_of_several_partitions_one_speaks_of_a_source(world: World) -> None:
    spoken: list[Notice] = []
    for partition in range(3):
        each = World(partitions=3)
        each.partition = partition
        await each.start()
        each.people.take(OWNER.id.encode(), encode_person(OWNER))
        each.feeds.silences[SOURCE] = NOW - 1800
        await each.at("2026-11-16 09:00")
        spoken += each.last()
        assert bool(each.last()) == (partition == partition_of(SOURCE, 3))
    assert len(spoken) == 1


async def test_in_shadow_the_owner_is_not_written_to(world: World) -> None:
    await world.start(alerts_mode="shadow")
    world.feeds.silences[SOURCE] = NOW - 1800
    await world.at("2026-11-16 09:00")
    assert (world.mailer.letters, [(n.state, n.reason) for n in world.last()]) == ([], [("suppressed", "SHADOW")])


async def test_a_dispute_from_before_the_first_start_is_not_said(world: World) -> None:
    world.say(synced(NOW))
    world.done.append(Action("dispute", "p00000000000000bb", "dossier", "half", NOW - 60))
    await world.at("2026-11-16 09:00")
    assert world.last() == []


async def test_where_all_are_silent_the_operators_read_that_it_is_us(world: World) -> None:
    operator = PersonRecord(id="p00000000000000cc", ref="1" * 32, posts=(PostRecord(unit="H17", role="operator"),), address="it@a.example")
    world.people.take(operator.id.encode(), encode_person(operator))
    world.feeds.silences = {"A": NOW - 1800, "B": NOW - 1900, "C": NOW - 1850}
    await world.at("2026-11-16 09:00")
    (letter,) = world.mailer.letters
    assert (letter.to, letter.subject) == ("it@a.example", "Mất tín hiệu từ mọi nguồn dữ liệu")
    assert "Tín hiệu cuối: 07:30 thứ Hai 16/11/2026" in letter.text
    assert world.metric("notices_decided_total", reason="ALL_FEEDS_SILENT") == 1
