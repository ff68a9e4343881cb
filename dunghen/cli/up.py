"""`dunghen up`: starts what is not given from outside, then the services, keeps them running, and stops all in order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from dunghen.cli import programs
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.demo_justifications import explain
from dunghen.cli.demo_people import desk_link, fill_directory, sign_in_links
from dunghen.cli.demo_rankings import publish_past_years
from dunghen.cli.erase.place import none_unfinished
from dunghen.cli.prepare import prepare
from dunghen.cli.programs import Addresses, is_free, is_ready, kept_port
from dunghen.cli.supervisor import Program, Supervisor
from dunghen.contracts.city_files import read_city
from dunghen.platform.clock import Clock
from dunghen.platform.local import kafka_broker, redis_server
from dunghen.platform.local.servers import HOST
from dunghen.platform.settings import PlatformSettings, load

START_SECONDS, LEVEL_SECONDS = 90, 180
REBUILD_SECONDS, LOOK_SECONDS = 6 * 3600, 2.5
COMPARED_AT = "02:00"  # local time; after the first load once at once
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options of the command."""

    port: int
    ingest_port: int
    data: Path
    city: str
    speed: float | None
    clock: str | None
    kafka: str
    redis: str
    mongo: str
    days: int
    per_day: int
    insecure_ingest: bool = True


@dataclass(slots=True)
class Up:
    """One run of a city on this machine. `say` tells the user, a line at a time."""

    wishes: Wishes
    say: Say
    folder: DataFolder = field(init=False)
    addresses: Addresses = field(init=False)
    supervisor: Supervisor = field(init=False)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.folder = DataFolder(self.wishes.data.absolute())

    async def run(self) -> None:
        """Until Ctrl-C or SIGTERM."""
        with self.folder.lock():
            none_unfinished(self.folder.path)
            bodies = read_city(self.wishes.city)
            if self.wishes.city == "demo" and not self.wishes.insecure_ingest:
                raise CommandError("the demo's simulated life has no key: leave --no-insecure-ingest out, or choose another --city")
            clock = self.folder.set_clock(self.wishes.clock, self.wishes.speed, bodies["city"]["time_zone"])
            self.addresses = self._choose_addresses()
            self.supervisor = Supervisor(self.folder.logs, self.say, self._note_running)
            for sig in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(sig, self.stop.set)
            ticking = asyncio.create_task(self._note_clock(clock))
            try:
                await self._unless_stopped(self._start(bodies))
                await self.stop.wait()
            finally:
                self.say("stopping")
                ticking.cancel()
                await self.supervisor.stop()
                self.folder.note_clock(clock)
                self._note_running({})
                self.say("stopped; the data stays in " + str(self.wishes.data))

    async def _unless_stopped(self, work: Awaitable[None]) -> None:
        task, stopped = asyncio.ensure_future(work), asyncio.create_task(self.stop.wait())
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        elif not self.stop.is_set():
            task.result()

    async def _start(self, bodies: dict[str, Any]) -> None:
        own, data, extra = self.addresses, self.folder.path, self._extra()
        settings = load(PlatformSettings, kafka=own.kafka, redis=own.redis, mongo=own.mongo, data=data, **self.folder.partitions)
        if own.own_kafka and settings.kafka_user:
            raise CommandError("the broker that `up` starts has no users: give --kafka HOST:PORT, or unset DUNGHEN_KAFKA_SECURITY_PROTOCOL")
        for program in programs.servers(own, data):
            self.supervisor.start(program)
        await self._until("Kafka", START_SECONDS, lambda: asyncio.to_thread(kafka_broker.answers, own.kafka, settings))
        if own.own_redis:
            await self._until("Redis", START_SECONDS, lambda: asyncio.to_thread(redis_server.answers, own.own_redis))
        await prepare(settings, bodies, self.folder.clock())
        extra |= {"DUNGHEN_PUSH_KEY": key} if (key := await programs.push_key(data, extra)) else {}
        first, *others = programs.services(own, data, extra, ("--insecure-ingest",) if self.wishes.insecure_ingest else ())
        self.supervisor.start(first)
        if self.folder.rebuilding.exists():
            await self._counted(settings.partitions)
        for program in others:
            self.supervisor.start(program)
        async with httpx.AsyncClient(timeout=5) as http:
            await self._until("services", START_SECONDS, lambda: is_ready(http, own.ingest + "/readyz"))
            await self._until("the live map", LEVEL_SECONDS, lambda: is_ready(http, own.page + "/readyz"))
        if self.wishes.city == "demo":
            await fill_directory(self.folder, settings)
            await self._demo(settings)
            await sign_in_links(settings, own.page, self.say)
            await desk_link(settings, own.page, self.say)
        if self.wishes.insecure_ingest:
            self.say("ingest takes deliveries without a key, from this machine alone (--insecure-ingest)")
        self.say(f"ready {own.page}/")

    async def _counted(self, partitions: int) -> None:
        """After a rebuild: nobody is shown or told anything before scoring has counted everything."""
        metrics = f"http://{HOST}:{self.addresses.metrics['scoring']}/metrics"
        async with httpx.AsyncClient(timeout=5) as http:
            for _ in range(2):  # records may be under way inside the process, waiting for nobody
                await self._until("scoring has counted", REBUILD_SECONDS, lambda: programs.has_counted(http, metrics, partitions))
                await asyncio.sleep(LOOK_SECONDS)
        self.folder.rebuilding.unlink()

    def _extra(self) -> dict[str, str]:
        """What only a local run sets: partitions that a rebuild added; in the demo mails go to a sink here, and links open here."""
        changed = {f"DUNGHEN_{name.upper()}": str(count) for name, count in self.folder.partitions.items()}
        if self.wishes.city != "demo":
            return changed
        sink = {"DUNGHEN_SMTP_HOST": HOST, "DUNGHEN_SMTP_PORT": str(self.addresses.smtp_port)}
        ours = {"DUNGHEN_ALERTS_CHANNELS": programs.DEMO_CHANNELS, "DUNGHEN_ALERTS_LINK": f"{self.addresses.page}/officials?notice="}
        chosen = {name: os.environ[name] for name in ours if name in os.environ}
        return {**changed, "DUNGHEN_ALERTS_MODE": "on", **sink, **ours, **chosen}

    async def _demo(self, settings: PlatformSettings) -> None:
        """The made-up city: mails readable in the data folder, the past at full speed on the first start, then live; compared every day."""
        here, wishes = str(self.folder.path), self.wishes
        command = (programs.INTERPRETER, "-m", "dunghen.cli")
        mails = str(self.folder.path / "mails")
        self.supervisor.start(Program("mail-sink", (*command, "mail-sink", "--port", str(self.addresses.smtp_port), "--folder", mails)))
        size = ("--data", here, "--days", str(wishes.days), "--per-day", str(wishes.per_day))
        compare: tuple[str, ...] = (*command, "reconcile", "--data", here, "--daily", COMPARED_AT)
        if not (self.folder.path / "simulate.json").exists():
            compare = (*compare, "--now")
            self.say(f"telling the last {wishes.days} days of a made-up city")
            self.supervisor.start(Program("backfill", (*command, "simulate", *size, "--past-only"), once=True))
            await self.supervisor.finished("backfill")
            await publish_past_years(settings, self.folder.clock())
            await explain(settings, self.folder.clock())
        self.supervisor.start(Program("simulate", (*command, "simulate", *size)))
        async with httpx.AsyncClient(timeout=5) as http:
            await self._until("data on the map", LEVEL_SECONDS, lambda: _has_data(http, self.addresses.page))
        self.supervisor.start(Program("reconcile", compare))

    async def _until(self, what: str, seconds: float, check: Callable[[], Awaitable[bool]]) -> None:
        began = time.monotonic()
        while not await check():
            if time.monotonic() - began > seconds:
                raise CommandError(f"{what}: not there after {seconds:.0f} s; see {self.folder.logs}")
            await asyncio.sleep(0.1)
        self.say(f"{what}: {time.monotonic() - began:.1f} s")

    async def _note_clock(self, clock: Clock) -> None:
        while True:
            self.folder.note_clock(clock)
            await asyncio.sleep(1)

    def _choose_addresses(self) -> Addresses:
        wishes, old = self.wishes, self.folder.remembered()
        for name, port in (("--port", wishes.port), ("--ingest-port", wishes.ingest_port)):
            if not is_free(port):
                raise CommandError(f"port {port} is in use: choose another with {name}")
        own_kafka = 0 if wishes.kafka else kept_port(old.get("own_kafka"))
        own_redis = 0 if wishes.redis else kept_port(old.get("own_redis"))
        return Addresses(
            port=wishes.port,
            ingest_port=wishes.ingest_port,
            kafka=wishes.kafka or f"{HOST}:{own_kafka}",
            redis=wishes.redis or f"redis://{HOST}:{own_redis}/0",
            mongo=wishes.mongo,
            own_kafka=own_kafka,
            own_redis=own_redis,
            smtp_port=kept_port(old.get("smtp_port")),
            metrics={name: kept_port(old.get("metrics", {}).get(name)) for name in programs.METRICS},
        )

    def _note_running(self, pids: dict[str, int]) -> None:
        own = self.addresses
        facts = {name: getattr(own, name) for name in Addresses.__slots__}
        self.folder.write_running({**facts, "page": own.page, "ingest": own.ingest, "pids": pids})


async def _has_data(http: httpx.AsyncClient, page: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return any(u["denominator"] for u in (await http.get(page + "/api/v1/map?window=30d")).json().get("units", ()))
    return False


def run(wishes: Wishes, say: Say) -> None:
    """The command; raises what a user can mend: CommandError, PolicyError, NotStarted, Unreachable."""
    asyncio.run(Up(wishes, say).run())
