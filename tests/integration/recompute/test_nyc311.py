"""The batch path on real service requests gives what was counted straight from the file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dunghen.cli.recompute import Question, recompute
from dunghen.cli.recompute.events import events_of
from dunghen.contracts.messages import DossierEvent
from tests.real_data.new_york import COUNTED, FILE, WHOLE

NEW_YORK = ZoneInfo("America/New_York")
TODAY = 18200  # 2019-10-31


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


def test_the_requests_of_new_york_are_counted_by_days_there() -> None:
    question = Question(TODAY, (("ever", 0, TODAY),), TODAY - 1)
    with recompute(events_of(events(FILE)).arrow(), {"city": {"time_zone": "America/New_York"}}, question) as found:
        windows = {unit: score.windows["ever"] for unit, score in found.units.items()}
        counted = {
            u: (c["received"], w.finished, c["early"], c["on_day"] - c["undated"], c["late"], c["undated"])
            for u, w in windows.items()
            for c in [w.counts]
        }
        assert counted == COUNTED
        resolved = Counter[str]()
        for window in windows.values():
            resolved.update(good=window.rates["resolved"].numerator, all=window.rates["resolved"].denominator)
        assert resolved == {"good": sum(WHOLE[2:4]) + WHOLE[5], "all": WHOLE[1]}
