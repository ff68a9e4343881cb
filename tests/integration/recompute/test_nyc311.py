"""The batch path on real service requests gives what was counted straight from the file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dunghen.cli.recompute import Question, recompute
from dunghen.cli.recompute.events import events_of
from dunghen.contracts.messages import DossierEvent

FILES = [folder / "data" / "nyc311.csv" for folder in (Path(__file__).parents[2], Path(__file__).parents[4] / "shared")]
FILE = next((file for file in FILES if file.exists()), None)
NEW_YORK = ZoneInfo("America/New_York")
TODAY = 18200  # 2019-10-31
# agency: dossiers, ended, early, on the day, late, ended without a due date
COUNTED = {
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


def instant(text: str) -> int:
    return int(datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=NEW_YORK).timestamp()) if text else 0


def events(file: Path) -> Iterator[DossierEvent]:
    with file.open(encoding="utf-8") as rows:
        for number, row in enumerate(csv.DictReader(rows)):
            received, ended = instant(row["Created Date"]), instant(row["Closed Date"])
            yield DossierEvent(
                id=f"{number:016x}", dossier=row["Unique Key"], unit=row["Agency"], kind="synced", occurred_at=max(received, ended),
                arrived_at=number, status=10 if ended else 4, received=received, due=instant(row["Due Date"]), ended=ended,
            )  # fmt: skip


@pytest.mark.skipif(FILE is None, reason="the file of real requests is not beside this checkout")
def test_the_requests_of_new_york_are_counted_by_days_there() -> None:
    assert FILE is not None
    question = Question(TODAY, (("ever", 0, TODAY),), TODAY - 1)
    with recompute(events_of(events(FILE)).arrow(), {"city": {"time_zone": "America/New_York"}}, question) as found:
        windows = {unit: score.windows["ever"] for unit, score in found.units.items()}
        counted = {
            u: (w.received, w.early + w.on_day + w.late, w.early, w.on_day - w.undated, w.late, w.undated) for u, w in windows.items()
        }
        assert counted == COUNTED
        resolved = Counter[str]()
        for window in windows.values():
            resolved.update(good=window.rates["resolved"].numerator, all=window.rates["resolved"].denominator)
        assert resolved == {"good": 203 + 239 + 507, "all": 986}
