"""Both stages on a real Kafka: exact after kills, switched by policy, turned by the day."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from dunghen.contracts import topics
from dunghen.contracts.messages import DossierEvent
from dunghen.domain.record import fold
from services.scoring.fold import cells_under
from tests.eventually import eventually_async as eventually
from tests.integration.scoring.scoring_world import BODIES, NOW, UNITS, ScoringWorld

DAY = 86_400
HAI_CHAU = UNITS[0]


def event(number: int, **facts: Any) -> DossierEvent:
    given = {
        "id": f"{number:016x}",
        "unit": HAI_CHAU,
        "kind": "synced",
        "occurred_at": NOW - DAY,
        "arrived_at": number,
        "status": 2,
        **facts,
    }
    return DossierEvent(dossier=f"H17.31-261120-{number:05d}", received=NOW - 3 * DAY, due=given.pop("due", NOW + DAY), **given)


def lives(count: int, seed: int) -> list[DossierEvent]:
    """Shuffled and partly repeated events of many dossiers: moved, paused, late, reopened."""
    rng, events = random.Random(seed), list[DossierEvent]()
    for number in range(count):
        for step in range(rng.randrange(1, 5)):
            kind = "synced" if step == 0 else rng.choice(["synced", "progressed", "progressed"])
            at = NOW - 20 * DAY + rng.randrange(19 * DAY)
            status = rng.choice([2, 4, 4, 5, 6, 9, 9, 10])
            due = NOW - 20 * DAY + rng.randrange(25 * DAY)
            told = event(number, kind=kind, occurred_at=at, status=status, unit=rng.choice(UNITS), due=due)
            told.id, told.arrived_at = f"{rng.getrandbits(64):016x}", NOW * 1_000_000 - rng.randrange(20 * DAY * 1_000_000)
            events.append(told)
    events += rng.choices(events, k=len(events) // 4)
    rng.shuffle(events)
    return events


def folded(events: Iterable[DossierEvent]) -> list[bytes]:
    records: dict[str, bytes] = {}
    for told in events:
        records[told.dossier] = fold(records.get(told.dossier), told) or records[told.dossier]
    return list(records.values())


async def assert_exact(world: ScoringWorld, events: list[DossierEvent]) -> None:
    """`unit-days` holds exactly what the pure fold of the same events says."""
    policy = await world.policy()
    want = {u: {d: c for d, c in days.items() if any(c)} for u, days in cells_under(folded(events), policy).items()}
    have = (await world.cells()).get(policy.version, {})
    assert {u: d for u, d in have.items() if d} == {u: d for u, d in want.items() if d}


async def test_events_become_scores_that_say_what_they_stand_for(world: ScoringWorld) -> None:
    world.start()
    await world.tell([event(1), event(2, status=9, ended=NOW - DAY), event(3, status=9, ended=NOW - DAY, due=NOW - 2 * DAY)])
    await eventually(world.level_with_sources)
    said = (await world.scores())[HAI_CHAU]
    assert (said.pending, said.overdue, said.policy) == (1, 0, 1)
    assert (said.windows["7d"].counts["early"], said.windows["7d"].counts["late"]) == (1, 1)
    assert said.windows["7d"].rates["official"].numerator == 2
    assert said.windows["7d"].rates["official"].denominator == 3
    assert sum(said.covers.values()) == 3


async def test_kills_at_any_moment_lose_nothing_and_count_nothing_twice(world: ScoringWorld) -> None:
    rng, events = random.Random(4), lives(1500, seed=4)
    world.start()
    world.start()
    third = len(events) // 6
    for part in range(6):
        await world.tell(events[part * third : (part + 1) * third if part < 5 else None])
        victim = rng.choice([w for w in world.workers if w.poll() is None])
        victim.kill()
        world.start()
    await eventually(world.level_with_sources, within=90)
    await assert_exact(world, events)


async def test_a_policy_is_switched_as_a_whole_and_the_old_one_cleared_away(world: ScoringWorld) -> None:
    events = lives(300, seed=5)
    world.start(DUNGHEN_RETIRE_AFTER="0.5")
    await world.tell(events)
    await eventually(world.level_with_sources)
    version = await world.apply(calendar={"overrides": {"2026-11-10": [], "2026-11-11": [], "2026-11-12": []}})

    async def switched() -> bool:
        said = await world.scores()
        return bool(said) and {s.policy for s in said.values()} == {version}

    await eventually(switched)
    await assert_exact(world, events)

    async def cleared() -> bool:
        return await world.policies_in_unit_days() == {version}

    await eventually(cleared)
    await assert_exact(world, events)


async def test_a_policy_that_changed_while_nobody_worked_is_taken_up_at_the_start(world: ScoringWorld) -> None:
    events = lives(200, seed=6)
    first = world.start()
    await world.tell(events)
    await eventually(world.level_with_sources)
    first.kill()
    procedures = [{**BODIES["procedures"]["procedures"][0], "limit": 2}]
    version = await world.apply(procedures={"procedures": procedures}, rules={"supplement_rule": "restart"})
    world.start(DUNGHEN_RETIRE_AFTER="0.5")

    async def cleared() -> bool:
        return await world.policies_in_unit_days() == {version}

    await eventually(cleared)
    await assert_exact(world, events)


async def test_midnight_makes_a_dossier_overdue_without_any_event(world: ScoringWorld) -> None:
    world.start()
    await world.tell([event(1, due=NOW + 3600)])
    await eventually(world.level_with_sources)
    assert (await world.scores())[HAI_CHAU].overdue == 0
    world.set_clock(NOW + DAY)

    async def overdue() -> bool:
        said = (await world.scores())[HAI_CHAU]
        return (said.overdue, said.pending) == (1, 0) and {lv.day for lv in await world.levels()} == {said.day}

    await eventually(overdue)


async def test_a_worker_goes_on_where_its_state_says_and_not_where_the_group_committed(world: ScoringWorld) -> None:
    """A round that changes nothing is let go at once, and what the state holds is said a moment later: a kill in between left a gap."""
    first = world.start()
    events = lives(100, seed=7)
    await world.tell(events[:200])
    await eventually(world.level_with_sources)
    first.kill()
    first.wait()
    await world.tell(events[200:])
    await world.commit_to_the_end("scoring", topics.DOSSIER_EVENTS)
    second = world.start()
    await eventually(world.level_with_sources)
    await assert_exact(world, events)
    assert second.poll() is None
