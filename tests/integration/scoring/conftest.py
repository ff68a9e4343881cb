"""One scoring world a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.scoring.scoring_world import ScoringWorld


@pytest.fixture
async def world(kafka_broker: Any, namespace: str, tmp_path: Path) -> AsyncIterator[ScoringWorld]:
    made = await ScoringWorld.make(kafka_broker.address, namespace, tmp_path)
    yield made
    made.stop()
