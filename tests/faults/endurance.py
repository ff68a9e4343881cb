"""`python -m tests.faults.endurance [--minutes 90] [--rate 500] [--log FILE]`: a whole city under 50 times its busiest hour, for long.

A documented run, no test (issue 8, F8). The busiest hour of Đà Nẵng brings 10 events a second (docs/operations.md, "How large a machine").
The city's clock runs 360 times as fast: a local day in four minutes, so that 90 minutes have 22 turns of the day, one of the month, due
dates that pass, and notices; dossiers that are over leave the memory after a day (`DUNGHEN_PRUNE_AFTER_DAYS=1`). So what is held is the
same after some minutes, and what still grows then grows for ever. Two threads post over HTTP, one reads `/stream`, one asks pages.

One JSON line each quarter of a minute: of each process resident memory, open files, threads and CPU; how far the map is behind; dossiers
in memory. In the end: is everything there that was answered 2xx, does `reconcile` say 0, did the stream ever say something impossible. Of
the last hour (two thirds of a shorter run) each figure's growth stands beside what its scatter alone would make of it (`judged`). Exit
code 1 where one grows. `--judge FILE` says the same of lines that are there.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from dunghen.cli.bench.measure import usage
from dunghen.cli.data_folder import DataFolder
from dunghen.contracts.city_files import read_city
from dunghen.platform.settings import PlatformSettings, load
from tests.e2e.mail_server import MailServer
from tests.e2e.running_city import RunningCity, dossier, stamp
from tests.e2e.watcher import Watcher
from tests.eventually import eventually
from tests.faults.checks import nothing_lost
from tests.faults.load import Load
from tests.faults.stories import STEP, WHOLE, Item, instant

SPEED, THREADS, OPEN_AT_ONCE, IN_ONE = 360, 2, 5_000, 100
SHORT, LONG = (1, 8), (24, 72)  # hours until they fall due; they live some eight
EVERY_SECONDS, ASK_SECONDS, GUARD = 15, 5, 900
BEGINS = "2026-11-16T06:00"  # a Monday
HOUR = 3600
ENV = {"DUNGHEN_PRUNE_AFTER_DAYS": "1"}
PAGES = (
    "/map?window=month",
    "/map?window=2026-Q4",
    "/map?window=7d&rate=statutory",
    "/units/20242",
    "/feeds",
    "/map?indicator=QD766&window=month",
)
SIZES = ("rss", "files", "threads")
METRICS = (
    "dunghen_api_source_lag_events",
    "dunghen_api_source_lag_seconds",
    "dunghen_scoring_dossiers",
    "dunghen_scoring_waiting_events",
    "dunghen_scoring_frozen_dossiers",
    "dunghen_scoring_dead_letters_total",
    "dunghen_alerts_watched_dossiers",
    "dunghen_alerts_waiting",
)
Line = dict[str, Any]


def lives(rng: random.Random, city: RunningCity, units: Sequence[str], series: int) -> Iterator[Item]:
    """For ever: a fixed number of dossiers side by side, each received now, moved on four times, and ended; the next one takes its place.
    Some fall due while they are open."""
    clock, numbers = DataFolder(city.data).clock(), iter(range(1, 10**9))

    def life() -> Iterator[Item]:
        now = instant(clock.seconds())
        code = f"H17.31.{series:02d}-{now:%y%m%d}-{next(numbers):07d}"
        said = {
            "NgayNopHoSo": stamp(now),
            "NgayTiepNhan": stamp(now),
            "NgayHenTra": stamp(now + timedelta(hours=rng.uniform(*(SHORT if rng.random() < 0.03 else LONG)))),
        }
        said["DonViXuLy"] = rng.choice(units)
        yield Item(WHOLE, code, dossier(code, **said, TrangThaiHoSo="2"))
        for status in ("4", "4", "4", "4"):
            yield Item(STEP, code, {"MaHoSo": code, "ThoiDiemXuLy": stamp(instant(clock.seconds())), "TrangThai": status})
        yield Item(WHOLE, code, dossier(code, **said, TrangThaiHoSo="9", NgayKetThucXuLy=stamp(instant(clock.seconds()))))

    pool = [life() for _ in range(OPEN_AT_ONCE // THREADS)]
    while True:
        place = rng.randrange(len(pool))
        if (item := next(pool[place], None)) is None:
            pool[place] = life()
        else:
            yield item


def process_line(pid: int) -> dict[str, float]:
    """Resident memory (MB), open files, threads, and CPU seconds since its start, of a process."""
    used, own = usage(pid), Path(f"/proc/{pid}")
    return {
        "rss": used.rss_mb,
        "files": len([*(own / "fd").iterdir()]),
        "threads": len([*(own / "task").iterdir()]),
        "cpu_seconds": used.cpu_seconds,
    }


def metric_lines(ports: Mapping[str, int]) -> dict[str, float]:
    """The sums over labels of what says how far and how much, by name."""
    found: Counter[str] = Counter()
    for port in ports.values():
        with contextlib.suppress(httpx.HTTPError):
            for line in httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text.splitlines():
                name = line.partition(" ")[0].partition("{")[0]
                if name in METRICS:
                    found[name] += float(line.rpartition(" ")[2])  # type: ignore[assignment]
    return dict(found)


def ask(city: RunningCity, over: threading.Event, answers: Counter[str]) -> None:
    with httpx.Client(base_url=f"{city.page}/api/v1", timeout=60) as http:
        while not over.wait(ASK_SECONDS):
            for page in PAGES:
                try:
                    answers[str(http.get(page).status_code)] += 1
                except httpx.HTTPError as fault:
                    answers[type(fault).__name__] += 1


class Series(NamedTuple):
    """One figure over the last hour: `grown` from the first third's median to the last's; `noise`: how far the medians of thirds of
    such scatter lie from another by chance."""

    name: str
    middle: float
    grown: float
    noise: float

    @property
    def grows(self) -> bool:
        """Beyond its scatter, and by more than one in fifty."""
        return self.grown > self.noise and self.grown > self.middle / 50


def judged(name: str, values: Sequence[float]) -> Series:
    third = len(values) // 3
    first, last = statistics.median(values[:third]), statistics.median(values[-third:])
    middle = statistics.median(values)
    scatter = 1.4826 * statistics.median(abs(value - middle) for value in values)
    return Series(name, middle, last - first, 3 * scatter / third**0.5 if third else 0.0)


def judge(lines: Sequence[Line]) -> list[Series]:
    """Every series of the last hour, or of the last two thirds of a shorter run."""
    since = max(lines[-1]["at"] - HOUR, lines[-1]["at"] / 3)
    late = [line for line in lines if line["at"] >= since]
    found = [judged(f"{name} {size}", [line["processes"][name][size] for line in late])
             for name in late[0]["processes"] for size in SIZES]  # fmt: skip
    names = sorted({name for line in late for name in line["metrics"]})
    return found + [judged(name, [line["metrics"].get(name, 0.0) for line in late]) for name in names if not name.endswith("_total")]


def said(found: Sequence[Series], lines: Sequence[Line]) -> int:
    for series in found:
        growth = f"grown {series.grown:+12,.1f}  noise {series.noise:10,.1f}"
        print(f"{series.name:45} median {series.middle:12,.1f}  {growth}  {'GROWS' if series.grows else ''}".rstrip())
    rates = [(b["accepted"] - a["accepted"]) / (b["at"] - a["at"]) for a, b in itertools.pairwise(lines)]
    print(f"{lines[-1]['accepted']:,} events taken in {lines[-1]['at'] / 60:.0f} minutes, {statistics.median(rates):.0f} a second (median)")
    return sum(series.grows for series in found if not series.name.startswith("dunghen_scoring_frozen"))


def run(minutes: float, rate: float, log: Path, folder: Path) -> int:
    mail = MailServer().start()
    city = RunningCity(folder, ("--city", "danang", "--speed", str(SPEED), "--clock", BEGINS), env={**mail.as_environment(), **ENV})
    over, answers, lines = threading.Event(), Counter[str](), list[Line]()
    loads: list[Load] = []
    try:
        city.start()
        people = folder / "people.csv"
        people.write_text("ref,unit,role,address\nno-1,20242,unit_head,truong@danang.example\nno-2,H17,leader,lanh-dao@danang.example\n")
        city.command("people", "import", str(people))
        names = [f"{unit.get('type', '')} {unit['name']}".strip() for unit in read_city("danang")["units"]["units"]]
        for n in range(THREADS):
            one = Load(city.ingest, lives(random.Random(n), city, names, n + 1), rate=rate / THREADS, in_one=IN_ONE)
            loads.append(one.start())
        watcher = Watcher(city.page).start()
        asking = threading.Thread(target=ask, args=(city, over, answers), daemon=True)
        asking.start()
        began = time.monotonic()
        with log.open("w") as out:
            while time.monotonic() - began < minutes * 60:
                time.sleep(EVERY_SECONDS)
                running = DataFolder(city.data).running()
                line: Line = {
                    "at": round(time.monotonic() - began, 1),
                    "clock": DataFolder(city.data).clock().now().isoformat(),
                    "accepted": sum(one.accepted.total() for one in loads),
                    "repeated": sum(one.repeated for one in loads),
                    "refused": [text for one in loads for text in one.refused][:3],
                    "answers": dict(answers),
                    "mails": len(mail.raw),
                    "faults": watcher.faults[:3],
                    "processes": {name: process_line(pid) for name, pid in sorted(running["pids"].items())},
                    "metrics": metric_lines(running["metrics"]),
                    "cpu_seconds": time.process_time(),  # of this program, which tells and asks
                    "load": float(Path("/proc/loadavg").read_text().split()[0]),
                }
                lines.append(line)
                print(json.dumps(line), file=out, flush=True)
        over.set()
        for one in loads:
            one.stop()
        ended = ends(city, watcher, loads)
        print("\n".join(ended) or "every event that was taken is there; reconcile: 0 differences; nothing impossible was ever shown")
        print(f"pages: {dict(answers)}; mails {len(mail.raw)}; repeated {lines[-1]['repeated']}")
        return int(said(judge(lines), lines) > 0 or bool(ended))
    finally:
        over.set()
        for one in loads:
            one.give_up()
        city.stop()
        mail.stop()


def ends(city: RunningCity, watcher: Watcher, loads: Sequence[Load]) -> list[str]:
    """What is wrong of a city that has come to rest."""
    eventually(lambda: metric_lines(DataFolder(city.data).running()["metrics"]).get("dunghen_api_source_lag_events") == 0, within=GUARD)
    watcher.stop()
    settings = load(PlatformSettings, kafka=DataFolder(city.data).running()["kafka"], data=city.data)
    accepted: Counter[str] = sum((one.accepted for one in loads), Counter())
    found = [str(finding) for finding in asyncio.run(nothing_lost(settings, accepted))]
    found += watcher.faults + [text for one in loads for text in one.refused]
    told = city.command("reconcile", check=False)
    print(told.stdout[-300:])
    return found + ([] if "\n0 differences" in told.stdout else [told.stdout[-2000:] + told.stderr[-2000:]])


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("--minutes", type=float, default=90)
    words.add_argument("--rate", type=float, default=500, help="events a second")
    words.add_argument("--log", type=Path, default=Path("build/endurance.jsonl"))
    words.add_argument("--judge", type=Path)
    given = words.parse_args()
    if given.judge:
        lines = [json.loads(line) for line in given.judge.read_text().splitlines()]
        return int(said(judge(lines), lines) > 0)
    given.log.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dunghen-endurance-") as folder:
        return run(given.minutes, given.rate, given.log, Path(folder) / "city")


if __name__ == "__main__":
    sys.exit(main())
