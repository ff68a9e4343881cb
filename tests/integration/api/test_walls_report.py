"""A wall reports of itself to a real worker."""

from __future__ import annotations

from typing import Any

import httpx
from api_world import Opened, World

GOOD: dict[str, Any] = {
    "wall": "0123456789abcdef",
    "page": "/assets/wall-Ab_1.js",
    "version": 7,
    "mode": "live",
    "failures": 0,
    "memory_mb": 5,
}


async def told(world: World, **more: Any) -> httpx.Response:
    return await world.http.post("/api/v1/wall-reports", **{"json": GOOD, **more})


async def test_a_report_is_seen_in_the_metrics_and_a_second_one_at_once_is_too_soon(world: World) -> None:
    assert (await told(world)).status_code == 204
    seen = (await world.http.get("/metrics")).text
    assert 'dunghen_api_walls{mode="live"} 1.0' in seen
    assert "dunghen_api_wall_memory_bytes 5.24288e+06" in seen
    again = await told(world)
    assert (again.status_code, again.json()["code"], again.headers["retry-after"]) == (429, "TOO_MANY_REQUESTS", "60")


async def test_what_is_no_report_or_too_long_is_refused_and_not_repeated(world: World) -> None:
    for more in (
        {"json": {**GOOD, "name": "Trần Thị Hồng"}},
        {"json": {**GOOD, "page": "/assets/" + "a" * 3000}},
        {"json": None, "content": b"\xff{", "headers": {"content-type": "application/json"}},
        {"json": None, "content": b"{}", "headers": {"content-type": "text/plain"}},
    ):
        answer = await told(world, **more)
        assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_PARAMETER")
        assert "Hồng" not in answer.text


async def test_nobody_reports_through_a_proxy_without_the_token_and_other_sites_are_not_let_in(open_world: Opened) -> None:
    async with open_world() as world:
        refused = await told(world, headers={"x-forwarded-for": "10.0.0.7"})
        assert (refused.status_code, refused.json()["code"]) == (401, "UNAUTHENTICATED")
        assert "access-control-allow-origin" not in refused.headers
        preflight = await world.http.options("/api/v1/wall-reports", headers={"origin": "https://elsewhere.example"})
        assert "access-control-allow-origin" not in preflight.headers
    async with open_world(wall_token="s3cret") as world:
        assert (await told(world)).status_code == 401
        assert (await told(world, headers={"authorization": "Bearer s3cret", "x-forwarded-for": "10.0.0.7"})).status_code == 204
