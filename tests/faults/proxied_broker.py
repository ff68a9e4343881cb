"""A real Kafka with two ways in: one through a `KafkaProxy`, for the services, and a straight one for the test that watches them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from dunghen.platform.local import kafka_broker
from dunghen.platform.local.servers import HOST, LocalServer, await_ready, free_port, launch
from tests.faults.kafka_proxy import KafkaProxy

START_SECONDS = 400  # a guard only: beside other fault runs a broker gets little of the machine
SHORTER = {"group.min.session.timeout.ms": "1000"}


@dataclass
class ProxiedBroker:
    """`server` is the broker at its straight address, `proxy` the other way in: each client stays on the way that it came by."""

    data: Path
    port: int = field(default_factory=free_port)
    behind: int = field(default_factory=free_port)
    server: LocalServer = field(init=False)
    proxy: KafkaProxy = field(init=False)

    def start(self) -> ProxiedBroker:
        self.proxy = KafkaProxy(free_port(), self.behind).start()
        self.restart()
        return self

    def restart(self) -> None:
        """Starts the broker, again if it has ended, and returns when it answers."""
        command = kafka_broker.prepare(self.data, self.port)
        file = Path(command[-1])
        given = dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())
        changed = {
            **SHORTER,
            "listeners": f"{given['listeners']},PROXIED://{HOST}:{self.behind}",
            "advertised.listeners": f"{given['advertised.listeners']},PROXIED://{self.proxy.address}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT",
        }
        file.write_text("".join(f"{k}={v}\n" for k, v in {**given, **changed}.items()), encoding="utf-8")
        server = launch(command, self.port, self.data / "kafka.log")
        self.server = await_ready(server, lambda: kafka_broker.answers(server.address), START_SECONDS)

    def stop(self) -> None:
        self.server.stop()
        self.proxy.stop()
