"""The map is level and the store behind it is not (a full disk, a long outage): what is read from the store says so, or is not answered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from api_figures import DAY, scored
from fastapi import FastAPI
from test_indicator_views import SETS, UNITS

from dunghen.cli.data_folder import CommandError
from dunghen.cli.open_data.days import read_day
from dunghen.contracts.messages import encode
from dunghen.contracts.policies import Applied, policy_records
from dunghen.contracts.reconciliations import Reconciliation
from dunghen.contracts.topics import FACTS, UNIT_DAYS
from dunghen.platform.clock import FixedClock, real_milliseconds
from dunghen.platform.kafka import Reader
from dunghen.platform.store import Put, Store, StoreAwayError, open_store
from dunghen.platform.store.in_memory import InMemoryStore
from services.api import lag as lags
from services.api import problems
from services.api.arrivals import ARRIVALS
from services.api.behind import Behind
from services.api.board_messages import Meta, Position, Pulse
from services.api.dossier_projector import DOCUMENTS
from services.api.follower import Follower
from services.api.history import SeriesKey, generation_put, packed, whole_put
from services.api.history_projector import COLLECTIONS, HistoryProjector
from services.api.lag import StoreLag
from services.api.officials import Officials
from services.api.past import Past
from services.api.ports import BoardReader, Lag, Stored
from services.api.routes_facts import fact_routes
from services.api.routes_indicators import indicator_routes
from services.api.routes_map import map_routes, news_routes
from services.api.routes_map_files import map_file_routes
from services.api.routes_monthly import city_monthly_routes, monthly_routes
from services.api.routes_open import open_routes
from services.api.routes_rankings import ranking_routes
from services.api.routes_rate_explanation import rate_explanation_routes
from services.api.settings import ApiSettings
from services.api.told_history import since_put

NOW, BEHIND = DAY * 86400 + 3600, 600.0
BODIES = {
    "city": {"code": "H17", "name": "Đà Nẵng"},
    "units": {"units": UNITS},
    "indicators": {"sets": SETS, "monthly_sheet": ["TEST.LIVE"]},
}
HOUR_AGO = datetime.fromtimestamp(NOW - 3600, UTC).isoformat()
MINUTE_AGO = datetime.fromtimestamp(NOW - 60, UTC).isoformat()
MAP, MONTH, RANKED = {"window": "2026-11"}, {"month": "2026-11"}, {"period": "2026-10"}
SAYING = [("/map", MAP), ("/map.geojson", MAP), ("/rankings", RANKED), ("/units/20242/explanation", MAP), ("/changes", {"since": HOUR_AGO})]
SAYING += [("/map", {"known_at": MINUTE_AGO}), ("/units/20242/monthly-sheet", MONTH), ("/monthly-sheets", MONTH)]
SILENT = [("/map.csv", MAP), ("/map.xlsx", MAP), ("/rankings.csv", RANKED), ("/rankings.xlsx", RANKED), ("/units/20242", MAP)]
SILENT += [("/units/20242/indicators", MAP), ("/facts", {"unit": "20242", "known_at": MINUTE_AGO})]
SILENT += [("/units/20242/monthly-sheet.xlsx", MONTH), ("/monthly-sheets.xlsx", MONTH)]
LEVEL = [("/map", {}), ("/map.geojson", {}), ("/map", {"known_at": HOUR_AGO, "window": "month"})]


class City:
    """Answers over a live picture of now, and a store of which the projector says how far it is behind."""

    def __init__(self, http: httpx.AsyncClient, follower: Follower) -> None:
        self.http, self.follower = http, follower

    def hear(self, store_seconds: float | None, lag_seconds: float = 0.0) -> None:
        pulse = Pulse(at=real_milliseconds(), lag_seconds=lag_seconds, store_seconds=store_seconds)
        self.follower.mirror.hear(pulse, pulse.at, monotonic())

    async def get(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        answer = await self.http.get(path, params=query)
        assert answer.status_code == 200, (path, answer.text)
        return dict(answer.json())


def officials(follower: Follower, store: Store) -> Officials:
    """Somebody who may read everything."""

    async def anything(*_: object) -> None: ...

    policy = follower.mirror.scene().policy  # type: ignore[union-attr]
    of = {"follower": follower, "store": store, "admitted": anything, "log": anything, "scene": follower.mirror.scene}
    return cast(Officials, SimpleNamespace(**of, policy_now=lambda: (policy, NOW)))


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    settings = ApiSettings(data=tmp_path)
    follower = Follower(settings, cast(BoardReader, None), FixedClock(NOW))
    records = {(record.kind, record.version): record for record in policy_records(1, BODIES, Applied(1))}
    meta = Meta(version=7, policy=1, day=DAY, known_at=NOW)
    follower.mirror.load(Stored(Position(7), meta, {"20242": scored("20242", 7, 10)}, policies=records))
    figures = dict.fromkeys(("first_version", "last_version", "events", "answers", "cells"), 7)
    compared = ("20242", "20194", "H17.10")
    found = Reconciliation(at=NOW - 60, as_of=DAY, policy=1, seconds=1.0, differences=0, compared=compared, **figures)
    follower.reconciled.take(None, encode(found))
    store = open_store(settings, "api")
    await store.prepare((*COLLECTIONS, ARRIVALS, DOCUMENTS))
    key = SeriesKey("20242", 0, 1)
    days = Put("series", key.id, 1, {**key._asdict(), "days": packed({DAY - 3: [10]})})
    await store.insert(since_put(NOW - 7200))
    await store.apply([days, whole_put(1, 1), generation_put(NOW - 7200, 1, DAY, 1)], {})
    app, past, who = FastAPI(), Past(store), officials(follower, store)
    problems.install(app)
    public = (map_routes, map_file_routes, news_routes, ranking_routes, open_routes, indicator_routes, fact_routes)
    for router in (
        *(routes(follower, past) for routes in public),
        rate_explanation_routes(follower, past, Behind(past)),
        *(routes(who, past) for routes in (monthly_routes, city_monthly_routes)),
    ):
        app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test/api/v1") as client:
        yield City(client, follower)
    await store.close()


@pytest.mark.parametrize("path", [*SAYING, *LEVEL], ids=str)
async def test_an_answer_out_of_a_store_that_is_behind_says_how_far(city: City, path: tuple[str, dict[str, str]]) -> None:
    """What is of now, or was known before the store fell behind, does not come out of what it lacks."""
    city.hear(5.0)
    assert (await city.get(*path))["stale"] is False
    city.hear(BEHIND)
    assert (await city.get(*path))["stale"] is (path in SAYING)
    if path in SAYING and not path[0].endswith(("-sheet", "-sheets")):
        assert (await city.get(*path))["age_seconds"] == BEHIND


@pytest.mark.parametrize("path", SILENT, ids=str)
async def test_what_could_not_say_it_is_not_answered(city: City, path: tuple[str, dict[str, str]]) -> None:
    city.hear(5.0)
    assert (await city.http.get(path[0], params=path[1])).status_code == 200
    city.hear(BEHIND)
    answer = await city.http.get(path[0], params=path[1])
    assert (answer.status_code, answer.json()["code"]) == (503, "NOT_READY")
    assert "behind" in answer.json()["detail"]


async def test_a_comparison_of_the_live_map_does_not_vouch_for_a_store_that_is_behind(city: City) -> None:
    for seconds, state in ((5.0, "reconciled"), (BEHIND, "not_reconciled")):
        city.hear(seconds)
        assert (await city.get("/units/20242/monthly-sheet", MONTH))["reconciliation"]["state"] == state
        assert {unit["reconciliation"]["state"] for unit in (await city.get("/monthly-sheets", MONTH))["units"]} == {state}


async def test_a_units_page_of_now_is_shown_without_the_days_that_are_behind(city: City) -> None:
    for seconds, there in ((5.0, True), (BEHIND, False)):
        city.hear(seconds)
        page, told = await city.get("/units/20242", {}), await city.get("/units/20242/explanation", {})
        assert (page["daily"] is not None, page["trail"] is not None, told["late_data"] is not None) == (there, there, there)
        assert (page["windows"]["month"]["rates"]["official"]["numerator"], told["stale"]) == (7, False)


async def test_the_live_map_being_behind_is_said_of_days_too_and_refuses_no_file(city: City) -> None:
    city.hear(0.0, lag_seconds=BEHIND)
    assert (await city.get("/map", MAP))["age_seconds"] == BEHIND
    assert (await city.http.get("/map.csv", params=MAP)).status_code == 200


async def test_nothing_is_said_of_a_store_of_which_an_older_release_says_nothing(city: City) -> None:
    city.hear(None)
    assert (await city.get("/map", MAP))["stale"] is False


def test_a_store_that_is_written_as_often_as_may_be_is_not_behind() -> None:
    """However long the pause between two writes is that the settings ask for."""
    follower = Follower(ApiSettings(history_seconds=300.0), cast(BoardReader, None), FixedClock(NOW))
    for seconds, behind in ((320.0, False), (340.0, True)):
        pulse = Pulse(at=real_milliseconds(), lag_seconds=0.0, store_seconds=seconds)
        follower.mirror.hear(pulse, pulse.at, monotonic())
        assert (follower.store_behind() is not None) is behind


@pytest.mark.parametrize("stale", ["map", "units", "indicators"])
def test_no_day_is_exported_out_of_a_history_that_is_behind(stale: str) -> None:
    """The map of now is level then, and each answer about another day says it of itself."""

    def answer(request: httpx.Request) -> httpx.Response:
        path, query = request.url.path.rsplit("/", 1)[-1], dict(request.url.params)
        of = "indicators" if "indicator" in query else "units" if "as_of" in query else "map"
        bodies: dict[str, Any] = {
            "map": {"stale": of == stale, "as_of": "2026-11-16", "known_at": "2026-11-16T08:00:00+07:00", "policy": 1, "units": []},
            "indicators": {"sets": [{"code": "TEST", "total": True, "indicators": []}]},
        }
        return httpx.Response(200, json=bodies.get(path, {"licence": {}}))

    api = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://test/api/v1/")
    with api, pytest.raises(CommandError, match="behind and says so"):
        read_day(api, None)


class Ends:
    """Where topics end."""

    def __init__(self) -> None:
        self.of = {UNIT_DAYS: 5, FACTS: 3}

    async def ends(self, topic: str, partitions: int) -> dict[int, int]:
        return dict.fromkeys(range(partitions), self.of[topic])


async def test_the_store_is_as_old_as_the_newest_moment_whose_ends_it_has_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    now, ends = [1000.0], Ends()
    monkeypatch.setattr(lags, "monotonic", lambda: now[0])
    lag = StoreLag({UNIT_DAYS: 2, FACTS: 1})

    async def after(seconds: float) -> float:
        now[0] += seconds
        await lag.look(cast(Lag, ends))
        return lag.seconds()

    assert [await after(0), await after(10)] == [0, 10], "nobody has seen it level since this process began"
    lag.known_before(45)
    assert lag.seconds() == 45, "nor the one before it"
    lag.written = {(UNIT_DAYS, 0): 5, (UNIT_DAYS, 1): 5, (FACTS, 0): 2}
    assert await after(1) == 46, "a fact is missing"
    lag.written = {**lag.written, (FACTS, 0): 3}
    assert await after(1) == 0
    lag.known_before(45)
    assert lag.seconds() == 0, "it is known better by now"
    ends.of[UNIT_DAYS] = 6
    assert [await after(1), await after(59)] == [1, 60]
    assert await after(0.5) == 60.5, "it grows between two looks"


class FullDisk(InMemoryStore):
    """Takes nothing while it is `full`."""

    full = False

    async def apply(self, *given: Any) -> None:
        if self.full:
            raise StoreAwayError("full")
        await super().apply(*given)


async def test_what_was_read_and_not_written_is_not_in_the_store() -> None:
    store = FullDisk()
    await store.prepare(COLLECTIONS)
    projector = HistoryProjector(ApiSettings(), store, FixedClock(NOW))
    await projector.begin()

    async def write(offset: int) -> None:
        await projector.write(cast(Reader, SimpleNamespace(next={(UNIT_DAYS, 0): offset})))

    await write(7)
    store.full = True
    with pytest.raises(StoreAwayError):
        await write(9)
    assert projector.lag.written == {(UNIT_DAYS, 0): 7}
    store.full = False
    await write(9)
    assert projector.lag.written == {(UNIT_DAYS, 0): 9}
