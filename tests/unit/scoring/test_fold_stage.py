"""What one partition of the fold writes when the policy changes, and what it clears away; without Kafka."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from prometheus_client import REGISTRY
from test_fold import Sent, event, sent

from dunghen.contracts import topics
from dunghen.contracts.cells import CellKey, Complete, Covers, parse_key
from dunghen.contracts.messages import encode
from dunghen.contracts.policies import Applied, PolicyBook, policy_key, policy_records
from dunghen.platform.backlog import Backlog
from dunghen.platform.fenced import Batches
from services.scoring import metrics
from services.scoring.brake import BrakePolicy
from services.scoring.fold import NEXT
from services.scoring.fold_stage import Behind, FoldStage
from services.scoring.settings import ScoringSettings

CITY: dict[str, Any] = {"city": {"code": "H17", "name": "Đà Nẵng"}}


def apply(book: PolicyBook, version: int) -> None:
    for record in policy_records(version, CITY, Applied(1)):
        book.take(policy_key(record.kind, version), encode(record))


@pytest.fixture
def book() -> PolicyBook:
    known = PolicyBook()
    apply(known, 1)
    return known


@pytest.fixture
async def stage(book: PolicyBook) -> AsyncIterator[FoldStage]:
    made = FoldStage(ScoringSettings(partitions=4, retire_after=0.0), book, 2)
    made.next = 0
    yield made
    await made.writer.stop()


def said(batches: Batches) -> dict[type, dict[int, bool]]:
    """By kind of key: the policy versions of which `unit-days` is told something, and whether that is a value (else a tombstone)."""
    found: dict[type, dict[int, bool]] = {}
    for (topic, _), records in batches.items():
        for key, value in records if topic == topics.UNIT_DAYS else ():
            parsed = parse_key(key)
            found.setdefault(type(parsed), {})[parsed.policy] = value is not None
    return found


async def test_a_new_policy_is_counted_whole_and_the_cells_of_the_old_one_go_later(stage: FoldStage, book: PolicyBook) -> None:
    said(stage.tick())
    stage.work(sent(event()))
    apply(book, 2)
    assert said(stage.tick())[CellKey] == {2: True}
    cleared = said(stage.tick())
    assert (cleared[CellKey], cleared[Covers], cleared[Complete]) == ({1: False}, {1: False}, {1: False})
    assert said(stage.tick()) == {}


async def test_a_partition_without_a_dossier_clears_its_bookkeeping_away_too(stage: FoldStage, book: PolicyBook) -> None:
    said(stage.tick())
    apply(book, 2)
    assert said(stage.tick())[Complete] == {2: True}
    assert said(stage.tick())[Complete] == {1: False}
    assert stage.state.retired == ()


async def test_two_changes_before_the_clearing_leave_only_the_newest(stage: FoldStage, book: PolicyBook) -> None:
    said(stage.tick())
    stage.work(sent(event()))
    for version in (2, 3):
        apply(book, version)
        assert said(stage.tick())[CellKey] == {version: True}
    assert said(stage.tick())[CellKey] == {1: False, 2: False}


async def test_a_version_is_never_cleared_away_while_it_is_the_one_that_counts(stage: FoldStage, book: PolicyBook) -> None:
    """A former owner that lagged behind went back from version 1 and noted it as replaced."""
    said(stage.tick())
    stage.work(sent(event()))
    stage.state.retired, stage._old_keys = (1,), stage._present_keys()
    assert said(stage.tick()) == {}


async def test_a_worker_whose_policies_lag_behind_its_predecessors_waits_for_them(stage: FoldStage, book: PolicyBook) -> None:
    stage.state.published = 2
    with pytest.raises(Behind):
        await stage.level_with_policies(seconds=0.0)
    apply(book, 2)
    await stage.level_with_policies(seconds=0.0)
    assert stage.book.latest.version == 2


async def test_days_already_over_whose_counters_change_are_restatements_and_today_is_none(
    stage: FoldStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed: list[float] = []
    monkeypatch.setattr(metrics.RESTATED, "inc", changed.append)
    stage.tick()
    today = stage.clock.seconds()
    stage.work(sent(event(received=today, occurred_at=today)))
    stage.work(sent(event("H17.31-261123-0003", received=today - 3 * 86_400, occurred_at=today)))
    assert changed == [0, 1]


async def test_a_flood_of_poison_stops_the_stage_and_what_came_before_it_is_written(stage: FoldStage) -> None:
    stage.state.brake.policy = BrakePolicy(run=2, ratio=0)
    first = event()
    out = stage.work([*sent(first), *(Sent(b"x", b"{", n) for n in (1, 2, 3, 4))])
    written = {place[0]: list(records) for place, records in out.items()}
    assert [key for key, _ in written[topics.DEAD_LETTERS]] == [b"dossier-events:2:1", b"dossier-events:2:2"]
    assert (dict(written[topics.DOSSIERS])[NEXT], stage.stopped_at) == (b"3", 3)
    assert [value for key, value in written[topics.UNIT_DAYS] if isinstance(parse_key(key), Covers)] == [b"3"]


async def test_what_is_told_of_a_partition_is_told_by_its_present_owner_only(stage: FoldStage) -> None:
    stage.taken_over(1.0)
    stage.looked(Backlog(5, 2, 3.0))
    place = {"stage": "fold", "partition": "2"}
    assert (REGISTRY.get_sample_value("dunghen_scoring_hidden_events", place), braked()) == (2, 0)
    await stage.leave()
    assert (REGISTRY.get_sample_value("dunghen_scoring_hidden_events", place), braked()) == (None, None)


def braked() -> float | None:
    return REGISTRY.get_sample_value("dunghen_scoring_braked", {"partition": "2"})
