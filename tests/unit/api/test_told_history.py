"""What was told, as it was known at an instant: out of every statement with its own arrival, and refused where that is not known."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, cast

import httpx
import msgspec
import pytest
from api_figures import DAY
from fastapi import FastAPI
from test_indicator_views import SETS, UNITS, WORDS, fact

from dunghen.contracts.facts import Fact, FactBook, facts_by_unit
from dunghen.contracts.policies import Applied, policy_records
from dunghen.contracts.statements import Task, told_key
from dunghen.contracts.stores import unknown_since
from dunghen.domain.indicator_values import UnitFacts
from dunghen.domain.policy import Policy
from dunghen.platform.clock import FixedClock, real_milliseconds
from dunghen.platform.store import Document, Put, Query, Store, open_store
from dunghen.platform.store.in_memory import InMemoryStore
from services.api import problems
from services.api.board_messages import Meta, Position, Pulse
from services.api.follower import Follower
from services.api.history import generation_put, whole_put
from services.api.history_projector import COLLECTIONS
from services.api.past import Past
from services.api.ports import BoardReader, Stored
from services.api.routes_facts import fact_routes
from services.api.routes_indicators import indicator_routes
from services.api.routes_map import map_routes
from services.api.routes_map_files import map_file_routes
from services.api.settings import ApiSettings
from services.api.told_history import TOLD, Known, ToldLedger, beyond_knowing, codes_of, since_put

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


async def take(store: Store, statements: Iterable[Fact | Task], at_once: int = 3) -> None:
    """As the projector takes them; some are written together."""
    ledger = ToldLedger(store)
    for n, one in enumerate(statements):
        await ledger.take(msgspec.json.encode(one))
        if n % at_once == at_once - 1:
            await store.apply(ledger.take_writes(), {})
    await store.apply(ledger.take_writes(), {})


async def stored(store: Store) -> list[Document]:
    return (await store.find(Query(TOLD.name, limit=1000))).documents


def following(answer: httpx.Response) -> str:
    return answer.links["next"]["url"].removeprefix("/api/v1")


@dataclass
class City:
    """The routes over a store into which statements were taken as the projector takes them, from hour 0 on. It is hour 12."""

    http: httpx.AsyncClient
    store: Store
    follower: Follower

    def apply(self, version: int, bodies: dict[str, Any], at: float) -> None:
        """Another version of the policy, shown from an hour on."""
        mirror = self.follower.mirror
        applied = policy_records(version, bodies, Applied(hour(at)))
        records = {**mirror.records, **{(record.kind, record.version): record for record in applied}}
        meta = Meta(version=7 + version, policy=version, day=DAY, known_at=hour(12))
        assert mirror.load(Stored(Position(7 + version), meta, {}, policies=records))

    async def take(self, *statements: Fact | Task) -> None:
        await take(self.store, statements)

    async def walk(self, at: float | None, **query: str | int) -> list[list[tuple[str, str, int]]]:
        """Page after page, as its links say: (unit, period, numerator)."""
        given = {} if at is None else {"known_at": datetime.fromtimestamp(hour(at), UTC).isoformat()}
        answer = await self.http.get("/facts", params={**given, **query})
        pages = [[(one["unit"], one["period"], one["numerator"]) for one in answer.json()["facts"]]]
        while "next" in answer.links:
            answer = await self.http.get(following(answer))
            pages.append([(one["unit"], one["period"], one["numerator"]) for one in answer.json()["facts"]])
        return pages

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
    now = FactBook()
    for n in range(5):
        now.take(told("20194", n, 1, n, period=f"2026-0{n + 1}"))
    follower.mirror.load(Stored(Position(7), meta, {}, policies=records, facts=now))
    follower.mirror.hear(Pulse(at=real_milliseconds(), lag_seconds=0), real_milliseconds(), monotonic())
    store = open_store(settings, "api")
    await store.prepare(COLLECTIONS)
    await store.insert(since_put(hour(0)))
    await store.apply([generation_put(hour(-24), 1, DAY, 1), whole_put(3, 1)], {})
    app, past = FastAPI(), Past(store)
    problems.install(app)
    for router in (
        map_routes(follower, past),
        map_file_routes(follower, past),
        indicator_routes(follower, past),
        fact_routes(follower, past),
    ):
        app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test/api/v1") as client:
        yield City(client, store, follower)
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
        ("20194", "2026-11", "reviewed", 100), ("20242", "2026-11", "reviewed", 100),
    ]  # fmt: skip
    assert [(await city.get("/facts", 9, **query))["code"] for query in ({}, {"unit": "99999"})] == ["INVALID_PARAMETER", "UNKNOWN_UNIT"]


async def test_what_dossiers_alone_feed_reaches_further_back_than_the_statements(city: City) -> None:
    assert (await city.get("/map", -1, indicator="TEST.LIVE"))["status"] == 200


async def test_the_past_is_the_fold_of_what_had_arrived_however_often_and_late_it_was_said() -> None:
    for seed in range(40):
        rng, store = random.Random(seed), InMemoryStore()
        await store.prepare(COLLECTIONS)
        said = [told("20242", n // 2, n % 3, n) for n in (rng.randrange(6) for _ in range(12))]  # two ids say the same figure
        arrivals = sorted(rng.randrange(12) for _ in said)
        said = [
            msgspec.structs.replace(one, arrived_at=hour(at) * 1_000_000 + n)
            for n, (one, at) in enumerate(zip(said, arrivals, strict=True))
        ]
        await take(store, said, rng.randrange(1, 5))
        kept = await stored(store)
        for at in range(12):
            wanted, known = FactBook(), Known(hour(at))
            for one in said:
                if one.arrived_at <= hour(at) * 1_000_000 + 999_999:
                    wanted.take(one)
            for document in kept:
                if document.body["arrived_at"] <= hour(at) * 1_000_000 + 999_999:
                    known.take(document)
            assert figures(known.by(None)[0].of) == figures(facts_by_unit(wanted).of), (seed, at)


def figures(of: Mapping[str, UnitFacts]) -> dict[str, list[int]]:
    """Without when it was told: known is when a figure came, or its last repetition."""
    return {unit: [stated.numerator for periods in codes.values() for stated in periods.values()] for unit, codes in of.items()}


async def test_a_repetition_that_changes_nothing_keeps_nothing_but_who_said_it_first_and_when(city: City) -> None:
    """Every minute for a day, with the sender's time or without, by this key or that."""
    first = told("20242", 30, 1, 1, by="firstkey")
    await city.take(first)
    for n in range(1, 600):
        again = told("20242", 30, 1 + n / 60, 1 + n % 2 * n, by="another1")
        await city.take(again, *([again] if n % 7 == 0 else []))
    (only,) = await stored(city.store)
    assert msgspec.json.decode(only.body["told"], type=Fact) == first
    assert [await city.value(at) for at in (0.5, 1, 11)] == [None, 0.3, 0.3]
    late = msgspec.structs.replace(told("20242", 99, 5, 9), arrived_at=hour(11.5) * 1_000_000)
    await city.take(late)  # of before the last repetition: it never held
    assert (len(await stored(city.store)), await city.value(12)) == (1, 0.3)
    await city.take(told("20242", 40, 11.6, 3))
    assert (len(await stored(city.store)), await city.value(11.5), await city.value(12)) == (2, 0.3, 0.4)


async def test_a_repetition_that_came_by_a_clock_that_is_behind_is_kept_too(city: City) -> None:
    """Two ingests whose clocks differ: what happened later may have arrived earlier."""
    again = msgspec.structs.replace(told("20242", 30, 6, 2), arrived_at=hour(2.9) * 1_000_000)
    await city.take(told("20242", 30, 1, 1), told("20242", 30, 3, 1))
    await city.take(again)
    (only,) = await stored(city.store)
    assert (only.body["occurred_to"], only.body["arrived_to"]) == (again.occurred_at, again.arrived_at)
    await city.take(msgspec.structs.replace(told("20242", 99, 5, 3), arrived_at=hour(7) * 1_000_000))  # of before it: it never held
    assert (len(await stored(city.store)), await city.value(8)) == (1, 0.3)


async def test_what_comes_again_after_a_failure_changes_nothing(city: City) -> None:
    said = [told("20242", 30, 1, 1), told("20242", 30, 2, 1), told("20242", 40, 3, 2), told("20242", 30, 4, 1), done("D-1", 1, None)]
    await city.take(*said)
    before = await stored(city.store)
    assert len(before) == 4
    await city.take(*said)
    await city.take(*said[1:])
    assert await stored(city.store) == before


async def test_what_an_earlier_release_kept_is_kept_as_now_once(city: City) -> None:
    said = [*(told("20242", 30, 1 + n, 1) for n in range(5)), told("20242", 40, 7, 2), done("D-1", 1, None)]
    for one in said:
        code = "~tasks" if isinstance(one, Task) else one.code
        body = {"unit": one.unit, "code": code, "arrived_at": one.arrived_at, "told": msgspec.json.encode(one).decode()}
        key = told_key(one).decode()
        await city.store.apply([Put(TOLD.name, f"{key}|{one.arrived_at}", 1, body)], {})
    for _ in range(2):
        await ToldLedger(city.store).read_anew()
        assert len(await stored(city.store)) == 3
    assert [await city.value(at) for at in (0.5, 3, 8)] == [None, 0.3, 0.4]


@pytest.mark.parametrize("asked", [{"unit": "20242"}, {"code": "TEST.TOLD"}])
async def test_facts_come_page_by_page_and_none_is_lost_or_twice_while_others_change(city: City, asked: dict[str, str]) -> None:
    periods = [f"2026-{month:02d}" for month in range(1, 11)]
    await city.take(*(told("20242", n, 1, n, period=period) for n, period in enumerate(periods)))
    await city.take(*(told("20242", 90, 2 + n / 9, 50 + n, period="2026-03") for n in range(9)))  # one of which much was said
    await city.take(told("20242", 0, 3, 99, period="2026-05", kind="withdrawn"))
    for limit in (1, 3, 4, 500):
        pages = await city.walk(4, limit=limit, **asked)
        assert [period for page in pages for _, period, _ in page] == [p for p in periods if p != "2026-05"]
        assert {len(page) for page in pages[:-1]} <= {limit}
    assert [len(page) for page in await city.walk(None, unit="20194", limit=2)] == [2, 2, 1]
    first = await city.http.get("/facts", params={"known_at": datetime.fromtimestamp(hour(4), UTC).isoformat(), "limit": 4, **asked})
    await city.take(told("20242", 77, 3.5, 98, period="2026-01"), told("20242", 77, 3.6, 97, period="2026-12"))
    rest = await city.http.get(following(first))
    assert [one["period"] for one in rest.json()["facts"]][:2] == ["2026-06", "2026-07"]


async def test_a_cursor_that_is_none_is_refused(city: City) -> None:
    for after in ("x", "WzFd", "W10"):
        assert (await city.get("/facts", 9, unit="20242", after=after))["code"] == "INVALID_PARAMETER"
        assert (await city.http.get("/facts", params={"unit": "20242", "after": after})).json()["code"] == "INVALID_PARAMETER"


def test_of_an_indicator_it_is_known_what_it_is_made_of() -> None:
    book = Policy.from_bodies(1, BODIES).indicators
    assert codes_of(book.versions["TEST.LIVE"]) == frozenset()
    assert codes_of(book.versions["TEST.TOLD"]) == {"TEST.TOLD"}
    assert codes_of(book.versions["PLAN.ALL"]) == {"~tasks"}
    assert [beyond_knowing(codes_of(book.versions[code])) for code in ("PLAN.ALL", "PLAN.DESK")] == [False, True]


YEARLY_SET: dict[str, Any] = {
    "code": "RANKED",
    "name_vi": "a",
    "name_en": "a",
    "total": True,
    "yearly": True,
    "indicators": [{"code": "RANKED.POINTS", "kind": "manual", "facts_over": "latest", "maximum": 10, **WORDS}],
}


async def test_what_was_withdrawn_is_told_of_then_and_says_since_when_it_does_not_stand(city: City) -> None:
    """Published before, withdrawn at hour 6: `known_at` means what was published then (domain.md §4)."""
    sets = {"indicators": {"sets": [*SETS, TASK_SET, YEARLY_SET]}}
    published = {"publications": {"published": [{"set": "RANKED", "year": 2025, "at": hour(-3)}]}}
    city.apply(2, {**sets, **published}, at=-2)
    city.apply(3, {"publications": {"published": []}}, at=6)
    await city.store.apply([generation_put(hour(-1), 2, DAY, 2), generation_put(hour(6), 3, DAY, 3)], {})
    await city.take(told("20242", 9, 1, 1, code="RANKED.POINTS", period="2025", denominator=10))
    withdrawn = [
        {
            "set": "RANKED",
            "year": "2025",
            "published_at": "2026-11-16T04:00:00+07:00",
            "withdrawn_at": "2026-11-16T13:00:00+07:00",
            "again_at": None,
        }
    ]
    for path, query, then, now in (
        ("/map", {"indicator": "RANKED.POINTS", "window": "year"}, withdrawn, []),
        ("/map", {"indicator": "TEST.TOLD"}, [], []),
        ("/facts", {"code": "RANKED.POINTS"}, withdrawn, []),
        ("/facts", {"unit": "20242"}, withdrawn, []),
        ("/facts", {"code": "TEST.TOLD"}, [], []),
        ("/units/20242/indicators", {}, withdrawn, []),
    ):
        said = [(await city.get(path, at, **query))["withdrawn"] for at in (3, 8)]
        assert (path, query, said) == (path, query, [then, now])
    assert [len((await city.get("/facts", at, code="RANKED.POINTS"))["facts"]) for at in (3, 8)] == [1, 0]
    sheet = await city.http.get("/map.csv", params={"known_at": datetime.fromtimestamp(hour(3), UTC).isoformat(), "indicator": "RANKED"})
    assert "2025:2026-11-16T13:00:00+07:00" in sheet.text
    city.apply(4, published, at=10)
    found = await city.get("/facts", 3, code="RANKED.POINTS")
    assert found["withdrawn"] == [{**withdrawn[0], "again_at": "2026-11-16T04:00:00+07:00"}]


async def test_what_was_lost_is_not_told_as_if_it_were_known(city: City) -> None:
    """From the instant of a backup until the first picture after it was restored, and before all that a rebuilt store has."""
    known = ("/map", "/facts", "/units/20242/indicators")
    query = {"/facts": {"unit": "20242"}}
    await city.store.apply([generation_put(hour(4), *unknown_since(), 2), generation_put(hour(6), 1, DAY, 3)], {})
    for path in known:
        answers = [await city.get(path, at, **query.get(path, {})) for at in (3, 4, 5.9, 6)]
        assert [answer["status"] for answer in answers] == [200, 404, 404, 200]
        assert {answer["code"] for answer in answers[1:3]} == {"HISTORY_LOST"}
    assert (await city.get("/map", -30))["code"] == "HISTORY_LOST"  # the city had rules by then
