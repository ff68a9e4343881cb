"""Three real Kafka nodes in one cluster, each broker and controller as in `deploy/compose/three-brokers.yml`; killed by number."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from dunghen.platform.local import kafka_broker
from dunghen.platform.local.servers import HOST, LocalServer, await_ready, free_port, launch

NODES = (1, 2, 3)
CLUSTER = "ZHVuZ2hlbi10aHJlZS1icg"
START_SECONDS = 400  # three Java machines at once, on a busy computer
REPLICATED = {
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "group.min.session.timeout.ms": "1000",
}


@dataclass
class ThreeBrokers:
    """`servers` by number, those that run; `address` names all three, as a service is told."""

    folder: Path
    servers: dict[int, LocalServer] = field(default_factory=dict)
    ports: dict[int, int] = field(default_factory=lambda: {node: free_port() for node in NODES})
    controllers: dict[int, int] = field(default_factory=lambda: {node: free_port() for node in NODES})

    @property
    def address(self) -> str:
        return ",".join(f"{HOST}:{self.ports[node]}" for node in NODES)

    def start(self, *nodes: int) -> ThreeBrokers:
        """These, or all that do not run; returns when each answers."""
        wanted = nodes or tuple(node for node in NODES if node not in self.servers)
        for node in wanted:
            file = self._settings(node)
            classpath = f"{kafka_broker.JARS}/*"
            if not (self.folder / str(node) / "log" / "meta.properties").exists():
                self._format(classpath, file)
            command = (*kafka_broker.JAVA, "-cp", classpath, "kafka.Kafka", str(file))
            self.servers[node] = launch(command, self.ports[node], self.folder / f"kafka-{node}.log")
        for node in wanted:
            server = self.servers[node]
            await_ready(server, lambda address=server.address: kafka_broker.answers(address), START_SECONDS)
        return self

    def kill(self, node: int) -> None:
        """kill -9."""
        self.servers.pop(node).kill()

    def stop(self) -> None:
        for server in self.servers.values():
            server.process.terminate()
        for server in self.servers.values():
            server.stop()
        self.servers.clear()

    def _settings(self, node: int) -> Path:
        folder = self.folder / str(node)
        folder.mkdir(parents=True, exist_ok=True)
        own = {
            "node.id": str(node),
            "log.dirs": str(folder / "log"),
            "listeners": f"PLAINTEXT://{HOST}:{self.ports[node]},CONTROLLER://{HOST}:{self.controllers[node]}",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{self.ports[node]}",
            "controller.quorum.voters": ",".join(f"{each}@{HOST}:{self.controllers[each]}" for each in NODES),
        }
        file = folder / "server.properties"
        file.write_text("".join(f"{k}={v}\n" for k, v in {**kafka_broker.SETTINGS, **REPLICATED, **own}.items()), encoding="utf-8")
        return file

    def _format(self, classpath: str, file: Path) -> None:
        """All three are of one cluster."""
        command = (
            *kafka_broker.JAVA,
            "-cp",
            classpath,
            "kafka.tools.StorageTool",
            "format",
            "--cluster-id",
            CLUSTER,
            "--config",
            str(file),
        )
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
