"""Rankings over HTTP: the same figures as the map of the same days, in order, beside those of the period before."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import openpyxl
import pytest
from api_world import BODIES, Opened, World
from counted_city import UNITS, CountedCity

from dunghen.contracts.facts import Fact, fact_key
from dunghen.contracts.topics import FACTS
from tests.eventually import eventually_async as eventually

CITY = CountedCity(seed=3)


@pytest.fixture
async def counted(open_world: Opened) -> AsyncIterator[World]:
    async with open_world() as world:
        await CITY.tell(world)
        await eventually(lambda: told(world))
        yield world


async def told(world: World) -> bool:
    live, days = await world.map(window="year"), await world.map(window="2026")
    return bool(live["city"]["received"] > 100 and live["city"]["received"] == days["city"]["received"])


async def ranking(world: World, **query: Any) -> dict[str, Any]:
    answer = await world.http.get("/api/v1/rankings", params=query)
    return {"status_code": answer.status_code, **answer.json()}


def units_of(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {unit["code"]: unit for group in answer["rankings"] for unit in group["units"]}


PERIODS = [
    ("month", {"window": "month"}, {"window": "month", "as_of": "2026-10-16"}),
    ("7d", {"window": "7d"}, {"window": "7d", "as_of": "2026-11-09"}),
    ("2026-10", {"window": "2026-10"}, {"window": "2026-09"}),
    ("2026-10-30", {"window": "today", "as_of": "2026-10-30"}, {"window": "today", "as_of": "2026-10-29"}),
    ("2026-Q4", {"window": "quarter"}, {"window": "quarter", "as_of": "2026-08-16"}),
    ("2026", {"window": "year"}, {"window": "year", "as_of": "2025-11-16"}),
]


@pytest.mark.parametrize(("period", "now", "then"), PERIODS)
async def test_a_ranking_has_the_figures_of_the_map_of_its_days_and_of_the_days_before(
    counted: World, period: str, now: dict[str, str], then: dict[str, str]
) -> None:
    for rate in ("official", "statutory"):
        answer = await ranking(counted, period=period, rate=rate)
        found, shown, before = units_of(answer), await counted.map(rate=rate, **now), await counted.map(rate=rate, **then)
        assert (answer["first"], answer["last"]) == (shown["first"], shown["last"])
        assert (answer["before_first"], answer["before_last"]) == (before["first"], before["last"])
        for row in shown["units"]:
            same = ("value", "numerator", "denominator", "low", "high", "few", "band", "rank", "received")
            assert {name: found[row["code"]][name] for name in same} == {name: row[name] for name in same}
        for row in before["units"]:
            same = ("value", "numerator", "denominator", "rank")
            assert found[row["code"]]["before"] == {**{name: row[name] for name in same}, "mapped_from": []}
    assert set(found) == set(UNITS)
    assert (answer["indicator"], answer["reason"], answer["periods"]) == (None, None, None)


@pytest.mark.parametrize(("period", "now", "then"), PERIODS)
async def test_by_an_indicator_it_has_the_figures_of_the_map_by_it(
    counted: World, period: str, now: dict[str, str], then: dict[str, str]
) -> None:
    answer = await ranking(counted, period=period, indicator="MONTHLY.ON_TIME")
    shown, before = [await counted.map(indicator="MONTHLY.ON_TIME", **when) for when in (now, then)]
    found = units_of(answer)
    same = ("value", "numerator", "denominator", "low", "high", "few", "band", "rank", "points", "maximum", "reason", "standing", "exact")
    for row in shown["units"]:
        assert {name: found[row["code"]][name] for name in same} == {name: row[name] for name in same}
    for row in before["units"]:
        assert {name: found[row["code"]]["before"][name] for name in same[:3]} == {name: row[name] for name in same[:3]}
    assert (answer["rate"], answer["indicator"]) == (None, "MONTHLY.ON_TIME")
    assert answer["reason"] == next((row["reason"] for row in shown["units"] if row["value"] is not None), "NOTHING_OCCURRED")
    assert answer["periods"] == ["day", "month", "quarter", "year"]


async def test_what_is_told_by_the_month_has_no_ranking_of_a_day_and_says_which_it_has(counted: World) -> None:
    for unit, month, done in (("20242", "2026-09", 7), ("20194", "2026-09", 9)):
        told: dict[str, Any] = {"id": f"{done:016x}", "unit": unit, "code": "MONTHLY.TOLD", "period": month, "numerator": done}
        fact = Fact(**told, denominator=10, source="H17", occurred_at=5, arrived_at=5)
        await counted.say(FACTS, fact_key(fact).decode(), fact)

    async def month() -> dict[str, Any] | None:
        found = await ranking(counted, period="2026-09", indicator="MONTHLY.TOLD")
        return found if found["reason"] == "VALUE" and units_of(found)["20194"]["rank"] == 1 else None

    found = await eventually(month)
    assert units_of(found)["20242"]["rank"] == 2
    assert (units_of(found)["20242"]["movement"]["reason"], found["periods"]) == ("NO_INTERVAL", ["month", "quarter", "year"])
    for period in ("2026-09-15", "7d"):
        none = await ranking(counted, period=period, indicator="MONTHLY.TOLD")
        assert (none["reason"], none["periods"]) == ("NOT_FOR_PERIOD", ["month", "quarter", "year"])
        assert {(unit["value"], unit["rank"]) for unit in units_of(none).values()} == {(None, None)}
    assert (await ranking(counted, period="2026-Q3", indicator="MONTHLY.TOLD"))["reason"] == "VALUE"
    assert (await ranking(counted, period="2026-08", indicator="MONTHLY.TOLD"))["reason"] == "NO_INPUTS"


async def test_groups_orders_and_kinds(counted: World) -> None:
    kinds = await ranking(counted, period="quarter")
    assert [(g["kind"], g["third"]) for g in kinds["rankings"]] == [("locality", ""), ("department", "")]
    lowest, highest = [
        [u["code"] for u in (await ranking(counted, period="quarter", group="overall", order=order))["rankings"][0]["units"]]
        for order in ("lowest", "highest")
    ]
    assert lowest == list(reversed(highest))
    peers = await ranking(counted, period="quarter", group="peers", kind="locality")
    assert [(g["third"], [u["code"] for u in g["units"]]) for g in peers["rankings"]] == [("small", ["20194"]), ("middle", ["20242"])]


async def test_units_of_like_setting_stand_together_and_those_of_none_are_named(counted: World) -> None:
    none = await ranking(counted, period="quarter", group="setting")
    assert (none["rankings"], none["ungrouped"]) == ([], sorted(UNITS))  # a policy of before settings reads as not stated
    hai_chau, hai_van, department = BODIES["units"]["units"]
    stated = {"units": [{**hai_chau, "setting": "urban"}, {**hai_van, "setting": "mountain"}, department]}
    await counted.policy(2, {"units": stated})
    await CITY.tell(counted, version=2)

    async def grouped() -> dict[str, Any] | None:
        found = await ranking(counted, period="quarter", group="setting")
        return found if found.get("rankings") and found["policy"] == 2 else None

    found = await eventually(grouped)
    assert [(g["kind"], g["setting"], [u["code"] for u in g["units"]]) for g in found["rankings"]] == [
        ("locality", "urban", ["20242"]),
        ("locality", "mountain", ["20194"]),
    ]
    assert found["ungrouped"] == ["H17.10"]
    assert (await ranking(counted, period="quarter", group="setting", kind="locality"))["ungrouped"] == []
    answer = await counted.http.get("/api/v1/rankings.csv", params={"period": "quarter", "group": "setting"})
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert [(r["group_setting"], r["code"]) for r in rows] == [("urban", "20242"), ("mountain", "20194")]


async def test_the_sheet_says_the_same_and_the_reader_who_has_it_is_told_so(counted: World) -> None:
    answer = await counted.http.get("/api/v1/rankings.csv", params={"period": "quarter"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {r["code"]: r["numerator"] for r in rows} == {
        c: str(u["numerator"]) for c, u in units_of(await ranking(counted, period="quarter")).items()
    }
    sheet = await counted.http.get("/api/v1/rankings.xlsx", params={"period": "quarter"})
    told = openpyxl.load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True)
    assert [(row[2], row[4]) for row in told] == [("code", "kind"), *((r["code"], r["kind"]) for r in rows)]
    for path in ("/api/v1/rankings.csv", "/api/v1/rankings.xlsx", "/api/v1/rankings"):
        first = await counted.http.get(path, params={"period": "2026-10"})
        again = await counted.http.get(path, params={"period": "2026-10"}, headers={"if-none-match": first.headers["etag"]})
        assert (first.status_code, again.status_code) == (200, 304)


async def test_what_is_no_period_is_refused(counted: World) -> None:
    assert (await ranking(counted, indicator="NO.SUCH"))["code"] == "UNKNOWN_INDICATOR"
    assert (await ranking(counted, indicator="NO.SUCH", period="2026-10"))["code"] == "UNKNOWN_INDICATOR"
    assert (await ranking(counted, indicator="MONTHLY.ON_TIME", rate="official"))["code"] == "INVALID_PARAMETER"
    for wrong in ({"period": "2026-11-17"}, {"period": "fortnight"}, {"group": "street"}, {"order": "best"}, {"rate": "mine"}):
        assert (await ranking(counted, **wrong))["code"] == "INVALID_PARAMETER"
