"""A unit's rate explained over HTTP: against SQL that counts the same events by its own path, to the last dossier."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from access_world import HAI_CHAU, HAI_VAN, Actor, settle
from api_world import MONDAY_8_00, TODAY, Opened, World
from counted_city import UNITS, CountedCity

from dunghen.cli.recompute import CountedDossier, Recomputation
from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.topics import DOSSIER_EVENTS
from dunghen.domain.flags import FLAGS
from dunghen.domain.policy import Policy
from dunghen.domain.rate_parts import PARTS
from dunghen.domain.standing import standing
from dunghen.domain.windows import WINDOWS, resolve
from tests.eventually import eventually_async as eventually

CITY = CountedCity()


@pytest.fixture
async def counted(open_world: Opened) -> AsyncIterator[tuple[World, dict[str, Actor]]]:
    async with open_world() as world:
        actors = await settle(world)
        await CITY.tell(world)
        await eventually(lambda: level(world, actors))
        yield world, actors


async def level(world: World, actors: dict[str, Actor]) -> bool:
    """Whether map, dossiers and history of every unit are all there: three followers, each at its own pace."""
    leader = actors["leader of the city"]
    for unit in UNITS:
        now = await behind(world, leader, unit, rate="official", window="year")
        then = await behind(world, leader, unit, rate="official", window="quarter", as_of="2026-11-15")
        if (now.get("differs_by"), then.get("differs_by")) != (own_dossier("official"), {}):
            return False
        if not (await explained(world, unit, window="year"))["flags"]:
            return False
    return True


def own_dossier(rate: str) -> dict[str, int]:
    """`settle` gives each unit one dossier, open and due tomorrow, that is in the read model and in no score."""
    return {"pending": 1} if rate == "official" else {}


async def explained(world: World, unit: str = HAI_CHAU, **query: Any) -> dict[str, Any]:
    answer = await world.http.get(f"/api/v1/units/{unit}/explanation", params=query)
    return {"status_code": answer.status_code, **answer.json()}


async def behind(world: World, actor: Actor, unit: str = HAI_CHAU, **query: Any) -> dict[str, Any]:
    path = f"/api/v1/units/{unit}/explanation/dossiers"
    answer = await world.http.get(path, params=query, headers=dict(actor.headers))
    return {"status_code": answer.status_code, **answer.json()}


async def all_behind(world: World, actor: Actor, unit: str, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        page = await behind(world, actor, unit, **query, after=after)
        found, after = found + page["dossiers"], page["after"]
        if not after:
            return found


def part_by_sql(counted: CountedDossier, rate: str, last: int) -> str:
    if rate in ("due_cohort", "statutory"):
        return "met" if counted.good else "missed"
    if counted.ended_day is None or max(counted.ended_day, counted.received_day) > last:
        return "pending" if counted.good else "overdue"
    if counted.due_day is None:
        return "undated"
    return "early" if counted.ended_day < counted.due_day else "on_day" if counted.ended_day == counted.due_day else "late"


def parts_by_sql(sql: Recomputation, unit: str, window: str, rate: str) -> Counter[str]:
    last = resolve(window, TODAY).last
    return Counter(part_by_sql(counted, rate, last) for counted in sql.dossiers_of(unit, window, rate))


async def test_parts_numerator_and_denominator_are_what_sql_counts(counted: tuple[World, dict[str, Actor]]) -> None:
    world, actors = counted
    seen = Counter[str]()
    with CITY.recomputed() as sql:
        for unit in UNITS:
            for window in WINDOWS:
                for rate in PARTS:
                    told = await explained(world, unit, rate=rate, window=window)
                    there = parts_by_sql(sql, unit, window, rate)
                    assert {p["part"]: p["dossiers"] for p in told["parts"] if p["dossiers"]} == dict(there)
                    figure, row = told["figure"], sql.units[unit].windows[window].rates[rate]
                    assert (figure["numerator"], figure["denominator"]) == (row.numerator, row.denominator)
                    assert figure["numerator"] == sum(p["dossiers"] for p in told["parts"] if p["in_numerator"])
                    assert figure["denominator"] == sum(p["dossiers"] for p in told["parts"])
                    seen += there
                    listed = await behind(world, actors["leader of the city"], unit, rate=rate, window=window, limit=1)
                    assert (listed["differs_by"], listed["shown"]["parts"]) == (own_dossier(rate), {n: there[n] for n in PARTS[rate]})
    assert set(seen) == {name for names in PARTS.values() for name in names}, "every part was there"


async def test_the_dossiers_behind_are_those_that_sql_names_page_by_page(counted: tuple[World, dict[str, Actor]]) -> None:
    world, actors = counted
    with CITY.recomputed() as sql:
        for rate in PARTS:
            names = {c.dossier: part_by_sql(c, rate, TODAY) for c in sql.dossiers_of(HAI_CHAU, "quarter", rate)}
            for limit in (7, 500):
                listed = await all_behind(world, actors["official of Hải Châu"], HAI_CHAU, rate=rate, window="quarter", limit=limit)
                codes = [d["code"] for d in listed]
                assert len(codes) == len(set(codes))
                assert {d["code"]: d["part"] for d in listed if d["code"] in CITY.records()} == names


async def test_the_flags_of_the_list_are_exact_and_those_of_the_public_isolate_nobody(counted: tuple[World, dict[str, Actor]]) -> None:
    world, actors = counted
    official = actors["official of Hải Châu"]
    policy, records = Policy.from_bodies(1, {"city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"}}), CITY.records()
    asked = {"rate": "resolved", "window": "quarter", "as_of": "2026-11-15"}
    listed = await all_behind(world, official, HAI_CHAU, **asked, limit=50)
    for dossier in listed:
        stands = standing(records[dossier["code"]], policy.rules)
        assert stands is not None
        assert set(dossier["flags"]) == stands.flags
    exact = Counter(flag for dossier in listed for flag in dossier["flags"])
    assert (await behind(world, official, **asked))["flags"] == {flag: exact[flag] for flag in FLAGS}
    told = (await explained(world, **asked))["flags"]
    assert (told["last"], told["of"], told["found"]) == ("2026-11-15", len(listed), len(listed))
    live = (await explained(world, rate="resolved", window="quarter"))["flags"]
    assert (live["last"], live["of"]) == ("2026-11-15", len(listed)), "of days that are over only"
    given = {count["flag"]: count["dossiers"] for count in told["counts"]}
    assert any(given.values())
    assert all(count is None or (count % 5 == 0 and exact[flag] >= count >= 5) for flag, count in given.items())
    assert all(given[flag] is None for flag in FLAGS if exact[flag] < 5)


async def test_a_part_and_a_flag_narrow_the_list(counted: tuple[World, dict[str, Actor]]) -> None:
    world, actors = counted
    official, asked = actors["official of Hải Châu"], {"rate": "official", "window": "quarter", "limit": 3}
    whole = await all_behind(world, official, HAI_CHAU, **asked)
    flag = Counter(f for d in whole if d["part"] == "late" for f in d["flags"]).most_common(1)[0][0]
    for narrowed in ({"part": "late"}, {"part": "overdue"}, {"flag": flag}, {"part": "late", "flag": flag}):
        expected = [d for d in whole if d["part"] == narrowed.get("part", d["part"]) and narrowed.get("flag", flag) in (*d["flags"], flag)]
        expected = [d for d in expected if "flag" not in narrowed or flag in d["flags"]]
        assert expected
        assert await all_behind(world, official, HAI_CHAU, **asked, **narrowed) == expected
    for wrong in ({"part": "met"}, {"flag": "nonsense"}, {"after": "9."}, {"after": "x"}):
        assert (await behind(world, official, **asked, **wrong))["code"] == "INVALID_PARAMETER"


async def test_another_day_and_a_named_period_are_told_as_of_their_end(counted: tuple[World, dict[str, Actor]]) -> None:
    world, actors = counted
    for query in ({"as_of": "2026-10-31", "window": "month"}, {"window": "2026-10"}, {"as_of": "2026-11-01", "window": "30d"}):
        for rate in PARTS:
            told = await explained(world, rate=rate, **query)
            row = next(u for u in (await world.map(rate=rate, **query))["units"] if u["code"] == HAI_CHAU)
            assert (told["figure"]["numerator"], told["figure"]["denominator"]) == (row["numerator"], row["denominator"])
            assert sum(p["dossiers"] for p in told["parts"]) == row["denominator"]
            page = await behind(world, actors["official of Hải Châu"], rate=rate, **query)
            assert page["stored"]["parts"] == {p["part"]: p["dossiers"] for p in told["parts"]}
            assert (page["differs_by"], page["map"]["policy"], set(page["store"]["next"])) == ({}, 1, {"0", "1"})


async def test_the_four_rates_stand_side_by_side_with_the_gaps_between_them(counted: tuple[World, dict[str, Actor]]) -> None:
    world, _ = counted
    told = await explained(world, rate="official", window="quarter")
    rates = told["rates"]
    assert rates["official"] == told["figure"]
    for gap in told["gaps"]:
        a, b = rates["official"], rates[gap["against"]]
        assert gap["numerator"] == a["numerator"] * b["denominator"] - b["numerator"] * a["denominator"]
        assert gap["denominator"] == a["denominator"] * b["denominator"]
        assert gap["reason"] == ("PARTED" if a["low"] > b["high"] or b["low"] > a["high"] else "OVERLAPPING")
    assert [gap["against"] for gap in told["gaps"]] == ["resolved", "due_cohort", "statutory"]
    assert told["definition"]["rules"]["policy"] == 1
    assert {told["definition"][word] != "" for word in ("vi", "en", "meaning_vi", "meaning_en")} == {True}


async def test_steps_that_come_on_a_later_day_than_they_happened_are_a_class_of_their_own(counted: tuple[World, dict[str, Actor]]) -> None:
    world, _ = counted
    assert (await explained(world))["late_data"] == {"steps": 0, "late": 0, "value": None, "since": None}
    days = (0, 0, 1, 0, 5)
    for n, late_by in enumerate(days):
        at = MONDAY_8_00 + n
        event = DossierEvent(id=f"{n:016x}", dossier="D", unit=HAI_CHAU, kind="progressed", status=4, occurred_at=at - late_by * 86400,
                             arrived_at=at * 1_000_000)  # fmt: skip
        await world.say(DOSSIER_EVENTS, "D", event)
        if n == 2:
            await world.stop("projector")
            await world.start_projector()

    async def told() -> Any:
        found = (await explained(world))["late_data"]
        return found if found and found["steps"] == len(days) else None  # nothing is said of it until the store was seen level

    assert await eventually(told) == {"steps": 5, "late": 2, "value": 0.4, "since": "2026-11-16"}
    assert (await explained(world, as_of="2026-11-15"))["late_data"]["steps"] == 0


async def test_of_today_and_of_what_there_is_not_it_says_so(counted: tuple[World, dict[str, Actor]]) -> None:
    world, _ = counted
    today = await explained(world, window="today", rate="due_cohort")
    assert (today["figure"]["value"], today["flags"]) == (None, None), "no day of it is over"
    assert {gap["reason"] for gap in today["gaps"]} == {"NOTHING_OCCURRED"}
    assert (await explained(world, "99999"))["code"] == "UNKNOWN_UNIT"
    assert (await explained(world, window="2027"))["code"] == "INVALID_PARAMETER"
    assert (await explained(world, as_of="2026-11-17"))["code"] == "INVALID_PARAMETER"
    assert (await explained(world, rate="best"))["code"] == "INVALID_PARAMETER"


async def test_the_list_is_for_officials_of_the_unit_and_every_code_of_it_is_audited(counted: tuple[World, dict[str, Actor]]) -> None:
    world, actors = counted
    assert (await behind(world, actors["nobody"]))["status_code"] == 401
    assert (await behind(world, actors["source"]))["status_code"] == 403
    assert (await behind(world, actors["official of Hải Châu"], HAI_VAN))["status_code"] == 403
    assert (await behind(world, actors["leader of the city"], HAI_VAN))["status_code"] == 200
