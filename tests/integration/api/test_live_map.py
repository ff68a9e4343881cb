from __future__ import annotations

from typing import Any

from api_world import MONDAY_8_00, TODAY, Listener, World, score

from tests.eventually import eventually_async as eventually


def unit_of(body: dict[str, Any], code: str) -> dict[str, Any]:
    return next(u for u in body["units"] if u["code"] == code)


async def test_scores_become_the_map_with_bands_ranks_and_the_sums_of_the_city(world: World) -> None:
    shown = await world.map(window="month", rate="official")
    assert shown["as_of"] == "2026-11-16"
    assert [u["code"] for u in shown["units"]] == ["20242", "20194", "H17.10"]
    best = unit_of(shown, "20242")
    assert (best["value"], best["band"], best["rank"], best["of"]) == (0.95, "green", 1, 1)
    assert unit_of(shown, "20194")["few"] is True
    assert unit_of(shown, "20194")["rank"] is None
    assert (shown["city"]["numerator"], shown["city"]["denominator"]) == (105, 114)
    assert shown["city"]["rates"]["resolved"] == {"value": 105 / 114, "numerator": 105, "denominator": 114}


async def test_a_new_score_reaches_an_open_stream_as_a_change_of_that_row_only(world: World) -> None:
    async with Listener(world, window="today", kind="locality") as listener:
        snapshot = await listener.first("snapshot")
        assert {u["code"] for u in snapshot["units"]} == {"20242", "20194"}
        await world.scores(score("20194", 30, 1))
        change = await listener.first("change", lambda d: any(u["numerator"] == 30 for u in d["units"]))
        assert "20194" in {u["code"] for u in change["units"]}
        assert change["city"]["numerator"] == 132
        await listener.first("tick", lambda d: d["kafka_lag_seconds"] is not None)
        assert listener.ids == sorted(set(listener.ids))


async def test_the_day_turns_for_all_units_in_one_version(world: World) -> None:
    async with Listener(world, window="month") as listener:
        await listener.first("snapshot")
        world.clock.at = MONDAY_8_00 + 16 * 3600
        await world.scores(*(score(u, 50, 50, day=TODAY + 1) for u in ("20242", "20194", "H17.10")))
        await world.level(0, 20, day=TODAY + 1)
        await world.scores(score("20242", 96, 5))  # one of the old day still comes
        await listener.first("change", lambda d: d["as_of"] == "2026-11-16" and d["city"]["numerator"] == 106)
        assert (await world.map(include="covers"))["covers"] == {"0": 9, "1": 9}
        await world.level(1, 12, day=TODAY + 1)
        turned = await listener.first("change", lambda d: d["as_of"] == "2026-11-17")
        assert [u["numerator"] for u in turned["units"]] == [50, 50, 50]
        assert (await world.map(include="covers"))["covers"] == {"0": 12, "1": 12}
        assert all(d["as_of"] == "2026-11-16" or d["version"] >= turned["version"] for name, _, d in listener.events if name == "change")


async def test_after_redis_was_emptied_the_map_is_rebuilt_and_its_version_grows(world: World) -> None:
    before = await world.map()
    async with Listener(world) as listener:
        await listener.first("snapshot")
        await empty(world)
        await world.scores(score("20194", 40, 1))
        await listener.first("change", lambda d: any(u["numerator"] == 40 for u in d["units"]))
        assert listener.ids == sorted(set(listener.ids))
    after = await world.map()
    assert after["version"] > before["version"]
    assert len(after["units"]) == 3


async def empty(world: World) -> None:
    """What FLUSHALL does to this city."""
    import redis.asyncio as redis

    async with redis.from_url(world.settings.redis) as client:
        keys = await client.keys(world.settings.namespace + "*")
        assert await client.delete(*keys) > 4


async def test_a_unit_turns_stale_when_its_feed_is_silent_in_working_hours(world: World) -> None:
    await world.feed("H17.31", MONDAY_8_00, "20242")
    await eventually(lambda: feed_seen(world))
    version = (await world.map())["version"]
    world.clock.at = MONDAY_8_00 + 901

    async def stale() -> Any:
        shown = await world.map()
        return unit_of(shown, "20242")["stale"] and shown

    shown = await eventually(stale)
    assert shown["version"] > version
    assert unit_of(shown, "20194")["feed_seen_at"] is None


async def feed_seen(world: World) -> Any:
    return unit_of(await world.map(), "20242")["feed_seen_at"] == "2026-11-16T08:00:00+07:00"
