"""The ledger of every story is proven from its raw events by another path; what is taken out of it, said twice or invented is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alerts_world import DOSSIER, World, local, stepped, synced
from msgspec.structs import replace
from scenario import Play, read, run

from dunghen.cli.notices.audit import Ledger, Report, Rules, compare
from dunghen.cli.notices.course import Times, by_dossier, course_of
from dunghen.contracts.messages import Notice
from dunghen.domain.policy import Policy
from dunghen.platform.store import Query

SCENARIOS = read(Path(__file__).with_name("scenarios.txt").read_text(encoding="utf-8"))
RECEIVED = local("2026-11-16 08:00")


async def rows_of(world: World) -> list[Notice]:
    page = await world.store.find(Query("notices", limit=1000))
    return [msgspec.convert(document.body, Notice) for document in page.documents]


async def ledger_of(world: World) -> Ledger:
    return Ledger(await rows_of(world), world.topic.notices, {DOSSIER: world.done})


async def proven(world: World, policies: list[tuple[int, Policy]], ledger: Ledger, slack: int = 0) -> Report:
    found = await world.store.get("facts", "go_live")
    times = Times(found.body["at"] if found else 0, world.clock.seconds(), slack)
    courses = (course_of(dossier, events, policies, times) for dossier, events in by_dossier(world.events).items())
    return compare(courses, ledger, (policies[-1][1], times, Rules()))


def policies_of(play: Play) -> list[tuple[int, Policy]]:
    return [(at, play.world.book.at(version)) for at, version in play.applied]


@pytest.mark.parametrize("title", SCENARIOS)
async def test_the_ledger_of_every_story_is_borne_out_by_its_events(title: str) -> None:
    play = await run(SCENARIOS[title])
    report = await proven(play.world, policies_of(play), await ledger_of(play.world))
    assert report.faults == [], report.faults


async def told_of(dossiers: int = 3) -> tuple[World, list[tuple[int, Policy]]]:
    """A fortnight in which these dossiers crossed all their stages; one of them was finished behind the first."""
    world = World()
    await world.start()
    for n in range(dossiers):
        world.say(synced(RECEIVED, dossier=f"H17.31-261116-{n:04d}"))
    for day in ("23 08:00", "23 09:00"):
        await world.at(f"2026-11-{day}")
    world.say(stepped(world.clock.seconds(), 9, "H17.31-261116-0000"))
    for day in ("27 08:00", "30 08:00", "30 09:00"):
        await world.at(f"2026-11-{day}")
    return world, [(0, world.book.latest)]


def _changed(dossier: str, stage: str, **changes: Any) -> Callable[[list[Notice]], list[Notice]]:
    return lambda rows: [replace(row, **changes) if (row.dossier, row.stage) == (dossier, stage) else row for row in rows]


def _invented(rows: list[Notice]) -> list[Notice]:
    stage = replace(rows[0], key=rows[0].key.replace(":half:", ":breach:"), stage="breach", reason="BREACH")
    return [*rows, stage] if stage.key not in {row.key for row in rows} else rows


OPEN = "H17.31-261116-0001"
CHANGED = {
    "one was told before its time": ("breach", {"decided_at": RECEIVED}),
    "one says that an open dossier has ended": ("half", {"state": "superseded", "reason": "ENDED"}),
    "one was left out as history within the hour": ("breach", {"state": "suppressed", "reason": "HISTORICAL"}),
    "one was delivered for a reason that delivers nothing": ("half", {"reason": "OVERTAKEN"}),
    "one was overtaken by nothing": ("breach", {"state": "suppressed", "reason": "OVERTAKEN"}),
    "a breach is called a warning": ("breach", {"reason": "WARNING"}),
    "one has failed though nobody refused it": ("half", {"state": "failed", "reason": "REFUSED_550"}),
}
SEEDED: dict[str, tuple[Callable[[list[Notice]], list[Notice]], str]] = {
    "one is taken out": (lambda rows: rows[1:], "missing"),
    "one is invented for a stage that was never reached": (_invented, "surplus"),
    "one is of a dossier that there is not": (lambda rows: [*rows, replace(rows[0], dossier="H17.31-999999-0001", key="x")], "surplus"),
    "one says a due date that there was not": (lambda rows: [*rows, replace(rows[0], due_at=rows[0].due_at + 60, key="x")], "surplus"),
    "one has a second last word": (lambda rows: [*rows, replace(rows[0], message_id="other@a.example")], "double"),
    "one has waited for days": (_changed(OPEN, "half", state="pending"), "waits_too_long"),
    **{what: (_changed(OPEN, stage, **changes), "wrong_reason") for what, (stage, changes) in CHANGED.items()},
}


@pytest.mark.parametrize("what", SEEDED)
async def test_what_is_wrong_with_a_ledger_is_found_and_nothing_else(what: str) -> None:
    world, policies = await told_of()
    rows = sorted(await rows_of(world), key=lambda row: row.key)
    change, kind = SEEDED[what]
    assert (await proven(world, policies, Ledger(rows))).faults == []
    found = await proven(world, policies, Ledger(change(rows)))
    assert {name for name, count in found.counts.items() if count} == {kind}, found.faults


async def test_what_was_only_said_to_have_ended_is_missing_when_it_is_open_again() -> None:
    play = await run(SCENARIOS["finished before it was sent, then reopened, it is told all the same"])
    rows = await rows_of(play.world)
    (told,) = (row for row in rows if row.key.endswith("~2"))
    assert (told.state, told.stage) == ("delivered", "half")
    found = await proven(play.world, policies_of(play), Ledger([row for row in rows if row is not told]))
    assert [(fault.kind, fault.text.partition(", ")[2]) for fault in found.faults] == [
        ("missing", f"open again and so at {told.decided_at}, told as ended only")
    ]


async def test_the_topic_may_say_the_same_again_and_nothing_else() -> None:
    world, policies = await told_of()
    rows = await rows_of(world)
    assert (await proven(world, policies, Ledger(rows, [*world.topic.notices, *world.topic.notices]))).faults == []
    (fault, *_) = (await proven(world, policies, Ledger(rows, [replace(rows[0], state="failed")]))).faults
    assert (fault.kind, fault.about) == ("double", rows[0].key)


async def test_the_figures_are_those_of_the_story() -> None:
    world, policies = await told_of()
    report = await proven(world, policies, await ledger_of(world))
    assert (report.dossiers, report.owed, report.rows, dict(report.states)) == (3, 7, 7, {"delivered": 7})
    assert report.as_json()["missing"] == 0
    assert next(report.lines()).startswith("7 stages of 3 dossiers had to be told; 7 rows in the ledger: 7 delivered")


async def moved_behind_a_stage() -> World:
    """Its due date moves away an hour after it has crossed a stage, and the audit is at once."""
    world = World()
    await world.start()
    world.say(synced(RECEIVED))
    await world.at("2026-11-23 08:00")
    await world.at("2026-11-23 09:00")
    world.say(synced(world.clock.seconds(), received=RECEIVED, due=local("2026-12-25 08:00")))
    await world.at("2026-11-23 12:00")
    return world


async def test_what_alerts_may_not_have_seen_is_not_called_missing() -> None:
    world = await moved_behind_a_stage()
    policies, ledger = [(0, world.book.latest)], Ledger(())
    assert [fault.kind for fault in (await proven(world, policies, ledger)).faults] == ["missing"]
    report = await proven(world, policies, ledger, slack=3600)
    assert (report.faults, report.undecided) == ([], 1)


UNSEEN = (
    "what was finished during an outage is not told",
    "finished during an outage and handed in behind it, each stage it crossed has its word once",
    "received and finished within an outage, it has its word",
    "finished between two looks, the stage before has its word",
    "finished between two looks while a step runs, that clock has its word too",
)


@pytest.mark.parametrize("title", UNSEEN)
async def test_what_ended_unseen_must_have_its_word_however_long_alerts_was_away(title: str) -> None:
    play = await run(SCENARIOS[title])
    policies, ledger = policies_of(play), await ledger_of(play.world)
    for slack in (0, 600, 86400):
        assert (await proven(play.world, policies, ledger, slack)).faults == []
        without = [row for row in ledger.rows if row.reason != "ENDED"]
        counts = (await proven(play.world, policies, Ledger(without), slack)).counts
        assert {kind: count for kind, count in counts.items() if count} == {"missing": len(ledger.rows) - len(without)}
