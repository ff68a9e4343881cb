"""A client of `/stream` that reconnects like a browser, and checks all that it is told."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

SUMMED = ("numerator", "denominator", "received", "finished", "pending", "overdue", "paused", "due_today")


@dataclass
class Watcher:
    """`faults` has everything that may never be seen: a version that does not grow, a rate outside 0–1, a city that is not its units."""

    page: str
    faults: list[str] = field(default_factory=list)
    versions: int = 0
    connections: int = 0
    version: int = 0
    _units: dict[str, dict[str, Any]] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> Watcher:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        self._over.set()
        assert self._thread is not None
        self._thread.join(60)
        assert not self._thread.is_alive()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            with contextlib.suppress(httpx.HTTPError):
                for event, data in self._frames():
                    if event != "tick":
                        self.take(event, data)
                    if self._over.is_set():
                        return

    def _frames(self) -> Iterator[tuple[str, dict[str, Any]]]:
        last = {"Last-Event-ID": str(self.version)} if self.version else {}
        with httpx.stream("GET", f"{self.page}/api/v1/stream", params={"window": "30d"}, headers=last, timeout=12) as answer:
            answer.raise_for_status()
            self.connections += 1
            event = ""
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                event = value if name == "event" else event
                if name == "data":
                    yield event, json.loads(value)

    def take(self, event: str, data: dict[str, Any]) -> None:
        """One snapshot or change."""
        if data["version"] <= self.version:
            self.faults.append(f"{event} {data['version']} after {self.version}")
        self.version, self.versions = data["version"], self.versions + 1
        if event == "snapshot":
            self._units = {}
        self._units |= {unit["code"]: unit for unit in data["units"]}
        self.faults += list(_wrong_with({"city": data["city"], "units": list(self._units.values())}, self.version))


def _wrong_with(shown: dict[str, Any], version: int) -> Iterator[str]:
    for row in (shown["city"], *shown["units"]):
        if row["value"] is not None and not 0 <= row["numerator"] <= row["denominator"]:
            yield f"{version} {row['code']}: {row['numerator']} of {row['denominator']}"
    for name in SUMMED:
        added = sum(unit[name] for unit in shown["units"])
        if added != shown["city"][name]:
            yield f"{version} {name}: units {added}, city {shown['city'][name]}"
