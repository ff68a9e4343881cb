"""Two processes over one MongoDB: each dossier is told by one of them, and by the other when that one dies."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alerts_process import BREACH, MONDAY_8_00, NINE_TENTHS, City

sys.path.append(str(Path(__file__).parents[1] / "stores"))  # where the server of the store's tests is

import mongo_server as server

from dunghen.platform.local.servers import LocalServer
from tests.eventually import eventually_async as eventually

COUNT, LONG_SECONDS = 60, 150


@pytest.fixture(scope="module")
def mongo() -> Iterator[str]:
    with server.running() as address:
        yield address


async def two_at_work(city: City, mongo: str) -> tuple[LocalServer, LocalServer]:
    """Both processes, each with one partition, in the middle of telling of `COUNT` + 1 dossiers."""
    for n in range(2, COUNT + 2):
        await city.say("synced", MONDAY_8_00, dossier=f"H17.31-261116-{n:04d}", status=4, received=MONDAY_8_00, procedure="1.004222")
    both = await city.alerts(MONGO=mongo, LEASE_SECONDS="3"), await city.alerts(MONGO=mongo, LEASE_SECONDS="3")
    await eventually(lambda: all(_last_held(one).count("alerts-") == 1 for one in both))
    city.clock(NINE_TENTHS)
    await eventually(lambda: len(city.mail.mails) > COUNT // 6)
    return both


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_when_one_of_two_workers_dies_the_other_tells_the_rest(city: City, mongo: str) -> None:
    first, _ = await two_at_work(city, mongo)
    first.kill()
    await eventually(lambda: _told(city, "nine_tenths"), within=LONG_SECONDS)
    assert _repeats(city) <= 1  # the letter under way in the process that died


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_worker_that_wakes_from_a_long_stop_tells_nothing_again(city: City, mongo: str) -> None:
    first, _ = await two_at_work(city, mongo)
    first.process.send_signal(signal.SIGSTOP)
    await eventually(lambda: _told(city, "nine_tenths"), within=LONG_SECONDS)
    first.process.send_signal(signal.SIGCONT)
    city.clock(BREACH)
    await eventually(lambda: _told(city, "breach"), within=LONG_SECONDS)
    assert _repeats(city) <= 1


def _repeats(city: City) -> int:
    return len(city.mail.mails) - len({m["Message-ID"] for m in city.mail.mails})


async def _told(city: City, stage: str) -> bool:
    newest = {notice.key: notice for notice in await city.notices()}
    return sum(n.state == "delivered" and n.stage == stage for n in newest.values()) == COUNT + 1


def _last_held(process: LocalServer) -> str:
    lines = [line for line in process.log.read_text().splitlines() if "partitions_held" in line]
    return lines[-1] if lines else ""
