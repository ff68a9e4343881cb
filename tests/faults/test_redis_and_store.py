"""Redis and the store away, emptied, slow, deaf, full, under load: no answer is an error, old is said, the live map does not wait for the
store, and afterwards map, history and read model are whole."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from dunghen.contracts import topics
from dunghen.platform.kafka import read_all
from dunghen.platform.local.servers import LocalServer
from dunghen.platform.store import Query, open_store
from tests.eventually import eventually
from tests.faults.attack import PATIENCE, Attack, Strike
from tests.faults.form import LONG, SEED
from tests.faults.proxied_server import ProxiedServer, mongo_in, redis_in
from tests.faults.world import FaultWorld

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
OUT_OF_TOUCH = 2.0
STALE_SECONDS = 30  # as the setting
AWAY_SECONDS = 20 if LONG else 6  # longer than the map may be silent about it
SLOW = (0.3, 2.0, 5.0) if LONG else (5.0,)
TRIED_SECONDS = 15 if LONG else 6


@dataclass
class Reader:
    """Asks for the map all the time. `faults`: answers that were none; `old`: how many said that they were old."""

    page: str
    faults: list[str] = field(default_factory=list)
    answers: int = 0
    old: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def reading(self) -> Iterator[None]:
        thread = threading.Thread(target=self._read, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join(60)

    def _read(self) -> None:
        kept = httpx.Limits(keepalive_expiry=1)  # well before the server ends a connection that is idle
        with httpx.Client(base_url=self.page, timeout=30, limits=kept) as http:
            while not self._over.wait(0.05):
                try:
                    answer = http.get("/api/v1/map", params={"window": "30d"})
                except httpx.HTTPError as fault:
                    self.faults.append(type(fault).__name__)
                    continue
                self.answers += 1
                if answer.status_code != 200:
                    self.faults.append(f"{answer.status_code} {answer.text[:200]}")
                elif answer.json()["stale"]:
                    self.old += 1


def asked(world: FaultWorld, **more: str) -> httpx.Response:
    return httpx.get(f"{world.page}/api/v1/map", params={"window": "30d", **more}, timeout=30).raise_for_status()


def figures_of(answer: httpx.Response) -> dict[str, tuple[int, int]]:
    body = answer.json()
    return {unit["code"]: (unit["numerator"], unit["denominator"]) for unit in (body["city"], *body["units"])}


def until_said_to_be_old(world: FaultWorld) -> None:
    eventually(lambda: asked(world).json()["stale"], within=PATIENCE, what="that the map is old")


def month_of(world: FaultWorld, form: str = "") -> httpx.Response:
    """This month as a named period: it comes out of the store."""
    return httpx.get(f"{world.page}/api/v1/map{form}", params={"window": asked(world).json()["as_of"][:7]}, timeout=30)


def until_the_month_is_said_to_be_old(world: FaultWorld) -> None:
    """And not the live map, which does not come from there."""
    eventually(lambda: month_of(world).json().get("stale"), within=PATIENCE, what="that the month is old")
    assert month_of(world).json()["age_seconds"] > STALE_SECONDS
    table = month_of(world, ".csv")
    assert (table.status_code, table.json()["code"]) == (503, "NOT_READY")


def pause(seconds: float) -> None:
    threading.Event().wait(seconds)  # the duration is what is tried


def history_is_whole(world: FaultWorld) -> None:
    """What the store says was known by now (an answer's `Date` is the city's clock) is what the live map shows, once it has caught up."""

    def whole() -> bool:
        live = asked(world)
        known = parsedate_to_datetime(live.headers["date"]).isoformat()
        with suppress(httpx.HTTPStatusError):
            return figures_of(asked(world, known_at=known)) == figures_of(live)
        return False

    eventually(whole, within=PATIENCE, every=0.5, what="the history level with the map")


def read_model_is_whole(world: FaultWorld, mongo: str = "") -> None:
    """It has the dossiers that the topic has, and no other."""

    async def both() -> tuple[set[str], set[str]]:
        kept = dict[bytes, bytes | None]()
        for partition in range(world.settings.partitions):
            await read_all(world.settings, (topics.DOSSIERS, partition), lambda key, value, *_: kept.update({key or b"": value}))
        told = {key.decode() for key, value in kept.items() if value is not None and not key.startswith(topics.OWN_KEY)}
        store = open_store(world.settings.model_copy(update={"mongo": mongo}), "api", read_only=True)
        try:
            documents, after = list[Any](), ""
            while documents == [] or after:
                page = await store.find(Query("dossiers", limit=500, after=after))
                documents, after = [*documents, *page.documents], page.after
            return told, {document.id for document in documents}
        finally:
            await store.close()

    def same() -> bool:
        told, there = asyncio.run(both())
        return told == there and len(told) > 0

    eventually(same, within=PATIENCE, every=1, what="the read model level with the topic")


@dataclass
class ServerAttack(Attack):
    """A city that reaches Redis or its store through a proxy; somebody reads the map all the time."""

    proxied: ProxiedServer
    reader: Reader

    def gone(self, meanwhile: Strike) -> None:
        """kill -9, and away for a while."""
        self.proxied.server.kill()
        meanwhile()
        self.proxied.mend()

    def slow(self, seconds: float) -> None:
        """Each answer comes so much later."""
        self.proxied.proxy.delay(seconds)
        pause(TRIED_SECONDS)
        self.proxied.mend()

    def deaf(self, meanwhile: Strike) -> None:
        """Every connection stays open and says nothing."""
        self.proxied.proxy.mute()
        meanwhile()
        self.proxied.mend()

    def cut(self) -> None:
        for _ in range(3):
            self.proxied.proxy.cut()
            pause(0.3)

    def ended(self, report: Callable[..., None]) -> None:
        """The checks at the end, which are the same whatever was attacked."""
        self.world.settle()
        history_is_whole(self.world)
        assert self.reader.faults == []
        report(**self.figures(), answers=self.reader.answers, **{"answers that said they were old": self.reader.old})


@pytest.fixture
def attacked(fault_broker: LocalServer, redis_server: LocalServer, namespace: str, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`attacked(server, NAME=address)`: a city under load whose services are given that address of `server`."""
    with ExitStack() as open_ones:

        def begin(proxied: ProxiedServer, **env: str) -> ServerAttack:
            open_ones.callback(proxied.stop)
            given = {"DUNGHEN_OUT_OF_TOUCH_SECONDS": str(OUT_OF_TOUCH), **env}
            world = FaultWorld(tmp_path, fault_broker, redis_server, namespace, SEED, env=given).prepare()
            open_ones.callback(world.close)
            world.start(scoring=1).load.start()
            reader = Reader(world.page)
            attack = ServerAttack(world, proxied, reader)
            attack.level()
            open_ones.enter_context(reader.reading())
            return attack

        yield begin


def test_redis_killed_emptied_slow_deaf_or_cut_off_makes_no_answer_fail_and_no_figure_wrong(
    attacked: Callable[..., ServerAttack], tmp_path: Path, report: Callable[..., None]
) -> None:
    proxied = redis_in(tmp_path / "redis")
    attack = attacked(proxied, DUNGHEN_REDIS=f"redis://{proxied.proxy.address}/0")
    old = partial(until_said_to_be_old, attack.world)

    def empty() -> None:
        with redis.Redis(port=proxied.server.port) as board:
            board.flushall()

    strikes: dict[str, Strike] = {
        "gone": lambda: attack.gone(old),
        "emptied": empty,
        "deaf": lambda: attack.deaf(old),
        "cut": attack.cut,
        **{f"{seconds} s late": partial(attack.slow, seconds) for seconds in SLOW},
    }
    attack.each(strikes)
    assert attack.reader.old > 0
    attack.ended(report)


def test_the_live_map_does_not_wait_for_a_store_that_is_away_slow_or_deaf_and_history_and_read_model_are_whole_afterwards(
    attacked: Callable[..., ServerAttack], tmp_path: Path, report: Callable[..., None]
) -> None:
    proxied = mongo_in(tmp_path / "mongo")
    mongo = f"mongodb://{proxied.proxy.address}/"
    attack = attacked(proxied, DUNGHEN_MONGO=mongo)

    def live() -> None:
        for _ in range(2):
            attack.level()
            pause(AWAY_SECONDS / 2)

    strikes: dict[str, Strike] = {
        "gone": lambda: attack.gone(live),
        "deaf": lambda: attack.deaf(live),
        "cut": attack.cut,
        **{f"{seconds} s late": partial(attack.slow, seconds) for seconds in SLOW},
    }
    attack.each(strikes)
    attack.ended(report)
    read_model_is_whole(attack.world, mongo)
    assert attack.reader.old < attack.reader.answers / 20, "the live map comes from Redis"  # a busy machine is late by itself, now and then


def test_a_disk_that_is_full_stops_history_and_read_model_alone_which_say_it_and_go_on_where_it_has_room(
    make_world: Callable[..., FaultWorld], tmp_path: Path, report: Callable[..., None]
) -> None:
    full = tmp_path / "full"
    silence = {"DUNGHEN_OUT_OF_TOUCH_SECONDS": "60"}  # a machine that stands still for some seconds makes no map old: it is the disk's test
    world = make_world(env=silence).start(scoring=1, program="tests.faults.full_disk", FAULT_FULL=str(full))
    world.load.start()
    attack, reader = Attack(world), Reader(world.page)
    attack.level()  # before its first picture the map is 503
    with reader.reading():

        def fill() -> None:
            full.touch()
            eventually(lambda: "SQLITE_FULL" in world.log("projector"), within=PATIENCE, what="a write that had no room")
            until_the_month_is_said_to_be_old(world)
            for _ in range(2):
                attack.level()
                pause(AWAY_SECONDS / 2)
            full.unlink()
            eventually(lambda: month_of(world).json().get("stale") is False, within=PATIENCE, what="the month level again")

        for _ in range(3 if LONG else 1):
            attack.blow("full", fill)
        world.settle()
        history_is_whole(world)
        read_model_is_whole(world)
    assert (reader.faults, reader.old) == ([], 0)
    report(**attack.figures())
