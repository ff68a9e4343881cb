from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from api_world import Listener, World, score, world_of

from dunghen.platform.local import redis_server as local_redis
from tests.eventually import eventually_async as eventually


async def test_without_redis_the_last_values_stay_and_with_it_the_map_is_rebuilt(kafka_broker: Any, namespace: str, tmp_path: Path) -> None:
    redis = local_redis.start(tmp_path / "redis")
    address = f"redis://127.0.0.1:{redis.port}/0"
    try:
        async with world_of(
            kafka=kafka_broker.address, redis=address, namespace=namespace, data=tmp_path, out_of_touch_seconds=1.5
        ) as world:
            before = await world.map()
            await eventually(lambda: all(there() for there in world.projector.checks().values()))
            await eventually(lambda: is_ready(world))
            async with Listener(world) as listener:
                await listener.first("snapshot")
                redis.stop()
                await world.scores(score("20242", 50, 5))
                old = await eventually(lambda: answered(world, stale=True))
                assert (old["units"], old["version"]) == (before["units"], before["version"])
                assert await freshness_of(world) == {True}
                await listener.first("tick", lambda d: d["stale"])
                said = await world.http.get("/readyz")
                assert (said.status_code, said.text) == (200, "ok\nwithout: redis, level\n")
                assert not world.projector.checks()["redis"]()
                redis = local_redis.start(tmp_path / "redis", redis.port)
                await listener.first("change", lambda d: d["city"]["numerator"] == 60)
                new = await eventually(lambda: answered(world, stale=False))
                assert listener.ids == sorted(set(listener.ids))
            await eventually(lambda: all_fresh(world))
            assert new["version"] > before["version"]
            assert (new["units"][0]["numerator"], len(new["units"])) == (50, 3)
    finally:
        redis.stop()


async def freshness_of(world: World) -> set[bool]:
    """What single answers beside the map say of their age, and a table."""
    asked = [await world.http.get(f"/api/v1/{path}") for path in ("units", "units/20242", "feeds", "units/20242/indicators", "map.geojson")]
    told = csv.DictReader(io.StringIO((await world.http.get("/api/v1/map.csv")).content.decode("utf-8-sig")))
    return {answer.json()["stale"] for answer in asked} | {row["map_stale"] == "true" for row in told}


async def all_fresh(world: World) -> bool:
    return await freshness_of(world) == {False}


async def is_ready(world: World) -> bool:
    return (await world.http.get("/readyz")).text == "ok\n"


async def answered(world: World, *, stale: bool) -> Any:
    body = await world.map()
    assert body["status"] == 200  # never an error, at no moment
    return body if body["stale"] is stale else None
