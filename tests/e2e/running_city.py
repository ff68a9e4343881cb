"""A whole city, started by the command that users type, and what a test does with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from dunghen.cli.data_folder import DataFolder
from dunghen.platform.local.servers import free_port
from tests.eventually import eventually
from tests.shown import SUMMED

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
COMMAND = (sys.executable, "-m", "dunghen.cli")
START_SECONDS, STOP_SECONDS, PATIENCE = 400, 180, 120  # hang guards: what `up` itself waits for is less
FRESH = httpx.Limits(max_keepalive_connections=0)  # a kept connection may be closed by the server just as it is used
ANOTHER_TIME = {"version", "covers", "known_at", "feed_seen_at", "stale", "age_seconds"}  # what F6 takes away; an age comes with `stale`
ANOTHER_NUMBER = {"policy"}  # of what is in force: it is published anew, so that what is counted anew stands beside the former history


@dataclass
class RunningCity:
    """`dunghen up` in a folder of its own, on free ports."""

    data: Path
    options: tuple[str, ...] = ("--city", "danang")
    port: int = field(default_factory=free_port)
    ingest_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    env: dict[str, str] = field(default_factory=dict)  # beside the environment of the tests

    def start(self) -> RunningCity:
        """Returns when it says `ready`, and alerts is at work: of what falls due before that nobody is told."""
        self.data.mkdir(parents=True, exist_ok=True)
        log = self.data / "up.log"
        with log.open("ab") as out:
            ports = ("--port", str(self.port), "--ingest-port", str(self.ingest_port))
            command = (*COMMAND, "up", "--data", str(self.data), *ports, *self.options)
            began = out.tell()
            self.process = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, "COLUMNS": "200", **self.env})
        eventually(lambda: self._said_ready(log, began), within=START_SECONDS)
        eventually(self._alerts_at_work, within=START_SECONDS, what="alerts at work")
        return self

    def _said_ready(self, log: Path, since: int) -> bool:
        text = log.read_bytes()[since:].decode()
        assert self.process is not None
        assert self.process.poll() is None, text
        return f"ready http://127.0.0.1:{self.port}/" in text

    def _alerts_at_work(self) -> bool:
        port = json.loads((self.data / "running.json").read_text())["metrics"]["alerts"]
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE).status_code == 200

    def stop(self) -> None:
        """As Ctrl-C does; it must end by itself within STOP_SECONDS, and well."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            assert self.process.wait(STOP_SECONDS) == 0

    @property
    def page(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ingest(self) -> str:
        return f"http://127.0.0.1:{self.ingest_port}"

    def pids(self) -> dict[str, int]:
        """Process ids by name, as `running.json` has them."""
        found: dict[str, int] = json.loads((self.data / "running.json").read_text())["pids"]
        return found

    def kill(self, name: str) -> int:
        """kill -9, by the process id that it gives; where it has just ended by itself, its next life."""
        return int(eventually(lambda: self._killed(name), what=f"a living {name}"))

    def _killed(self, name: str) -> int:
        pid = self.pids().get(name, 0)
        if pid:
            os.kill(pid, signal.SIGKILL)
        return pid

    def command(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Another `dunghen …` on this city."""
        done = subprocess.run((*COMMAND, *words, "--data", str(self.data)), capture_output=True, text=True, timeout=300, check=False)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def spawn(self, *words: str) -> subprocess.Popen[bytes]:
        """The same in the background; to be ended by the test."""
        with (self.data / f"{words[0]}.log").open("ab") as out:
            return subprocess.Popen((*COMMAND, *words, "--data", str(self.data)), stdout=out, stderr=out)

    def map(self, **query: str) -> dict[str, Any]:
        """Raises httpx.HTTPStatusError while it is not there: another day or a named period is not, until all days have been written."""
        answer = httpx.get(f"{self.page}/api/v1/map", params={"window": "30d", **query}, timeout=PATIENCE)
        if answer.status_code == 503:
            answer.raise_for_status()
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def unit(self, code: str, **query: str) -> dict[str, Any]:
        """One unit's row of the map."""
        return next(u for u in self.map(**query)["units"] if u["code"] == code)

    def until_history_is_level(self) -> None:
        """Returns when the store says of now what the live map shows, of every unit: then other days and what was known are whole, too."""

        def level() -> bool:
            now = DataFolder(self.data).clock().now().isoformat()
            known, live = self.map(window="year", known_at=now), self.map(window="year")
            return _figures(known) == _figures(live)

        eventually(level, within=START_SECONDS, every=0.5, what="the history level with the map")

    def post(self, *dossiers: dict[str, Any], service: str = "DongBoHoSoMC", sender: str = "H17") -> httpx.Response:
        """To a sync service, in an envelope."""
        body = {"session": "s", "madonvi": sender, "service": service, "isUpdating": "False", "data": list(dossiers)}
        return httpx.post(f"{self.ingest}/sync/{service}", json=body, timeout=PATIENCE)

    def stream(self, **query: str) -> Iterator[dict[str, Any]]:
        """Frames of `/stream` as {event, id, data}; ends with the connection."""
        with httpx.stream("GET", f"{self.page}/api/v1/stream", params={"window": "30d", **query}, timeout=PATIENCE) as answer:
            frame: dict[str, Any] = {}
            for line in answer.iter_lines():
                if not line and "data" in frame:
                    yield frame
                if not line:
                    frame = {}
                elif not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    frame[name] = json.loads(value) if name == "data" else value


def _figures(shown: dict[str, Any]) -> dict[str, list[Any]]:
    return {row["code"]: [row[name] for name in SUMMED] for row in (shown["city"], *shown["units"])}


def stamp(at: datetime) -> str:
    """yyyyMMddHHmmss in the city's time."""
    return at.astimezone(HANOI).strftime("%Y%m%d%H%M%S")


def dossier(code: str, **changed: Any) -> dict[str, Any]:
    """A dossier of Hải Châu received three days ago and due in three, in the wire format; personal fields included."""
    now = datetime.now(UTC)
    return {
        "MaHoSo": code,
        "MaTTHC": "1.004222",
        "TenTTHC": "Đăng ký thường trú",
        "KenhThucHien": "2",
        "ChuHoSo": "Nguyễn Thị Không Ai Cả",
        "SoDienThoai": "0905999888",
        "NgayNopHoSo": stamp(now - timedelta(days=3, hours=1)),
        "NgayTiepNhan": stamp(now - timedelta(days=3)),
        "NgayHenTra": stamp(now + timedelta(days=3)),
        "TrangThaiHoSo": "4",
        "DonViXuLy": "UBND phường Hải Châu",
        **changed,
    }


def plain(answer: Any) -> Any:
    """Without what belongs to the moment of asking."""
    if isinstance(answer, dict):
        return {name: plain(value) for name, value in answer.items() if name not in ANOTHER_TIME | ANOTHER_NUMBER}
    return [plain(each) for each in answer] if isinstance(answer, list) else answer
