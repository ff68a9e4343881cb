"""A real Apache Kafka on 127.0.0.1: one node in KRaft mode, its data in a folder that survives restarts, ready in about two seconds.

`start` is for tests and short tools; a supervisor uses `prepare` for the command and `answers` to see that it is up.
"""

from __future__ import annotations

import asyncio
import base64
import shutil
import socket
import subprocess
import threading
import uuid
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaClient
from aiokafka.errors import KafkaError

from dunghen.platform.kafka_connection import connection
from dunghen.platform.local.kafka_secured import Secured
from dunghen.platform.local.servers import HOST, LocalServer, NotStarted, await_ready, free_port, launch
from dunghen.platform.settings import PlatformSettings, load

JARS = Path(__file__).parents[3] / "deploy" / "kafka" / "jars"
JAVA = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
START_SECONDS = 180  # a guard only: beside other servers that start it gets little of the machine
MOST_MILLISECONDS = (1 << 31) - 1  # 24 days: this setting is a 32-bit integer, the 60 days of architecture.md §5 do not fit
SIXTY_DAYS = 60 * 24 * 3600 * 1000

# One node cannot hold more than one replica of anything; a fence must outlive the longest holiday (architecture.md §5).
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "auto.create.topics.enable": "false",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "offsets.retention.minutes": str(SIXTY_DAYS // 60_000),
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",  # an abandoned one hides newer records till then
    "transactional.id.expiration.ms": str(MOST_MILLISECONDS),
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "broker.session.timeout.ms": "4000",  # how long a start after a crash waits for the session before
    "broker.heartbeat.interval.ms": "1000",
    "log.retention.ms": "-1",
    "log.segment.bytes": str(256 << 20),
    "log.index.size.max.bytes": str(1 << 20),
    "log.cleaner.dedupe.buffer.size": str(64 << 20),
    "num.network.threads": "2",
    "num.io.threads": "4",
}


def prepare(data: Path, port: int, jars: Path = JARS, secured: Secured | None = None) -> tuple[str, ...]:
    """Formats `data` if it is new, writes the settings for `port`, and gives the command that runs the broker. Raises NotStarted."""
    classpath = _classpath(jars)
    data.mkdir(parents=True, exist_ok=True)
    file = data / "server.properties"
    controller = free_port()
    listeners = {
        "log.dirs": str((data / "log").absolute()),
        "listeners": f"PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "controller.quorum.voters": f"1@{HOST}:{controller}",
    }
    guarded = secured.settings(port, controller) if secured else {}
    file.write_text("".join(f"{k}={v}\n" for k, v in {**SETTINGS, **listeners, **guarded}.items()), encoding="utf-8")
    if not (data / "log" / "meta.properties").exists():
        _format(classpath, file, secured.format_options() if secured else ())
    return (*JAVA, "-cp", classpath, "kafka.Kafka", str(file))


def start(data: Path, port: int = 0, jars: Path = JARS) -> LocalServer:
    """Starts a broker on `port` (0: a free one) and returns when it has answered with its metadata. Raises NotStarted."""
    port = port or free_port()
    server = launch(prepare(data, port, jars), port, data / "kafka.log")
    return await_ready(server, lambda: answers(server.address), START_SECONDS)


def start_secured(data: Path, secured: Secured) -> LocalServer:
    """Starts one with TLS, users and rights on a free port, as `start` does."""
    port = free_port()
    server = launch(prepare(data, port, secured=secured), port, data / "kafka.log")
    name, password = next(iter(secured.users.items()))
    settings = load(
        PlatformSettings,
        kafka=server.address,
        kafka_security_protocol="SASL_SSL",
        kafka_user=name,
        kafka_password=password,
        kafka_ca=secured.authority.read_text(encoding="utf-8"),
    )
    return await_ready(server, lambda: answers(server.address, settings), START_SECONDS)


def answers(address: str, settings: PlatformSettings | None = None) -> bool:
    """Whether one of the brokers answers with its metadata, in plain text or as `settings` say. Blocks for a moment; may be called inside
    or outside a running event loop.
    """
    if not any(_listens(server.strip()) for server in address.split(",")):  # the client would complain in the log where nobody listens yet
        return False
    options = {**(connection(settings) if settings else {}), "bootstrap_servers": address}
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(_answers(options))))
    thread.start()
    thread.join()
    return found == [True]


def _listens(server: str) -> bool:
    host, port = server.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


async def _answers(options: dict[str, Any]) -> bool:
    client = AIOKafkaClient(**options, request_timeout_ms=3000)
    try:
        await client.bootstrap()
        return bool(client.cluster.brokers())
    except KafkaError:
        return False
    finally:
        await client.close()


def _classpath(jars: Path) -> str:
    if not shutil.which("java"):
        raise NotStarted("java is missing: apt-get install openjdk-17-jre-headless")
    if not any(jars.glob("kafka_*.jar")):
        raise NotStarted(f"Kafka's jars are missing in {jars}: make setup (or deploy/kafka/fetch-jars)")
    return f"{jars}/*"


def _format(classpath: str, file: Path, options: tuple[str, ...]) -> None:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A", 1)
    command = (*JAVA, "-cp", classpath, "kafka.tools.StorageTool", "format", "--cluster-id", cluster, "--config", str(file), *options)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - the command is ours
    if done.returncode:
        raise NotStarted(f"Kafka could not format its data folder: {done.stdout}{done.stderr}")
