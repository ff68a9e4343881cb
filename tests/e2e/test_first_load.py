"""A city's first load as an operator does it who has no folder of the city, only ingest's address and a key: half of the file, live sending
begins and overlaps with it, the whole file again. The map is that of the same events told once and in order. Real requests of New York.
"""

from __future__ import annotations

import asyncio
import csv
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import httpx
import pytest

from dunghen.cli.city_settings import running_settings
from dunghen.cli.data_folder import DataFolder
from dunghen.cli.replay.mapping import FileMapping, read_mapping
from dunghen.contracts.topics import DOSSIER_EVENTS
from dunghen.platform import kafka
from tests.e2e.running_city import COMMAND, RunningCity, plain
from tests.eventually import NotInTime, eventually
from tests.real_data.new_york import BY_HAND, FILE, counted

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
MAPPING = Path(__file__).parents[2] / "deploy" / "mappings" / "nyc311.toml"
CLOCK = "2019-10-01T12:00"
NEW_YORK = ZoneInfo("America/New_York")
NOT_YET_NEW_YORK = """
code = "NYC"
name = "New York"
time_zone = "America/New_York"
[[units]]
code = "DCA"
name = "Department of Consumer Affairs"
kind = "department"
wire_codes = ["DCA"]
"""
WINDOWS = ("today", "30d", "2014", "2017", "2018", "2019", "2018-09", "2018-Q4")
RATES = ("official", "resolved", "due_cohort", "statutory")
STAYS_SECONDS = 10.0
GUARD = 300  # seconds: a wait that is longer hangs
Row = dict[str, str]


class Said(NamedTuple):
    """What the one-stop system has said of a dossier at a moment: the row of its table as it stood then."""

    at: datetime
    row: Row
    event: dict[str, Any]


def everything_said() -> list[Said]:
    """Of each dossier that it was received and, if so, that it has ended, a second later at least; in the order of time."""
    mapping, found = read_mapping(MAPPING), list[Said]()
    with FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            received = moment(row["Created Date"])
            found.append(said(mapping, received, {**row, "Closed Date": "", "Status": "Open"}))
            if row["Closed Date"]:
                found.append(said(mapping, max(moment(row["Closed Date"]), received + timedelta(seconds=1)), row))
    return sorted(found, key=lambda one: one.at)


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=NEW_YORK)


def said(mapping: FileMapping, at: datetime, row: Row) -> Said:
    event = mapping.event(row, 1)
    return Said(at, row, {**event, "time": at.isoformat()})


ALL = everything_said()
EXPORTED, LIVE = ALL[len(ALL) // 2].at, ALL[len(ALL) * 3 // 10].at  # the file is of this moment; live sending tells all from that one on
PAST, NEWS = [one for one in ALL if one.at <= EXPORTED], [one for one in ALL if one.at >= LIVE]


@dataclass
class Elsewhere:
    """A city that lets in who has a key, and commands in a folder that knows nothing of it."""

    city: RunningCity
    unknown: Path
    key: Path = field(init=False)

    def __post_init__(self) -> None:
        self.key = self.unknown / "NYC.key"
        self.city.command("keys", "create", "--source", "NYC", "--out", str(self.key))
        eventually(lambda: self.posted("/events?dry_run=true", "application/json", []).status_code == 200, within=GUARD, what="the key")

    def command(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        given = {name: value for name, value in os.environ.items() if name != "DUNGHEN_KAFKA"}
        call = (*COMMAND, *words, "--data", str(self.unknown / "load"))
        return subprocess.run(call, env={**given, "COLUMNS": "200", **env}, capture_output=True, text=True, timeout=GUARD, check=False)

    def load(self, file: Path, *words: str, **env: str) -> str:
        """What `dunghen replay` said."""
        done = self.command("replay", str(file), "--ingest", self.city.ingest, "--key-file", str(self.key), *words, **env)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def kafka(self) -> dict[str, str]:
        return {"DUNGHEN_KAFKA": str(DataFolder(self.city.data).running()["kafka"])}

    def posted(self, path: str, content_type: str, body: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.key.read_text().strip()}", "content-type": content_type}
        return httpx.post(self.city.ingest + path, content=json.dumps(body).encode(), headers=headers, timeout=60)

    def post(self, path: str, content_type: str, body: Any) -> None:
        answer = self.posted(path, content_type, body)
        assert (answer.status_code, answer.json()["error_code"]) == (200, "0"), answer.text

    def tell_with_times(self, news: Sequence[Said]) -> None:
        """As CloudEvents that say when it was so."""
        for batch in batches(news):
            self.post("/events", "application/cloudevents-batch+json", [one.event for one in batch])

    def tell_as_it_comes(self, news: Sequence[Said]) -> None:
        """To the sync service, without a time: it is so now."""
        for batch in batches(news):
            body = {"madonvi": "NYC", "service": "DongBoHoSoMC", "isUpdating": "True", "data": [one.event["data"] for one in batch]}
            self.post("/sync/DongBoHoSoMC", "application/json", body)

    def stored(self) -> int:
        """Events in the topic, repetitions too."""
        return sum(asyncio.run(kafka.end_offsets(running_settings(DataFolder(self.city.data)), DOSSIER_EVENTS)).values())

    def level(self) -> None:
        """Returns when all that was told is counted, each dossier once: as the batch path counts it, and as it was counted by hand."""

        def compared() -> bool:
            return "\n0 differences" in self.command("reconcile", "--page", self.city.page, **self.kafka).stdout

        eventually(compared, within=GUARD, every=0.5, what="a comparison without differences")
        eventually(lambda: counted(self.city.map) == BY_HAND, within=GUARD, every=0.5, what="the figures of every year")

    def shown(self) -> dict[str, Any]:
        """Every window and rate."""
        return {f"{w} {r}": plain(self.city.map(window=w, rate=r)) for w in WINDOWS for r in RATES}

    def until_shown(self, wanted: dict[str, Any]) -> None:
        """Fails with what differs."""
        with suppress(NotInTime):
            eventually(lambda: self.shown() == wanted, within=GUARD, every=1)
            return
        assert self.shown() == wanted

    def settled(self) -> dict[str, Any]:
        """The same once it stays so: days of named periods are written one after the other."""
        seen = self.shown()
        while (after := self._later()) != seen:
            seen = after
        return seen

    def _later(self) -> dict[str, Any]:
        time.sleep(STAYS_SECONDS)
        return self.shown()


def batches(news: Sequence[Said]) -> Iterator[Sequence[Said]]:
    return (news[i : i + 100] for i in range(0, len(news), 100))


@contextmanager
def opened(folder: Path, city: str) -> Iterator[Elsewhere]:
    running = RunningCity(
        folder / "city", ("--city", city, "--no-insecure-ingest", "--clock", CLOCK), env={"DUNGHEN_HISTORY_SECONDS": "0.5"}
    ).start()
    try:
        (folder / "unknown").mkdir()
        yield Elsewhere(running, folder / "unknown")
    finally:
        running.stop()


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The map of a city that was told all of it once, in order."""
    with opened(tmp_path_factory.mktemp("in-order"), "nyc311") as city:
        city.tell_with_times(ALL)
        city.level()
        assert city.stored() == len(ALL)
        return city.settled()


def event_log(folder: Path, share: float) -> tuple[Path, int]:
    """A file of CloudEvents with their time, up to the export; the first part of it."""
    told = PAST[: int(len(PAST) * share)]
    file = folder / "log.jsonl"
    file.write_text("".join(json.dumps(one.event) + "\n" for one in told), encoding="utf-8")
    return file, len(told)


def last_words(folder: Path, share: float) -> tuple[Path, int]:
    """The table as it stood at the export, one row a dossier; the first part of it."""
    table = list({one.row["Unique Key"]: one.row for one in PAST}.values())
    told, file = table[: int(len(table) * share)], folder / "table.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, table[0])
        writer.writeheader()
        writer.writerows(told)
    return file, len(told)


def told_with_overlap(city: Elsewhere, load: Callable[[float], tuple[str, int]], tell: Callable[[Sequence[Said]], None]) -> int:
    """Half of the file; live sending begins; the whole file, while live sending goes on. How many events that makes."""
    half, halves = load(0.5)
    assert f"accepted {halves}, refused 0" in half
    begun = len(NEWS) * 2 // 3
    tell(NEWS[:begun])
    with ThreadPoolExecutor() as beside:
        going_on = beside.submit(tell, NEWS[begun:])
        whole, rows = load(1.0)
        going_on.result()
    assert f"accepted {rows}, refused 0" in whole
    return halves + len(NEWS) + rows


def test_an_event_log_that_overlaps_with_live_sending_makes_the_map_of_all_told_once(in_order: dict[str, Any], tmp_path: Path) -> None:
    with opened(tmp_path, "nyc311") as city:

        def load(share: float) -> tuple[str, int]:
            file, rows = event_log(city.unknown, share)
            return city.load(file), rows  # no mapping: nothing of it needs Kafka

        stored = told_with_overlap(city, load, city.tell_with_times)
        city.level()
        city.until_shown(in_order)
        assert city.stored() == stored > len(ALL)


def test_last_words_that_overlap_with_live_sending_take_nothing_back(in_order: dict[str, Any], tmp_path: Path) -> None:
    """The mapping brings its city, too, and the table is of the moment at which it was exported."""
    first = tmp_path / "first.toml"
    first.write_text(NOT_YET_NEW_YORK, encoding="utf-8")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        f"exported_at = {EXPORTED.replace(tzinfo=None).isoformat()}\n" + MAPPING.read_text(encoding="utf-8"), encoding="utf-8"
    )
    with opened(tmp_path, str(first)) as city:

        def load(share: float) -> tuple[str, int]:
            file, rows = last_words(city.unknown, share)
            return city.load(file, "--mapping", str(mapping), "--page", city.city.page, **city.kafka), rows

        stored = told_with_overlap(city, load, city.tell_as_it_comes)
        city.level()
        city.until_shown(in_order)
        assert city.stored() == stored
