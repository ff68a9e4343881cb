"""The ledger of every story is proven from its raw events by another path; what is taken out of it, said twice or invented is found."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alerts_world import BODIES, DOSSIER, World, book_of, local, stepped, synced
from msgspec.structs import replace
from scenario import IDS, Play, read, run

from dunghen.cli.notices.audit import THE_PAST, Known, Report, compare
from dunghen.cli.notices.course import Times
from dunghen.cli.notices.stories import ACTION, EVENT, ROW, SAID, Spool, Story
from dunghen.cli.notices.told_right import People, Version
from dunghen.contracts.messages import Notice, encode
from dunghen.contracts.people import NoticeAction, PersonRecord, PostRecord, encode_person
from dunghen.domain.manners import Action
from dunghen.domain.policy import Policy
from dunghen.platform.store import Query

SCENARIOS = read(Path(__file__).with_name("scenarios.txt").read_text(encoding="utf-8"))
# By its row it was decided on the evening of a day on which, once the clock was right again, the dossier ended in the afternoon.
DECIDED_IN_A_TIME_AHEAD = {
    "what a clock that ran ahead held back for a morning goes at its stage once the clock is put back": ["wrong_recipient"]
}
RECEIVED = local("2026-11-16 08:00")


async def rows_of(world: World) -> list[Notice]:
    page = await world.store.find(Query("notices", limit=1000))
    return [msgspec.convert(document.body, Notice) for document in page.documents]


@dataclass(frozen=True)
class Ledger:
    """What alerts has: the rows of its outbox, everything that it said, what people did about the one dossier of a play."""

    rows: Sequence[Notice]
    said: Sequence[Notice] = ()
    actions: Sequence[Action] = ()


async def ledger_of(world: World) -> Ledger:
    return Ledger(await rows_of(world), world.topic.notices, world.done)


def stories_of(world: World, ledger: Ledger) -> list[Story]:
    found: dict[str, Story] = {}

    def of(dossier: str) -> Story:
        return found.setdefault(dossier, Story(dossier))

    for event in world.events:
        of(event.dossier).events.append(event)
    for row in ledger.rows:
        of(row.dossier).rows.append(row)
    for said in ledger.said:
        of(said.dossier).said.append(said)
    of(DOSSIER).actions.extend(ledger.actions)
    return list(found.values())


async def proven(world: World, policies: list[tuple[int, Policy]], ledger: Ledger, slack: int = 0) -> Report:
    found = await world.store.get("facts", "go_live")
    times = Times(found.body["at"] if found else 0, world.clock.seconds(), slack)
    people = [Version(*each) for each in world.directories] or [Version(None, world.people.directory)]
    return compare(stories_of(world, ledger), Known(policies, people, times))


def policies_of(play: Play) -> list[tuple[int, Policy]]:
    return [(at, play.world.book.at(version)) for at, version in play.applied]


@pytest.mark.parametrize("title", SCENARIOS)
async def test_the_ledger_of_every_story_is_borne_out_by_its_events(title: str) -> None:
    play = await run(SCENARIOS[title])
    report = await proven(play.world, policies_of(play), await ledger_of(play.world))
    assert [fault.kind for fault in report.faults] == DECIDED_IN_A_TIME_AHEAD.get(title, []), report.faults


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
    "one was answered by nobody": ("breach", {"state": "suppressed", "reason": "ACKNOWLEDGED"}),
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
    "one went to somebody else": (_changed(OPEN, "half", recipient="p00000000000000ff", why="HANDLER"), "wrong_recipient"),
    "one went to the right one for a reason that is not so": (_changed(OPEN, "breach", why="HANDLER"), "wrong_recipient"),
    "one says that somebody stood in who did not": (_changed(OPEN, "half", covers="p00000000000000ff"), "wrong_recipient"),
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


async def test_a_row_of_what_was_crossed_before_go_live_is_surplus_and_said_to_be_that() -> None:
    world, policies = await told_of(1)
    ledger, directory = await ledger_of(world), [Version(None, world.people.directory)]
    for since, expected in ((0, []), (world.clock.seconds(), [("surplus", THE_PAST)])):
        rows = [replace(row, decided_at=max(row.decided_at, since)) for row in ledger.rows]
        report = compare(stories_of(world, Ledger(rows)), Known(policies, directory, Times(since, world.clock.seconds(), 0)))
        assert [(fault.kind, fault.text) for fault in report.faults] == expected


@pytest.mark.parametrize(("state", "faults"), [("delivered", []), ("suppressed", []), ("pending", ["waits_too_long"])])
async def test_what_was_decided_before_alerts_was_switched_off_is_settled_and_no_more_is_asked_of_it(state: str, faults: list[str]) -> None:
    world, policies = await told_of(1)
    rows, directory = [replace(row, state=state) for row in await rows_of(world)], [Version(None, world.people.directory)]  # type: ignore[arg-type]
    times = Times(rows[0].decided_at + 1, rows[0].decided_at + 7200, 0)
    report = compare(stories_of(world, Ledger(rows)), Known(policies, directory, times))
    assert [fault.kind for fault in report.faults] == faults


async def test_what_was_only_said_to_have_ended_is_missing_when_it_is_open_again() -> None:
    play = await run(SCENARIOS["finished before it was sent, then reopened, it is told all the same"])
    rows = await rows_of(play.world)
    (told,) = (row for row in rows if row.key.endswith("~2"))
    assert (told.state, told.stage) == ("delivered", "half")
    found = await proven(play.world, policies_of(play), Ledger([row for row in rows if row is not told]))
    assert [(fault.kind, fault.text.partition(", ")[2]) for fault in found.faults] == [
        ("missing", f"open again and so at {told.decided_at}, told as ended only")
    ]


HANDED_OVER = (
    "who stands in since today hears it when it becomes theirs: the one on leave was told, nobody else",
    "who heads both units is told by the new one what the list of the former still held",
    "handed over in the middle, the new official hears how it stands",
    "handed over while the clock stands still, the new official hears how it stands when it goes on",
    "moved to another unit during an outage, days after its breach, it is no history there",
    "of nobody when it was told, it is somebody's by the end of an outage: that one hears it",
)


@pytest.mark.parametrize("title", HANDED_OVER)
async def test_who_got_it_in_the_middle_and_was_not_told_is_missing(title: str) -> None:
    play = await run(SCENARIOS[title])
    rows = await rows_of(play.world)
    without = [row for row in rows if row.reason != "HANDED_OVER"]
    assert len(without) == len(rows) - 1
    found = await proven(play.world, policies_of(play), Ledger(without, actions=play.world.done))
    assert [(fault.kind, fault.text.partition(" at ")[0]) for fault in found.faults] == [("missing", "handed over")], found.faults


@pytest.mark.parametrize(
    ("title", "stage", "recipient"),
    [
        ("retracted before a stage and said again days later, it is told", "half", IDS["official"]),
        ("moved to another unit during an outage, days after its breach, it is no history there", "breach", IDS["otherunit"]),
    ],
)
async def test_what_came_back_or_was_handed_over_today_is_no_history(title: str, stage: str, recipient: str) -> None:
    play = await run(SCENARIOS[title])
    rows = [
        replace(row, state="suppressed", reason="HISTORICAL") if (row.stage, row.recipient) == (stage, recipient) else row
        for row in await rows_of(play.world)
    ]
    found = await proven(play.world, policies_of(play), Ledger(rows, actions=play.world.done))
    assert [fault.kind for fault in found.faults] == ["wrong_reason"], found.faults


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


async def moved_away_and_back() -> World:
    """Told of a stage, it is due so late that it has left it, and half a minute later so soon that it has crossed it; only that is seen."""
    world = World()
    await world.start()
    world.say(synced(RECEIVED))
    await world.at("2026-11-23 09:00")
    for n, (day, handled) in enumerate((("2026-12-25", False), ("2026-11-27", True))):
        world.clock.at += 30 * n
        world.say(synced(world.clock.seconds(), received=RECEIVED, due=local(f"{day} 08:00")), handled=handled)
    await world.at("2026-11-23 12:00")
    return world


async def test_what_left_a_stage_so_briefly_that_nobody_need_have_seen_it_need_not_be_told_again() -> None:
    world = await moved_away_and_back()
    policies, ledger = [(0, world.book.latest)], await ledger_of(world)
    assert [row.stage for row in ledger.rows] == ["half"]
    assert [fault.kind for fault in (await proven(world, policies, ledger)).faults] == ["missing"]
    assert (await proven(world, policies, ledger, slack=600)).faults == []


async def test_a_policy_that_alerts_has_not_read_yet_is_that_by_which_it_tells() -> None:
    world = World()
    await world.start()
    policies = [(0, world.book.latest)]
    await world.at("2026-11-23 11:00")
    off: dict[str, list[int]] = {f"2026-11-{day}": [] for day in range(16, 21)}
    policies.append((world.clock.seconds(), book_of({**BODIES, "calendar": {"overrides": off}}, 2).at(2)))
    world.clock.at += 60
    world.say(synced(world.clock.seconds(), received=RECEIVED))  # by the calendar that it knows half of the term is gone
    await world.settle()
    ledger = await ledger_of(world)
    assert [row.stage for row in ledger.rows] == ["half"]
    assert [fault.kind for fault in (await proven(world, policies, ledger, slack=59)).faults] == ["surplus"]
    assert (await proven(world, policies, ledger, slack=60)).faults == []


async def test_what_left_a_stage_for_days_must_be_told_again_though_it_had_hardly_crossed_it() -> None:
    world = World()
    await world.start()
    world.say(synced(RECEIVED))
    await world.at("2026-11-23 08:05")
    world.say(synced(world.clock.seconds(), received=RECEIVED, due=local("2026-12-04 08:00")))
    await world.at("2026-11-25 12:00")
    policies, ledger = [(0, world.book.latest)], await ledger_of(world)
    first, second = sorted(ledger.rows, key=lambda row: row.decided_at)
    assert (first.stage, second.stage) == ("half", "half")
    assert (await proven(world, policies, ledger, slack=600)).faults == []
    assert [fault.kind for fault in (await proven(world, policies, Ledger([first]), slack=600)).faults] == ["missing"]


async def test_what_crossed_a_stage_unseen_and_stopped_is_told_when_it_goes_on_and_that_is_right() -> None:
    world = World()
    await world.start()
    await world.at("2026-11-23 09:00")
    world.say(synced(world.clock.seconds(), received=RECEIVED), handled=False)
    world.clock.at += 30
    world.say(stepped(world.clock.seconds(), 5))
    await world.at("2026-11-24 09:00")
    world.say(stepped(world.clock.seconds(), 4))
    await world.settle()
    policies, ledger = [(0, world.book.latest)], await ledger_of(world)
    assert [row.stage for row in ledger.rows] == ["half"]
    assert (await proven(world, policies, ledger, slack=600)).faults == []


async def test_what_lies_ahead_again_by_another_policy_may_wait() -> None:
    world = World()
    await world.start()
    world.say(synced(RECEIVED, due=local("2026-11-30 08:00")))
    await world.at("2026-11-23 08:00")
    off: dict[str, list[int]] = {f"2026-11-{day}": [] for day in range(16, 21)}
    ahead = (local("2026-11-23 09:00"), book_of({**BODIES, "calendar": {"overrides": off}}, 2).at(2))
    waiting = Ledger([replace(row, state="pending") for row in await rows_of(world)])
    await world.at("2026-11-23 12:00")
    assert [fault.kind for fault in (await proven(world, [(0, world.book.latest)], waiting)).faults] == ["waits_too_long"]
    assert (await proven(world, [(0, world.book.latest), ahead], waiting)).faults == []


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


def person(ident: int, role: str, **more: Any) -> PersonRecord:
    post = PostRecord(unit="20242", role=role, **more)  # type: ignore[arg-type]
    return PersonRecord(id=f"p{ident:016x}", posts=(post,), ref=f"{ident:032x}", address=f"{role}@danang.example")


def test_a_directory_is_known_from_when_it_was_written_and_what_compaction_took_is_filled_in() -> None:
    people = People(real=True)
    for at_ms, each in ((1_000_000, person(1, "official")), (1_000_100, person(2, "unit_head")), (9_000_000, person(1, "section_head"))):
        people.take(each.id.encode(), encode_person(each), 0, at_ms)
    people.take(b"p0000000000000002", None, 3, 9_000_001)
    first, filled, last, _ = people.versions()
    assert (first.since, last.since) == (1000, 9000)
    assert (len(first.directory), len(filled.directory), len(last.directory)) == (2, 2, 1)
    assert [post.role for post in last.directory.get("p0000000000000001").posts] == ["section_head"]  # type: ignore[union-attr]
    assert {version.since for version in People(real=False, written=people.written).versions()} == {None}


async def test_a_story_in_parts_is_the_same_as_in_memory_and_nothing_of_it_stays_on_disk(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    world, policies = await told_of()
    ledger = await ledger_of(world)
    times = Times(RECEIVED, world.clock.seconds(), 0)
    known = Known(policies, [Version(None, world.people.directory)], times)
    with Spool(70_000) as spool:
        assert spool.parts == 4
        for event in world.events:
            spool.add(EVENT, event.dossier, encode(event))
        for kind, notices in ((ROW, ledger.rows), (SAID, ledger.said)):
            for notice in notices:
                spool.add(kind, notice.dossier, encode(notice))
        spool.add(ACTION, OPEN, encode(NoticeAction(dossier=OPEN, kind="working", person="p00000000000000aa", at=RECEIVED, stage="half")))
        found = {story.dossier: story for story in spool.stories()}
        report = compare(spool.stories(), known)
    assert os.listdir(tmp_path) == []
    assert report == await proven(world, policies, ledger)
    assert found[OPEN].actions == [Action("working", "p00000000000000aa", "dossier", "half", RECEIVED)]
    assert found[OPEN].events == [event for event in world.events if event.dossier == OPEN]
