"""Sends a file's rows to ingest in chunks, notes how far it came, and sums up what was refused and why."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import itertools
import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from dunghen.cli.city_settings import told_city
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.ingest_client import AWAY_SECONDS, EVENTS, IngestClient, Patience, key_in, reason, shown, web_address
from dunghen.cli.policy_topic import publish, read_book
from dunghen.cli.replay.mapping import FileMapping, RowRefused
from dunghen.cli.replay.rows import Numbered, events
from dunghen.contracts import topics
from dunghen.contracts.city_files import read_city
from dunghen.contracts.refusals import MEANINGS, Refusal
from dunghen.platform import kafka
from dunghen.platform.settings import PlatformSettings

CHUNK = 500
CITY_SECONDS = 60
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Orders:
    """The options of the command. `ingest`, `page`: addresses of a city that `up` did not start; Kafka is then DUNGHEN_KAFKA."""

    file: Path
    mapping: FileMapping | None = None
    ingest: str = ""
    key_file: Path | None = None
    page: str = ""


@dataclass(slots=True)
class Summary:
    """What came of the rows. `examples` are row numbers, at most five a code; never a value."""

    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def refuse(self, number: int, code: str) -> None:
        self.refused[code] += 1
        if len(self.examples[code]) < 5:
            self.examples[code].append(number)

    def lines(self) -> list[str]:
        """For the user."""
        out = [f"accepted {self.accepted}, refused {sum(self.refused.values())}"]
        return out + [f"  {code}: {count} (rows {', '.join(map(str, self.examples[code]))})" for code, count in self.refused.most_common()]


@dataclass(slots=True)
class Replay:
    """One file against one running city. `state` notes the last row that was answered, so that a stopped replay goes on there."""

    orders: Orders
    state: Path
    summary: Summary = field(default_factory=Summary)
    _sent: int = 0  # the last row that was answered

    @property
    def _mark(self) -> str:
        file, mapping = self.orders.file, repr(self.orders.mapping.file) if self.orders.mapping else ""
        stat = file.stat()
        told = f"{file.absolute()}|{stat.st_size}|{stat.st_mtime_ns}|{mapping}"
        return hashlib.sha256((f"{told}|{self.orders.ingest}" if self.orders.ingest else told).encode()).hexdigest()

    def done_rows(self) -> int:
        """Rows answered in an earlier run that was stopped; 0 after one that came to its end."""
        known = json.loads(self.state.read_text()) if self.state.exists() else {}
        return int(known.get(self._mark, 0))

    def _note(self, row: int) -> None:
        try:
            self.state.parent.mkdir(parents=True, exist_ok=True)
            new = self.state.with_suffix(".new")
            new.write_text(json.dumps({self._mark: row} if row else {}))
            os.replace(new, self.state)
        except OSError as fault:
            raise CommandError(f"{self.state}: {fault.strerror}: how far it came is kept there, name a folder for it with --data") from None

    async def run(self, ingest: IngestClient, say: Say) -> Summary:
        """Sends all rows that are left. A row that cannot be read is counted and passed over.

        Raises CommandError, with how far it came, where the file cannot be read on or ingest takes no more.
        """
        self._sent = self.done_rows()
        if self._sent:
            say(f"going on after row {self._sent}")
        self._note(self._sent)
        try:
            await self._send_all(ingest, say)
        except UnicodeDecodeError:
            raise CommandError(f"{self.orders.file}: not UTF-8{self._so_far}") from None
        except (csv.Error, OSError) as fault:
            why = fault.strerror if isinstance(fault, OSError) else fault
            raise CommandError(f"{self.orders.file}: {why}{self._so_far}") from None
        except CommandError as fault:
            raise CommandError(f"{fault}{self._so_far}") from None
        self._note(0)
        return self.summary

    @property
    def _so_far(self) -> str:
        return f"; told up to row {self._sent}, the same command goes on there" if self._sent else ""

    async def _send_all(self, ingest: IngestClient, say: Say) -> None:
        rows = iter(events(self.orders.file, self.orders.mapping, self._sent))
        while chunk := list(itertools.islice(rows, CHUNK)):
            await self._send(ingest, chunk)
            self._sent = chunk[-1][0]
            self._note(self._sent)
            say(f"row {self._sent}: {self.summary.lines()[0]}")

    async def _send(self, ingest: IngestClient, chunk: list[Numbered]) -> None:
        good: list[tuple[int, dict[str, Any]]] = []
        for number, row in chunk:
            if isinstance(row, RowRefused):
                self.summary.refuse(number, row.code)
            else:
                good.append((number, row))
        if not good:
            return
        answer = await ingest.post("/events", [event for _, event in good], EVENTS)
        if answer.whole and answer.refused[0].code == Refusal.INTERNAL:
            raise CommandError(f"rows {good[0][0]} to {good[-1][0]}: {Refusal.INTERNAL} of ingest: {MEANINGS[Refusal.INTERNAL][0]}")
        self.summary.accepted += answer.accepted
        for refused in answer.refused:
            self.summary.refuse(good[refused.index][0], refused.code)


async def knock(ingest: IngestClient, mapping: FileMapping | None) -> None:
    """Before anything is changed: whether ingest is there, and lets us in for the source of the mapping. Raises CommandError."""
    row = [mapping.event({}, 0)] if mapping else []
    await ingest.post("/events?dry_run=true", row, EVENTS)


async def bring_city(settings: PlatformSettings, city: str, page: str, say: Say) -> None:
    """Where nothing was ever counted, the mapping's own city takes the place of the present one. Waits until the map at `page` shows it."""
    bodies = read_city(city)
    if any((await kafka.end_offsets(settings, topics.DOSSIER_EVENTS)).values()):
        return
    book = await read_book(settings)
    if book.bodies.get("city") == bodies["city"] and book.bodies.get("units") == bodies["units"]:
        return
    if not page:
        raise CommandError(f"the mapping brings the city {bodies['city']['name']}: say --page URL of the map that is to take it over")
    async with httpx.AsyncClient(base_url=web_address("--page", page), timeout=10) as http:
        await _taken_over(http, 0)
        version = await publish(settings, bodies, reason=f"the city of a replay: {bodies['city']['name']}", at=0)
        say(f"empty system: taking over the city {bodies['city']['name']} as policy version {version}")
        for _ in range(CITY_SECONDS * 5):
            if await _taken_over(http, version):
                return
            await asyncio.sleep(0.2)
    raise CommandError(f"the map at {page} did not switch to policy version {version} within {CITY_SECONDS} s; the same command goes on")


async def _taken_over(http: httpx.AsyncClient, version: int) -> bool:
    """Whether the map counts under a policy as new as that. Raises CommandError where it cannot be reached."""
    try:
        answer = await http.get("/api/v1/map?window=today")
    except httpx.TransportError as fault:
        raise CommandError(f"the map at {shown(http.base_url)} cannot be reached ({reason(fault)})") from None
    if answer.status_code not in (httpx.codes.OK, httpx.codes.SERVICE_UNAVAILABLE):
        raise CommandError(f"what is at {shown(http.base_url)} is not the map: {answer.url.path} was answered {answer.status_code}")
    return answer.status_code == httpx.codes.OK and answer.json().get("policy", 0) >= version


async def replay(folder: DataFolder, orders: Orders, say: Say) -> Summary:
    """The command's work. Raises CommandError."""
    settings, address = told_city(folder, orders.ingest)
    mapping = orders.mapping
    try:
        orders.file.stat()
    except OSError as fault:
        raise CommandError(f"{orders.file}: {fault.strerror}") from None
    async with IngestClient(address, key_in(orders.key_file), Patience(AWAY_SECONDS, say)) as ingest:
        await knock(ingest, mapping)
        if mapping is not None and mapping.file.city:
            await bring_city(settings, mapping.file.city, orders.page or ("" if orders.ingest else folder.running()["page"]), say)
        if mapping is not None and mapping.undated:
            say("no time in the mapping: each row counts as said when it arrives, after all that was told before (docs/operations.md)")
        return await Replay(orders, folder.path / "replay.json").run(ingest, say)
