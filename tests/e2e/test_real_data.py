"""Real dossiers of New York, replayed into an empty system, against a direct count of the file (acceptance A4)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.running_city import RunningCity
from tests.eventually import eventually
from tests.real_data.new_york import COUNTED, FILE, WHOLE

MAPPING = Path(__file__).parents[2] / "deploy" / "mappings" / "nyc311.toml"
YEARS = ("2014", "2015", "2016", "2017", "2018", "2019")
Counts = tuple[int, ...]


@pytest.fixture(params=["2019-10-01T12:00", None], ids=["in October 2019", "today"])
def new_york(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningCity]:
    clock = ("--clock", request.param) if request.param else ()
    running = RunningCity(tmp_path / "city", ("--city", "none", *clock)).start()
    yield running
    running.stop()


def counted(city: RunningCity) -> dict[str, Counts]:
    """What the live map says, summed over the years; "" is the whole city."""
    sums: dict[str, list[int]] = {}
    for year in YEARS:
        said = city.map(window=year, rate="resolved")
        for code, row in [("", said["city"]), *((u["code"], u) for u in said["units"])]:
            counts = row["counts"]
            judged = (counts["early"], counts["on_day"] - counts["undated"], counts["late"], counts["undated"])
            got = (row["received"], row["finished"], *judged)
            sums[code] = [a + b for a, b in zip(sums.get(code, [0] * 6), got, strict=True)]
    return {code: tuple(counts) for code, counts in sums.items()}


def replay(city: RunningCity) -> str:
    return city.command("replay", str(FILE), "--mapping", str(MAPPING)).stdout


def test_the_map_says_of_new_york_what_was_counted_by_hand(new_york: RunningCity) -> None:
    assert "accepted 1000, refused 0" in replay(new_york)
    want = {**COUNTED, "": WHOLE}
    eventually(lambda: counted(new_york) == want, every=0.5)
    assert "accepted 1000, refused 0" in replay(new_york)
    assert counted(new_york) == want
