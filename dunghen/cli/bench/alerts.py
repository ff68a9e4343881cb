"""`bench alerts`: many open dossiers watched by one process; some cross a stage every second, then a heap of them at once.

What is told goes by mail to a real server, which is then given letters straight, as fast as it takes them.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import statistics
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx

from dunghen.cli.bench.bed import Bed, Parcels, bed, sample
from dunghen.cli.bench.events import Keyed
from dunghen.cli.bench.measure import Stopwatch, Usage, usage
from dunghen.cli.bench.recovery import last_takeover
from dunghen.cli.data_folder import CommandError
from dunghen.cli.programs import INTERPRETER
from dunghen.contracts import topics
from dunghen.contracts.messages import DossierEvent, decode_notice
from dunghen.domain.days import day_number
from dunghen.domain.policy import Policy
from dunghen.domain.record import fold
from dunghen.platform import kafka
from dunghen.platform.clock import SharedClock, real_milliseconds
from dunghen.platform.local.servers import HOST, LocalServer, free_port

SERVICE, STRAIGHT = "services.alerts", "aiosmtplib, straight"
RATE, SECONDS, HEAP, LETTERS = 200, 60, 4000, 4000
FEW = 1000  # dossiers of a process that holds next to nothing
PATIENCE_SECONDS = 600.0
MONDAY, OPENS, TERM, NINE_TENTHS = date(2026, 11, 16), 9 * 3600, 80 * 3600, 72 * 3600  # local; ten working days
HEAP_LATER = 600  # than the others of the first hour
Say = Callable[[str], object]


@dataclass
class Crowd:
    """`count` open dossiers with ten working days each. The first HEAP cross nine tenths in one second, RATE a second before that in as
    many seconds as are asked for; the rest on later days."""

    policy: Policy
    count: int
    _made: dict[int, bytes] = field(default_factory=dict)

    @property
    def crossing(self) -> int:
        """How many cross on the day of the measurement."""
        return HEAP + RATE * SECONDS

    def received(self, number: int) -> int:
        first = self.policy.zone.at(day_number(MONDAY), OPENS)
        if number < HEAP:
            return first + HEAP_LATER
        if number < self.crossing:
            return first + (number - HEAP) // RATE
        later = self.policy.calendar.add(first, 8 * 3600 * (1 + number % 8))
        return later + 3600 + number * 7919 % 5400

    def crosses(self, number: int) -> int:
        return self.policy.calendar.add(self.received(number), NINE_TENTHS)

    def records(self, numbers: range) -> Iterator[Keyed]:
        return ((code_of(number), self._record(self.received(number))) for number in numbers)

    def _record(self, received: int) -> bytes:
        if received not in self._made:
            units = self.policy.catalogue.on(day_number(MONDAY))
            unit = units[received % len(units)].code
            said = DossierEvent(
                id="0" * 16, dossier=code_of(0), unit=unit, kind="synced", occurred_at=received, arrived_at=received * 1_000_000,
                status=4, received=received, due=self.policy.calendar.add(received, TERM), procedure="1.004222",
            )  # fmt: skip
            step = DossierEvent(
                id="0" * 16, dossier=code_of(0), unit=unit, kind="progressed", occurred_at=received, arrived_at=received * 1_000_000,
                status=4, handler="p" + "1" * 16,
            )  # fmt: skip
            record = fold(fold(None, said), step)
            self._made[received] = record or b""
        return self._made[received]


def code_of(number: int) -> str:
    return f"H17.31-261116-{number:07d}"


@dataclass
class Mailbox:
    """The mail server's process, and when each mail came, by Message-ID."""

    process: Process
    port: int
    came: dict[str, int] = field(default_factory=dict)

    async def look(self) -> int:
        """How many have come so far."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"\n")
        self.came |= json.loads(await asyncio.wait_for(self.process.stdout.readline(), PATIENCE_SECONDS))
        return len(self.came)

    async def until(self, count: int, server: LocalServer) -> float:
        """Waits until so many have come; the seconds. Raises CommandError that says how many did."""
        began = time.monotonic()
        while (there := await self.look()) < count:
            server.check()
            if time.monotonic() > began + PATIENCE_SECONDS:
                raise CommandError(f"{there} mails of {count} came within {PATIENCE_SECONDS:g} s")
            await asyncio.sleep(0.25)
        return time.monotonic() - began


async def alerts(count: int, say: Say) -> dict[str, dict[str, float]]:
    """Figures of one run by system. Ours: `takeover_seconds` of a successor that knows how far the one before was, `first_…` of one that
    holds all for the first time; `bytes_per_dossier` its memory beyond that of a process with FEW, buffers of the load included;
    `crossed_…_ms` from a crossing, by the clock, to the mail server's having the whole letter, at RATE a second; `published_…_ms` from the
    notice's record in Kafka to that; `wake_ups` looks at dossiers for one crossing; `heap_per_second` letters of those that cross at once.
    """
    async with bed() as made, _mailbox() as mailbox:
        crowd = Crowd(await made.policy(), count)
        clock, at = made.folder / "clock.json", crowd.crosses(HEAP)
        SharedClock((at - 3600) * 1_000_000, 0, 0.0).save(clock)
        env = {"DUNGHEN_CLOCK_FILE": str(clock), "DUNGHEN_ALERTS_MODE": "on", "DUNGHEN_SMTP_PORT": str(mailbox.port)}
        await _put(made, crowd, range(count - FEW, count))
        with made.service(SERVICE, **env) as process:
            await _held(made, process, 1)
            empty_mb = usage(process.pid).rss_mb
        await _put(made, crowd, range(count - FEW))
        say(f"{count} dossiers are in the topic")
        with made.service(SERVICE, **env) as process:
            await _held(made, process, 2)
            first = {"first_takeover_seconds": last_takeover(made, SERVICE), "first_rss_mb": round(usage(process.pid).rss_mb, 1)}
            say(f"held for the first time: {first}")
            process.kill()
        with made.service(SERVICE, **env) as process:
            watch = Stopwatch([process.pid])
            watch.start()
            await _held(made, process, 3)
            figures = {**watch.result(count), **first, "takeover_seconds": last_takeover(made, SERVICE)}
            figures["bytes_per_dossier"] = round((figures["rss_mb"] - empty_mb) * 1e6 / count, 1)
            say(f"taken over: {figures}")
            figures |= await _crossing(made, crowd, (process, mailbox, clock), say)
        return {"dunghen": figures, STRAIGHT: await _straight(mailbox)}


@contextlib.asynccontextmanager
async def _mailbox() -> AsyncIterator[Mailbox]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        INTERPRETER, "-m", "dunghen.cli.bench.mailbox", str(port), stdin=PIPE, stdout=PIPE, limit=1 << 24
    )
    try:
        yield Mailbox(process, port)
    finally:
        process.kill()
        await process.wait()


async def _put(made: Bed, crowd: Crowd, numbers: range) -> None:
    async with kafka.started(kafka.producer(made.settings), made.settings) as producer:
        parcels = Parcels(producer, made.settings, topics.DOSSIERS)
        for code, record in crowd.records(numbers):
            await parcels.add(code, record)
        await parcels.send_all()


async def _held(made: Bed, process: LocalServer, times: int) -> None:
    """Until this process, the n-th on its log, has said that it holds all partitions, and given back what only the load needed."""
    until = time.monotonic() + PATIENCE_SECONDS
    while made.log(SERVICE).read_text().count('"partitions_held"') < times:
        process.check()
        if time.monotonic() > until:
            raise CommandError(f"the dossiers were not held within {PATIENCE_SECONDS:g} s")
        await asyncio.sleep(0.1)


async def _crossing(made: Bed, crowd: Crowd, parts: tuple[LocalServer, Mailbox, Path], say: Say) -> dict[str, float]:
    process, mailbox, clock = parts
    before, began = usage(process.pid), time.monotonic()
    turned = _turn(clock, crowd.crosses(HEAP) - 2)
    await mailbox.until(RATE * SECONDS, process)
    busy = _busy(before, usage(process.pid), time.monotonic() - began)
    told = await _told(made)
    figures = {**busy, **_delays(crowd, mailbox.came, told, turned)}
    say(f"{RATE * SECONDS} crossed, {RATE} a second: {figures}")
    async with httpx.AsyncClient(timeout=30) as http:
        looks = await sample(http, process, "dunghen_alerts_looks_total")
        figures["wake_ups"] = round(looks / (RATE * SECONDS), 2)
    _turn(clock, crowd.crosses(0) - 1)
    seconds = await mailbox.until(RATE * SECONDS + HEAP, process)
    return {**figures, "heap_per_second": round(HEAP / seconds)}


def _turn(clock: Path, at: int) -> SharedClock:
    turned = SharedClock(at * 1_000_000, real_milliseconds() * 1000)
    turned.save(clock)
    return turned


def _busy(before: Usage, after: Usage, seconds: float) -> dict[str, float]:
    cpu = after.cpu_seconds - before.cpu_seconds
    return {"cpu_percent": round(100 * cpu / seconds), "cpu_us_per_notice": round(1e6 * cpu / (RATE * SECONDS))}


async def _told(made: Bed) -> dict[str, tuple[str, int]]:
    """Message-ID -> (dossier, when its first record was written, in milliseconds of real time)."""
    found: dict[str, tuple[str, int]] = {}

    def take(_: bytes | None, value: bytes | None, __: int, written: int) -> None:
        notice = decode_notice(value or b"")
        found.setdefault(notice.message_id, (notice.dossier, written))

    for partition in range(made.settings.partitions):
        await kafka.read_all(made.settings, (topics.NOTICES, partition), take)
    return found


def _delays(crowd: Crowd, came: dict[str, int], told: dict[str, tuple[str, int]], clock: SharedClock) -> dict[str, float]:
    crossed, published = list[float](), list[float]()
    for mail, at in came.items():
        dossier, written = told[mail]
        instant = (crowd.crosses(int(dossier[-7:])) * 1_000_000 - clock.start + clock.anchor) / 1000
        crossed.append(at - instant)
        published.append(at - written)
    return {"told": len(came), **_figures("crossed", crossed), **_figures("published", published)}


def _figures(name: str, delays: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(delays, n=100)
    return {f"{name}_p50_ms": round(cuts[49]), f"{name}_p99_ms": round(cuts[98])}


async def _straight(mailbox: Mailbox) -> dict[str, float]:
    """The same server, as many connections as partitions, one letter after the other on each: nothing decided, nothing kept."""
    numbers, began, before = itertools.count(), time.monotonic(), time.process_time()

    async def send() -> None:
        async with aiosmtplib.SMTP(hostname=HOST, port=mailbox.port) as client:
            for _ in range(LETTERS // 8):
                message = EmailMessage()
                message["From"], message["To"], message["Message-ID"] = (
                    "a@city.example",
                    "b@city.example",
                    f"<{next(numbers)}@city.example>",
                )
                message.set_content("Hồ sơ sắp đến hẹn trả.\n" * 40)
                await client.send_message(message)

    await asyncio.gather(*(send() for _ in range(8)))
    seconds, cpu = time.monotonic() - began, time.process_time() - before
    return {"letters_per_second": round(LETTERS / seconds), "cpu_us_per_notice": round(1e6 * cpu / LETTERS)}
