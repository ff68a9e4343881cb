"""A day that is over as files: exported over HTTP, shown under /open-data/, restated beside."""

from __future__ import annotations

import asyncio
import io
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from api_world import Opened, World
from counted_city import UNITS, CountedCity

from dunghen.cli.data_folder import CommandError
from dunghen.cli.open_data.command import export
from tests.eventually import eventually_async as eventually

CITY, DAY = CountedCity(seed=3), date(2026, 11, 13)


async def exported(world: World, shelf: Path, day: date | None) -> list[str]:
    said: list[str] = []
    await asyncio.to_thread(export, str(world.http.base_url), shelf, day, said.append)
    return said


async def all_stored(world: World) -> bool:
    live, days = await world.map(window="year"), await world.map(window="2026")
    return bool(live["city"]["received"] > 100 and live["city"]["received"] == days["city"]["received"])


async def on_that_day(world: World) -> int:
    row = await world.map(window="today", as_of=str(DAY))
    return int(row["city"]["received"]) if row["status"] == 200 else 0


async def test_a_day_is_exported_as_the_api_shows_it_and_listed(open_world: Opened, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    async with open_world(open_data=shelf) as world:
        assert (await world.http.get("/open-data/")).status_code == 404
        await CITY.tell(world)
        await eventually(lambda: all_stored(world))
        assert "2026-11-13 revision 1: 3 units" in (await exported(world, shelf, DAY))[0]
        assert "(was there)" in (await exported(world, shelf, DAY))[0]
        listed = await world.http.get("/open-data/")
        (day,) = listed.json()["days"]
        assert [file["name"] for file in day["revisions"][0]["files"]] == ["units.parquet", "indicators.parquet"]
        assert listed.headers["access-control-allow-origin"] == "*"
        file = await world.http.get("/open-data/2026-11-13/r1/units.parquet")
        assert "immutable" in file.headers["cache-control"]
        rows = {row["unit"]: row for row in pq.read_table(io.BytesIO(file.content)).to_pylist()}
        assert set(rows) == set(UNITS)
        for rate in ("official", "statutory"):
            for unit in (await world.map(window="today", as_of=str(DAY), rate=rate))["units"]:
                row = rows[unit["code"]]
                told = (row[f"{rate}_numerator"], row[f"{rate}_denominator"], row["finished"], row["overdue"])
                assert told == (unit["numerator"], unit["denominator"], unit["finished"], unit["overdue"])
        for wrong in ("%2e%2e/secret", "2026-11-13/r1/%2e%2e/%2e%2e/index.json", "2026-11-13/r2/units.parquet", "2026-11-13/r1/people.csv"):
            assert (await world.http.get(f"/open-data/{wrong}")).status_code == 404
        with pytest.raises(CommandError, match="only closed days"):
            await exported(world, shelf, DAY + timedelta(days=3))


async def test_what_the_dossiers_say_later_of_that_day_is_another_revision(open_world: Opened, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    async with open_world(open_data=shelf) as world:
        await CITY.tell(world)
        await eventually(lambda: all_stored(world))
        await exported(world, shelf, DAY)
        before, was = (shelf / "2026-11-13/r1/units.parquet").read_bytes(), await on_that_day(world)
        await world.cell(("20194", DAY.toordinal() - date(1970, 1, 1).toordinal(), 1), received=7, due=2)
        await eventually(lambda: other_than(world, was))
        assert "revision 2" in (await exported(world, shelf, DAY))[0]
        assert (shelf / "2026-11-13/r1/units.parquet").read_bytes() == before
        (day,) = (await world.http.get("/open-data/index.json")).json()["days"]
        assert [one["revision"] for one in day["revisions"]] == [1, 2]


async def other_than(world: World, was: int) -> bool:
    return await on_that_day(world) != was
