"""Clocks that jump an hour and a day forwards and are put back, under load: of the machine that all services are on, and of the city.
No version goes backwards, nothing accepted is lost, an age is no clock's business, what lies ahead is refused, and nobody hears twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.doctor.command import examine
from dunghen.platform.clock import SharedClock
from tests.eventually import eventually
from tests.faults.attack import PATIENCE, Attack
from tests.faults.other_clock import put_ahead
from tests.faults.test_redis_and_store import Reader, asked, until_said_to_be_old
from tests.faults.world import MONDAY_8_00, FaultWorld

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
HOUR, DAY = 3600, 86400
NOON = MONDAY_8_00 + 4 * HOUR  # an hour back is still behind all that the load tells of
OUT_OF_TOUCH = 2.0


def city_now(world: FaultWorld, ahead: int) -> datetime:
    """What the city's services hold for the present instant."""
    micros = SharedClock.load(world.folder / "clock.json").micros()
    return datetime.fromtimestamp(micros // 1_000_000 + ahead, UTC)


def what_lies_ahead_is_refused(world: FaultWorld, ahead: int) -> None:
    later = (city_now(world, ahead) + timedelta(minutes=30)).isoformat()
    answer = httpx.get(f"{world.page}/api/v1/map", params={"window": "30d", "known_at": later}, timeout=30)
    assert (answer.status_code, answer.json()["detail"]) == (422, "known_at lies ahead")


def test_the_clock_of_all_services_jumps_an_hour_and_a_day_and_is_put_back(
    make_world: Callable[..., FaultWorld], tmp_path: Path, report: Callable[..., None]
) -> None:
    file = tmp_path / "ahead"
    world = make_world(env={"DUNGHEN_OUT_OF_TOUCH_SECONDS": str(OUT_OF_TOUCH), "FAULT_CLOCK": str(file)})
    world.set_clock(NOON)
    world.start(scoring=2, program="tests.faults.other_clock").load.start()
    attack, reader = Attack(world), Reader(world.page)
    attack.level()

    def jump(seconds: int) -> Callable[[], None]:
        return lambda: put_ahead(file, seconds)

    with reader.reading():
        for ahead in (HOUR - 60, 0, -HOUR, 0):
            attack.blow(f"{ahead} s ahead", jump(ahead))
            what_lies_ahead_is_refused(world, ahead)
        put_ahead(file, DAY)
        eventually(lambda: "not_acknowledged" in world.log("ingest"), within=PATIENCE, what="the brokers refuse what is of tomorrow")
        assert asked(world).status_code == 200
        attack.blow("a day ahead and back", jump(0))
        what_lies_ahead_is_refused(world, 0)
        put_ahead(file, HOUR - 60)
        attack.level()
        world.parts["projector"].stop()
        put_ahead(file, 0)
        began = time.monotonic()
        until_said_to_be_old(world)
        unsaid = time.monotonic() - began
        world.parts["projector"].wake()
        attack.blow("back while nobody vouches for the map", lambda: None)
    assert reader.faults == []
    world.settle()
    report(**{"milliseconds until an old map said so": round(1000 * unsaid)}, **attack.figures())


def test_the_citys_own_clock_jumps_over_midnight_and_is_put_back(
    make_world: Callable[..., FaultWorld], report: Callable[..., None]
) -> None:
    world = make_world()
    world.set_clock(NOON)
    world.start(scoring=2).load.start()
    attack = Attack(world)
    attack.level()

    def shows(day: str) -> bool:
        return str(asked(world).json()["as_of"]) == day

    for days in (0, 1, 0, 1):
        wanted = f"{datetime.fromtimestamp(NOON + days * DAY, UTC):%Y-%m-%d}"
        for shift in (0, HOUR, 0):
            world.set_clock(NOON + days * DAY + shift)
            eventually(partial(shows, wanted), within=PATIENCE, what=f"the map of {wanted}")
            attack.blow(f"day {days} + {shift} s", lambda: None)
            what_lies_ahead_is_refused(world, 0)
    world.settle()
    report(**attack.figures())


def test_doctor_says_that_a_clock_is_wrong(make_world: Callable[..., FaultWorld], monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world()
    monkeypatch.setenv("DUNGHEN_REDIS", world.settings.redis)

    def said() -> tuple[float, bool]:
        (finding,) = (one for one in examine(DataFolder(world.folder)) if one.what.startswith("the clock of Redis"))
        return float(finding.what.removeprefix("the clock of Redis: ").removesuffix(" s from ours")), finding.good

    assert said() == (0.0, True)
    ours = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: ours() - HOUR * 1_000_000_000)
    apart, good = said()  # at least so far: less what the question took
    assert (apart, good) == (pytest.approx(HOUR, abs=30), False)
