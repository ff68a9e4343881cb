"""What a dossier had crossed when it ended, and that each such stage has one word in the ledger, however often it is looked at again."""

from __future__ import annotations

import pytest
from alerts_world import World, local, stepped, synced

from dunghen.contracts.messages import DossierEvent
from dunghen.domain.record import fold
from dunghen.domain.warnings import ended_with, facts_of
from dunghen.platform.store import Query

RECEIVED = local("2026-11-16 08:00")  # ten working days: half is gone on 23 08:00, nine tenths on 27 08:00
HALF, NINE = "2026-11-23 08:00", "2026-11-27 08:00"


def record_of(*events: DossierEvent) -> bytes:
    record = None
    for event in events:
        record = fold(record, event) or record
    assert record is not None
    return record


def crossed(*events: DossierEvent) -> list[tuple[str, str]]:
    ended = ended_with(record_of(*events), World().book.latest)
    assert ended is not None
    return [(c.clock, c.stage.name) for c in ended.crossed]


def clocks(*events: DossierEvent) -> list[str]:
    ended = ended_with(record_of(*events), World().book.latest)
    assert ended is not None
    return [running.clock for running in ended.facts.clocks]


def with_step(at: str, due: str) -> DossierEvent:
    event = stepped(local(at), 4)
    event.step_due = local(due)
    return event


@pytest.mark.parametrize(
    ("end", "stages"),
    [("2026-11-23 07:59", []), (HALF, ["half"]), ("2026-11-27 07:59", ["half"]), (NINE, ["half", "nine_tenths"])],
)
def test_what_was_crossed_up_to_the_end_and_not_behind_it(end: str, stages: list[str]) -> None:
    assert crossed(synced(RECEIVED), stepped(local(end), 9)) == [("dossier", stage) for stage in stages]


def test_a_result_handed_in_later_moves_no_end() -> None:
    assert crossed(synced(RECEIVED), stepped(local(HALF), 9), stepped(local("2026-12-10 08:00"), 10)) == [("dossier", "half")]


def test_a_pause_that_the_end_closes_moves_what_was_ahead() -> None:
    paused = stepped(local("2026-11-20 08:00"), 5)
    assert crossed(synced(RECEIVED), paused, stepped(local("2026-12-10 08:00"), 9)) == []


def test_the_clock_of_a_step_runs_to_the_end_unless_another_came_between() -> None:
    step, end = with_step("2026-11-16 09:00", "2026-11-20 08:00"), stepped(local("2026-11-20 09:00"), 9)
    assert clocks(synced(RECEIVED), step, end) == ["dossier", "step"]
    assert clocks(synced(RECEIVED), step, stepped(local("2026-11-17 08:00"), 4), end) == ["dossier"]
    assert clocks(synced(RECEIVED), step, stepped(local("2026-11-17 08:00"), 5), end) == ["dossier"]


def test_an_open_dossier_and_one_that_was_never_taken_in_have_not_ended() -> None:
    policy = World().book.latest
    assert ended_with(record_of(synced(RECEIVED)), policy) is None
    assert ended_with(record_of(stepped(RECEIVED, 9)), policy) is None


def test_an_ended_dossier_is_not_an_open_one() -> None:
    assert facts_of(record_of(synced(RECEIVED), stepped(local(HALF), 9)), World().book.latest) == (None, "ENDED")


async def rows(world: World) -> list[tuple[str, str, str]]:
    await world.settle()
    page = await world.store.find(Query("notices", limit=1000))
    return sorted((d.body["stage"], d.body["reason"], d.body["recipient"]) for d in page.documents)


async def ended_unseen() -> World:
    world = World()
    await world.start()
    world.say(synced(RECEIVED))
    await world.at("2026-11-23 07:00")
    world.clock.at = local("2026-11-23 10:00")
    world.say(stepped(local("2026-11-23 09:00"), 9))
    return world


async def test_one_word_however_often_it_is_heard_of_again() -> None:
    world = await ended_unseen()
    once = [("half", "ENDED", "")]
    assert await rows(world) == once
    assert world.metric("notices_decided_total", reason="ENDED") == 1
    world.say(stepped(local("2026-11-23 11:00"), 10))
    assert await rows(world) == once
    said_again = len(world.topic.notices)
    await world.at("2026-11-24 08:00")
    await world.start()
    assert await rows(world) == once
    assert len(world.topic.notices) == said_again


async def test_what_was_told_has_its_word_also_if_the_ended_dossier_gets_another_due_date() -> None:
    world = World()
    await world.start()
    world.say(synced(RECEIVED))
    await world.at(HALF)
    world.clock.at += 3600
    world.say(stepped(world.clock.seconds(), 9))
    told = await rows(world)
    assert [(stage, reason) for stage, reason, _ in told] == [("half", "WARNING")]
    await world.at("2026-11-24 08:00")
    world.say(synced(world.clock.seconds(), received=RECEIVED, due=local("2026-11-25 08:00"), status=9, ended=local("2026-11-23 09:00")))
    assert [row for row in await rows(world) if row[0] == "half"] == told


async def test_told_and_finished_and_handed_in_before_anything_was_written() -> None:
    world = World()
    await world.start()
    world.say(synced(RECEIVED))
    world.clock.at = local("2026-11-23 10:00")
    world.handlers.on_tick()
    world.say(stepped(local("2026-11-23 10:00"), 9))
    world.say(stepped(local("2026-11-23 10:01"), 10))
    assert [(stage, reason) for stage, reason, _ in await rows(world)] == [("half", "ENDED")]
    assert world.last()[0].recipient, "the row is that of who was to be told"


async def test_killed_before_it_is_written_it_is_written_by_the_next() -> None:
    world = await ended_unseen()
    await world.start()  # nothing of the first process was carried out
    assert await rows(world) == [("half", "ENDED", "")]


async def test_crossed_before_go_live_there_is_no_word() -> None:
    world = World(at="2026-11-23 08:30")
    world.say(synced(RECEIVED), handled=False)
    await world.start()
    world.clock.at = local("2026-11-23 10:00")
    world.say(stepped(local("2026-11-23 09:00"), 9))
    assert await rows(world) == []


async def test_no_ended_dossier_is_kept() -> None:
    world = await ended_unseen()
    await world.start()
    assert world.handlers.watch.dossiers == {}
