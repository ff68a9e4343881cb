"""Alerts as a process of its own over a real Kafka, a real SQLite file and a real SMTP server; the city's clock stands still."""

from __future__ import annotations

import asyncio
import email
import os
import sys
import threading
from dataclasses import dataclass, field
from datetime import datetime
from email.policy import default
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dunghen.contracts import topics
from dunghen.contracts.messages import DossierEvent, Notice, decode_notice, encode
from dunghen.contracts.policies import Applied, policy_key, policy_records
from dunghen.contracts.topics import all_topics, partition_of
from dunghen.domain.record import fold
from dunghen.platform import kafka
from dunghen.platform.clock import SharedClock
from dunghen.platform.local.servers import LocalServer, free_port, launch
from dunghen.platform.settings import PlatformSettings
from tests.eventually import eventually_async as eventually
from tests.smtp_server import SmtpServer

PARTITIONS = 2
DOSSIER = "H17.31-261116-0001"
BODIES: dict[str, Any] = {
    "city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"},
    "units": {
        "units": [{"code": "20242", "name": "Hải Châu", "kind": "locality", "type": "Phường", "notice_address": "hai-chau@danang.example"}]
    },
    "procedures": {"procedures": [{"code": "1.004222", "name": "Đăng ký thường trú", "limit": 10, "unit": "working_days"}]},
    "stages": {
        "stages": [
            {"stage": "nine_tenths", "terms": "long", "percent": 90, "roles": ["official"]},
            {"stage": "breach", "terms": "long", "percent": 100, "roles": ["official"]},
        ]
    },
}


def local(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")).timestamp())


MONDAY_8_00, NINE_TENTHS, BREACH = local("2026-11-16 08:00"), local("2026-11-27 08:00"), local("2026-11-30 08:00")


@dataclass
class MailServer:
    """A real SMTP server. While `hold` is set it has taken a mail and does not say so; while `busy` it leaves who comes waiting
    (`turned_away`: how many), to be told at `release` to come again. `guard`: options of the server from the next `start` on."""

    port: int = field(default_factory=free_port)
    mails: list[Any] = field(default_factory=list)
    answer: str = "250 taken"
    hold: bool = False
    slow: float = 0.0
    busy: bool = False
    turned_away: int = 0
    guard: dict[str, Any] = field(default_factory=dict, repr=False)
    _let_go: threading.Event = field(default_factory=threading.Event)
    _server: SmtpServer | None = None

    async def handle_MAIL(self, _: object, __: object, envelope: Any, sender: str, options: list[str]) -> str:
        if self.busy:
            self.turned_away += 1
            await asyncio.to_thread(self._let_go.wait, 30)
            return "421 come again"
        envelope.mail_from = sender
        envelope.mail_options.extend(options)
        return "250 go on"

    async def handle_DATA(self, _: object, __: object, envelope: Any) -> str:
        self.mails.append(email.message_from_bytes(envelope.content, policy=default))
        if self.hold:
            await asyncio.to_thread(self._let_go.wait, 30)
        await asyncio.sleep(self.slow)
        return self.answer

    def start(self) -> None:
        self._server = SmtpServer(self, self.port, **self.guard).start()

    def stop(self) -> None:
        self._let_go.set()
        if self._server is not None:
            self._server.stop()
            self._server = None

    def release(self) -> None:
        self.hold = self.busy = False
        self._let_go.set()


@dataclass
class City:
    """What a test does: say records, move the clock, start and kill alerts; and what it sees: mails and notices."""

    settings: PlatformSettings
    folder: Path
    producer: Any
    mail: MailServer
    processes: list[LocalServer] = field(default_factory=list)
    _records: dict[str, bytes] = field(default_factory=dict)

    def clock(self, at: int) -> None:
        SharedClock(at * 1_000_000, 0, 0.0).save(self.folder / "clock.json")

    async def policies(self) -> None:
        for record in policy_records(1, BODIES, Applied(1)):
            await self._send(topics.POLICIES, policy_key(record.kind, 1), encode(record), 0)

    async def say(self, kind: str, at: int, **facts: Any) -> None:
        """The record of a dossier after one more event, as the fold writes it."""
        dossier = facts.pop("dossier", DOSSIER)
        given = {"dossier": dossier, "unit": "20242", "occurred_at": at, "arrived_at": at * 1_000_000, **facts}
        event = DossierEvent(id=f"{at:016x}", kind=kind, **given)
        await self._send(topics.DOSSIER_EVENTS, dossier.encode(), encode(event), partition_of(dossier, PARTITIONS))
        self._records[dossier] = fold(self._records.get(dossier), event) or b""
        await self._send(topics.DOSSIERS, dossier.encode(), self._records[dossier], partition_of(dossier, PARTITIONS))

    async def _send(self, topic: str, key: bytes, value: bytes, partition: int) -> None:
        await self.producer.send_and_wait(self.settings.named(topic), value, key=key, partition=partition)

    async def open_dossier(self) -> None:
        await self.say("synced", MONDAY_8_00, status=4, received=MONDAY_8_00, procedure="1.004222")

    async def alerts(self, mode: str = "on", **more: str) -> LocalServer:
        """Starts the process and waits until it holds all partitions."""
        given = {
            "KAFKA": self.settings.kafka,
            "NAMESPACE": self.settings.namespace,
            "PARTITIONS": str(PARTITIONS),
            "DATA": str(self.folder),
            "CLOCK_FILE": str(self.folder / "clock.json"),
            "ALERTS_MODE": mode,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.mail.port),
            "RETRY_SHORTEST": "0.05",
            "RETRY_LONGEST": "0.2",
            **more,
        }
        before = dict(os.environ)
        os.environ.update({f"DUNGHEN_{name}": value for name, value in given.items()})
        try:
            log = self.folder / f"alerts-{len(self.processes)}.log"
            process = launch((sys.executable, "-m", "services.alerts"), 0, log)
        finally:
            os.environ.clear()
            os.environ.update(before)
        self.processes.append(process)
        await eventually(lambda: "partitions_held" in log.read_text() or process.process.poll() is not None)
        return process

    async def notices(self) -> list[Notice]:
        """Everything that was said of notices, in order."""
        found: list[Notice] = []
        for partition in range(all_topics(PARTITIONS)[topics.NOTICES].partitions):
            await kafka.read_all(
                self.settings, (topics.NOTICES, partition), lambda _, value, *__: found.append(decode_notice(value or b""))
            )
        return found

    async def told(self, state: str) -> list[Notice]:
        """Waits for notices whose last state this is."""

        async def look() -> list[Notice]:
            newest = {notice.key: notice for notice in await self.notices()}
            return [notice for notice in newest.values() if notice.state == state]

        return list(await eventually(look))
