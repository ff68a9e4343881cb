"""One run of docker-compose.yml under a project name of its own, on free ports; standard library only."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROJECT = "dunghen-test"
BASE, OVERLAYS = "docker-compose.yml", Path("deploy/compose")
PORTS = ("PORT", "INGEST_PORT", "PROMETHEUS_PORT", "ALERTMANAGER_PORT")
ASK_SECONDS = 12  # ingest waits 10 for Kafka before it says 503
STREAM_SECONDS = 15  # a tick comes every 10


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def docker(*words: str, check: bool = True) -> str:
    """Gives what it printed. Raises AssertionError with its errors where it failed."""
    return run(["docker", *words], check=check)


def left() -> list[str]:
    """Everything of this project that the engine still has: containers, volumes, networks, images."""
    of_it = ("--filter", f"label=com.docker.compose.project={PROJECT}")
    asked = {
        "container": ("ps", "-a", *of_it, "--format", "{{.Names}}"),
        "volume": ("volume", "ls", *of_it, "--format", "{{.Name}}"),
        "network": ("network", "ls", *of_it, "--format", "{{.Name}}"),
        "image": ("image", "ls", "--filter", f"reference={PROJECT}*", "--format", "{{.Repository}}:{{.Tag}}"),
    }
    return [f"{kind} {name}" for kind, words in asked.items() for name in docker(*words).split()]


class Stack:
    """Containers by the name of their service. `settings`: variables of docker-compose.yml."""

    def __init__(self, *overlays: str, **settings: str) -> None:
        self._files = [BASE]
        ports = {name: str(free_port()) for name in PORTS}
        small_demo = {"CITY": "demo", "DAYS": "3", "PER_DAY": "300"}
        self._env = {**os.environ, **ports, **small_demo, "GRAFANA_PASSWORD": "unused", **settings}
        for name in overlays:
            self.overlay(name)

    def set(self, **settings: str) -> None:
        """From now on with these variables."""
        self._env |= settings

    def overlay(self, name: str) -> None:
        """From now on with this overlay, or compose file, over the others."""
        self._files.append(name if "/" in name else str(OVERLAYS / f"{name}.yml"))

    def address(self, port: str) -> str:
        """Where this machine reaches what has the port of this variable."""
        return f"http://127.0.0.1:{self._env[port]}"

    def compose(self, *words: str, check: bool = True) -> str:
        """`docker compose …`; gives what it printed. Raises AssertionError with its errors where it failed."""
        files = [word for file in self._files for word in ("-f", file)]
        return run(["docker", "compose", "-p", PROJECT, *files, *words], self._env, check=check)

    def command(self, *words: str, options: tuple[str, ...] = (), check: bool = True) -> str:
        """The operator's `dunghen …`, given as the guide gives it."""
        ours = ("-T", "prepare", "python3", "-m", "dunghen.cli", *words)
        return self.compose("run", "--rm", "--no-deps", *options, *ours, check=check)

    def key(self) -> str:
        """The source's key, read as an operator reads it."""
        return self.compose("run", "--rm", "--no-deps", "-T", "prepare", "cat", "/keys/H17.key").strip()

    def state(self, service: str) -> dict[str, Any]:
        """{Health, StartedAt, RestartCount, User, ReadonlyRootfs …} of the service's one container."""
        seen = json.loads(docker("inspect", self._container(service)))[0]
        health = seen["State"].get("Health", {}).get("Status", "")
        own = {"Health": health, "RestartCount": seen["RestartCount"], "User": seen["Config"]["User"]}
        return {**seen["State"], **seen["HostConfig"], **own}

    def kill(self, service: str) -> None:
        """kill -9 of what runs inside, so that the engine sees a crash (`docker kill` would count as wanted, and nothing came back)."""
        self.compose("exec", "-T", service, "sh", "-c", "kill -s KILL -- -1", check=False)

    def cut_off(self, service: str) -> None:
        """Its line is pulled: it reaches nobody, nobody reaches it, and no connection is told so."""
        docker("network", "disconnect", f"{PROJECT}_default", self._container(service))

    def connect(self, service: str) -> None:
        """The line is back, under the name and, as the engine likes, another address."""
        docker("network", "connect", "--alias", service, f"{PROJECT}_default", self._container(service))

    def is_back(self, service: str, restarts: int = -1) -> bool:
        """Healthy, and started again more than `restarts` times."""
        state = self.state(service)
        return bool(state["RestartCount"] > restarts and state["Health"] == "healthy")

    def get(self, path: str, port: str = "PORT") -> tuple[int, bytes]:
        return self._ask(urllib.request.Request(f"{self.address(port)}{path}"))[:2]

    def map(self) -> dict[str, Any]:
        """The map of 30 days by the rate `resolved`; {} while there is none."""
        status, body = self.get("/api/v1/map?window=30d&rate=resolved")
        return json.loads(body) if status == 200 else {}

    @contextmanager
    def stream(self, path: str, headers: dict[str, str]) -> Iterator[Iterator[str]]:
        """The lines of an answer that does not end. Raises OSError or HTTPException where it is cut off or silent."""
        asked = urllib.request.Request(f"{self.address('PORT')}{path}", headers=headers)
        with urllib.request.urlopen(asked, timeout=STREAM_SECONDS) as answer:
            yield (line.decode() for line in answer)

    def post(self, dossier: dict[str, str], key: str) -> int:
        """To the sync service, as a one-stop system does; gives the HTTP status."""
        return self.answer(dossier, key)[0]

    def answer(self, dossier: dict[str, str], key: str) -> tuple[int, str]:
        """The same; gives the HTTP status and when to come again, as the answer says it."""
        body = {"session": "", "madonvi": "H17", "service": "DongBoHoSoMC", "isUpdating": "False", "data": [dossier]}
        headers = {"content-type": "application/json", **({"authorization": f"Bearer {key}"} if key else {})}
        address = f"{self.address('INGEST_PORT')}/sync/DongBoHoSoMC"
        status, _, again = self._ask(urllib.request.Request(address, json.dumps(body).encode(), headers))
        return status, again

    def _container(self, service: str) -> str:
        return self.compose("ps", "-aq", service).split()[0]

    def _ask(self, request: urllib.request.Request) -> tuple[int, bytes, str]:
        try:
            with urllib.request.urlopen(request, timeout=ASK_SECONDS) as answer:
                return answer.status, answer.read(), answer.headers.get("Retry-After", "")
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read(), answer.headers.get("Retry-After", "")


def run(command: list[str], env: Mapping[str, str] | None = None, *, check: bool = True) -> str:
    """Gives what it printed. Raises AssertionError with its errors where it failed."""
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0 or not check, f"{' '.join(command)}: {done.stdout[-1000:]}{done.stderr[-3000:]}"
    return done.stdout
