"""Alerts is killed at random and at its named crash points while dossiers cross a stage: the ledger misses nothing, by `notices audit`, and
what goes out twice has the same Message-ID.

The city's clock stands still within a round and goes on with the next, so that every round has crossings of its own, however slow
the machine.
"""

from __future__ import annotations

import asyncio
import email
import json
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.policy import default
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.notices.proof import Wanted, proof_of
from dunghen.contracts import topics
from dunghen.contracts.messages import DossierEvent, encode
from dunghen.contracts.policies import Applied, policy_key, policy_records
from dunghen.contracts.topics import all_topics, partition_of
from dunghen.domain.record import fold
from dunghen.platform import kafka
from dunghen.platform.clock import SharedClock
from dunghen.platform.local.servers import LocalServer, free_port, launch
from dunghen.platform.settings import PlatformSettings
from tests.eventually import eventually_async
from tests.faults.crash_points import ALERTS
from tests.faults.form import in_parts, long_or_short, part_seed
from tests.faults.world import BY_ITSELF, OFTEN
from tests.smtp_server import SmtpServer

PARTITIONS, UNITS = 4, 20
PARTS = 5
KILLS, DOSSIERS = long_or_short(22, 8), long_or_short(4000, 240)  # of a part: 110 kills and 20,000 dossiers in all
ALONE = "by itself"
HANG_SECONDS = 300  # a guard only: a broker that gets no processor stands still for half a minute
CODE = re.compile(r"H17\.31-261116-\d{4}")
WINDOW_SECONDS = 7200  # in which all of them cross
DAYS = ("2026-11-16 08:00", "2026-11-27 08:00")
OPENS, CROSSES = (
    int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")).timestamp()) for text in DAYS
)  # nine tenths of ten working days
BODIES: dict[str, Any] = {
    "city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"},
    "units": {
        "units": [
            {"code": f"{20242 + n}", "name": f"Phường {n}", "kind": "locality", "type": "Phường", "notice_address": f"u{n}@danang.example"}
            for n in range(UNITS)
        ]
    },
    "procedures": {"procedures": [{"code": "1.004222", "name": "Đăng ký thường trú", "limit": 10, "unit": "working_days"}]},
    "stages": {"stages": [{"stage": "nine_tenths", "terms": "long", "percent": 90, "roles": ["official"]}]},
}


@dataclass
class Mails:
    """A real SMTP server that reads what it is given: every Message-ID as often as it came, and the dossiers that each named."""

    port: int = field(default_factory=free_port)
    ids: Counter[str] = field(default_factory=Counter)
    named: dict[str, set[str]] = field(default_factory=dict)
    code: re.Pattern[str] = CODE

    async def handle_DATA(self, _: object, __: object, envelope: Any) -> str:
        mail = email.message_from_bytes(envelope.content, policy=default)
        message_id, text = mail["Message-ID"].strip("<>"), mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        self.ids[message_id] += 1
        for dossier in self.code.findall(text):
            self.named.setdefault(dossier, set()).add(message_id)
        return "250 taken"


@dataclass
class Town:
    """Dossiers told to the topics that alerts and the audit read, a clock that is moved by hand, and one alerts that is killed."""

    settings: PlatformSettings
    folder: Path
    producer: Any
    rng: Random
    mails: Mails = field(default_factory=Mails)
    records: dict[str, bytes] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    now: int = CROSSES - 600
    alerts: LocalServer | None = None

    def turn(self, to: int) -> None:
        self.now = to
        SharedClock(to * 1_000_000, 0, 0.0).save(self.folder / "clock.json")

    async def prepare(self) -> None:
        (self.folder / "running.json").write_text(json.dumps({"kafka": self.settings.kafka}))
        self.turn(self.now)
        for record in policy_records(1, BODIES, Applied(1)):
            await self._send(topics.POLICIES, policy_key(record.kind, 1), encode(record), 0)
        for n in range(DOSSIERS):
            received = OPENS + 1 + n * WINDOW_SECONDS // DOSSIERS
            unit = f"{20242 + self.rng.randrange(UNITS)}"
            await self.say(f"H17.31-261116-{n:04d}", "synced", received, unit=unit, status=4, received=received, procedure="1.004222")
        await self.producer.flush()

    async def say(self, dossier: str, kind: str, at: int, **facts: Any) -> None:
        """An event, and the record of its dossier as the fold writes it."""
        given = {"unit": "20242", "occurred_at": at, "arrived_at": at * 1_000_000, **facts}
        event = DossierEvent(id=f"{at:016x}", kind=kind, dossier=dossier, **given)  # type: ignore[arg-type]
        self.records[dossier] = fold(self.records.get(dossier), event) or b""
        place = partition_of(dossier, PARTITIONS)
        await self._send(topics.DOSSIER_EVENTS, dossier.encode(), encode(event), place)
        await self._send(topics.DOSSIERS, dossier.encode(), self.records[dossier], place)

    async def _send(self, topic: str, key: bytes, value: bytes, partition: int) -> None:
        await self.producer.send(self.settings.named(topic), value, key=key, partition=partition)

    def start(self, environment: pytest.MonkeyPatch, point: str = "") -> LocalServer:
        """Alerts, which dies at this point."""
        armed = self.folder / "alerts.armed"
        armed.write_text(point) if point else armed.unlink(missing_ok=True)
        given = {"KAFKA": self.settings.kafka, "NAMESPACE": self.settings.namespace, "PARTITIONS": PARTITIONS, "DATA": self.folder}
        given |= {"CLOCK_FILE": self.folder / "clock.json", "ALERTS_MODE": "on", "SMTP_PORT": self.mails.port, "DIGEST_AFTER_MINUTES": 10}
        for name, value in given.items():
            environment.setenv(f"DUNGHEN_{name}", str(value))
        environment.setenv("FAULT_PART", "alerts")
        self.alerts = launch((sys.executable, "-m", "tests.faults.crashing", "services.alerts"), 0, self.folder / "alerts.log")
        return self.alerts

    async def some_finish(self) -> None:
        """Of those that are open, before or behind their crossing."""
        for dossier in self.rng.sample(sorted(self.records), max(1, DOSSIERS // 200)):
            await self.say(dossier, "progressed", self.now, status=9)
        await self.producer.flush()

    def asked(self, sql: str) -> list[Any]:
        """What is in alerts' database."""
        file = self.folder / f"{self.settings.named('alerts')}.db"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()

    def decided_to(self, instant: int) -> bool:
        """Whether every partition is decided up to there, and everything is settled."""
        noted = [json.loads(body)["decided_to"] for (body,) in self.asked("select body from c_progress")]
        unsettled = self.asked("select count(*) from c_notices where json_extract(body, '$.unsettled') = 1")[0][0]
        return len(noted) == PARTITIONS and min(noted) >= instant and not unsettled

    def delivered(self) -> list[Any]:
        found = [json.loads(body) for (body,) in self.asked("select body from c_notices")]
        return [(row["dossier"], row["message_id"]) for row in found if row["state"] == "delivered"]


async def attack(town: Town, environment: pytest.MonkeyPatch) -> Counter[str]:
    """Every round more dossiers cross, some finish, and alerts dies: every second time at a named point. How often by what."""
    points, deaths = town.rng.sample(sorted(ALERTS), len(ALERTS)), Counter[str]()
    step = WINDOW_SECONDS // KILLS
    for n in range(KILLS):
        point = points[n // 2 % len(points)] if n % 2 else ""
        town.turn(CROSSES + (n + 1) * step)
        process = town.start(environment, point)
        while point:
            await eventually_async(lambda process=process: process.process.poll() is not None, within=HANG_SECONDS, what=point)
            if (town.folder / "alerts.hit").exists():
                (town.folder / "alerts.hit").unlink()
                break
            process = _again(town, environment, deaths, point)
        else:
            await asyncio.to_thread(_any_moment, town.rng.uniform(1, 6), process)
        process.kill()
        await town.some_finish()
        deaths[point or "at random"] += 1
    return deaths


def _any_moment(seconds: float, process: LocalServer) -> None:
    """The moment is what is tried; it is alive then, or has ended by itself as it may."""
    with suppress(subprocess.TimeoutExpired):
        process.process.wait(seconds)
        _may_end(process)


def _may_end(process: LocalServer) -> None:
    """The group gives up whoever stands still for longer than a fault run's session, as on a busy machine: it ends, and comes back."""
    assert process.process.poll() == BY_ITSELF, process.told("ended by itself")


def _again(town: Town, environment: pytest.MonkeyPatch, deaths: Counter[str], point: str = "") -> LocalServer:
    """As a supervisor does it; now and then, not as a way of living."""
    assert town.alerts is not None
    _may_end(town.alerts)
    deaths[ALONE] += 1
    assert deaths[ALONE] <= OFTEN, town.alerts.told(f"ended {OFTEN} times by itself")
    return town.start(environment, point)


async def level(town: Town, environment: pytest.MonkeyPatch, at: int) -> Counter[str]:
    """Alerts goes its way at an instant until everything is settled, and is stopped in order. How often it ended before."""
    town.turn(at)
    process, deaths = town.start(environment), Counter[str]()

    def quiet() -> bool:
        nonlocal process
        if process.process.poll() is not None:
            process = _again(town, environment, deaths)
        return _has_tables(town) and town.decided_to(at)

    await eventually_async(quiet, within=HANG_SECONDS, what="everything settled")
    process.stop()
    return deaths


def _has_tables(town: Town) -> bool:
    try:
        return bool(town.asked("select 1 from c_progress limit 1"))
    except sqlite3.OperationalError:
        return False


@pytest.mark.slow
@pytest.mark.timeout(1800)
@in_parts(PARTS)
async def test_alerts_may_die_anywhere_while_dossiers_cross(
    fault_broker: LocalServer, tmp_path: Path, namespace: str, part: int, report: Callable[..., None]
) -> None:
    settings = PlatformSettings(kafka=fault_broker.address, namespace=namespace, partitions=PARTITIONS, data=tmp_path)
    wanted = ("dossier-events", "dossiers", "notices", "policies", "people", "feeds", "notice-actions", "push-subscriptions")
    await kafka.ensure_topics(settings, {n: (t.partitions, t.config) for n, t in all_topics(PARTITIONS).items() if n in wanted})
    with pytest.MonkeyPatch.context() as environment:
        async with kafka.started(kafka.producer(settings), settings) as producer:
            town = Town(settings, tmp_path, producer, Random(part_seed(part)))
            mails = SmtpServer(town.mails, town.mails.port).start()
            try:
                await town.prepare()
                deaths = await level(town, environment, CROSSES - 600)  # goes live
                deaths += await attack(town, environment)
                deaths += await level(town, environment, CROSSES + 2 * WINDOW_SECONDS)  # nothing is too new to be judged
                proof = await proof_of(DataFolder(tmp_path), Wanted(slack=0))
            finally:
                mails.stop()
                if town.alerts:
                    town.alerts.kill()
    assert deaths.total() - deaths[ALONE] == KILLS
    repeats = sum(town.mails.ids.values()) - len(town.mails.ids)
    report(
        **{"kills": KILLS, "crash points reached": deaths.total() - deaths["at random"] - deaths[ALONE], "dossiers": DOSSIERS},
        **{"stages owed": proof.owed, "undecided": proof.undecided, "missing": proof.counts["missing"]},
        mails=sum(town.mails.ids.values()),
        repeats=repeats,
    )
    assert proof.faults == [], proof.faults[:5]
    assert proof.undecided == 0, "a dossier that ended unseen has its row: nothing is left open"
    assert proof.owed > DOSSIERS // 2
    assert [dossier for dossier, ids in town.mails.named.items() if len(ids) > 1] == []
    assert all(message_id in town.mails.named[dossier] for dossier, message_id in town.delivered())
    assert repeats <= deaths.total() * PARTITIONS, "each kill may repeat what each partition had in hand, not more"
