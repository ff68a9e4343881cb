from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from api_world import MONDAY_8_00, TODAY, Opened, World

from dunghen.contracts.facts import Fact, fact_key
from dunghen.contracts.messages import Notice
from dunghen.contracts.topics import FACTS
from dunghen.platform.store import Query, open_store
from tests.eventually import eventually_async as eventually

YESTERDAY = TODAY - 1


async def seen(world: World, expected: int, **query: Any) -> Any:
    """The map once its city has so many in its denominator."""

    async def check() -> Any:
        body = await world.map(**query)
        return body if body["status"] == 200 and body["city"]["denominator"] == expected else None

    return await eventually(check)


async def a_unit_with_a_past(world: World) -> None:
    """Hải Châu: 10 received on 6 November, by two partitions; 6 on time, 1 late on the 13th; 2 fell overdue, 1 is pending."""
    first, then = TODAY - 10, TODAY - 3
    await world.cell(("20242", first, 0), received=6, pending=6)
    await world.cell(("20242", first, 1), received=4, pending=4)
    await world.cell(("20242", then, 0), early=3, on_day=2, late=1, pending=-6, due=5, due_met=4, first_due=5, first_met=3)
    await world.cell(("20242", then, 1), early=1, pending=-3, overdue=2)


async def test_another_day_is_the_map_at_its_end_as_the_dossiers_tell_it_now(world: World) -> None:
    await a_unit_with_a_past(world)
    then = await seen(world, 10, as_of="2026-11-13", window="30d", rate="official")
    unit = then["units"][0]
    assert (unit["numerator"], unit["received"], unit["finished"], unit["pending"], unit["overdue"]) == (7, 10, 7, 1, 2)
    assert (then["as_of"], then["city"]["rates"]["statutory"]["numerator"]) == ("2026-11-13", 3)
    earlier = await seen(world, 10, as_of="2026-11-12", window="30d", rate="official")
    assert (earlier["units"][0]["pending"], earlier["units"][0]["value"]) == (10, 1.0)
    assert (await world.map(as_of="2026-11-01"))["units"][0]["value"] is None


async def test_a_named_period_is_counted_whole_and_today_is_not_over(world: World) -> None:
    await a_unit_with_a_past(world)
    await world.cell(("20242", TODAY, 0), due=7, due_met=7)
    november = await seen(world, 5, window="2026-11", rate="due_cohort")
    assert (november["first"], november["last"], november["city"]["numerator"]) == ("2026-11-01", "2026-11-16", 4)
    assert (await world.map(window="2026-12"))["code"] == "INVALID_PARAMETER"
    assert (await world.map(as_of="2026-11-17"))["code"] == "INVALID_PARAMETER"
    assert (await world.map(window="2026-W40"))["code"] == "INVALID_PARAMETER"


async def test_what_was_known_at_an_instant_is_not_what_is_known_now(world: World) -> None:
    asked = {"as_of": "2026-11-13", "window": "30d"}
    await a_unit_with_a_past(world)
    await world.cell(("H17.10", TODAY - 3, 0), received=2, early=2)
    await seen(world, 12, **asked)
    world.clock.at = MONDAY_8_00 + 3600
    await world.cell(("20242", TODAY - 10, 1), received=3, pending=3)  # one was never there
    await world.cell(("20242", TODAY - 3, 1), early=1, late=2, pending=-3)  # the two overdue ones turn out to have ended late
    await world.cell(("20194", TODAY - 3, 1), received=4, early=4)
    await world.cell(("H17.10", TODAY - 3, 0))  # these never were
    now = await seen(world, 13, **asked)
    assert (now["city"]["received"], now["units"][0]["overdue"]) == (13, 0)
    then = await world.map(**asked, known_at="2026-11-16T08:30:00+07:00")
    assert (then["city"]["denominator"], then["city"]["received"], then["units"][0]["overdue"]) == (12, 12, 2)
    assert (await world.map(known_at="2026-11-16T08:30:00"))["as_of"] == "2026-11-16"
    assert (await world.map(known_at="2026-11-16T07:00:00+07:00"))["code"] == "NO_HISTORY"
    assert (await world.map(known_at="2027-01-01T00:00:00+07:00"))["code"] == "INVALID_PARAMETER"


async def test_what_was_shown_counts_from_when_it_was_shown_not_from_when_it_was_stored(open_world: Opened) -> None:
    async with open_world(history_seconds=1.0) as world:
        await eventually(lambda: world.follower and world.follower.mirror.scene())
        world.clock.at = MONDAY_8_00 + 3600

        async def known() -> bool:
            return bool((await world.map(known_at="2026-11-16T08:30:00+07:00"))["status"] == 200)

        await eventually(known)


async def test_a_fact_that_is_said_again_is_kept_once_with_its_first_arrival_and_told_as_it_was_known(world: World) -> None:
    """From the topic into the store: 90 of 100 from 08:10 on, said again every minute until 08:20, then 95."""

    async def say(tenths: int, minute: int) -> None:
        at = MONDAY_8_00 + 60 * minute
        plain: dict[str, Any] = {"id": f"{tenths:016x}", "unit": "20242", "code": "RANKED.POINTS", "period": "2025", "source": "H17"}
        fact = Fact(**plain, numerator=tenths, denominator=10, occurred_at=at, arrived_at=at * 10**6)
        await world.say(FACTS, fact_key(fact).decode(), fact, 0)

    async def told(minute: int) -> list[int]:
        known_at = datetime.fromtimestamp(MONDAY_8_00 + 60 * minute, UTC).isoformat()
        answer = await world.http.get("/api/v1/facts", params={"code": "RANKED.POINTS", "known_at": known_at})
        return [one["numerator"] for one in answer.json().get("facts", ())]

    await eventually(lambda: world.follower and world.follower.mirror.scene())
    for minute in range(10, 21):
        await say(90, minute)
    await say(95, 30)
    world.clock.at = MONDAY_8_00 + 3600
    await eventually(lambda: _is(told, 40, [95]))
    assert [await told(minute) for minute in (5, 10, 15, 29, 30)] == [[], [90], [90], [90], [95]]
    store = open_store(world.settings, "api", read_only=True)
    kept = (await store.find(Query("told", order_by=("about", "arrived_at")))).documents
    await store.close()
    minutes = [[(at // 10**6 - MONDAY_8_00) // 60 for at in (one.body["arrived_at"], one.body["arrived_to"])] for one in kept]
    assert minutes == [[10, 20], [30, 30]]


async def _is(told: Callable[[int], Awaitable[list[int]]], minute: int, wanted: list[int]) -> bool:
    return await told(minute) == wanted


async def test_history_goes_on_after_a_restart_without_reading_anything_twice(world: World) -> None:
    await a_unit_with_a_past(world)
    await seen(world, 10, as_of="2026-11-13", window="30d")
    await world.stop("projector")
    await world.cell(("20242", TODAY - 3, 0), early=9, pending=-6)
    await world.start_projector()
    await seen(world, 13, as_of="2026-11-13", window="30d")


async def test_a_unit_is_told_day_by_day(world: World) -> None:
    await a_unit_with_a_past(world)

    async def told() -> Any:
        days = (await world.http.get("/api/v1/units/20242")).json()["daily"]
        return {d["day"]: d for d in days} if days and days[-4]["late"] == 1 else None

    days = await eventually(told)
    assert (len(days), days["2026-11-06"]["received"], days["2026-11-06"]["pending"]) == (11, 10, 10)
    assert (days["2026-11-13"]["early"], days["2026-11-16"]["overdue"]) == (4, 2)


async def test_a_unit_of_another_day_or_window_is_what_the_map_says_of_it(world: World) -> None:
    await world.cell(("20242", TODAY - 40, 0), received=10, pending=10)
    await world.cell(("20242", TODAY - 30, 0), early=3, late=1, pending=-4)

    async def told(**query: str) -> dict[str, Any]:
        return dict((await world.http.get("/api/v1/units/20242", params=query)).json())

    await eventually(lambda: _has_days(world))
    october = (await told(window="2026-10"))["windows"]["2026-10"]
    row = (await world.map(window="2026-10", rate="resolved"))["units"][0]
    assert (october["first"], october["last"]) == ("2026-10-01", "2026-10-31")
    assert {name: row[name] for name in ("value", "numerator", "denominator", "band", "low")} == {
        name: october["rates"]["resolved"][name] for name in ("value", "numerator", "denominator", "band", "low")
    }
    then = await told(as_of="2026-10-17")
    assert (then["as_of"], then["windows"]["30d"]["rates"]["resolved"]["denominator"]) == ("2026-10-17", 4)
    assert then["trail"]["points"][-1] == {
        "day": "2026-10-17",
        "rates": {
            name: {k: v for k, v in figure.items() if k in ("value", "numerator", "denominator")}
            for name, figure in then["windows"]["30d"]["rates"].items()
        },
    }


async def _has_days(world: World) -> bool:
    days = (await world.http.get("/api/v1/units/20242")).json()["daily"]
    return bool(days) and any(day["early"] for day in days)


async def test_a_notice_that_was_decided_is_kept(world: World) -> None:
    said = {"dossier": "D", "unit": "20242", "stage": "BREACH", "due_at": 1, "decided_at": 2, "reason": "BREACH"}
    for state in ("pending", "delivered"):
        await world.say("notices", "D", Notice(key="D:dossier:1:BREACH:head", state=state, **said))
    store = open_store(world.settings, "api", read_only=True)

    async def delivered() -> bool:
        return [d.body["state"] for d in (await store.find(Query("notices", {"unit": "20242"}))).documents] == ["delivered"]

    await eventually(delivered)
    await store.close()
