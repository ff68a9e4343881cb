"""A small city whose scores are written by hand into a real Kafka, with the real projector and real HTTP workers over a real Redis."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from dunghen.contracts import topics
from dunghen.contracts.audit import STORE
from dunghen.contracts.cells import cell_key, encode_cell
from dunghen.contracts.messages import FeedState, Level, RateCounts, UnitScore, WindowScore, encode
from dunghen.contracts.policies import Applied, policy_key, policy_records
from dunghen.contracts.topics import LEVEL_KEY, all_topics, partition_of
from dunghen.domain.marks import COUNTERS
from dunghen.domain.windows import WINDOWS, resolve
from dunghen.platform import kafka
from dunghen.platform.clock import FixedClock
from dunghen.platform.store import open_store
from services.api.adapters.access_topics import AccessTopics
from services.api.adapters.http_server import serving
from services.api.adapters.kafka_band_webhooks import KafkaBandWebhooks
from services.api.adapters.kafka_browsers import KafkaBrowsers
from services.api.adapters.kafka_lag import KafkaLag
from services.api.adapters.kafka_said import KafkaSaid
from services.api.adapters.oidc_provider import provider_of
from services.api.adapters.redis_board import RedisBoard
from services.api.app import build_app
from services.api.breakdown_projector import BreakdownProjector
from services.api.dossier_projector import DossierProjector
from services.api.event_projector import EventProjector
from services.api.follower import Follower
from services.api.geometries import GeometryProjector
from services.api.history_projector import FOLLOWED as STORED
from services.api.history_projector import HistoryProjector
from services.api.officials import officials_of, prepare_access
from services.api.past import Past
from services.api.ports import Outlets
from services.api.projector import FOLLOWED, Projector
from services.api.settings import ApiSettings
from services.api.webhook_states import STORE as WEBHOOK_STORE
from tests.eventually import eventually_async as eventually

MONDAY_8_00 = 1_794_790_800  # 2026-11-16 08:00 in Đà Nẵng
TODAY = (MONDAY_8_00 + 7 * 3600) // 86400
NAMES = {"name_vi": "Thử", "name_en": "Test"}
POINTS = {"code": "RANKED.POINTS", "kind": "manual", "facts_over": "latest", "maximum": 10, **NAMES, "meaning_vi": "a", "meaning_en": "a"}
RANKED = {"code": "RANKED", **NAMES, "total": True, "yearly": True, "indicators": [POINTS]}
ON_TIME = {"code": "MONTHLY.ON_TIME", "kind": "ratio", "numerator": ["resolved"], "denominator": ["resolved"], **NAMES}
TOLD = {"code": "MONTHLY.TOLD", "kind": "ratio", **NAMES}
MONTHLY = {"code": "MONTHLY", **NAMES, "indicators": [{**one, "meaning_vi": "a", "meaning_en": "a"} for one in (ON_TIME, TOLD)]}
BODIES: dict[str, Any] = {
    "indicators": {"sets": [RANKED, MONTHLY], "monthly_sheet": ["MONTHLY.ON_TIME"]},
    "publications": {"published": [{"set": "RANKED", "year": 2025, "at": 1}]},
    "city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"},
    "units": {
        "units": [
            {"code": "20242", "name": "Hải Châu", "kind": "locality", "type": "Phường"},
            {"code": "20194", "name": "Hải Vân", "kind": "locality", "type": "Phường"},
            {"code": "H17.10", "name": "Sở Xây dựng", "kind": "department"},
        ]
    },
}


def score(unit: str, on_time: int, late: int, **more: Any) -> UnitScore:
    """A score whose every window and rate has the same counts."""
    day = more.pop("day", TODAY)
    counts = {rate: RateCounts(on_time, on_time + late) for rate in ("official", "resolved", "due_cohort", "statutory")}
    windows = {w: WindowScore(*resolve(w, day), {"received": on_time + late, "early": on_time, "late": late}, counts) for w in WINDOWS}
    return UnitScore(**{"unit": unit, "day": day, "policy": 1, "covers": {0: 5}, "pending": 3, "overdue": 1, "windows": windows, **more})


SAID = (topics.NOTICE_ACTIONS,)


@dataclass
class World:
    """What a test does to the city, and what it sees of it."""

    settings: ApiSettings
    clock: FixedClock
    producer: Any
    http: httpx.AsyncClient
    tasks: dict[str, asyncio.Task[object]] = field(default_factory=dict)
    follower: Follower | None = None
    projector: Any = None
    said: KafkaSaid | None = None
    browsers: KafkaBrowsers | None = None

    async def say(self, topic: str, key: str | bytes, value: object, partition: int | None = None) -> None:
        """One record into a topic, as its owner would write it."""
        count = all_topics(self.settings.partitions)[topic].partitions
        place = partition_of(key, count) if partition is None else partition
        raw = None if value is None else value if isinstance(value, bytes) else encode(value)
        await self.producer.send_and_wait(
            self.settings.named(topic), raw, key=key.encode() if isinstance(key, str) else key, partition=place
        )

    async def scores(self, *scores: UnitScore) -> None:
        """All at once, each unit's in order."""
        topic, count = self.settings.named(topics.UNIT_SCORES), self.settings.partitions
        sent = [await self.producer.send(topic, encode(s), key=s.unit.encode(), partition=partition_of(s.unit, count)) for s in scores]
        await asyncio.gather(*sent)

    async def levels(self, offset: int = 9, **more: Any) -> None:
        """Every partition says that its scores stand."""
        for p in range(self.settings.partitions):
            await self.level(p, offset, **more)

    async def level(self, partition: int, offset: int = 9, **more: Any) -> None:
        await self.say(
            topics.UNIT_SCORES, LEVEL_KEY, Level(**{"day": TODAY, "policy": 1, "levels": {0: offset, 1: offset}, **more}), partition
        )

    async def feed(self, source: str, seen_at: int, *units: str) -> None:
        await self.say(topics.FEEDS, source, FeedState(source=source, seen_at=seen_at, units=dict.fromkeys(units, seen_at)))

    async def cell(self, place: tuple[str, int, int], policy: int = 1, **counters: int) -> None:
        """The counters of (unit, day, fold partition); none: a tombstone."""
        unit, day, partition = place
        value = encode_cell([counters.get(name, 0) for name in COUNTERS]) if counters else None
        count = self.settings.partitions
        await self.say(topics.UNIT_DAYS, cell_key(unit, day, partition, policy), value, partition_of(unit, count))

    async def policy(self, version: int, bodies: dict[str, Any]) -> None:
        for record in policy_records(version, bodies, Applied(MONDAY_8_00)):
            await self.say(topics.POLICIES, policy_key(record.kind, version), record)

    async def map(self, **query: Any) -> dict[str, Any]:
        answer = await self.http.get("/api/v1/map", params=query)
        return {"status": answer.status_code, **answer.json()}

    async def has_days(self) -> bool:
        """Whether the store has all days, so that other days and named periods are answered."""
        return (await self.map(window="2026-11"))["status"] == 200

    async def stop(self, name: str) -> None:
        task = self.tasks.pop(name)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def start_projector(self) -> None:
        board, lag = RedisBoard(self.settings), KafkaLag(self.settings, "api-projector")
        store = open_store(self.settings, "api")

        async def project() -> None:
            await lag.start([(t, p) for t in FOLLOWED for p in range(all_topics(self.settings.partitions)[t].partitions)])
            projector, history = Projector(self.settings, board, lag, self.clock), HistoryProjector(self.settings, store, self.clock, board)
            projector.on_shown, projector.stored, self.projector = history.on_shown, history.lag, projector
            dossiers = DossierProjector(self.settings, store, projector.policy, board)
            breakdowns = BreakdownProjector(self.settings, store, self.clock, dossiers)
            dossiers.on_written = breakdowns.on_written
            events = EventProjector(self.settings, store, projector.policy)
            drawn = GeometryProjector(self.settings, board)
            try:
                async with asyncio.TaskGroup() as running:  # when one fails, none of the others goes on with what is closed below
                    for part in (projector, history, dossiers, breakdowns, drawn, events):
                        running.create_task(part.run())
                    running.create_task(projector.watch_sources())
            finally:
                await store.close()
                await lag.close()
                await board.close()

        self.tasks["projector"] = asyncio.create_task(project())

    async def start_worker(self) -> None:
        board, store = RedisBoard(self.settings), open_store(self.settings, "api", read_only=True)
        self.follower = Follower(self.settings, board, self.clock)
        access, known = open_store(self.settings, STORE, durable=True), AccessTopics(self.settings)
        await prepare_access(access)
        officials = replace(officials_of(self.follower, store, access, known), provider=provider_of(self.settings))
        said, browsers = self.said or KafkaSaid(self.settings), self.browsers or KafkaBrowsers(self.settings, known.people)
        webhooks, told = KafkaBandWebhooks(self.settings, known.keys), open_store(self.settings, WEBHOOK_STORE, read_only=True)
        outlets = Outlets(said, browsers, webhooks, told)
        server = serving(build_app(self.follower, Past(store, fresh_seconds=0), officials, outlets), self.settings)

        async def work() -> None:
            assert self.follower is not None
            try:
                loops = self.follower.follow(), self.follower.tick(), self.follower.streams.run(), self.follower.geometries.follow()
                await asyncio.gather(
                    *loops, known.run(), said.run(), browsers.run(), webhooks.run(), officials.listening.run(), server.run()
                )
            finally:
                await officials.listening.close()
                await self.follower.streams.close()
                await server.shutdown()
                await told.close()
                await access.close()
                await store.close()
                await board.close()

        self.tasks["worker"] = asyncio.create_task(work())
        await eventually(lambda: server.started)
        self.http.base_url = httpx.URL("http://{}:{}".format(*server.address))


@asynccontextmanager
async def world_of(**given: Any) -> AsyncIterator[World]:
    """A city with a policy, scores of three units and levels; projector and one worker run and show it."""
    settings = ApiSettings(**{"partitions": 2, "port": 0, "tick_seconds": 0.3, "publish_seconds": 0.02, "history_seconds": 0.1, **given})
    made = {
        t.name: (t.partitions, t.config)
        for t in all_topics(2).values()
        if t.name
        in (
            *FOLLOWED,
            *STORED,
            topics.DOSSIER_EVENTS,
            topics.DOSSIERS,
            topics.GEOMETRIES,
            topics.KEYS,
            topics.PEOPLE,
            topics.NOTICE_ACTIONS,
            topics.PUSH_SUBSCRIPTIONS,
            topics.BAND_WEBHOOKS,
        )
    }
    await kafka.ensure_topics(settings, made)
    async with kafka.started(kafka.producer(settings, linger_ms=0), settings) as producer, httpx.AsyncClient(timeout=60) as http:
        world = World(settings, FixedClock(MONDAY_8_00), producer, http)
        await world.policy(1, BODIES)
        await world.scores(score("20242", 95, 5), score("20194", 3, 1), score("H17.10", 7, 3))
        await world.levels()
        try:
            await world.start_worker()
            await world.start_projector()
            await eventually(lambda: world.follower and world.follower.mirror.meta)
            await eventually(world.has_days)
            await eventually(lambda: world.follower and world.follower.store_behind() is None)  # seen level, once
            yield world
        finally:
            for name in list(world.tasks):
                await world.stop(name)


Opened = Callable[..., AbstractAsyncContextManager[World]]


class Listener:
    """One client of a stream; `events` fills while it reads."""

    def __init__(self, world: World, **query: Any) -> None:
        self.world, self.query = world, query
        self.events: list[tuple[str, int | None, dict[str, Any]]] = []

    async def __aenter__(self) -> Listener:
        self.task = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def _read(self) -> None:
        async with self.world.http.stream("GET", "/api/v1/stream", params=self.query) as answer:
            self.status, self.headers = answer.status_code, answer.headers
            event: dict[str, str] = {}
            async for line in answer.aiter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    event[name] = value
                elif "event" in event:
                    self.events.append((event["event"], int(event["id"]) if "id" in event else None, json.loads(event["data"])))
                    event = {}

    async def first(self, kind: str, matching: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The first event of a kind that matches, as soon as it comes."""
        found = await eventually(lambda: [data for name, _, data in self.events if name == kind and matching(data)])
        return dict(found[0])

    @property
    def ids(self) -> list[int]:
        return [id_ for _, id_, _ in self.events if id_ is not None]
