"""Đà Nẵng with all its units and made-up, always equal scores: a real projector and a real HTTP worker, each a process of its own.

The scores are written into Kafka as scoring would write them. The city's clock stands still at Monday 08:00, so a picture can be taken.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from dunghen.contracts.city_files import read_city
from dunghen.contracts.messages import RateCounts, UnitScore, WindowScore
from dunghen.contracts.topics import DOSSIER_EVENTS, DOSSIERS, GEOMETRIES, KEYS, NOTICE_ACTIONS, PEOPLE, PUSH_SUBSCRIPTIONS, all_topics
from dunghen.domain.windows import resolve
from dunghen.platform import kafka
from dunghen.platform.clock import FixedClock, SharedClock
from dunghen.platform.local.servers import LocalServer, await_ready, free_port, launch
from services.api.history_projector import FOLLOWED as STORED
from services.api.projector import FOLLOWED
from services.api.settings import ApiSettings
from tests.eventually import eventually
from tests.integration.api.api_world import MONDAY_8_00, TODAY, World
from tests.loops import LoopThread

START_SECONDS = 120
SERVERS = ("projector", "http")
HAI_CHAU, HAI_VAN, HOANG_SA = "20242", "20194", "20333"
SILENT, FEW, NEVER = "20200", "20197", HOANG_SA  # a unit whose feed is silent, one with two dossiers, one that never sent anything


# How many dossiers stand in a window, in fifteenths of a unit's size: a longer one has all of a shorter one that it holds.
FIFTEENTHS = {"today": 5, "7d": 14, "month": 25, "30d": 40, "quarter": 62, "90d": 100, "year": 320}


def _counts(size: int, on_time: int, changed: dict[str, int]) -> tuple[int, int]:
    """On time and late."""
    on_time = changed.get("on_time", on_time)
    return on_time, changed.get("late", size - on_time)


def _window(window: str, on_time: int, late: int, open_: tuple[int, int]) -> WindowScore:
    """Counts and rates that fit each other (domain.md §4); `open_`: pending and overdue, which only the official rate has."""
    pending, overdue = open_
    done, done_late = on_time - pending, late - overdue
    due = 0 if window == "today" else (on_time + late) * 9 // 10  # a due day counts once it is over
    met = on_time * due // (on_time + late) if due else 0
    rates = {
        "official": RateCounts(on_time, on_time + late),
        "resolved": RateCounts(done, done + done_late),
        "due_cohort": RateCounts(max(met - due // 50, 0), due),
        "statutory": RateCounts(max(met - due // 20, 0), due),
    }
    counts = {"received": on_time + late, "early": done - done // 4, "on_day": done // 4, "late": done_late}
    return WindowScore(*resolve(window, TODAY), counts, rates)


def scores_of(unit: str, **changed: int) -> UnitScore:
    """Always the same for the same unit. `changed`: on_time and late of every window and rate."""
    seed = zlib.crc32(unit.encode())
    n, per_mille = (2, 500) if unit == FEW else (0, 0) if unit == NEVER else (60 + seed % 400, 620 + seed // 512 % 381)
    sizes = {window: n if unit == FEW else n * fifteenths // 15 for window, fifteenths in FIFTEENTHS.items()}
    ended = {window: _counts(size, size * per_mille // 1000, changed) for window, size in sizes.items()}
    pending, overdue = min(n // 10, *(on for on, _ in ended.values())), min(n // 25, *(late for _, late in ended.values()))
    windows = {window: _window(window, on, late, (pending, overdue)) for window, (on, late) in ended.items()}
    open_ = {"pending": pending, "overdue": overdue, "paused": n // 50, "due_today": n // 20, "due_today_left": n // 30}
    return UnitScore(
        unit=unit, day=TODAY, policy=1, covers={0: 5}, **open_, received_today=n // 15, finished_today=n // 16, windows=windows
    )


@dataclass
class ScreenCity:
    """What a test does to the city while somebody looks."""

    settings: ApiSettings
    world: World
    loop: LoopThread
    servers: dict[str, LocalServer] = field(default_factory=dict)

    @property
    def page(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def start(self, name: str, **other: str) -> None:
        """`projector` or `http`, as in production, with some settings other than the city's; http: returns once it has a picture."""
        env = {k: v for k, v in self.settings.model_dump(mode="json").items() if v is not None} | other
        words = tuple(f"DUNGHEN_{k.upper()}={v}" for k, v in env.items())
        log = self.settings.data / f"{name}.log"
        server = launch(("env", *words, sys.executable, "-m", "services.api", name), self.settings.port, log)
        self.servers[name] = server
        if name == "http":
            await_ready(server, lambda: self._answers("/readyz"), START_SECONDS)

    def kill(self, name: str) -> None:
        """kill -9."""
        self.servers.pop(name).kill()

    def mend(self) -> None:
        """Starts what is not running."""
        for name in SERVERS:
            if name not in self.servers:
                self.start(name)

    def restore(self) -> None:
        """All scores as they were at the beginning."""
        codes = [unit["code"] for unit in self.map(kind="all")["units"] if unit["kind"] != "health"]
        self.loop.run(self.world.scores(*(scores_of(code) for code in codes)))
        first = {code: scores_of(code).windows["month"].rates["official"].denominator for code in codes}
        eventually(
            lambda: all(u["denominator"] == first[u["code"]] for u in self.map(kind="all", window="month")["units"] if u["code"] in first),
            what="the scores",
        )

    def _answers(self, path: str) -> bool:
        try:
            return httpx.get(self.page + path, timeout=60).status_code == 200
        except httpx.HTTPError:
            return False

    def speak_anew(self) -> None:
        """With another producer: the one there was does not come back after a broker that was away for minutes."""
        self.world.producer = self.loop.run(_started(self.settings))

    def map(self, **query: str) -> dict[str, Any]:
        """GET /map."""
        answer = httpx.get(f"{self.page}/api/v1/map", params={"kind": "locality", **query}, timeout=60)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def unit(self, code: str, **query: str) -> dict[str, Any]:
        """One unit's row of the map."""
        return next(u for u in self.map(**query)["units"] if u["code"] == code)

    def score(self, unit: str, on_time: int, late: int) -> None:
        """New figures of a unit, in every window and rate; returns when Kafka has them."""
        self.loop.run(self.world.scores(scores_of(unit, on_time=on_time, late=late)))

    def shown(self, unit: str, on_time: int, late: int) -> int:
        """Waits until the API tells these figures; gives the version that has them."""

        def version() -> int:
            found = self.map()
            row = next(u for u in found["units"] if u["code"] == unit)
            return int(found["version"]) if (row["numerator"], row["denominator"]) == (on_time, on_time + late) else 0

        return int(eventually(version, what="the figure"))


async def _fill(world: World, codes: list[str]) -> None:
    await world.policy(1, read_city("danang"))
    await world.scores(*(scores_of(code) for code in codes))
    await world.levels()
    now = MONDAY_8_00
    await world.feed("one-stop", now - 20, *(c for c in codes if c not in (SILENT, NEVER)))
    await world.feed("old-system", now - 3 * 86400 - 3600, SILENT)


@contextmanager
def screen_city(**given: Any) -> Iterator[ScreenCity]:
    """The city on a fresh namespace, filled, with both processes; `given` as in `ApiSettings`, without ports."""
    soon = {"tick_seconds": 1, "history_seconds": 0.2, "breakdown_settle_seconds": 1}
    settings = ApiSettings(**{"partitions": 2, "port": free_port(), **soon, **given})
    SharedClock(MONDAY_8_00 * 1_000_000, 0, 0.0).save(settings.data / "clock.json")
    settings = settings.model_copy(update={"clock_file": settings.data / "clock.json"})
    loop = LoopThread("city").start()
    wanted = (*FOLLOWED, *STORED, DOSSIER_EVENTS, DOSSIERS, GEOMETRIES, KEYS, NOTICE_ACTIONS, PEOPLE, PUSH_SUBSCRIPTIONS)
    loop.run(kafka.ensure_topics(settings, {t.name: (t.partitions, t.config) for t in all_topics(2).values() if t.name in wanted}))
    producer = loop.run(_started(settings))
    city = ScreenCity(settings, World(settings, FixedClock(MONDAY_8_00), producer, httpx.AsyncClient()), loop)
    codes = [unit["code"] for unit in read_city("danang")["units"]["units"] if unit["kind"] != "health"]
    try:
        loop.run(_fill(city.world, codes))
        city.mend()
        eventually(lambda: city._answers("/readyz") and len(city.map()["units"]) == 94, within=START_SECONDS, what="the map")
        yield city
    finally:
        for server in city.servers.values():
            server.stop()
        loop.run(producer.stop())
        loop.stop()


async def _started(settings: ApiSettings) -> Any:
    producer = kafka.producer(settings, linger_ms=0)
    await producer.start()
    return producer
