"""Real dossiers of New York, replayed into an empty system, against a direct count of the file (`shared/data/README.md`; acceptance A4)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.running_city import RunningCity, eventually

ROOT = Path(__file__).parents[2]
FILE = ROOT.parent / "shared" / "data" / "nyc311.csv"
COUNTED = {  # agency: (dossiers, ended, early, on the day with a due date, late, ended without one)
    "NYPD": (347, 347, 110, 233, 3, 1),
    "HPD": (159, 157, 1, 0, 0, 156),
    "DSNY": (135, 131, 8, 0, 3, 120),
    "DOT": (119, 119, 31, 0, 2, 86),
    "DEP": (75, 75, 0, 0, 0, 75),
    "DOB": (55, 55, 0, 0, 0, 55),
    "DPR": (33, 29, 18, 1, 10, 0),
    "DOF": (25, 25, 15, 1, 7, 2),
    "DOHMH": (19, 17, 12, 1, 4, 0),
    "HRA": (11, 11, 0, 0, 0, 11),
    "TLC": (8, 7, 0, 0, 6, 1),
    "DCA": (7, 7, 4, 3, 0, 0),
    "DFTA": (3, 3, 3, 0, 0, 0),
    "EDC": (2, 2, 0, 0, 2, 0),
    "DOITT": (1, 1, 1, 0, 0, 0),
    "DCAS": (1, 0, 0, 0, 0, 0),
}
WHOLE = (1000, 986, 203, 239, 37, 507)
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
            got = (row["received"], row["finished"], row["early"], row["on_day"] - row["undated"], row["late"], row["undated"])
            sums[code] = [a + b for a, b in zip(sums.get(code, [0] * 6), got, strict=True)]
    return {code: tuple(counts) for code, counts in sums.items()}


def replay(city: RunningCity) -> str:
    return city.command("replay", str(FILE), "--mapping", str(ROOT / "deploy" / "mappings" / "nyc311.toml")).stdout


def test_the_map_says_of_new_york_what_was_counted_by_hand(new_york: RunningCity) -> None:
    assert "accepted 1000, refused 0" in replay(new_york)
    want = {**COUNTED, "": WHOLE}
    eventually(lambda: counted(new_york) == want, within=20, every=0.5)
    assert "accepted 1000, refused 0" in replay(new_york)
    assert counted(new_york) == want
