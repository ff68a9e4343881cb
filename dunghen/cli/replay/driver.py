"""Sends a file's rows to ingest in chunks, notes how far it came, and sums up what was refused and why."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.ingest_client import EVENTS, IngestClient
from dunghen.cli.policy_topic import publish, read_book
from dunghen.cli.replay.mapping import FileMapping, RowRefused
from dunghen.cli.replay.rows import Numbered, events
from dunghen.contracts import topics
from dunghen.contracts.city_files import read_city
from dunghen.platform import kafka
from dunghen.platform.settings import PlatformSettings, load

CHUNK = 500
CITY_SECONDS = 60
Say = Callable[[str], None]


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

    file: Path
    mapping: FileMapping | None
    state: Path
    summary: Summary = field(default_factory=Summary)

    @property
    def _mark(self) -> str:
        mapping = repr(self.mapping.file) if self.mapping else ""
        stat = self.file.stat()
        return hashlib.sha256(f"{self.file.absolute()}|{stat.st_size}|{stat.st_mtime_ns}|{mapping}".encode()).hexdigest()

    def done_rows(self) -> int:
        """Rows answered in an earlier run that was stopped; 0 after one that came to its end."""
        known = json.loads(self.state.read_text()) if self.state.exists() else {}
        return int(known.get(self._mark, 0))

    def _note(self, row: int) -> None:
        self.state.write_text(json.dumps({self._mark: row} if row else {}))

    async def run(self, ingest: IngestClient, say: Say) -> Summary:
        """Sends all rows that are left. A row that cannot be read is counted and passed over."""
        after = self.done_rows()
        if after:
            say(f"going on after row {after}")
        rows, sent = iter(events(self.file, self.mapping, after)), after
        while chunk := list(itertools.islice(rows, CHUNK)):
            await self._send(ingest, chunk)
            sent = chunk[-1][0]
            self._note(sent)
            say(f"row {sent}: {self.summary.lines()[0]}")
        self._note(0)
        return self.summary

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
        self.summary.accepted += answer.accepted
        for refused in answer.refused:
            self.summary.refuse(good[refused.index][0], refused.code)


async def bring_city(settings: PlatformSettings, city: str, facts: dict[str, Any], say: Say) -> None:
    """Where nothing was ever counted, the mapping's own city takes the place of the present one. Waits until the map shows it."""
    bodies = read_city(city)
    if any((await kafka.end_offsets(settings, topics.DOSSIER_EVENTS)).values()):
        return
    book = await read_book(settings)
    if book.bodies.get("city") == bodies["city"] and book.bodies.get("units") == bodies["units"]:
        return
    version = await publish(settings, bodies, reason=f"the city of a replay: {bodies['city']['name']}", at=0)
    say(f"empty system: taking over the city {bodies['city']['name']} as policy version {version}")
    async with httpx.AsyncClient(base_url=facts["page"], timeout=10) as http:
        for _ in range(CITY_SECONDS * 5):
            answer = await http.get("/api/v1/map?window=today")
            if answer.status_code == 200 and answer.json().get("policy", 0) >= version:
                return
            await asyncio.sleep(0.2)
    raise CommandError(f"the map did not switch to policy version {version} within {CITY_SECONDS} s")


async def replay(folder: DataFolder, file: Path, mapping: FileMapping | None, say: Say) -> Summary:
    """The command's work."""
    facts = folder.running()
    settings = load(PlatformSettings, kafka=facts["kafka"], data=folder.path, **folder.partitions)
    if mapping is not None and mapping.file.city:
        await bring_city(settings, mapping.file.city, facts, say)
    async with IngestClient(facts["ingest"]) as ingest:
        return await Replay(file, mapping, folder.path / "replay.json").run(ingest, say)
