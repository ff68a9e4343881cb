"""One run of docker-compose.yml under a project name of its own, on free ports; standard library only."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import urllib.error
import urllib.request
from typing import Any

PROJECT = "dunghen-test"


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Stack:
    """Containers by the name of their service."""

    def __init__(self, file: str) -> None:
        self.port, self.ingest_port = free_port(), free_port()
        self._command = ["docker", "compose", "-p", PROJECT, "-f", file]
        small_demo = {"CITY": "demo", "DAYS": "3", "PER_DAY": "300"}
        self._env = {**os.environ, "PORT": str(self.port), "INGEST_PORT": str(self.ingest_port), **small_demo}

    def overlay(self, file: str) -> None:
        """From now on with this file over the others."""
        self._command += ["-f", file]

    def compose(self, *words: str, check: bool = True) -> str:
        """`docker compose …`; gives what it printed. Raises AssertionError with its errors where it failed."""
        done = subprocess.run([*self._command, *words], capture_output=True, text=True, env=self._env, check=False)
        assert done.returncode == 0 or not check, f"docker compose {' '.join(words)}: {done.stderr[-3000:]}"
        return done.stdout

    def key(self) -> str:
        """The source's key, read as an operator reads it."""
        return self.compose("run", "--rm", "--no-deps", "-T", "prepare", "cat", "/keys/H17.key").strip()

    def state(self, service: str) -> dict[str, Any]:
        """{Health, StartedAt, RestartCount, User, ReadonlyRootfs …} of the service's one container."""
        container = self.compose("ps", "-aq", service).split()[0]
        seen = json.loads(subprocess.run(["docker", "inspect", container], capture_output=True, check=True).stdout)[0]
        health = seen["State"].get("Health", {}).get("Status", "")
        own = {"Health": health, "RestartCount": seen["RestartCount"], "User": seen["Config"]["User"]}
        return {**seen["State"], **seen["HostConfig"], **own}

    def kill(self, service: str) -> None:
        """kill -9 of what runs inside, so that the engine sees a crash (`docker kill` would count as wanted, and nothing came back)."""
        self.compose("exec", "-T", service, "sh", "-c", "kill -s KILL -- -1", check=False)

    def is_back(self, service: str, restarts: int) -> bool:
        state = self.state(service)
        return state["RestartCount"] > restarts and state["Health"] == "healthy"

    def get(self, path: str) -> tuple[int, bytes]:
        return self._ask(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}"))[:2]

    def map(self) -> dict[str, Any]:
        """The map of 30 days by the rate `resolved`; {} while there is none."""
        status, body = self.get("/api/v1/map?window=30d&rate=resolved")
        return json.loads(body) if status == 200 else {}

    def post(self, dossier: dict[str, str], key: str) -> int:
        """To the sync service, as a one-stop system does; gives the HTTP status."""
        return self.answer(dossier, key)[0]

    def answer(self, dossier: dict[str, str], key: str) -> tuple[int, str]:
        """The same; gives the HTTP status and when to come again, as the answer says it."""
        body = {"session": "", "madonvi": "H17", "service": "DongBoHoSoMC", "isUpdating": "False", "data": [dossier]}
        headers = {"content-type": "application/json", **({"authorization": f"Bearer {key}"} if key else {})}
        address = f"http://127.0.0.1:{self.ingest_port}/sync/DongBoHoSoMC"
        status, _, again = self._ask(urllib.request.Request(address, json.dumps(body).encode(), headers))
        return status, again

    def _ask(self, request: urllib.request.Request) -> tuple[int, bytes, str]:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read(), answer.headers.get("Retry-After", "")
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read(), answer.headers.get("Retry-After", "")
