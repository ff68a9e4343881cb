"""From a delivery over HTTP to the map and to a notice, every process with its own user and rights on a broker that lets nobody else in."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from secured_world import ADMIN, SecuredKafka

from dunghen.cli.kafka_rights.command import apply
from dunghen.cli.prepare import prepare
from dunghen.contracts.messages import Notice, decode_notice
from dunghen.contracts.topics import NOTICES
from dunghen.platform import kafka
from dunghen.platform.clock import SharedClock
from dunghen.platform.local.servers import LocalServer, free_port, launch
from tests.eventually import eventually_async as eventually

pytestmark = pytest.mark.slow
BODIES: dict[str, Any] = {
    "city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"},
    "units": {
        "units": [
            {
                "code": "20242",
                "name": "Hải Châu",
                "kind": "locality",
                "type": "Phường",
                "wire_codes": ["H17.31"],
                "notice_address": "hai-chau@danang.example",
            }
        ]
    },
    "procedures": {"procedures": [{"code": "1.004222", "name": "Đăng ký thường trú", "limit": 10, "unit": "working_days"}]},
    "stages": {"stages": [{"stage": "breach", "terms": "long", "percent": 100, "roles": ["official"]}]},
}
DOSSIER = {
    "MaHoSo": "H17.31-261116-0001",
    "MaTTHC": "1.004222",
    "NgayTiepNhan": "20261116080000",
    "NgayHenTra": "20261130080000",
    "TrangThaiHoSo": "4",
    "DonViXuLy": "UBND phường Hải Châu",
}
PROCESSES = {
    "ingest": "services.ingest",
    "scoring": "services.scoring",
    "projector": "services.api projector",
    "api": "services.api http",
    "webhooks": "services.api webhooks",
    "alerts": "services.alerts",
}
WANTING = ("AuthorizationFailed", "MissingTopic", "no right on", "not authorized", "SaslAuthenticationFailed")


@dataclass
class City:
    """Six processes, each as the user of its name; commands as whom they are for."""

    kafka: SecuredKafka
    redis: str
    folder: Path
    ports: dict[str, int] = field(default_factory=lambda: {"api": free_port(), "ingest": free_port()})
    processes: dict[str, LocalServer] = field(default_factory=dict)
    said: str = ""

    def clock(self, text: str) -> SharedClock:
        """The city's clock stands still at this local time."""
        at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")).timestamp()
        clock = SharedClock(int(at) * 1_000_000, 0, 0.0)
        clock.save(self.folder / "clock.json")
        return clock

    def start(self) -> None:
        for name, program in PROCESSES.items():
            pairs = [f"{variable}={value}" for variable, value in self._environment(name).items()]
            command = ("env", *pairs, sys.executable, "-m", *program.split())
            self.processes[name] = launch(command, 0, self.folder / f"{name}.log")

    def stop(self) -> None:
        for process in self.processes.values():
            process.stop()

    async def command(self, user: str, *words: str) -> None:
        """`dunghen …` as one of the matrix; it must end well."""
        env = {**os.environ, **self._environment(user), "COLUMNS": "300"}
        call = (sys.executable, "-m", "dunghen.cli", *words, "--data", str(self.folder))
        process = await asyncio.create_subprocess_exec(*call, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        out, _ = await process.communicate()
        self.said += out.decode()
        assert process.returncode == 0, out.decode()

    def url(self, name: str, path: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}{path}"

    def logs(self) -> dict[str, str]:
        return {name: process.log.read_text(encoding="utf-8") for name, process in self.processes.items()}

    async def notices(self) -> list[Notice]:
        """As the operator reads them."""
        found: list[Notice] = []
        for partition in range(2):
            settings = self.kafka.settings("operator")
            await kafka.read_all(settings, (NOTICES, partition), lambda _, value, *__: found.append(decode_notice(value or b"")))
        return found

    def _environment(self, user: str) -> dict[str, str]:
        return {
            **self.kafka.environment(user),
            "DUNGHEN_REDIS": self.redis,
            "DUNGHEN_DATA": str(self.folder),
            "DUNGHEN_CLOCK_FILE": str(self.folder / "clock.json"),
            "DUNGHEN_PORT": str(self.ports["api"]),
            "DUNGHEN_INGEST_PORT": str(self.ports["ingest"]),
            "DUNGHEN_ALERTS_PRIVATE_NETWORKS": "127.0.0.1/32",
            "DUNGHEN_SAID_SECONDS": "60",
            "DUNGHEN_FEED_STALE_SECONDS": "100000000",
            "DUNGHEN_FEED_STALE_OUTSIDE_SECONDS": "100000000",
        }


@pytest.fixture
async def city(secured_kafka: SecuredKafka, redis_server: Any, tmp_path: Path) -> AsyncIterator[City]:
    made = City(secured_kafka, f"redis://127.0.0.1:{redis_server.port}/0", tmp_path)
    admin = secured_kafka.settings(ADMIN)
    assert await apply(admin, lambda _: None, revoke=True) == 0
    await prepare(admin, BODIES, made.clock("2026-11-16 09:00"))
    yield made
    made.stop()


async def _get(city: City, path: str) -> Any:
    async with httpx.AsyncClient(timeout=20) as http:
        answer = await http.get(city.url("api", path))
        return answer.json() if answer.status_code == 200 else None


async def _received(city: City) -> int:
    shown = await _get(city, "/api/v1/map?window=30d")
    return shown["units"][0]["received"] if shown and shown["units"] else 0


async def test_every_process_does_its_work_with_its_own_user_and_no_right_is_wanting(city: City) -> None:
    await city.command("operator", "keys", "create", "--source", "H17", "--out", str(city.folder / "source.key"))
    await city.command("operator", "keys", "create", "--consumer", "portal", "--out", str(city.folder / "consumer.key"))
    city.start()
    body = {"session": "s", "madonvi": "H17", "service": "DongBoHoSoMC", "isUpdating": "False", "data": [DOSSIER]}
    async with httpx.AsyncClient(timeout=90) as http:

        async def delivered() -> bool:
            headers = {"authorization": f"Bearer {(city.folder / 'source.key').read_text().strip()}"}
            answer = await http.post(city.url("ingest", "/sync/DongBoHoSoMC"), json=body, headers=headers)
            return answer.status_code == 200 and answer.json()["error_code"] == "0"

        async def subscribed() -> bool:
            headers = {"authorization": f"Bearer {(city.folder / 'consumer.key').read_text().strip()}"}
            answer = await http.post(city.url("api", "/api/v1/webhooks"), json={"url": "http://127.0.0.1:9/hook"}, headers=headers)
            return answer.is_success

        await eventually(delivered, within=240, what="a delivery that is taken")
        await eventually(lambda: _received(city), within=240, what="the dossier on the map")
        await eventually(subscribed, within=120, what="a subscription")
    await city.command("reconcile", "reconcile", "--page", city.url("api", ""), "--keep")
    await eventually(lambda: _get(city, "/api/v1/reconciliations"), within=60, what="the comparison")
    await eventually(lambda: "partitions_held" in city.logs()["alerts"], within=120, what="alerts at work")
    city.clock("2026-11-30 08:30")
    (notice, *_) = await eventually(city.notices, within=120, what="a notice")
    assert (notice.dossier, notice.stage) == (DOSSIER["MaHoSo"], "breach")
    logs = city.logs()
    assert {name: word for name, log in logs.items() for word in WANTING if word in log} == {}
    secrets = [*city.kafka.passwords.values()]
    assert [name for name, log in {**logs, "commands": city.said}.items() if any(secret in log for secret in secrets)] == []
