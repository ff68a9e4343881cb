"""The brokers' certificate expires while everything is connected, under load: what is connected goes on, the next connection is refused
and says why, and with another certificate in place all comes back by itself, with nothing lost."""

from __future__ import annotations

import asyncio
import math
import secrets
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.doctor.command import examine
from dunghen.platform.kafka_certificates import ANY_TIME, validities
from dunghen.platform.kafka_connection import connection
from dunghen.platform.local import kafka_broker
from dunghen.platform.local.kafka_secured import BROKER, Secured
from dunghen.platform.local.servers import HOST, LocalServer
from dunghen.platform.settings import PlatformSettings, load
from tests.certificates import DAY, Authority
from tests.eventually import eventually
from tests.faults.attack import PATIENCE, Attack
from tests.faults.conftest import QUICKER
from tests.faults.form import SEED
from tests.faults.proxied_broker import START_SECONDS
from tests.faults.world import FaultWorld, lasting_port

ADMIN, NODE = "admin", "1"
LISTENER = "listener.name.sasl_ssl.ssl.keystore"
PATIENT = {"FAULT_SESSION": "30", "FAULT_REQUEST": "60"}  # where the machine is slow, too, nobody gives a connection up by himself
CLOSE = 10.0  # seconds between two certificates that are one
MORE = 100  # events that have to pass through everything after the certificate has expired
SHORT = timedelta(seconds=15)  # from its making until it has expired


@dataclass
class Certified:
    """A broker that everybody reaches by TLS; its certificate can be another while it runs, as with `kafka-configs.sh --alter`.

    It has one network thread: each takes a new certificate by itself, a moment after the other, and connections come to them in turn.
    """

    server: LocalServer
    authority: Authority
    folder: Path
    made: int = 0

    def hold(self, holds: timedelta) -> None:
        """From now on new connections are shown a certificate that holds for so long. Returns when the broker shows it to all."""
        self.made += 1
        ends = time.time() + holds.total_seconds()
        keystore, _ = self.authority.write_server(self._subfolder(), BROKER, holds)
        asyncio.run(self._alter({f"{LISTENER}.location": str(keystore), f"{LISTENER}.type": "PEM"}))
        eventually(lambda: abs(self._shown() - ends) < CLOSE, within=PATIENCE, what="the new certificate in place")

    def _shown(self) -> float:
        """When the one expires that the broker shows now."""
        asked = validities(load(PlatformSettings, kafka=self.server.address))
        return next((of.ends for whose, of in asked if whose.startswith("the broker")), 0.0)

    def _subfolder(self) -> Path:
        folder = self.folder / f"certificate-{self.made}"
        folder.mkdir()
        return folder

    async def _alter(self, configs: dict[str, str]) -> None:
        """As an operator on the broker's machine does, whatever has expired."""
        given = connection(load(PlatformSettings, kafka=self.server.address))
        given["ssl_context"] = ssl.create_default_context(cadata=self.authority.pem)
        given["ssl_context"].verify_flags |= ANY_TIME
        admin = AIOKafkaAdminClient(**given)
        await admin.start()
        try:
            answers = await admin.alter_configs([ConfigResource(ConfigResourceType.BROKER, NODE, configs)])
        finally:
            await admin.close()
        faults = [(code, text) for answer in answers for code, text, *_ in answer.resources if code]
        assert faults == []


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Certified]:
    monkeypatch.setattr(kafka_broker, "START_SECONDS", START_SECONDS)
    for name, value in {**QUICKER, "num.network.threads": "1"}.items():
        monkeypatch.setitem(kafka_broker.SETTINGS, name, value)
    authority, password = Authority(), secrets.token_hex(12)
    keystore, known = authority.write_server(tmp_path, BROKER)
    server = kafka_broker.start_secured(tmp_path / "kafka", Secured(keystore, known, {ADMIN: password}))
    (tmp_path / "password").write_text(password)
    given = {"SECURITY_PROTOCOL": "SASL_SSL", "USER": ADMIN, "PASSWORD_FILE": str(tmp_path / "password"), "CA_FILE": str(known)}
    for name, value in given.items():
        monkeypatch.setenv(f"DUNGHEN_KAFKA_{name}", value)
    yield Certified(server, authority, tmp_path)
    server.stop()


@pytest.fixture
def world(certified: Certified, redis_server: LocalServer, namespace: str, tmp_path: Path) -> Iterator[FaultWorld]:
    made = FaultWorld(tmp_path, certified.server, redis_server, namespace, SEED, env=PATIENT).prepare()
    yield made
    made.close()


def until_expiry(metrics: int, certificate: str) -> float:
    """Seconds that are left, as the service on this port says; infinite where it says nothing."""
    said = httpx.get(f"http://{HOST}:{metrics}/metrics", timeout=20).text.splitlines()
    name = f'dunghen_kafka_certificate_expiry_timestamp_seconds{{certificate="{certificate}"}} '
    return float(next((line.removeprefix(name) for line in said if line.startswith(name)), "inf")) - time.time()


def _known(metrics: int, certificate: str) -> float | None:
    left = until_expiry(metrics, certificate)
    return None if math.isinf(left) else left


def counted(world: FaultWorld) -> int:
    """Of how many events the map is."""
    answer = httpx.get(f"{world.page}/api/v1/map", params={"window": "30d", "include": "covers"}, timeout=20)
    return sum(answer.raise_for_status().json()["covers"].values())


def doctor_says(world: FaultWorld) -> dict[str, tuple[bool, str]]:
    return {finding.what: (finding.good, finding.mend) for finding in examine(DataFolder(world.folder))}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_certificate_expires_while_everything_is_connected(world: FaultWorld, certified: Certified, report: Callable[..., None]) -> None:
    metrics = {name: lasting_port() for name in ("projector", "scoring-0")}
    for name in ("projector", "scoring-0", "api", "ingest"):
        world.start_part(name, DUNGHEN_METRICS_PORT=str(metrics.get(name, 0)))
    eventually(world.all_at_work, within=400, what="the city")
    world.watcher.start()
    world.load.start()
    attack = Attack(world)
    attack.level()
    for certificate in ("server", "authority"):
        left = eventually(partial(_known, metrics["projector"], certificate), within=PATIENCE, what=f"when the {certificate}'s expires")
        assert left == pytest.approx(DAY.total_seconds(), abs=1800)  # made as long ago as all this took

    certified.hold(SHORT)
    expires = time.monotonic() + SHORT.total_seconds()
    eventually(lambda: time.monotonic() > expires + 1, within=PATIENCE, what="the end of the certificate")
    before, accepted = counted(world), world.load.accepted.total()
    goes_on = "what is connected going on"
    eventually(lambda: counted(world) > before + MORE and world.load.accepted.total() > accepted + MORE, within=PATIENCE, what=goes_on)

    world.parts["scoring-0"].kill()
    broker = f"the certificate of the broker {certified.server.address} has expired on "
    eventually(lambda: broker in world.log("scoring-0"), within=PATIENCE, what="that it says whose and since when")
    assert '"certificate has expired"' in world.log("scoring-0")
    eventually(lambda: until_expiry(metrics["scoring-0"], "server") < 0, within=PATIENCE, what="that its metric says so")
    said = doctor_says(world)
    good, mend = said[f"Kafka at {certified.server.address} as {ADMIN}"]
    assert (good, mend.startswith(broker)) == (False, True)
    assert said[f"the certificate of the broker {certified.server.address}: 0 days left"][0] is False
    accepted = world.load.accepted.total()
    assert httpx.get(f"{world.page}/api/v1/map", params={"window": "30d"}, timeout=20).status_code == 200

    attack.blow("another one", lambda: certified.hold(DAY))
    assert world.load.accepted.total() > accepted
    eventually(world.all_at_work, within=400, what="everybody back")
    world.settle()
    report(**attack.figures())
