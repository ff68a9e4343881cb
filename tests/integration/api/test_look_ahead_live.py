"""What falls due, over HTTP out of the store that the projector filled: against SQL of its own, and against the dossiers themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from access_world import DOSSIERS_OF, HAI_CHAU, Actor, record_of, settle
from api_world import BODIES, MONDAY_8_00, TODAY, Opened, World
from counted_city import UNITS, CountedCity

from dunghen.domain.days import date_of
from dunghen.domain.look_ahead import HORIZONS, Paces, days_in, expect, first_day_of_record, last_day, summed
from dunghen.domain.pace import open_in, pace_of, record_in
from dunghen.domain.policy import Policy
from dunghen.domain.reckoning import reckon
from dunghen.domain.traits import placed
from dunghen.platform.store import StoreAwayError, open_store
from tests.eventually import eventually_async as eventually

CITY = CountedCity(count=1500)
POLICY = Policy.from_bodies(1, BODIES)


@pytest.fixture
async def counted(open_world: Opened) -> AsyncIterator[tuple[World, dict[str, Actor]]]:
    async with open_world() as world:
        actors = await settle(world)
        await CITY.tell(world)
        await eventually(lambda: stored(world))
        yield world, actors


async def stored(world: World) -> bool:
    """Whether the read model has all dossiers: by its store, since a look-ahead that is asked for is kept for a while."""
    store = open_store(world.settings, "api", read_only=True)
    try:
        return await store.count("dossiers", {}) == len(CITY.records()) + len(DOSSIERS_OF)
    except StoreAwayError:
        return False
    finally:
        await store.close()


async def told(world: World, unit: str, actor: Actor | None = None) -> dict[str, Any]:
    path = f"/api/v1/units/{unit}/look-ahead" if actor is None else f"/api/v1/officials/units/{unit}/look-ahead"
    answer = await world.http.get(path, headers=dict(actor.headers) if actor else {})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def horizons() -> dict[int, int]:
    return {days: last_day(POLICY.calendar, MONDAY_8_00, days) for days in HORIZONS}


async def test_what_falls_due_is_what_sql_counts(counted: tuple[World, dict[str, Actor]]) -> None:
    world, actors = counted
    seen = 0
    with CITY.recomputed() as sql:
        for unit in UNITS:
            opened = [d for d in sql.dossiers_of(unit, "year", "official") if d.ended_day is None and d.due_day is not None]
            exact = await told(world, unit, actors["leader of the city"])
            for of, (days, last) in zip(exact["horizons"], horizons().items(), strict=True):
                own = 1 if days > 1 else 0  # `settle` gives each unit one that is due tomorrow
                due = sum(TODAY <= (d.due_day or 0) <= last for d in opened)
                assert (of["working_days"], of["last"], of["due"]) == (days, date_of(last).isoformat(), due + own)
                seen += due
    assert seen > 20


async def test_what_is_expected_is_what_the_dossiers_themselves_let_expect(counted: tuple[World, dict[str, Actor]]) -> None:
    world, actors = counted
    opened: dict[str, Counter[str]] = {unit: Counter() for unit in UNITS}
    over: dict[str, Counter[str]] = {unit: Counter() for unit in UNITS}
    every = {**CITY.records(), **{code: record_of(code, unit) for unit, code in DOSSIERS_OF.items()}}
    for record in every.values():
        found = reckon(record, POLICY.rules)
        if found is None:
            continue
        word, place = pace_of(found, POLICY.calendar), placed(found, POLICY.zone)
        opened[found.head.unit][word] += not found.end.at
        over[found.head.unit][word] += first_day_of_record(POLICY.calendar, TODAY) <= place.due_on < TODAY
    days = {unit: days_in(record_in(+tally)) for unit, tally in over.items()}
    city = summed(days.values())
    for unit in UNITS:
        exact = await told(world, unit, actors["leader of the city"])
        for of, last in zip(exact["horizons"], horizons().values(), strict=True):
            expected = expect(open_in(+opened[unit]), Paces(days[unit], city), last, (POLICY.calendar, MONDAY_8_00))
            mean = None if expected.mean is None else round(expected.mean, 1)
            assert (of["due"], of["expected"], of["low"], of["high"], of["reason"]) == (
                expected.due, mean, expected.low, expected.high, expected.reason.value,
            )  # fmt: skip


async def test_everybody_sees_multiples_of_five_with_a_tag_and_the_city_sums_its_units(counted: tuple[World, dict[str, Actor]]) -> None:
    world, actors = counted
    exact = await told(world, HAI_CHAU, actors["official of Hải Châu"])
    public = await told(world, HAI_CHAU)
    for of, given in zip(exact["horizons"], public["horizons"], strict=True):
        assert (given["due"] or 0) <= of["due"]
        assert given["due"] is None or (given["due"] % 5 == 0 and given["due"] >= 5)
        assert (given["expected"] is None) == (given["due"] is None or of["expected"] is None)
    whole = sum([(await told(world, unit, actors["leader of the city"]))["horizons"][-1]["due"] for unit in UNITS])
    city = await told(world, "H17")
    assert city["kind"] == "city"
    assert whole - 5 < city["horizons"][-1]["due"] <= whole
    first = await world.http.get(f"/api/v1/units/{HAI_CHAU}/look-ahead")
    again = await world.http.get(f"/api/v1/units/{HAI_CHAU}/look-ahead", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)
