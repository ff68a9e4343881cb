"""What the map is drawn with: shipped, replaced by a record of the topic, taken back; every worker follows."""

from __future__ import annotations

import gzip
import json
from typing import Any

import redis.asyncio as redis
from api_world import MONDAY_8_00, Listener, World

from dunghen.contracts import topics
from dunghen.contracts.geometries import KEY, identity, packed, shipped
from dunghen.contracts.messages import Geometry
from tests.eventually import eventually_async as eventually

SQUARE = [[[108.0, 16.0], [108.1, 16.0], [108.1, 16.1], [108.0, 16.1], [108.0, 16.0]]]


def collection(*codes: str) -> bytes:
    features = [
        {
            "type": "Feature",
            "id": code,
            "properties": {"code": code, "name": code, "inset": False, "label": [108.05, 16.05]},
            "geometry": {"type": "Polygon", "coordinates": SQUARE},
        }
        for code in codes
    ]
    return packed(json.dumps({"type": "FeatureCollection", "planar": False, "bbox": [108, 16, 108.1, 16.1], "features": features}).encode())


async def shown(world: World) -> str:
    return (await world.http.get("/api/v1/geometry")).headers["etag"].strip('"')


async def publish(world: World, body: bytes) -> None:
    await world.say(topics.GEOMETRIES, KEY, Geometry(name="a test", applied_at=MONDAY_8_00, body=body))


async def test_the_shipped_cartogram_is_served_apart_and_not_sent_twice(world: World) -> None:
    first = await world.http.get("/api/v1/geometry")
    assert (first.json()["planar"], len(first.json()["features"])) == (True, 94)
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["cache-control"] == "no-cache"
    assert first.content == gzip.decompress(shipped())
    id_ = first.headers["etag"].strip('"')
    again = await world.http.get("/api/v1/geometry", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = await world.http.get("/api/v1/geometry", params={"v": id_}, headers={"Accept-Encoding": "identity"})
    assert ("content-encoding" in plain.headers, plain.content) == (False, first.content)
    assert "immutable" in plain.headers["cache-control"]
    assert (await world.http.get("/api/v1/geometry", params={"v": "0" * 16})).status_code == 410


async def test_another_geometry_reaches_page_and_geojson_without_a_restart_and_can_be_taken_back(world: World) -> None:
    before = await shown(world)
    async with Listener(world, window="7d") as listener:
        body = collection("20242")
        await publish(world, body)
        await listener.first("tick", lambda tick: tick["geometry"] == identity(body))
        shapes = (await world.http.get("/api/v1/map.geojson")).json()
        assert (shapes["planar"], [f["geometry"] is None for f in shapes["features"]]) == (False, [False, True, True])
    await publish(world, b"")

    async def taken_back() -> bool:
        return await shown(world) == before

    await eventually(taken_back)
    async with Listener(world, window="7d") as listener:
        await listener.first("tick", lambda tick: tick["geometry"] == before)


async def test_it_is_back_after_redis_was_emptied_and_a_record_that_is_no_geometry_shows_the_shipped_one(world: World) -> None:
    body, before = collection("20194"), await shown(world)

    async def shows(id_: str) -> bool:
        return await shown(world) == id_

    await publish(world, body)
    await eventually(lambda: shows(identity(body)))
    async with redis.from_url(world.settings.redis) as board:
        key = world.settings.named("geometry")
        await board.delete(key)
        assert await shown(world) == identity(body)  # a worker keeps what it has
        await eventually(lambda: board.exists(key))
    await world.say(topics.GEOMETRIES, KEY, b"no geometry")
    await eventually(lambda: shows(before))


async def test_a_city_without_a_place_on_it_has_no_map_and_says_so(open_world: Any) -> None:
    async with open_world() as world:
        await publish(world, collection("99999"))

        async def gone() -> bool:
            return (await world.http.get("/api/v1/geometry")).json().get("code") == "NO_GEOMETRY"

        await eventually(gone)
