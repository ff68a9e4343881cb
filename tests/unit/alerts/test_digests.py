"""After an outage a person gets one letter about everything, not a heap; what is on time goes by itself as ever."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from alerts_world import AN_KHE, HAI_CHAU, Killed, RecordingMailer, World, book_of, local, stepped, synced

from dunghen.contracts.messages import Notice
from dunghen.contracts.people import PersonRecord, PostRecord, encode_person
from dunghen.platform.store import Query
from services.alerts.digests import Digests, digest_id, goes_together
from services.alerts.ports import LineAway, RefusedForGood, Row
from tests.eventually import eventually_async as eventually

RECEIVED, HALF, LATE = local("2026-11-16 08:00"), "2026-11-23 08:00", "2026-11-23 11:00"
FIRST, SECOND, THIRD = (f"H17.31-261116-{n:04d}" for n in (1, 2, 3))


async def world_with(*dossiers: str, **settings: object) -> World:
    """A city in which what is half an hour late goes together; these dossiers are an hour apart, the first one earliest."""
    world = World(**settings)
    world.digests = Digests(1800, 0.0)
    await world.start()
    for n, dossier in enumerate(dossiers):
        world.say(synced(RECEIVED + 3600 * n, dossier=dossier))
    return world


async def after_an_outage(world: World, digests: Digests | None = None) -> World:
    """Alerts was away from Friday to Monday eleven o'clock, and is a new process."""
    await world.at("2026-11-20 08:00")
    world.clock.at = local(LATE)
    world.digests = digests or Digests(1800, 0.0)
    await world.start()
    return world


async def test_what_fell_into_an_outage_is_one_letter_the_least_time_left_first() -> None:
    world = await after_an_outage(await world_with(SECOND, FIRST, THIRD))
    await world.settle()
    (letter,) = world.mailer.letters
    assert [item.dossier for item in letter.items] == [SECOND, FIRST, THIRD]
    assert letter.subject == "Tổng hợp: 3 hồ sơ cần xử lý"
    assert [line.partition(":")[0] for line in letter.text.splitlines()[:3]] == [SECOND, FIRST, THIRD]
    assert {(n.state, n.message_id, n.channel, n.attempts) for n in world.last()} == {("delivered", letter.message_id, "mail", 1)}
    assert (len(world.last()), world.metric("digests_total"), world.metric("repeats_total")) == (3, 1, 0)


async def test_what_is_on_time_goes_by_itself() -> None:
    world = await world_with(FIRST, SECOND)
    await world.at("2026-11-23 08:20")
    await world.at("2026-11-23 09:20")
    assert [len(letter.items) for letter in world.mailer.letters] == [1, 1]
    assert world.metric("digests_total") == 0


async def test_a_single_late_notice_stays_the_letter_that_it_was() -> None:
    world = await after_an_outage(await world_with(FIRST))
    await world.settle()
    assert [letter.subject for letter in world.mailer.letters] == [f"Sắp đến hẹn: hồ sơ {FIRST}, còn 4 ngày 5 giờ"]
    assert (world.metric("digests_total"), [n.attempts for n in world.last()]) == (0, [1])


async def test_every_recipient_gets_a_digest_of_his_own_and_nothing_of_the_others() -> None:
    world = await world_with(FIRST, SECOND)
    for n, dossier in enumerate(("H17.31-261116-0008", "H17.31-261116-0009")):
        world.say(synced(RECEIVED + n, dossier=dossier, unit=AN_KHE))
    await after_an_outage(world)
    await world.settle()
    assert {letter.to: {item.unit for item in letter.items} for letter in world.mailer.letters} == {
        "hai-chau@danang.example": {HAI_CHAU},
        "an-khe@danang.example": {AN_KHE},
    }
    assert [len(letter.items) for letter in world.mailer.letters] == [2, 2]


async def test_what_has_ended_meanwhile_is_not_in_it() -> None:
    world = await world_with(FIRST, SECOND, THIRD)
    world.held = False
    await world.at(LATE)
    world.say(stepped(local(LATE), 9, SECOND))
    world.held = True
    await world.settle()
    (letter,) = world.mailer.letters
    assert [item.dossier for item in letter.items] == [FIRST, THIRD]
    assert [(n.state, n.reason) for n in world.last(dossier=SECOND)] == [("superseded", "ENDED")]


async def test_one_of_which_nobody_knows_whether_it_arrived_goes_again_under_its_id_and_no_newcomer_joins_it() -> None:
    world = await after_an_outage(await world_with(FIRST, SECOND))
    world.mailer.faults = [LineAway("SMTPReadTimeoutError", unknown=True)]
    sent: list[str] = []
    real = world.mailer.send

    async def send(letter: object) -> None:
        sent.append(letter.message_id)  # type: ignore[attr-defined]
        await real(letter)  # type: ignore[arg-type]

    world.mailer.send = send
    await world.handlers.courier.round()
    await world.handlers.courier.round()
    world.say(synced(RECEIVED, dossier=THIRD))
    world.handlers.on_tick()
    await world.settle()
    told = {tuple(item.dossier for item in letter.items): letter.message_id for letter in world.mailer.letters}
    assert (set(told), len(world.mailer.letters)) == ({(FIRST, SECOND), (THIRD,)}, 2)
    assert sorted(sent) == sorted([told[FIRST, SECOND]] * 2 + [told[THIRD,]])
    assert {n.dossier: n.state for n in world.last()} == {FIRST: "delivered", SECOND: "delivered", THIRD: "delivered"}
    assert world.metric("repeats_total") == 2


async def test_one_that_certainly_did_not_arrive_is_made_anew_with_all_there_is_by_then() -> None:
    world = await after_an_outage(await world_with(FIRST, SECOND))
    world.mailer.faults = [LineAway("SMTPConnectError", unknown=False)]
    await world.handlers.courier.round()
    await world.handlers.courier.round()
    assert world.mailer.faults == []
    world.say(synced(RECEIVED, dossier=THIRD))
    world.handlers.on_tick()
    await world.settle()
    assert [{item.dossier for item in letter.items} for letter in world.mailer.letters] == [{FIRST, SECOND, THIRD}]
    assert world.metric("repeats_total") == 0


async def test_one_of_which_something_newer_waits_in_kafka_goes_later_and_not_under_the_id_of_what_went_without_it() -> None:
    world = await after_an_outage(await world_with(FIRST, SECOND, THIRD))
    world.ahead.waiting = {SECOND.encode()}
    await world.settle()
    assert await row_of(world, SECOND) == ("pending", "", False)
    delivery = world.handlers.courier.delivery
    world.ahead.waiting, delivery._level_until = set(), 0.0
    delivery._not_before.clear()
    await world.settle()
    assert [[item.dossier for item in letter.items] for letter in world.mailer.letters] == [[FIRST, THIRD], [SECOND]]
    assert [len(ids) for ids in ids_by_dossier(world).values()] == [1, 1, 1]
    assert len({letter.message_id for letter in world.mailer.letters}) == 2


async def row_of(world: World, dossier: str) -> tuple[str, str, bool]:
    (found,) = (await world.store.find(Query("notices", {"dossier": dossier}))).documents
    return found.body["state"], found.body["digest"], found.body["unknown"]


async def test_what_is_for_the_mornings_list_goes_in_one_letter_however_early_it_came() -> None:
    world = await world_with()
    listed = {"stage": "half", "terms": "long", "percent": 50, "roles": ["official"], "digest": True}
    book_of({"stages": {"digest_at": "10:00", "messages": "07:00-18:00", "stages": [listed]}}, 2, world.book)
    await world.at("2026-11-16 08:00")
    for n, dossier in enumerate((FIRST, SECOND)):
        world.say(synced(local("2026-11-16 09:50") + 300 * n, dossier=dossier))
    for when in ("09:50", "09:55", "09:59"):
        await world.at(f"2026-11-23 {when}")
        assert world.mailer.letters == []
    await world.at("2026-11-23 10:00")
    (letter,) = world.mailer.letters
    assert [item.dossier for item in letter.items] == [FIRST, SECOND]


async def test_a_refusal_for_good_lets_the_next_channel_carry_the_digest() -> None:
    world = await world_with(FIRST, SECOND)
    push = RecordingMailer(name="push", reach=lambda recipient: "push", faults=[RefusedForGood("410")])
    world.channels = [push, world.mailer]
    await after_an_outage(world)
    await world.settle()
    assert [len(letter.items) for letter in world.mailer.letters] == [2]
    assert {(n.state, n.channel, n.refused) for n in world.last()} == {("delivered", "mail", ("push:410",))}


async def test_what_one_letter_cannot_name_goes_in_the_next_the_most_urgent_first_and_all_are_named() -> None:
    dossiers = [f"H17.31-261116-{n:04d}" for n in range(1, 8)]
    world = await world_with()
    for n, dossier in enumerate(dossiers):
        world.say(synced(RECEIVED + 60 * n, dossier=dossier))
    world.mailer.most = 3
    await after_an_outage(world)
    await world.settle()
    assert [len(letter.items) for letter in world.mailer.letters] == [3, 3, 1]
    assert [item.dossier for letter in world.mailer.letters for item in letter.items] == dossiers
    assert all(item.dossier in letter.text for letter in world.mailer.letters for item in letter.items)
    told = {letter.message_id: {item.dossier for item in letter.items} for letter in world.mailer.letters}
    assert len(told) == 3
    assert all(n.dossier in told[n.message_id] for n in world.last(state="delivered"))
    assert len(world.last(state="delivered")) == 7


async def test_a_part_that_failed_closes_the_line_to_the_next_part() -> None:
    world = await world_with(FIRST, SECOND, THIRD, retry_shortest=60.0, retry_longest=600.0)
    world.mailer.most, world.mailer.faults = 2, [LineAway("SMTPConnectError", unknown=False)]
    await after_an_outage(world)
    await world.settle()
    assert (world.mailer.letters, {n.state for n in world.last()}) == ([], {"pending"})


async def test_one_failed_digest_is_one_failure_of_its_line_however_many_notices_were_in_it() -> None:
    world = await world_with(FIRST, SECOND, THIRD, retry_shortest=60.0, retry_longest=6000.0)
    world.mailer.faults = [LineAway("SMTPConnectError", unknown=False)]
    await after_an_outage(world)
    await world.settle()
    assert (world.mailer.faults, world.handlers.courier.delivery.lines.failures) == ([], {"mail": 1})


async def test_one_digest_never_has_what_is_for_the_endpoint_of_another_unit() -> None:
    world = await world_with(FIRST, SECOND)
    world.say(synced(RECEIVED, dossier=THIRD, unit=AN_KHE))
    hook = RecordingMailer(name="webhook", reach=lambda recipient: f"webhook:{recipient.unit}")
    world.channels = [hook]
    posts = tuple(PostRecord(unit=unit, role="unit_head") for unit in (HAI_CHAU, AN_KHE))
    head = PersonRecord(id="p00000000000000aa", ref="0" * 32, posts=posts)
    world.people.take(head.id.encode(), encode_person(head))
    await after_an_outage(world)
    await world.settle()
    assert {letter.recipient.id for letter in hook.letters} == {head.id}
    assert sorted(sorted(item.dossier for item in letter.items) for letter in hook.letters) == [[FIRST, SECOND], [THIRD]]
    assert [{item.unit for item in letter.items} == {letter.recipient.unit} for letter in hook.letters] == [True, True]


def ids_by_dossier(world: World) -> dict[str, set[str]]:
    """Under which Message-IDs each dossier was told of."""
    found: dict[str, set[str]] = {}
    for letter in world.mailer.letters:
        for item in letter.items:
            found.setdefault(item.dossier, set()).add(letter.message_id)
    return found


async def killed_at(call: int, after: bool) -> tuple[World, bool]:
    world = await after_an_outage(await world_with(FIRST, SECOND))
    world.trap.left, world.trap.after = call, after
    try:
        await world.settle()
    except Killed:
        world.trap.left = -1
        world.digests = Digests(1800, 0.0)
        await world.start()
        await world.settle()
    return world, bool(world.trap.place)


@pytest.mark.parametrize("after", [False, True])
async def test_a_kill_at_any_call_loses_none_and_repeats_the_digest_with_the_same_message_id(after: bool) -> None:
    struck = []
    for call in range(1, 60):
        world, killed = await killed_at(call, after)
        if not killed:
            break
        struck.append(world.trap.place)
        assert [n.state for n in world.last()] == ["delivered"] * 2, (call, world.trap.place)
        assert {state for _, state in await world.states()} == {"delivered"}
        assert [len(ids) for ids in ids_by_dossier(world).values()] == [1, 1], (call, world.trap.place)
        ids = [letter.message_id for letter in world.mailer.letters]
        assert len(ids) == len(set(ids)) or (world.metric("repeats_total") > 0 and len(ids) == 2)
    assert {"apply", "update", "send", "publish"} <= set(struck)


async def both_rounds(*worlds: World) -> bool:
    """One round of each partition at once; whether a letter has gone out."""
    await asyncio.gather(*(world.handlers.courier.round() for world in worlds))
    return bool(worlds[0].mailer.letters)


async def test_all_partitions_of_a_process_make_one_letter_together() -> None:
    one, other = await world_with(FIRST), await world_with(SECOND)
    other.mailer, other.channels, other.partition = one.mailer, [one.mailer], 1
    await after_an_outage(one)
    await after_an_outage(other, one.digests)
    assert [await both_rounds(one), await both_rounds(one), await both_rounds(one)] == [False] * 3  # the other has not looked yet
    await eventually(lambda: both_rounds(one, other))
    await both_rounds(one, other)
    assert [[item.dossier for item in letter.items] for letter in one.mailer.letters] == [[FIRST, SECOND]]
    assert [n.state for world in (one, other) for n in world.last()] == ["delivered"] * 2
    assert (await one.states(), await other.states()) == ([("half", "delivered")], [("half", "delivered")])


async def test_while_a_slow_server_has_a_digest_in_hand_the_partitions_that_have_a_part_in_it_do_not_send_it_again() -> None:
    one, other = await world_with(FIRST), await world_with(SECOND)
    begun, go_on, real = asyncio.Event(), asyncio.Event(), one.mailer.send
    other.mailer, other.channels, other.partition = one.mailer, [one.mailer], 1

    async def send(letter: object) -> None:
        begun.set()
        await go_on.wait()
        await real(letter)  # type: ignore[arg-type]

    one.mailer.send = send
    await after_an_outage(one)
    await after_an_outage(other, one.digests)
    await one.handlers.courier.round()
    await other.handlers.courier.round()
    await other.handlers.courier.round()
    sending = asyncio.create_task(one.handlers.courier.round())
    await begun.wait()
    one.digests.longest_seconds = 0.0  # nor when they have waited for it long enough
    others = asyncio.create_task(other.settle())
    await asyncio.wait({others}, timeout=0.5)
    go_on.set()
    await asyncio.gather(sending, others)
    await asyncio.gather(one.settle(), other.settle())
    assert [[item.dossier for item in letter.items] for letter in one.mailer.letters] == [[FIRST, SECOND]]
    assert [n.state for world in (one, other) for n in world.last()] == ["delivered"] * 2


async def test_what_a_digest_of_another_partition_has_in_hand_stays_noted_as_under_way_until_its_end() -> None:
    """The outbox must say so while the letter goes out: who is killed then repeats it under its Message-ID."""
    one, other = await world_with(FIRST), await world_with(SECOND)
    real, noted = one.mailer.send, list[tuple[bool, str, bool]]()
    other.mailer, other.channels, other.partition = one.mailer, [one.mailer], 1

    async def keys(_partition: int, _after: int) -> set[bytes]:
        await other.handlers.courier.round()
        return set()

    async def send(letter: Any) -> None:
        await other.handlers.courier.round()
        body = (await other.store.find(Query("notices"))).documents[0].body
        noted.append((body["unknown"], body["digest"], body["lease_until"] > 0))
        await real(letter)

    one.mailer.send, other.ahead.keys = send, keys
    await after_an_outage(one)
    await after_an_outage(other, one.digests)
    await other.handlers.courier.round()
    await eventually(lambda: both_rounds(one, other))
    await asyncio.gather(one.settle(), other.settle())
    (letter,) = one.mailer.letters
    assert noted == [(True, letter.message_id, True)]
    assert [n.state for world in (one, other) for n in world.last()] == ["delivered"] * 2


async def test_an_end_that_comes_while_another_is_noted_is_noted_too() -> None:
    world = await world_with(FIRST)
    delivery = (await after_an_outage(world)).handlers.courier.delivery
    await world.handlers.courier._record()
    await world.handlers.courier._publish()
    (row,) = world.handlers.courier.rows.values()
    real, ended = delivery.means.outbox.settle, replace(row, digest="later")

    async def settle(known: Row) -> bool:
        delivery.outcomes[row.notice.key] = ended
        return await real(known)

    delivery.outcomes[row.notice.key] = row
    delivery.means.outbox.settle = settle  # type: ignore[method-assign]
    await delivery._remember()
    assert delivery.outcomes == {row.notice.key: ended}


async def test_a_partition_that_is_not_ours_any_more_is_not_waited_for_and_not_told_of() -> None:
    one, other = await world_with(FIRST), await world_with(SECOND)
    other.mailer, other.channels, other.partition = one.mailer, [one.mailer], 1
    await after_an_outage(one)
    await after_an_outage(other, one.digests)
    await both_rounds(one, other)
    other.held = False
    await eventually(lambda: both_rounds(one))
    assert [[item.dossier for item in letter.items] for letter in one.mailer.letters] == [[FIRST]]


def test_together_go_what_is_late_and_what_may_have_gone_so_before() -> None:
    facts: dict[str, Any] = {"key": "k", "dossier": FIRST, "unit": "20242", "stage": "half", "due_at": 0, "decided_at": 0}
    row = Row(Notice(state="pending", reason="WARNING", **facts), crossed_at=1000)
    assert [goes_together(row, now, 1800, lambda _: False) for now in (999, 2799, 2800, 9999)] == [False, False, True, True]
    assert [goes_together(row, 1000, after, lambda _: True) for after in (0, 1800)] == [False, True]
    assert goes_together(replace(row, digest="x@a.example"), 1000, 0, lambda _: False) is True
    feed = Row(Notice(state="pending", reason="FEED_SILENT", clock="feed", **facts), crossed_at=1000)
    assert goes_together(feed, 9999, 1800, lambda _: True) is False


async def test_the_id_of_a_digest_is_that_of_exactly_its_notices_in_any_order() -> None:
    world = await world_with(FIRST, SECOND, THIRD)
    world.held = False
    await world.at(LATE)
    one, two, three = world.handlers.courier.rows.values()
    assert digest_id([one, two]) == digest_id([two, one]) != digest_id([one, three])
    assert digest_id([one]) != one.notice.message_id
    assert digest_id([one, two]).endswith("@danang.example")


async def test_one_that_may_have_gone_by_itself_goes_again_by_itself_and_under_the_same_id_however_late() -> None:
    world = await world_with(FIRST, SECOND)
    world.mailer.faults = [LineAway("SMTPReadTimeoutError", unknown=True)]
    await world.start(retry_shortest=60.0, retry_longest=60.0)
    await world.at(HALF)
    own = next(iter(world.handlers.courier.rows.values())).notice.message_id
    world.clock.at, world.digests = local(LATE), Digests(1800, 0.0)
    await world.start()
    await world.settle()
    assert [letter.message_id for letter in world.mailer.letters if FIRST in letter.text] == [own]
