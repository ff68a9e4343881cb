"""The programs that make up a city on one machine, each with its command and environment: `up` starts them, in this order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from dunghen.cli.supervisor import Program
from dunghen.platform.local import kafka_broker, redis_server
from dunghen.platform.local.servers import HOST, free_port

INTERPRETER = sys.executable
METRICS = ("scoring", "projector", "alerts", "webhooks")
DEMO_CHANNELS = "push,mail"  # so that whoever tries the demo can be shown a notice; its mails go to a sink


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything of this city listens. `own_kafka`/`own_redis`: started by us, on this port; 0: given from outside."""

    port: int
    ingest_port: int
    kafka: str
    redis: str
    mongo: str
    own_kafka: int
    own_redis: int
    smtp_port: int
    metrics: Mapping[str, int]

    @property
    def page(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def ingest(self) -> str:
        return f"http://{HOST}:{self.ingest_port}"


def kept_port(remembered: object) -> int:
    """The port of the last run if it is still free, else a free one."""
    return remembered if isinstance(remembered, int) and remembered and is_free(remembered) else free_port()


def is_free(port: int) -> bool:
    """Whether nobody listens on that port of this machine's loopback."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((HOST, port))
        except OSError:
            return False
        return True


async def has_counted(http: httpx.AsyncClient, metrics: str, partitions: int) -> bool:
    """Whether scoring, by its metrics at this address, has nothing left to take in any partition of either stage."""
    with contextlib.suppress(httpx.HTTPError):
        waiting = [line for line in (await http.get(metrics)).text.splitlines() if line.startswith("dunghen_scoring_waiting_events{")]
        return len(waiting) == 2 * partitions and all(float(line.rpartition(" ")[2]) == 0 for line in waiting)
    return False


async def is_ready(http: httpx.AsyncClient, address: str) -> bool:
    """Whether this answers 200."""
    with contextlib.suppress(httpx.HTTPError):
        return (await http.get(address)).status_code == 200
    return False


async def push_key(data: Path, extra: Mapping[str, str]) -> str:
    """What browsers subscribe with, where alerts sends to browsers: asked of alerts, which makes the key in the data folder; else ""."""
    env = {**os.environ, "DUNGHEN_DATA": str(data), **extra}
    command = (INTERPRETER, "-m", "services.alerts.by_hand", "push-key")
    asked = await asyncio.create_subprocess_exec(*command, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
    said, _ = await asked.communicate()
    return said.decode().strip() if asked.returncode == 0 else ""  # settings that are wrong alerts itself says, in its log


def servers(addresses: Addresses, data: Path) -> list[Program]:
    """Kafka and Redis, where they are ours."""
    programs = []
    if addresses.own_kafka:
        programs.append(Program("kafka", kafka_broker.prepare(data / "kafka", addresses.own_kafka), stop_seconds=5))
    if addresses.own_redis:
        programs.append(Program("redis", redis_server.command(data / "redis", addresses.own_redis), stop_seconds=2))
    return programs


def services(addresses: Addresses, data: Path, extra: Mapping[str, str], ingest: tuple[str, ...] = ()) -> list[Program]:
    """The four services, the reading side as its three processes; scoring is the first; stopped in reverse order. `ingest`: its options."""
    env = {
        "DUNGHEN_KAFKA": addresses.kafka,
        "DUNGHEN_REDIS": addresses.redis,
        "DUNGHEN_MONGO": addresses.mongo,
        "DUNGHEN_DATA": str(data),
        "DUNGHEN_OPEN_DATA": str(data / "open-data"),
        "DUNGHEN_CLOCK_FILE": str(data / "clock.json"),
        "DUNGHEN_PORT": str(addresses.port),
        "DUNGHEN_INGEST_PORT": str(addresses.ingest_port),
        "PYTHONUNBUFFERED": "1",
        **extra,
    }

    def service(name: str, *words: str) -> Program:
        metrics = {"DUNGHEN_METRICS_PORT": str(addresses.metrics[name])} if name in addresses.metrics else {}
        return Program(name, (INTERPRETER, "-m", *words), {**env, **metrics}, stop_seconds=3)

    return [
        service("scoring", "services.scoring"),
        service("projector", "services.api", "projector"),
        service("api", "services.api", "http"),
        service("alerts", "services.alerts"),
        service("webhooks", "services.api", "webhooks"),
        service("ingest", "services.ingest", *ingest),
    ]
