"""Two operators apply a change at the same moment."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from dunghen.cli.policy_topic import read_book
from dunghen.contracts import topics
from dunghen.contracts.messages import PolicyRecord, decode_policy
from dunghen.platform.fenced import Fenced
from dunghen.platform.kafka import read_all
from tests.integration.scoring.scoring_world import ScoringWorld


async def test_changes_applied_at_once_are_versions_of_their_own_or_refused(kafka_broker: Any, namespace: str, tmp_path: Path) -> None:
    world = await ScoringWorld.make(kafka_broker.address, namespace, tmp_path)
    wishes = [
        world.apply(calendar={"overrides": {f"2026-11-0{n}": []}}) if n % 2 else world.apply(bands={"green": 90 + n}) for n in range(1, 7)
    ]
    outcomes = await asyncio.gather(*wishes, return_exceptions=True)
    assert all(isinstance(outcome, int | Fenced) for outcome in outcomes), outcomes
    versions = [outcome for outcome in outcomes if isinstance(outcome, int)]
    assert len(versions) == len({*versions}) >= 1
    written: list[PolicyRecord] = []
    await read_all(world.settings, (topics.POLICIES, 0), lambda _, value, *__: written.append(decode_policy(value or b"")))
    assert sorted(r.version for r in written if r.version > 1) == sorted(versions)
    assert (await read_book(world.settings)).newest_version == max(versions)
