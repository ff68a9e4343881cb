"""When a partition of the fold moves its horizon, and what a change of policy makes of what is frozen; without Kafka."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from test_fold import DAY, MONDAY, sent
from test_prune import TODAY, told

from dunghen.contracts import topics
from dunghen.contracts.cells import CellKey, decode_cell, parse_key
from dunghen.contracts.horizons import Horizon, horizon_of
from dunghen.contracts.messages import DossierEvent, encode
from dunghen.contracts.policies import Applied, PolicyBook, policy_key, policy_records
from dunghen.domain.marks import EARLY, LATE, RECEIVED
from dunghen.platform.clock import FixedClock
from dunghen.platform.fenced import Batches
from services.scoring.fold_stage import FoldStage
from services.scoring.settings import ScoringSettings

OLD = MONDAY - 900 * DAY


def limited(book: PolicyBook, version: int, days: int) -> None:
    """Applies a policy under which the procedure P takes so many working days."""
    procedure = {"code": "P", "name": "Đăng ký", "field": "Cư trú", "limit": days, "unit": "working_days"}
    bodies: dict[str, Any] = {"city": {"code": "H17", "name": "Đà Nẵng"}, "procedures": {"procedures": [procedure]}}
    for record in policy_records(version, bodies, Applied(1)):
        book.take(policy_key(record.kind, version), encode(record))


@pytest.fixture
def book() -> PolicyBook:
    known = PolicyBook()
    limited(known, 1, 5)
    return known


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
async def stage(book: PolicyBook, clock: FixedClock) -> AsyncIterator[FoldStage]:
    made = FoldStage(ScoringSettings(partitions=4, retire_after=1e9, prune_at_once=2), book, 2, clock)
    made.next, made.state.partitions = 0, 0  # whatever dossier it is told of is its own
    made.tick()
    yield made
    await made.writer.stop()


def work(stage: FoldStage, *events: DossierEvent) -> None:
    stage.work(sent(*events))
    stage.next = (stage.next or 0) + len(events)


def ended(number: int, took_days: int = 3, at: int = OLD) -> DossierEvent:
    """A dossier that took so many days."""
    return told(number, at, status=9, ended=at + took_days * DAY, procedure="P", received=at)


def horizons(batches: Batches) -> list[Horizon]:
    return [found for key, value in batches.get((topics.DOSSIERS, 2), ()) if (found := horizon_of(key, value)) is not None]


def tombstones(batches: Batches) -> int:
    return sum(value is None and not key.startswith(b"~") for key, value in batches.get((topics.DOSSIERS, 2), ()))


async def test_a_horizon_is_thought_of_once_a_local_day_and_cleared_a_few_at_a_time(stage: FoldStage, clock: FixedClock) -> None:
    work(stage, *(ended(n) for n in range(3)), told(9, MONDAY))
    first = stage.tick()
    assert horizons(first) == [Horizon(TODAY - 401, 4, 1)]  # Monday began at 17:00 UTC on Sunday
    assert [tombstones(first), tombstones(stage.tick()), tombstones(stage.tick())] == [2, 1, 0]
    work(stage, ended(4, at=MONDAY - 401 * DAY), told(5, MONDAY + DAY))
    assert horizons(stage.tick()) == []
    clock.at += DAY
    assert horizons(stage.tick()) == [Horizon(TODAY - 400, 6, 1)]
    clock.at -= 9 * DAY
    assert horizons(stage.tick()) == []  # never back


async def test_the_clearing_says_how_far_the_source_is_in_the_same_transaction(stage: FoldStage) -> None:
    work(stage, ended(1), told(9, MONDAY))
    written = dict(stage.tick()[topics.DOSSIERS, 2])
    assert (written[b"~next"], written[b"H17.31-261123-0001"]) == (b"2", None)


async def test_with_0_days_nothing_is_ever_frozen(book: PolicyBook, clock: FixedClock) -> None:
    never = FoldStage(ScoringSettings(partitions=4, prune_after_days=0), book, 2, clock)
    never.next, never.state.partitions = 0, 0
    never.tick()
    work(never, ended(1), told(9, MONDAY))
    assert (horizons(never.tick()), len(never.state.records)) == ([], 2)
    await never.writer.stop()


def counted(batches: Batches, policy: int) -> list[int]:
    """[received, early, late] of all cells that are written under a policy."""
    cells = [
        decode_cell(value)
        for (topic, _), records in batches.items()
        for key, value in records
        if topic == topics.UNIT_DAYS and value is not None and isinstance(found := parse_key(key), CellKey) and found.policy == policy
    ]
    return [sum(cell[counter] for cell in cells) for counter in (RECEIVED, EARLY, LATE)]


async def test_a_new_policy_recounts_what_is_there_and_leaves_what_is_frozen_as_it_was_counted(stage: FoldStage, book: PolicyBook) -> None:
    work(stage, ended(1, 6), ended(2, 3, MONDAY), told(3, MONDAY))
    stage.tick()
    assert len(stage.state.past.frozen) == 1
    limited(book, 2, 1)
    assert counted(stage.tick(), 2) == [3, 1, 1]  # the frozen one is early under the 5 days of its time, the other late under 1


async def test_what_is_frozen_but_still_there_is_settled_under_the_old_policy_before_the_new_one_counts(
    stage: FoldStage, book: PolicyBook
) -> None:
    work(stage, *(ended(n, 6) for n in range(5)), told(9, MONDAY))
    assert tombstones(stage.tick()) == 2
    limited(book, 2, 1)
    switch = stage.tick()
    assert (tombstones(switch), counted(switch, 2)) == (3, [6, 5, 0])
    assert stage.state.past.doomed == set()
