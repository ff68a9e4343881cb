"""`dunghen reconcile`, once or every day."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time as time_of_day
from time import monotonic

import duckdb
import httpx
import msgspec
from aiokafka.errors import KafkaError

from dunghen.cli.city_settings import running_settings, settings_of
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.policy_topic import read_book
from dunghen.cli.reconcile.driver import compared
from dunghen.cli.reconcile.kept import keep_result, kept, next_at
from dunghen.platform import kafka
from dunghen.platform.clock import Clock
from dunghen.platform.metrics import Readiness, serve_metrics
from dunghen.platform.settings import PlatformSettings

Say = Callable[[str], None]
HTTP_SECONDS = 30
LOOK_SECONDS = 5.0
HUNG_SECONDS = 4 * 3600.0  # then it does not look at its clock any more: no comparison takes so long
RETRY_SECONDS = 600  # on the city's clock, after a comparison that could not be made


@dataclass(frozen=True, slots=True)
class City:
    """Where Kafka, the map and the clock of a city are."""

    settings: PlatformSettings
    page: str
    clock: Clock

    @classmethod
    def of(cls, folder: DataFolder, page: str = "") -> City:
        """That of `page`, else the one that runs in the folder. Raises CommandError if none does."""
        if page:
            return cls(settings_of(folder), page, folder.clock())
        return cls(running_settings(folder), folder.running()["page"], folder.clock())


async def reconcile(city: City, say: Say, *, as_json: bool = False, keep: bool = False) -> int:
    """Prints the report and gives the exit code: 0 only if nothing differs. `keep`: the result goes into `reconciliations`.

    Raises CommandError where Kafka or the map is not there, or the map is behind.
    """
    begun = monotonic()
    try:
        async with httpx.AsyncClient(base_url=city.page, timeout=HTTP_SECONDS) as http:
            report = await compared(city.settings, http)
        if keep:
            await keep_result(city.settings, kept(report, city.clock.seconds(), monotonic() - begun))
    except (kafka.Unreachable, kafka.MissingTopic, KafkaError) as fault:
        raise CommandError(f"Kafka at {city.settings.kafka}: {fault}") from None
    for line in [msgspec.json.encode(report).decode()] if as_json else report.lines():
        say(line)
    return 1 if report.differences else 0


async def every_day(city: City, at: time_of_day, say: Say, *, as_json: bool = False) -> None:
    """For ever, each day at this local time; keeps what it finds. What cannot be compared is tried again in ten minutes, until it can.

    Says on `metrics_port` that it lives (`/livez`) and that it looks at its clock (`/readyz`).
    """
    due, looked = None, monotonic()
    serve_metrics(city.settings, Readiness({"clock": lambda: monotonic() - looked < HUNG_SECONDS}))
    while True:
        looked = monotonic()
        try:
            if due is None:
                due = next_at(city.clock.seconds(), at, (await read_book(city.settings)).latest.zone)
            if city.clock.seconds() < due:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            await reconcile(city, say, as_json=as_json, keep=True)
            due = None
        except (CommandError, LookupError, ValueError, kafka.Unreachable, kafka.MissingTopic, KafkaError, duckdb.Error) as fault:
            say(f"no comparison: {fault}")
            due = city.clock.seconds() + RETRY_SECONDS
