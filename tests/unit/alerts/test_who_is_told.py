"""Scenarios: at t something happens, then this is what people hear. Monday 2026-11-16 08:00; ten working days end on 2026-11-30 08:00
(in a city without holidays), 90 % on 2026-11-27 08:00, half on 2026-11-23 08:00."""

from __future__ import annotations

import pytest
from alerts_world import AN_KHE, BODIES, DOSSIER, HAI_CHAU, LONG, SHORT, VINH_DIEN, World, book_of, local, stepped, synced

RECEIVED = local("2026-11-16 08:00")


@pytest.fixture
async def world() -> World:
    return await World().start()


async def test_each_stage_is_told_once_to_the_unit_and_the_breach_at_the_due_instant(world: World) -> None:
    world.say(synced(RECEIVED))
    for when in ("2026-11-23 07:59", "2026-11-23 08:00", "2026-11-27 08:00", "2026-11-29 12:00", "2026-11-30 07:59", "2026-11-30 08:00"):
        await world.at(when)
    await world.at("2026-12-07 08:00")
    assert [letter.to for letter in world.mailer.letters] == ["hai-chau@danang.example"] * 3
    assert [n.stage for n in world.last(state="delivered")] == ["half", "nine_tenths", "breach"]
    assert [n.reason for n in world.last()] == ["WARNING", "WARNING", "BREACH"]


async def test_a_short_term_is_told_by_the_working_hours_left(world: World) -> None:
    world.say(synced(RECEIVED, procedure=SHORT))
    await world.at("2026-11-16 13:59")  # 11:30 to 13:30 does not count
    assert world.subjects == []
    await world.at("2026-11-16 14:00")
    assert world.subjects == [f"Sắp đến hẹn: hồ sơ {DOSSIER}, còn 4 giờ"]
    await world.at("2026-11-17 08:00")
    assert world.subjects[1:] == [f"Quá giờ hẹn: hồ sơ {DOSSIER}, xong hôm nay vẫn đúng hẹn"]


async def test_several_stages_crossed_at_once_are_one_mail(world: World) -> None:
    world.say(synced(RECEIVED))
    await world.at("2026-11-30 08:00")
    assert [n.stage for n in world.last(state="delivered")] == ["breach"]
    assert [(n.stage, n.reason) for n in world.last(state="suppressed")] == [("half", "OVERTAKEN"), ("nine_tenths", "OVERTAKEN")]


@pytest.mark.parametrize("status", [9, 10, 3, 7, 8])
async def test_what_has_ended_is_not_told(world: World, status: int) -> None:
    world.say(synced(RECEIVED))
    world.say(stepped(RECEIVED + 3600, status))
    await world.at("2026-12-07 08:00")
    assert world.topic.notices == []


async def test_nothing_is_told_while_the_clock_is_stopped_and_no_stage_again_after_the_pause(world: World) -> None:
    world.say(synced(RECEIVED))
    await world.at("2026-11-23 08:00")
    world.say(stepped(local("2026-11-23 09:00"), 5))
    await world.at("2026-11-30 09:00")
    assert len(world.mailer.letters) == 1
    world.say(stepped(local("2026-11-30 09:00"), 4))  # five working days later; half is still behind
    await world.at("2026-12-01 08:00")
    assert len(world.mailer.letters) == 1
    await world.at("2026-12-07 08:00")
    assert [(n.stage, n.due_at) for n in world.last(state="delivered")] == [
        ("half", local("2026-11-30 08:00")),
        ("breach", local("2026-12-07 08:00")),
    ]


async def test_nothing_is_told_while_the_clock_is_stopped_within_a_date_that_the_source_moved(world: World) -> None:
    world.say(synced(RECEIVED, due=local("2026-11-30 08:00")))
    await world.at("2026-11-23 08:00")
    world.say(synced(local("2026-11-26 10:00"), received=RECEIVED, due=local("2026-12-14 08:00")))
    world.say(stepped(local("2026-12-02 09:00"), 5))
    await world.at("2026-12-21 08:00")
    assert [n.stage for n in world.last(state="delivered")] == ["half"]


async def test_a_stage_that_a_later_due_date_took_back_is_told_again_when_it_comes(world: World) -> None:
    world.say(synced(RECEIVED, due=local("2026-11-30 08:00")))
    await world.at("2026-11-27 08:00")
    world.say(synced(local("2026-11-27 09:00"), received=RECEIVED, due=local("2026-12-14 08:00")))
    await world.at("2026-11-27 10:00")
    assert len(world.mailer.letters) == 1
    await world.at("2026-12-11 08:00")
    assert [n.due_at for n in world.last(state="delivered")] == [local("2026-11-30 08:00"), local("2026-12-14 08:00")]


async def test_a_due_date_moved_by_a_day_does_not_tell_the_same_stage_again(world: World) -> None:
    world.say(synced(RECEIVED, due=local("2026-11-30 08:00")))
    await world.at("2026-11-25 08:00")
    world.say(synced(local("2026-11-25 09:00"), received=RECEIVED, due=local("2026-12-01 08:00")))
    await world.at("2026-11-25 10:00")
    assert [n.stage for n in world.last()] == ["half"]


async def test_a_moved_dossier_is_told_to_its_new_unit_and_no_longer_to_the_old_one(world: World) -> None:
    world.say(synced(RECEIVED))
    await world.at("2026-11-23 08:00")
    world.say(synced(local("2026-11-23 09:00"), received=RECEIVED, unit=AN_KHE))
    await world.at("2026-11-23 09:00")
    await world.at("2026-11-27 08:00")
    assert [(n.unit, n.stage) for n in world.last(state="delivered")] == [(HAI_CHAU, "half"), (AN_KHE, "half"), (AN_KHE, "nine_tenths")]
    assert [letter.to for letter in world.mailer.letters] == ["hai-chau@danang.example", "an-khe@danang.example", "an-khe@danang.example"]


async def test_a_unit_without_an_address_is_not_dropped_silently(world: World) -> None:
    world.say(synced(RECEIVED, unit=VINH_DIEN))
    await world.at("2026-11-23 08:00")
    assert [(n.unit, n.state, n.reason) for n in world.last()] == [(VINH_DIEN, "suppressed", "NO_ADDRESS")]


async def test_shadow_decides_everything_and_sends_nothing() -> None:
    world = await World(alerts_mode="shadow").start()
    world.say(synced(RECEIVED))
    await world.at("2026-11-23 08:00")
    assert world.mailer.letters == []
    assert [(n.stage, n.state, n.reason) for n in world.last()] == [("half", "suppressed", "SHADOW")]


async def test_what_shadow_wrote_is_never_sent_later() -> None:
    world = await World(alerts_mode="shadow").start()
    world.say(synced(RECEIVED))
    await world.at("2026-11-23 08:00")
    await world.start(alerts_mode="on")
    await world.at("2026-11-23 09:00")
    assert world.mailer.letters == []


async def test_what_waits_when_sending_is_switched_off_is_not_sent() -> None:
    world = await World(alerts_mode="on").start()
    world.held = False
    world.say(synced(RECEIVED))
    await world.at("2026-11-23 08:00")
    world.held = True
    await world.start(alerts_mode="shadow")
    await world.settle()
    assert (world.mailer.letters, [n.reason for n in world.last(state="suppressed")]) == ([], ["SHADOW"])


async def test_a_crossing_from_before_go_live_is_not_told_and_costs_no_row() -> None:
    world = World(at="2026-11-24 08:00")
    world.say(synced(RECEIVED), handled=False)
    await world.start()
    await world.at("2026-11-24 08:01")
    assert (world.topic.notices, await world.states(), world.metric("crossings_before_live_total")) == ([], [], 1)
    await world.at("2026-11-27 08:00")
    assert [n.stage for n in world.last(state="delivered")] == ["nine_tenths"]


async def test_a_crossing_that_an_event_tells_of_more_than_a_day_late_is_history(world: World) -> None:
    await world.at("2026-11-24 08:01")
    world.say(synced(RECEIVED))
    await world.at("2026-11-24 08:02")
    assert [(n.stage, n.state, n.reason) for n in world.last()] == [("half", "suppressed", "HISTORICAL")]


async def test_a_crossing_that_an_event_tells_of_within_a_day_is_told(world: World) -> None:
    await world.at("2026-11-24 07:59")
    world.say(synced(RECEIVED))
    await world.at("2026-11-24 08:00")
    assert [(n.stage, n.state) for n in world.last()] == [("half", "delivered")]


async def test_a_crossing_that_the_clock_brought_is_told_however_late(world: World) -> None:
    world.say(synced(RECEIVED))
    await world.at("2026-11-26 18:00")
    assert [(n.stage, n.state) for n in world.last()] == [("half", "delivered")]


async def test_another_policy_reschedules_what_is_open(world: World) -> None:
    world.say(synced(RECEIVED))
    book_of({"stages": {"stages": [{"stage": "tenth", "terms": "long", "percent": 10, "roles": []}]}}, 2, world.book)
    await world.at("2026-11-17 07:59")
    assert world.mailer.letters == []
    await world.at("2026-11-17 08:00")
    assert [n.stage for n in world.last(state="delivered")] == ["tenth"]


async def test_an_earlier_limit_in_a_new_policy_does_not_flood_the_past(world: World) -> None:
    world.say(synced(RECEIVED))
    await world.at("2026-11-20 08:00")
    shorter = {"procedures": {"procedures": [{"code": LONG, "name": "Đăng ký thường trú", "limit": 2, "unit": "working_days"}]}}
    book_of(shorter, 2, world.book)
    await world.at("2026-11-20 08:01")
    assert {(n.stage, n.reason) for n in world.last()} >= {("breach", "HISTORICAL")}
    assert world.mailer.letters == []


async def test_bookkeeping_of_the_fold_is_no_dossier(world: World) -> None:
    assert world.handlers.on_record(b"~next", b"17") is False
    assert world.handlers.on_record(b"H17-unreadable", b"?") is False
    await world.at("2026-11-16 08:01")
    assert (len(world.handlers.watch.dossiers), world.metric("unreadable_records_total")) == (0, 1)


def test_the_policy_of_these_tests_has_all_stages_that_they_speak_of() -> None:
    assert {s.name for s in book_of(BODIES).latest.stages} == {"half", "nine_tenths", "breach", "four_hours_left"}
