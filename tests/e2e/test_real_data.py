"""Real dossiers of New York, replayed into an empty system, against a direct count of the file (acceptance A4)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.running_city import RunningCity
from tests.eventually import eventually
from tests.real_data.new_york import BY_HAND, FILE, counted

MAPPING = Path(__file__).parents[2] / "deploy" / "mappings" / "nyc311.toml"


@pytest.fixture(params=["2019-10-01T12:00", None], ids=["in October 2019", "today"])
def new_york(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningCity]:
    clock = ("--clock", request.param) if request.param else ()
    running = RunningCity(tmp_path / "city", ("--city", "none", *clock)).start()
    yield running
    running.stop()


def replay(city: RunningCity) -> str:
    return city.command("replay", str(FILE), "--mapping", str(MAPPING)).stdout


def test_the_map_says_of_new_york_what_was_counted_by_hand(new_york: RunningCity) -> None:
    assert "accepted 1000, refused 0" in replay(new_york)
    eventually(lambda: counted(new_york.map) == BY_HAND, every=0.5)
    assert "accepted 1000, refused 0" in replay(new_york)
    assert counted(new_york.map) == BY_HAND
