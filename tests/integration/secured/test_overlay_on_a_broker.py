"""What deploy/compose/secured.yml says to the image, said to a broker of this machine: no engine needed, and the same scripts and files."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from dunghen.platform import kafka
from dunghen.platform.kafka_acls import read_acls
from dunghen.platform.local import kafka_broker
from dunghen.platform.local.servers import HOST, LocalServer, await_ready, free_port, launch
from dunghen.platform.settings import PlatformSettings

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
FILES = (ROOT / "docker-compose.yml", ROOT / "deploy/compose/secured.yml")
PORTS = ("19092", "19094", "9093")  # for clients, for brokers, for controllers


def said_to_kafka() -> dict[str, str]:
    """As compose merges it, and the image reads it: `___` is a hyphen, `__` an underscore, `_` a dot."""
    merged: dict[str, Any] = {}
    for file in FILES:
        merged |= yaml.safe_load(file.read_text(encoding="utf-8"))["services"]["kafka"]["environment"]
    del merged["KAFKA_HEAP_OPTS"]  # of Java, not a setting of the broker
    given = {name.removeprefix("KAFKA_").lower(): str(value).replace("$$", "$") for name, value in merged.items()}
    return {name.replace("___", "-").replace("__", "\0").replace("_", ".").replace("\0", "_"): value for name, value in given.items()}


@pytest.fixture(scope="module")
def secrets_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("overlay") / "secrets"
    subprocess.run((ROOT / "deploy/kafka/make-secrets", folder, "kafka"), check=True)
    return folder


@pytest.fixture(scope="module")
def broker(secrets_folder: Path) -> Iterator[tuple[LocalServer, str]]:
    """The broker, and where it takes other brokers."""
    ports = {port: str(free_port()) for port in PORTS}

    def here(value: str) -> str:
        for port, other in ports.items():
            value = value.replace(f"kafka:{port}", f"{HOST}:{other}").replace(f"://:{port}", f"://{HOST}:{other}")
        return value.replace("/run/secrets", str(secrets_folder)).replace("/var/lib/kafka", str(secrets_folder.parent))

    file = secrets_folder.parent / "server.properties"
    file.write_text("".join(f"{name}={here(value)}\n" for name, value in said_to_kafka().items()))
    classpath = kafka_broker._classpath(kafka_broker.JARS)
    kafka_broker._format(classpath, file, ())
    command = (*kafka_broker.JAVA, "-cp", classpath, "kafka.Kafka", str(file))
    server = launch(command, int(ports["19092"]), secrets_folder.parent / "kafka.log")
    await_ready(server, lambda: kafka_broker._listens(server.address), kafka_broker.START_SECONDS)
    yield server, f"{HOST}:{ports['19094']}"
    server.stop()


def settings(server: LocalServer, folder: Path, user: str) -> PlatformSettings:
    return PlatformSettings(
        kafka=server.address,
        kafka_security_protocol="SASL_SSL",
        kafka_user=user,
        kafka_password=(folder / f"kafka-{user}.password").read_text().strip(),
        kafka_ca=(folder / "kafka-ca.pem").read_text(),
    )


async def test_the_users_are_made_by_the_broker_s_certificate_and_only_the_administrator_administers(
    broker: tuple[LocalServer, str], secrets_folder: Path, tmp_path: Path
) -> None:
    server, brokers = broker
    for user in ("admin", "ingest"):
        (tmp_path / f"kafka-{user}.password").write_bytes((secrets_folder / f"kafka-{user}.password").read_bytes())
    tool, own = tmp_path / "kafka-configs.sh", tmp_path / "broker.properties"
    tool.write_text(f"#!/bin/sh\nexec {' '.join(kafka_broker.JAVA)} -cp '{kafka_broker.JARS}/*' kafka.admin.ConfigCommand \"$@\"\n")
    tool.chmod(0o755)
    own.write_text((ROOT / "deploy/kafka/broker.properties").read_text().replace("/run/secrets", str(secrets_folder)))
    with pytest.raises(kafka.Unreachable):
        await kafka.reachable(settings(server, secrets_folder, "ingest"))
    env = {**os.environ, "SECRETS": str(tmp_path), "BROKERS": brokers, "KAFKA_CONFIGS": str(tool), "BROKER_PROPERTIES": str(own)}
    make_users = partial(subprocess.run, (ROOT / "deploy/kafka/make-users",), env=env, capture_output=True, text=True, check=False)
    done = await asyncio.to_thread(make_users)
    assert done.returncode == 0, done.stdout + done.stderr
    assert await read_acls(settings(server, secrets_folder, "admin")) == set()
    await kafka.reachable(settings(server, secrets_folder, "ingest"))
    created = await kafka.ensure_topics(settings(server, secrets_folder, "admin"), {"planted": (1, {})})
    assert created == ["planted"]
    with pytest.raises(kafka.MissingTopic, match="no right on topic planted"):
        await kafka.end_offsets(settings(server, secrets_folder, "ingest"), "planted")
