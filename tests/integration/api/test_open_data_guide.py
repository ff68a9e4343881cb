"""The lines of `docs/open-data.md`, run as they stand against a running system."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from access_world import key_of
from api_world import Opened, World

from dunghen.contracts.topics import KEYS
from tests.eventually import eventually_async as eventually

GUIDE = Path(__file__).parents[3] / "docs" / "open-data.md"
LINES = "\n".join(re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))


@pytest.fixture
async def consumer(open_world: Opened) -> AsyncIterator[tuple[World, str]]:
    """A city, and the key of a program that may subscribe."""
    async with open_world(alerts_private_networks="127.0.0.1/32") as world:
        key = key_of("consumer", "newsroom")
        await world.say(KEYS, key.record.id, key.record)
        await eventually(lambda: _lets_in(world, key.text))
        yield world, key.text


async def _lets_in(world: World, key: str) -> bool:
    return (await world.http.get("/api/v1/webhooks", headers={"authorization": f"Bearer {key}"})).status_code == 200


async def test_every_line_of_the_guide_does_what_it_says(consumer: tuple[World, str], tmp_path: Path) -> None:
    world, key = consumer
    assert LINES.count("curl") >= 19
    given = {"CITY": str(world.http.base_url).rstrip("/"), "KEY": key, "RECEIVER": "http://127.0.0.1:9/hook"}
    shell = await asyncio.create_subprocess_exec(
        "bash", "-euo", "pipefail", "-c", LINES, cwd=tmp_path, env={**os.environ, **given},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(shell.communicate(), 60)
    assert shell.returncode == 0, err.decode()
    said = out.decode()
    assert '"name":"Hải Châu"' in said
    assert '"2026-10-01"' in said  # the first day of the named month
    assert "event: snapshot" in said
    # 200 where the map, which has just begun, changed between the two lines: that a tag holds has tests of its own.
    assert re.search(r"(304|200)$", said, re.MULTILINE)
    assert re.search(r'"state":"(starting|unknown)"', said)
    assert said.rstrip().endswith('{"webhooks":[]}')
    assert set(os.listdir(tmp_path)) >= {"map.csv", "map.xlsx", "map.geojson", "rankings.xlsx"}
