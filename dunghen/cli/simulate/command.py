"""`dunghen simulate`: finds the running city, then drives the simulation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dunghen.cli.city_settings import told_city
from dunghen.cli.data_folder import DataFolder
from dunghen.cli.ingest_client import IngestClient, key_in
from dunghen.cli.policy_topic import read_book
from dunghen.cli.simulate.city import Plan
from dunghen.cli.simulate.driver import Simulation, simulation


@dataclass(frozen=True, slots=True)
class Orders:
    """The options of the command."""

    days: int
    per_day: int
    seed: int
    rate: float
    seconds: float | None
    past_only: bool
    ingest: str = ""  # address of an ingest that was not started by `up` (compose, a cluster); Kafka is then DUNGHEN_KAFKA
    key_file: Path | None = None


async def _run(folder: DataFolder, orders: Orders, say: Callable[[str], None]) -> None:
    settings, address = told_city(folder, orders.ingest)
    folder.path.mkdir(parents=True, exist_ok=True)
    policy = (await read_book(settings)).latest
    steady = orders.rate > 0
    plan = Plan(orders.seed, orders.per_day, first=50_000 if steady else 1)
    run = simulation(policy, plan, folder.clock(), (IngestClient(address, key_in(orders.key_file)), folder.path))
    try:
        if steady:
            say(f"told {await run.load(orders.rate, orders.seconds)} events")
        else:
            await _tell(run, orders, say)
    finally:
        if run.sender.refused:
            say(f"refused: {dict(run.sender.refused)}")
        await run.sender.close()


async def _tell(run: Simulation, orders: Orders, say: Callable[[str], None]) -> None:
    if not run.told_until():
        count = await run.backfill(orders.days, lambda done, of: say(f"day {done} of {of}"))
        say(f"told {count} dossiers")
    if not orders.past_only:
        await run.live()


def run(folder: DataFolder, orders: Orders, say: Callable[[str], None]) -> None:
    """Until done or interrupted."""
    asyncio.run(_run(folder, orders, say))
