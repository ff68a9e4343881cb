"""What was told, as it was known at an instant: out of every statement with its own arrival, and refused where that is not known."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
import pytest
from api_figures import DAY
from fastapi import FastAPI
from test_indicator_views import SETS, UNITS, WORDS, fact

from dunghen.contracts.facts import Fact, FactBook, facts_by_unit
from dunghen.contracts.policies import Applied, policy_records
from dunghen.contracts.statements import Task
from dunghen.domain.policy import Policy
from dunghen.platform.clock import FixedClock, real_milliseconds
from dunghen.platform.store import Document, Store, open_store
from services.api import problems
from services.api.board_messages import Meta, Position, Pulse
from services.api.follower import Follower
from services.api.history import generation_put
from services.api.history_projector import COLLECTIONS
from services.api.past import Past
from services.api.ports import BoardReader, Stored
from services.api.routes_facts import fact_routes
from services.api.routes_indicators import indicator_routes
from services.api.routes_map import map_routes
from services.api.settings import ApiSettings
from services.api.told_history import beyond_knowing, codes_of, held, since_put, told_puts

MORNING = DAY * 86400
TASK_SET = {
    "code": "PLAN",
    "name_vi": "a",
    "name_en": "a",
    "indicators": [
        {"code": "PLAN.ALL", "kind": "ratio", "numerator": ["tasks"], "denominator": ["tasks"], **WORDS},
        {"code": "PLAN.DESK", "kind": "ratio", "numerator": ["fact:DESK.WAIT_15"], "denominator": ["fact:DESK.WAIT_15"], **WORDS},
    ],
}
BODIES: dict[str, Any] = {
    "city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"},
    "units": {"units": UNITS},
    "indicators": {"sets": [*SETS, TASK_SET]},
}


def hour(n: float) -> int:
    return MORNING + round(3600 * n)


def told(unit: str, numerator: int, at: float, number: int, **more: Any) -> Fact:
    """A statement that arrived at an hour of the day; `number` makes its id."""
    return fact(unit, numerator, id=f"{number:016x}", occurred_at=hour(at), arrived_at=hour(at) * 1_000_000, **more)


def done(code: str, at: float, on: int | None) -> Task:
    return Task(
        id=f"{hour(at):016x}", unit="20242", bloc="party", year=2026, plan="KH02", code=code, vi="Số hóa", due_on=DAY, done_on=on,
        source="H17", occurred_at=hour(at), arrived_at=hour(at) * 1_000_000,
    )  # fmt: skip


@dataclass
class City:
    """The routes over a store into which statements were taken as the projector takes them, from hour 0 on. It is hour 12."""

    http: httpx.AsyncClient
    store: Store

    async def take(self, *statements: Fact | Task) -> None:
        puts = [put for offset, one in enumerate(statements) for put in told_puts(msgspec.json.encode(one), offset)]
        await self.store.apply(puts, {})

    async def get(self, path: str, at: float, **query: str) -> dict[str, Any]:
        known_at = datetime.fromtimestamp(hour(at), UTC).isoformat()
        answer = await self.http.get(path, params={"known_at": known_at, **query})
        return {"status": answer.status_code, **answer.json()}

    async def value(self, at: float, code: str = "TEST.TOLD", unit: str = "20242") -> float | None:
        found = await self.get("/map", at, indicator=code)
        return cast("float | None", next(row["value"] for row in found["units"] if row["code"] == unit))


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    settings = ApiSettings(data=tmp_path)
    follower = Follower(settings, cast(BoardReader, None), FixedClock(hour(12)))
    records = {(record.kind, record.version): record for record in policy_records(1, BODIES, Applied(1))}
    meta = Meta(version=7, policy=1, day=DAY, known_at=hour(12))
    follower.mirror.load(Stored(Position(7), meta, {}, policies=records))
    follower.mirror.pulse = Pulse(at=real_milliseconds(), lag_seconds=0)
    store = open_store(settings, "api")
    await store.prepare(COLLECTIONS)
    await store.insert(since_put(hour(0)))
    await store.apply([generation_put(hour(-24), 1, DAY, 1)], {})
    app, past = FastAPI(), Past(store)
    problems.install(app)
    for router in (map_routes(follower, past), indicator_routes(follower, past), fact_routes(follower, past)):
        app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test/api/v1") as client:
        yield City(client, store)
    await store.close()


async def test_a_correction_counts_from_its_arrival_and_the_former_figure_until_then(city: City) -> None:
    await city.take(told("20242", 30, 1, 1), told("20242", 40, 5, 2), told("20194", 70, 8, 3))
    assert [await city.value(at) for at in (0.5, 1, 4.9, 5, 12)] == [None, 0.3, 0.3, 0.4, 0.4]
    found = await city.get("/map", 5, indicator="TEST.TOLD")
    assert (found["city"]["value"], found["known_at"]) == (0.4, "2026-11-16T12:00:00+07:00")
    assert (await city.get("/map", 8, indicator="TEST.TOLD"))["city"]["value"] == 0.55


async def test_what_was_withdrawn_was_known_until_then(city: City) -> None:
    await city.take(told("20242", 30, 1, 1), told("20242", 0, 5, 2, kind="withdrawn"))
    assert [await city.value(at) for at in (4, 6)] == [0.3, None]


async def test_an_older_statement_that_arrives_late_never_held(city: City) -> None:
    late = msgspec.structs.replace(told("20242", 99, 1, 1), arrived_at=hour(6) * 1_000_000)
    await city.take(told("20242", 30, 2, 2), late)
    assert [await city.value(at) for at in (3, 7)] == [0.3, 0.3]


async def test_said_again_after_another_it_holds_again_from_then_and_its_first_time_is_not_lost(city: City) -> None:
    """A, B, A: the topic keeps of A the last alone; in between B was known, and before it A."""
    first, other = told("20242", 30, 1, 1), told("20242", 40, 3, 2)
    again = msgspec.structs.replace(first, occurred_at=hour(6), arrived_at=hour(6) * 1_000_000)
    await city.take(first, other, again)
    assert [await city.value(at) for at in (2, 4, 7)] == [0.3, 0.4, 0.3]


async def test_the_score_card_says_it_too_and_what_of_desks_is_not_known(city: City) -> None:
    await city.take(told("20242", 30, 1, 1), told("20242", 40, 5, 2), done("D-1", 1, None), done("D-1", 6, DAY))
    card = await city.get("/units/20242/indicators", 2)
    lines = {one["code"]: one for of in card["sets"] for one in of["indicators"]}
    assert (lines["TEST.TOLD"]["value"], lines["PLAN.ALL"]["value"], lines["PLAN.DESK"]["reason"]) == (0.3, 0.0, "NO_HISTORY")
    assert card["known_at"] == "2026-11-16T09:00:00+07:00"
    now = {one["code"]: one["value"] for of in (await city.get("/units/20242/indicators", 7))["sets"] for one in of["indicators"]}
    assert (now["TEST.TOLD"], now["PLAN.ALL"]) == (0.4, 1.0)


async def test_tasks_are_told_as_they_stood(city: City) -> None:
    await city.take(done("D-1", 1, None), done("D-2", 2, DAY), done("D-1", 6, DAY))
    assert [await city.value(at, "PLAN.ALL") for at in (1, 3, 7)] == [0.0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("path", "query", "at", "code"),
    [
        ("/map", {"indicator": "TEST.TOLD"}, -1, "NO_HISTORY"),
        ("/map", {"indicator": "PLAN.DESK"}, 2, "NO_HISTORY"),
        ("/units/20242/indicators", {}, -1, "NO_HISTORY"),
        ("/units/20242/indicators", {}, 13, "INVALID_PARAMETER"),
    ],
)
async def test_what_nobody_can_know_is_refused(city: City, path: str, query: dict[str, str], at: float, code: str) -> None:
    assert (await city.get(path, at, **query))["code"] == code


async def test_the_facts_themselves_are_told_as_they_were_known(city: City) -> None:
    await city.take(told("20242", 30, 1, 1), told("20242", 40, 5, 2), told("20194", 70, 8, 3), done("D-1", 1, None))
    of_one = [(await city.get("/facts", at, unit="20242"))["facts"] for at in (0.5, 2, 9)]
    assert [[one["numerator"] for one in found] for found in of_one] == [[], [30], [40]]
    of_all = (await city.get("/facts", 9, code="TEST.TOLD"))["facts"]
    assert [(one["unit"], one["period"], one["stage"], one["denominator"]) for one in of_all] == [
        ("20242", "2026-11", "reviewed", 100), ("20194", "2026-11", "reviewed", 100),
    ]  # fmt: skip
    assert [(await city.get("/facts", 9, **query))["code"] for query in ({}, {"unit": "99999"})] == ["INVALID_PARAMETER", "UNKNOWN_UNIT"]


async def test_what_dossiers_alone_feed_reaches_further_back_than_the_statements(city: City) -> None:
    assert (await city.get("/map", -1, indicator="TEST.LIVE"))["status"] == 200


def test_in_whatever_order_and_repetition_statements_come_the_past_is_the_fold_of_what_had_arrived() -> None:
    for seed in range(30):
        rng = random.Random(seed)
        said = [told("20242", n, n % 3, n) for n in (rng.randrange(6) for _ in range(8))]  # the same id says the same
        said = [msgspec.structs.replace(one, arrived_at=hour(rng.randrange(12)) * 1_000_000) for one in said]
        documents = _stored([*said, *rng.sample(said, 3)], rng)
        for at in range(12):
            wanted = FactBook()
            for one in said:
                if one.arrived_at <= hour(at) * 1_000_000:
                    wanted.take(one)
            known = [d for d in documents if d.body["arrived_at"] <= hour(at) * 1_000_000]
            assert held(known, None)[0].of == facts_by_unit(wanted).of


def _stored(said: Sequence[Fact], rng: random.Random) -> list[Document]:
    """As the store ends with, whatever the order."""
    mixed = rng.sample(list(said), len(said))
    puts = [put for one in mixed for put in told_puts(msgspec.json.encode(one), 0)]
    return [Document(id_, 1, body) for id_, body in {put.id: put.body for put in puts}.items()]


def test_of_an_indicator_it_is_known_what_it_is_made_of() -> None:
    book = Policy.from_bodies(1, BODIES).indicators
    assert codes_of(book.versions["TEST.LIVE"]) == frozenset()
    assert codes_of(book.versions["TEST.TOLD"]) == {"TEST.TOLD"}
    assert codes_of(book.versions["PLAN.ALL"]) == {"~tasks"}
    assert [beyond_knowing(codes_of(book.versions[code])) for code in ("PLAN.ALL", "PLAN.DESK")] == [False, True]
