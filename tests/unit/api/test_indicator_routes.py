"""The routes of indicators over a picture that is in memory: what they take, give and refuse, and by which code."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any, cast

import httpx
import pytest
from api_figures import DAY, scored
from fastapi import FastAPI
from test_indicator_views import POLICY, SETS, UNITS, fact

from dunghen.contracts.facts import FactBook
from dunghen.contracts.policies import Applied, policy_records
from dunghen.platform.clock import FixedClock, real_milliseconds
from dunghen.platform.store import open_store
from services.api import problems
from services.api.board_messages import Meta, Position, Pulse
from services.api.definitions import definitions
from services.api.follower import Follower
from services.api.history import whole_put
from services.api.history_projector import COLLECTIONS
from services.api.past import Past
from services.api.ports import BoardReader, Stored
from services.api.routes_indicators import indicator_routes
from services.api.routes_map import map_routes, news_routes
from services.api.routes_map_files import map_file_routes
from services.api.settings import ApiSettings

BODIES = {"city": {"code": "H17", "name": "Đà Nẵng"}, "units": {"units": UNITS}, "indicators": {"sets": SETS}}


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = ApiSettings(data=tmp_path)
    follower = Follower(settings, cast(BoardReader, None), FixedClock(DAY * 86400 + 3600))
    facts = FactBook()
    for one in (fact("20242", 30), fact("20194", 10)):
        facts.take(one)
    records = {(record.kind, record.version): record for record in policy_records(1, BODIES, Applied(1))}
    meta = Meta(version=7, policy=1, day=DAY, known_at=DAY * 86400, covers={0: 5}, facts={0: 2})
    follower.mirror.load(Stored(Position(7), meta, {"20242": scored("20242", 9, 10)}, policies=records, facts=facts))
    follower.mirror.hear(Pulse(at=real_milliseconds(), lag_seconds=0), real_milliseconds(), monotonic())
    store = open_store(settings, "api")
    await store.prepare(COLLECTIONS)
    await store.apply([whole_put(1, 1)], {})  # the days are whole, and there are none
    app, past = FastAPI(), Past(store)
    problems.install(app)
    maps = (map_routes(follower, past), map_file_routes(follower, past), news_routes(follower, past))
    for router in (*maps, indicator_routes(follower, past)):
        app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test/api/v1") as client:
        yield client
    await store.close()


async def test_the_map_by_an_indicator_names_the_offsets_of_dossiers_and_facts(http: httpx.AsyncClient) -> None:
    answer = (await http.get("/map", params={"indicator": "TEST.TOLD", "include": "covers"})).json()
    assert (answer["rate"], answer["indicator"], answer["covers"], answer["facts"]) == (None, "TEST.TOLD", {"0": 5}, {"0": 2})
    rows = {row["code"]: row for row in answer["units"]}
    assert (rows["20242"]["rank"], rows["20194"]["rank"], rows["H17.10"]["reason"]) == (2, 1, "NOT_FOR_KIND")
    assert answer["city"]["value"] == 0.2


async def test_an_indicators_answer_has_a_tag_of_its_own_and_is_not_sent_twice(http: httpx.AsyncClient) -> None:
    first, rate = await http.get("/map", params={"indicator": "TEST"}), await http.get("/map")
    assert first.headers["etag"] != rate.headers["etag"]
    again = await http.get("/map", params={"indicator": "TEST"}, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


async def test_a_set_is_listed_with_its_definitions_and_a_unit_has_a_card(http: httpx.AsyncClient) -> None:
    listed = (await http.get("/indicators")).json()
    assert [one["code"] for one in listed["sets"][0]["indicators"]] == ["TEST.LIVE", "TEST.TOLD"]
    card = (await http.get("/units/20242/indicators")).json()
    assert card["sets"][0]["total"] == {
        "value": pytest.approx(25 / 30),
        "numerator": 25_000_000,
        "denominator": 30_000_000,
        "points": 25,
        "maximum": 30,
        "reason": "VALUE",
        "standing": "good",
        "exact": "5/6",
    }


async def test_another_day_and_a_named_month_are_answered_from_the_days(http: httpx.AsyncClient) -> None:
    named = (await http.get("/map", params={"indicator": "TEST.TOLD", "window": "2026-11"})).json()
    assert {row["code"]: row["value"] for row in named["units"]}["20242"] == 0.3
    other = (await http.get("/map", params={"indicator": "TEST.TOLD", "as_of": "2026-10-31"})).json()
    assert {row["reason"] for row in other["units"]} == {"NO_INPUTS", "NOT_FOR_KIND"}
    card = await http.get("/units/20242/indicators", params={"as_of": "2026-11-01", "window": "month"})
    assert (card.json()["first"], card.json()["last"]) == ("2026-11-01", "2026-11-01")


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/map", {"indicator": "TEST", "rate": "official"}, 422, "INVALID_PARAMETER"),
        ("/map", {"indicator": "TEST", "window": "fortnight"}, 422, "INVALID_PARAMETER"),
        ("/map", {"indicator": "test<script>"}, 422, "INVALID_PARAMETER"),
        ("/map", {"indicator": "TEST.OTHER"}, 404, "UNKNOWN_INDICATOR"),
        ("/map", {"indicator": "TEST", "known_at": "2026-11-15T08:00:00+07:00"}, 404, "HISTORY_LOST"),
        ("/map.csv", {"indicator": "OTHER"}, 404, "UNKNOWN_INDICATOR"),
        ("/changes", {"indicator": "OTHER", "since": "1"}, 404, "UNKNOWN_INDICATOR"),
        ("/changes", {"indicator": "TEST", "since": "2026-11-15T08:00:00+07:00"}, 422, "INVALID_PARAMETER"),
        ("/stream", {"indicator": "OTHER"}, 404, "UNKNOWN_INDICATOR"),
        ("/stream", {"indicator": "TEST", "window": "2026-11"}, 422, "INVALID_PARAMETER"),
        ("/units/99999/indicators", {}, 404, "UNKNOWN_UNIT"),
        ("/units/20242/indicators", {"window": "fortnight"}, 422, "INVALID_PARAMETER"),
        ("/units/20242/indicators", {"known_at": "2026-11-15T08:00:00+07:00"}, 404, "HISTORY_LOST"),
    ],
)
async def test_what_is_no_answer_is_refused_by_its_code(
    http: httpx.AsyncClient, path: str, query: dict[str, str], status: int, code: str
) -> None:
    answer = await http.get(path, params=query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_every_reason_and_kind_has_a_meaning_in_both_languages() -> None:
    told: dict[str, Any] = definitions(None)
    assert set(told["reasons"]) == {
        "VALUE",
        "NO_INPUTS",
        "NOTHING_OCCURRED",
        "NOT_ASSESSED",
        "NOT_FOR_KIND",
        "NOT_IN_FORCE",
        "NO_HISTORY",
        "NOT_FOR_PERIOD",
    }
    assert set(told["indicator_kinds"]) == {"ratio", "threshold", "sum", "plan_actual", "manual", "rank"}
    assert POLICY.indicators.sets.keys() == {"TEST"}


async def test_the_city_s_card_is_there_by_the_city_s_code_as_of_now(http: httpx.AsyncClient) -> None:
    card = (await http.get("/units/H17/indicators")).json()
    assert (card["code"], card["version"], card["sets"][0]["indicators"][0]["numerator"]) == ("H17", 7, 9)
    assert (await http.get("/units/H17/indicators")).json() == card
    assert (await http.get("/units/H17/indicators", params={"as_of": "2020-01-01"})).status_code == 404
