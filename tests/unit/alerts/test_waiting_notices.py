"""How long a notice waited is told without what held it back."""

from __future__ import annotations

from alerts_world import DOSSIER, World, book_of, local, synced

from dunghen.contracts.messages import Notice
from services.alerts.ports import Row
from services.alerts.waiting import Waiting

NOTICE = Notice(
    key="k",
    dossier=DOSSIER,
    unit="20242",
    stage="half",
    due_at=2000,
    decided_at=1000,
    state="pending",
    reason="FIRST_WARNING",
    recipient="p1",
)
ROW = Row(NOTICE, 1000, published=True)


def test_time_counts_from_the_crossing_or_from_the_end_of_what_held_it_back() -> None:
    held = True
    waiting = Waiting(lambda _notice: held)
    assert waiting.free([ROW], 1010) == []
    assert waiting.oldest == 0
    held = False
    assert waiting.free([ROW], 1015) == [ROW]
    assert (waiting.oldest, waiting.seconds(ROW, 1020)) == (5, 10)
    waiting.held(NOTICE, 1030)
    assert waiting.seconds(ROW, 1031) == 1
    assert waiting.free([], 1040) == []
    assert waiting.seconds(ROW, 1050) == 50, "what has gone is forgotten"


async def test_quiet_hours_are_no_delay_of_ours() -> None:
    world = await World().start()
    half = {"stage": "half", "terms": "long", "percent": 50, "roles": ["official"]}
    book_of({"stages": {"messages": "09:00-18:00", "stages": [half]}}, 2, world.book)
    world.say(synced(local("2026-11-16 08:00")))
    await world.at("2026-11-16 08:01")
    await world.at("2026-11-23 08:00")
    assert (world.mailer.letters, world.metric("oldest_seconds", partition=str(world.partition))) == ([], 0)
    await world.at("2026-11-23 09:00")
    assert len(world.mailer.letters) == 1
    assert world.metric("handed_seconds_bucket", le="60.0") == 0, "between two looks of an hour nobody knows when it was free"
    assert world.metric("handed_seconds_sum") == 3600


async def test_a_clock_that_was_ahead_between_two_looks_only_holds_nothing_back() -> None:
    world = await World().start()
    half = {"stage": "half", "terms": "long", "percent": 50, "roles": ["official"]}
    book_of({"stages": {"messages": "07:00-18:00", "stages": [half]}}, 2, world.book)
    world.say(synced(local("2026-11-16 08:00")))
    world.clock.at = local("2026-11-23 08:00")
    world.handlers.on_tick()
    world.clock.at = local("2026-11-23 23:00")
    await world.settle()
    assert [(n.state, n.stage) for n in world.last()] == [("pending", "half")]
    await world.at("2026-11-23 08:01")
    assert len(world.mailer.letters) == 1
