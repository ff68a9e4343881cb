"""Posts to ingest as a one-stop system does: until there is an answer, since a repetition is harmless and silence is not."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from dunghen.cli.data_folder import CommandError

LATER = (429, 503)
EVENTS = "application/cloudevents-batch+json"


@dataclass(frozen=True, slots=True)
class Refused:
    """One item that was not taken: its place in the request, the code and the field."""

    index: int
    code: str
    path: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What ingest said of a request: items accepted, and those that were not. `whole`: nothing of it was looked at item by item."""

    accepted: int
    refused: tuple[Refused, ...]
    whole: bool = False


class IngestClient:
    """One sender's connections to ingest."""

    def __init__(self, address: str, key: str = "") -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.AsyncClient(base_url=address, timeout=60, limits=httpx.Limits(max_connections=8), headers=headers)

    async def __aenter__(self) -> IngestClient:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def post(self, path: str, body: Any, content_type: str = "application/json") -> Answer:
        """Waits as long as ingest cannot be reached or asks to come again; a body that is refused as a whole is refused in every item."""
        for attempt in itertools.count():
            try:
                answer = await self._http.post(path, json=body, headers={"content-type": content_type})
            except httpx.TransportError:
                await asyncio.sleep(min(0.2 * 2**attempt, 5.0))
                continue
            if answer.status_code not in LATER:
                return _read(answer, len(body) if isinstance(body, list) else 1)
            await asyncio.sleep(float(answer.headers.get("retry-after", 1)))
        raise AssertionError("count() does not end")


def _read(answer: httpx.Response, items: int) -> Answer:
    said = answer.json() if answer.headers.get("content-type", "").startswith("application/json") else {}
    lines = said.get("results")
    if lines is not None:
        refused = tuple(Refused(line["index"], line.get("code", ""), line.get("path", "")) for line in lines if not line["accepted"])
        return Answer(len(lines) - len(refused), refused)
    if answer.is_success:
        return Answer(said.get("accepted", items), ())
    code = said.get("code") or f"HTTP_{answer.status_code}"
    return Answer(0, tuple(Refused(i, code, said.get("path", "")) for i in range(items)), whole=True)


def key_in(file: Path | None) -> str:
    """The key that a file holds; "" without one. Raises CommandError where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8").strip() if file else ""
    except OSError as fault:
        raise CommandError(f"--key-file {file}: {fault.strerror}") from None
