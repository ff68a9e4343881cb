"""The lines of `docs/open-data.md`, run as they stand against a running system."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

from api_world import World

GUIDE = Path(__file__).parents[3] / "docs" / "open-data.md"
LINES = "\n".join(re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))


async def test_every_line_of_the_guide_does_what_it_says(world: World, tmp_path: Path) -> None:
    assert LINES.count("curl") >= 13
    shell = await asyncio.create_subprocess_exec(
        "bash", "-euo", "pipefail", "-c", LINES, cwd=tmp_path, env={**os.environ, "CITY": str(world.http.base_url).rstrip("/")},
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
    assert set(os.listdir(tmp_path)) >= {"map.csv", "map.xlsx", "map.geojson", "rankings.xlsx"}
