"""What a kill, a mail server, another worker or a moving dossier does to a notice that is on its way."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
import pytest
from alerts_world import DOSSIER, LONG, Killed, World, book_of, local, stepped, synced

from dunghen.contracts.topics import partition_of
from dunghen.domain.record import fold
from dunghen.platform.retries import Retries
from dunghen.platform.store import StoreAwayError
from services.alerts.adapters.store_outbox import StoreOutbox
from services.alerts.ports import Letter, LineAway, Progress, RefusedForGood, RefusedForNow

RECEIVED = local("2026-11-16 08:00")
HALF = "2026-11-23 08:00"


@pytest.fixture
async def world() -> World:
    world = await World().start()
    world.say(synced(RECEIVED))
    return world


async def two_stages(world: World) -> None:
    """Half and nine tenths come, each with its ticks; a clock that is past one already stays where it is."""
    for when in (HALF, "2026-11-27 08:00"):
        if world.clock.at <= local(when):
            await world.at(when)


async def killed_at(call: int, after: bool) -> tuple[World, bool]:
    """The world after a kill at that call and a restart, everything having taken its course; and whether the kill came at all."""
    world = await World().start()
    world.say(synced(RECEIVED))
    world.trap.left, world.trap.after = call, after
    try:
        await two_stages(world)
    except Killed:
        world.trap.left = -1
        await world.start()
        await two_stages(world)
    return world, bool(world.trap.place)


@pytest.mark.parametrize("after", [False, True])
async def test_a_kill_at_any_call_loses_no_notice_and_repeats_only_between_send_and_remember(after: bool) -> None:
    struck = []
    for call in range(1, 100):
        world, killed = await killed_at(call, after)
        if not killed:
            break
        struck.append(world.trap.place)
        assert await world.states() == [("half", "delivered"), ("nine_tenths", "delivered")], (call, world.trap.place)
        assert [(n.stage, n.state) for n in world.last()] == [("half", "delivered"), ("nine_tenths", "delivered")]
        ids = [letter.message_id for letter in world.mailer.letters]
        assert len(set(ids)) == 2
        repeated = len(ids) - 2
        assert repeated == 0 or ((world.trap.place, after) in {("send", True), ("update", False)} and world.metric("repeats_total") == 1)
    assert {"apply", "update", "send", "publish", "insert"} <= set(struck)
    assert len(struck) > 20


async def test_a_kill_after_the_server_took_the_mail_repeats_it_with_the_same_message_id() -> None:
    for call in range(1, 100):
        world, _ = await killed_at(call, after=True)
        if world.trap.place == "send":
            ids = [letter.message_id for letter in world.mailer.letters]
            assert (len(ids), len(set(ids)), world.metric("repeats_total")) == (3, 2, 1)
            return
    pytest.fail("no kill fell behind a send")


async def test_a_restart_sends_nothing_twice(world: World) -> None:
    await world.at(HALF)
    await world.start()
    await world.at("2026-11-23 08:01")
    assert (len(world.mailer.letters), len(world.last())) == (1, 1)


async def test_what_fell_into_an_outage_of_ours_goes_out_when_we_are_back(world: World) -> None:
    await world.at("2026-11-20 08:00")
    world.clock.at = local("2026-11-26 17:00")
    await world.start()
    await world.settle()
    assert [(n.stage, n.state) for n in world.last()] == [("half", "delivered")]


async def test_what_ended_during_an_outage_is_not_told(world: World) -> None:
    await world.at("2026-11-20 08:00")
    world.say(stepped(local("2026-11-23 10:00"), 9), handled=False)
    world.clock.at = local("2026-11-26 17:00")
    await world.start()
    await world.settle()
    assert world.subjects == []
    assert [(n.stage, n.state, n.reason, n.recipient) for n in world.topic.notices] == [("half", "superseded", "ENDED", "")]
    await world.start()
    await world.settle()
    assert len(world.topic.notices) == 1
    assert world.metric("notices_decided_total", reason="ENDED") == 0


async def test_an_event_that_came_during_an_outage_tells_no_stage_again_that_still_holds(world: World) -> None:
    await world.at(HALF)
    world.say(synced(local("2026-11-24 10:00"), received=RECEIVED, due=local("2026-11-30 07:00")), handled=False)
    world.clock.at = local("2026-11-25 08:00")
    await world.start()
    await world.settle()
    assert len(world.mailer.letters) == 1


async def test_what_an_event_of_the_outage_tells_of_the_days_before_it_is_history(world: World) -> None:
    await world.at("2026-11-25 08:05")
    world.say(synced(RECEIVED, dossier="H17.31-261116-0002"), handled=False)
    world.clock.at = local("2026-11-26 08:00")
    await world.start()
    await world.settle()
    assert [(n.reason, n.state) for n in world.last(dossier="H17.31-261116-0002")] == [("HISTORICAL", "suppressed")]


async def test_a_dossier_that_came_during_an_outage_is_told_of_what_it_crossed_in_it(world: World) -> None:
    await world.at("2026-11-20 08:00")
    world.say(synced(RECEIVED, dossier="H17.31-261116-0002"), handled=False)
    world.clock.at = local("2026-11-26 17:00")
    await world.start()
    await world.settle()
    assert [(n.stage, n.state) for n in world.last(dossier="H17.31-261116-0002")] == [("half", "delivered")]


async def test_a_stage_that_was_left_and_crossed_again_during_an_outage_is_told_again(world: World) -> None:
    await world.at(HALF)
    world.say(synced(local("2026-11-24 10:00"), received=RECEIVED, due=local("2026-12-14 08:00")), handled=False)
    world.clock.at = local("2026-12-01 08:00")
    await world.start()
    await world.settle()
    assert [(n.stage, n.due_at) for n in world.last(state="delivered")] == [
        ("half", local("2026-11-30 08:00")),
        ("half", local("2026-12-14 08:00")),
    ]


async def test_a_due_date_that_was_moved_into_the_past_during_an_outage_is_told(world: World) -> None:
    await world.at("2026-11-25 08:05")
    world.say(synced(local("2026-11-25 08:06"), received=RECEIVED, due=local("2026-11-25 08:00")), handled=False)
    await world.start()
    await world.settle()
    assert [n.stage for n in world.last(state="delivered")] == ["half", "breach"]


async def test_a_policy_that_came_during_an_outage_counts_like_an_event(world: World) -> None:
    await world.at("2026-11-25 08:05")
    shorter = {"procedures": {"procedures": [{"code": LONG, "name": "Đăng ký thường trú", "limit": 7, "unit": "working_days"}]}}
    book_of(shorter, 2, world.book)
    await world.start()
    await world.settle()
    assert [n.stage for n in world.last(state="delivered")] == ["half", "breach"]


async def test_a_database_that_goes_away_behind_the_send_makes_no_second_mail(world: World) -> None:
    world.held = False
    await world.at(HALF)
    world.held = True
    world.trap.left, world.trap.fault = 3, StoreAwayError  # lease, send, settle
    with pytest.raises(StoreAwayError):
        await world.settle()
    assert (world.trap.place, len(world.mailer.letters)) == ("update", 1)
    await world.settle()
    assert (await world.states(), len(world.mailer.letters)) == ([("half", "delivered")], 1)


async def test_what_a_dead_worker_settled_and_did_not_publish_is_published(world: World) -> None:
    world.held = False
    await world.at(HALF)
    (row,) = world.handlers.courier.rows.values()
    other = StoreOutbox(world.store, alone=False, lease_seconds=60)
    await other.lease(row)
    await other.settle(replace(row, notice=msgspec.structs.replace(row.notice, state="delivered"), published=False))
    world.held = True
    await world.settle()
    assert ([n.state for n in world.last()], world.mailer.letters) == (["delivered"], [])


async def test_a_dossier_that_ends_before_the_mail_goes_out_supersedes_it(world: World) -> None:
    world.held = False
    await world.at(HALF)
    world.say(stepped(local("2026-11-23 08:05"), 9))
    world.held = True
    await world.settle()
    assert (world.mailer.letters, [(n.state, n.reason) for n in world.last()]) == ([], [("superseded", "ENDED")])


async def test_nothing_is_sent_about_a_dossier_of_which_something_newer_waits_in_kafka(world: World) -> None:
    world.ahead.waiting = {DOSSIER.encode()}
    await world.at(HALF)
    assert world.mailer.letters == []
    world.say(stepped(local("2026-11-23 08:00"), 9))
    world.ahead.waiting = set()
    delivery = world.handlers.courier.delivery
    delivery._not_before.clear()
    delivery._level_until = 0
    await world.settle()
    assert [(n.state, n.reason) for n in world.last()] == [("superseded", "ENDED")]


async def test_after_a_failure_of_the_mail_server_kafka_is_asked_again_whether_something_newer_waits(world: World) -> None:
    world.mailer.faults = [LineAway("SMTPConnectError", unknown=False)]
    world.clock.at = local(HALF)
    world.handlers.on_tick()
    await world.handlers.courier.round()
    assert (world.mailer.faults, world.ahead.asked) == ([], 1)
    world.ahead.waiting = {DOSSIER.encode()}
    await world.settle()
    assert (world.mailer.letters, await world.states()) == ([], [("half", "pending")])


async def test_letters_that_go_out_one_after_the_other_ask_kafka_once(world: World) -> None:
    for n in range(2, 20):
        world.say(synced(RECEIVED, dossier=f"H17.31-261116-{n:04d}"))
    await world.at(HALF)
    assert (len(world.mailer.letters), world.ahead.asked) == (19, 1)


async def test_nothing_is_sent_while_nobody_knows_what_waits_in_kafka(world: World) -> None:
    world.ahead.waiting = None
    await world.at(HALF)
    assert (world.mailer.letters, await world.states()) == ([], [("half", "pending")])


async def test_nothing_is_sent_for_a_partition_that_is_not_ours(world: World) -> None:
    world.held = False
    await world.at(HALF)
    assert (world.mailer.letters, await world.states()) == ([], [("half", "pending")])


async def test_a_mail_server_that_is_away_puts_everything_off_and_gets_it_when_it_is_back(world: World) -> None:
    world.mailer.faults = [LineAway("SMTPConnectError", unknown=False), LineAway("421", unknown=False)]
    await world.at(HALF)
    assert [n.attempts for n in world.last(state="delivered")] == [3]
    assert (world.metric("retries_total", cause="LINE_AWAY"), world.metric("repeats_total")) == (2, 0)


async def test_a_connection_lost_behind_the_text_counts_what_follows_as_a_repeat(world: World) -> None:
    world.mailer.faults = [LineAway("SMTPReadTimeoutError", unknown=True)]
    await world.at(HALF)
    assert (len(world.mailer.letters), world.metric("repeats_total")) == (1, 1)


async def test_a_mail_refused_for_now_is_tried_again(world: World) -> None:
    world.mailer.faults = [RefusedForNow("451")]
    await world.at(HALF)
    assert ([n.attempts for n in world.last(state="delivered")], world.metric("repeats_total")) == ([2], 0)


async def test_a_mail_refused_for_good_has_failed_and_says_the_code(world: World) -> None:
    world.mailer.faults = [RefusedForGood("550")]
    await world.at(HALF)
    await world.settle()
    assert ([(n.state, n.reason) for n in world.last()], world.mailer.letters) == ([("failed", "REFUSED_550")], [])


async def test_only_the_latest_stage_goes_out_when_the_mail_server_was_away_for_long(world: World) -> None:
    world.held = False
    await world.at(HALF)
    await world.at("2026-11-27 08:00")
    world.held = True
    await world.settle()
    assert [(n.stage, n.state, n.reason) for n in world.last()] == [
        ("half", "superseded", "OVERTAKEN"),
        ("nine_tenths", "delivered", "WARNING"),
    ]


async def test_a_notice_whose_stage_lies_ahead_again_waits_for_it(world: World) -> None:
    world.held = False
    await world.at(HALF)
    world.clock.at = local("2026-11-23 07:00")
    world.held = True
    await world.settle()
    assert (world.mailer.letters, await world.states()) == ([], [("half", "pending")])
    world.handlers.courier.delivery._not_before.clear()
    await world.at(HALF)
    assert await world.states() == [("half", "delivered")]


async def test_two_workers_over_one_database_send_a_notice_once(world: World) -> None:
    world.alone = False
    await world.start()
    world.held = False
    await world.at(HALF)
    (row,) = world.handlers.courier.rows.values()
    other = StoreOutbox(world.store, alone=False, lease_seconds=60)
    assert await other.lease(row) == "ours"
    world.held = True
    await world.settle()
    assert world.mailer.letters == []
    assert await other.settle(row) is True


async def test_a_lease_of_a_dead_process_does_not_hold_up_a_database_that_is_ours_alone(world: World) -> None:
    world.held = False
    await world.at(HALF)
    (row,) = world.handlers.courier.rows.values()
    assert await StoreOutbox(world.store, alone=True, lease_seconds=60).lease(row) == "ours"
    world.held = True
    await world.start()
    await world.settle()
    assert (len(world.mailer.letters), world.metric("repeats_total")) == (1, 1)


async def test_switched_off_means_that_the_next_start_is_a_first_one(world: World) -> None:
    await world.at("2026-11-20 08:00")
    await StoreOutbox(world.store, alone=True, lease_seconds=60).retire()
    world.clock.at = local("2026-11-24 08:00")
    await world.start()
    await world.settle()
    assert world.topic.notices == []


async def test_with_more_partitions_what_is_under_way_moves_with_its_dossier_and_nobody_is_told_twice(world: World) -> None:
    outbox = StoreOutbox(world.store, alone=True, lease_seconds=60)
    await outbox.settle_in(1)
    await world.at("2026-11-20 08:00")
    before = await outbox.progress(0)
    assert before is not None
    world.held = False
    await world.at(HALF)
    (row,) = await outbox.unsettled(0)
    await outbox.settle_in(6)
    home = partition_of(DOSSIER, 6)
    assert {p: await outbox.unsettled(p) for p in range(6)} == {p: [row] if p == home else [] for p in range(6)}
    after = [await outbox.progress(p) for p in range(6)]
    assert [(p.next, p.decided_to >= before.decided_to) for p in after if p] == [(0, True)] * 6
    await outbox.note_progress(3, Progress(9, 9_999_999_999, 1))
    await outbox.settle_in(6)
    assert await outbox.progress(3) == Progress(9, 9_999_999_999, 1)


def test_retries_double_between_their_bounds_with_jitter() -> None:
    waits = [Retries(1, 60).wait(n) for n in (1, 2, 3, 40, 4000)]
    bounds = [(0.5, 1), (1, 2), (2, 4), (30, 60), (30, 60)]
    assert all(low <= wait <= high for wait, (low, high) in zip(waits, bounds, strict=True))


async def test_what_waits_is_counted_while_a_long_round_sends_it() -> None:
    world, waiting = await World().start(), list[float]()
    real = world.mailer.send

    async def send(letter: Letter) -> None:
        waiting.append(world.metric("waiting", partition="0"))
        await real(letter)

    world.mailer.send = send  # type: ignore[method-assign]
    for n in range(3):
        world.say(synced(local("2026-11-16 08:00"), dossier=f"H17.31-261116-{n:04d}"))
    await world.at("2026-11-23 08:00")
    assert (waiting, world.metric("waiting", partition="0")) == ([3, 3, 3], 0)


async def test_a_takeover_of_many_dossiers_gives_way_to_the_rest_of_the_process() -> None:
    """Else what reads the other partitions meanwhile gets no answers in time, and the group gives the process up."""
    world, turns = World(), 0
    for n in range(3000):
        world.topic_records[b"H17.31-261116-%04d" % n] = (fold(None, synced(RECEIVED)) or b"", n)

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    task = asyncio.create_task(others())
    for _ in range(2):  # all are new to it, all are known
        before = turns
        await world.start()
        assert turns - before >= 5
    task.cancel()
    assert len(world.handlers.watch.dossiers) == 3000
