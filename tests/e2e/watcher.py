"""A client of `/stream` that reconnects like a browser, and checks all that it is told."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.shown import Shown, frames


@dataclass
class Watcher:
    """What it was told is in `shown`."""

    page: str
    shown: Shown = field(default_factory=Shown)
    connections: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def faults(self) -> list[str]:
        """Everything that may never be seen."""
        return self.shown.faults

    @property
    def versions(self) -> int:
        return self.shown.versions

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
                        self.shown.take(event, data)
                    if self._over.is_set():
                        return

    def _frames(self) -> Iterator[tuple[str, dict[str, Any]]]:
        last = {"Last-Event-ID": str(self.shown.version)} if self.shown.version else {}
        with httpx.stream("GET", f"{self.page}/api/v1/stream", params={"window": "30d"}, headers=last, timeout=12) as answer:
            answer.raise_for_status()
            self.connections += 1
            yield from frames(answer.iter_lines())
