"""A load that knows what it is owed: posts over HTTP from a thread of its own, again and again until it is taken."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import httpx

from tests.faults.stories import EVENTS, Item

BATCH = 20  # items of one kind in a request
RETRY_SECONDS = 0.1
PAUSE_SECONDS = 0.02


@dataclass
class Load:
    """`accepted`: how many items of each dossier were answered 2xx; `refused`: what was not taken and never may be."""

    ingest: str
    items: Iterator[Item]
    rate: float = 150  # items a second
    in_one: int = BATCH  # items of one kind in a request
    accepted: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    requests: int = 0
    repeated: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _abandoned: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> Load:
        self._over.clear()
        self._thread = threading.Thread(target=self._tell, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Returns when the request under way has been taken; ingest must be there."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(240)
            assert not self._thread.is_alive(), "the load was never answered"
            self._thread = None

    def give_up(self) -> None:
        """For a world that is taken down: nothing more is told, taken or not."""
        self._over.set()
        self._abandoned.set()

    def tell(self, count: int) -> None:
        """So many of its items at once, in the caller's thread."""
        self.tell_all(islice(self.items, count))

    def tell_all(self, items: Iterable[Item], in_one: int = BATCH) -> None:
        """These at once, in the caller's thread; `in_one`: of one kind in a request at most."""
        waiting: dict[str, list[Item]] = {}
        with httpx.Client(base_url=self.ingest, timeout=20) as http:
            for item in items:
                self._add(http, waiting, item, in_one)
            for path, batch in waiting.items():
                self._post(http, path, batch)

    def _tell(self) -> None:
        waiting: dict[str, list[Item]] = {}
        with httpx.Client(base_url=self.ingest, timeout=20) as http:
            began, told = time.monotonic(), 0
            while not self._over.wait(PAUSE_SECONDS):
                due = int(self.rate * (time.monotonic() - began)) - told
                told += due  # what was not told while nobody took anything is not made up for in a burst
                for item in islice(self.items, min(due, int(self.rate) + 1)):
                    self._add(http, waiting, item, self.in_one)
            for path, batch in waiting.items():
                self._post(http, path, batch)

    def _add(self, http: httpx.Client, waiting: dict[str, list[Item]], item: Item, in_one: int = BATCH) -> None:
        waiting.setdefault(item.path, []).append(item)
        if len(waiting[item.path]) >= in_one:
            self._post(http, item.path, waiting.pop(item.path))

    def _post(self, http: httpx.Client, path: str, batch: list[Item]) -> None:
        bodies = [item.body for item in batch]
        body: Any = bodies if path == EVENTS else {"session": "s", "madonvi": "H17", "service": path.rpartition("/")[2], "data": bodies}
        kind = "application/cloudevents-batch+json" if path == EVENTS else "application/json"
        self.requests += 1
        while (answer := self._answer(http, path, {"json": body, "headers": {"content-type": kind}})) is None:
            self.repeated += 1
            if self._abandoned.wait(RETRY_SECONDS):
                return
        if not answer.is_success or any(not line["accepted"] for line in answer.json().get("results", ())):
            self.refused.append(f"{answer.status_code} {answer.text[:300]}")
            return
        self.accepted.update(item.dossier for item in batch)

    def _answer(self, http: httpx.Client, path: str, request: dict[str, Any]) -> httpx.Response | None:
        try:
            answer = http.post(path, **request)
        except httpx.TransportError:
            return None
        return None if answer.status_code in (429, 503) else answer
