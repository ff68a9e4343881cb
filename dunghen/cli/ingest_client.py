"""Posts to ingest as a one-stop system does: until there is an answer, since a repetition is harmless and silence is not."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any

import httpx

from dunghen.cli.data_folder import CommandError
from dunghen.contracts.refusals import MEANINGS, Refusal

EVENTS = "application/cloudevents-batch+json"
AWAY = (502, 503, 504)
AWAY_SECONDS = 60.0  # somebody who watches a command is told by then
_SHUT = frozenset((Refusal.NO_KEY, Refusal.NOT_LOCAL, Refusal.SOURCE_NOT_ALLOWED))


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


@dataclass(frozen=True, slots=True)
class Patience:
    """So many seconds an ingest may be away for one request; `say` is told when it begins to be."""

    seconds: float = math.inf
    say: Callable[[str], None] = lambda _: None


class IngestClient:
    """One sender's connections to ingest. Raises CommandError where `address` is none."""

    def __init__(self, address: str, key: str = "", patience: Patience = Patience()) -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        url = web_address("--ingest", address)
        self._where = f"ingest at {shown(url)}"
        self._patience = patience
        self._http = httpx.AsyncClient(base_url=url, timeout=60, limits=httpx.Limits(max_connections=8), headers=headers)

    async def __aenter__(self) -> IngestClient:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def post(self, path: str, body: Any, content_type: str = "application/json") -> Answer:
        """Waits while ingest cannot be reached or asks to come again; a body that is refused as a whole is refused in every item.

        Raises CommandError where it is away for longer than the patience, lets this key in nowhere, or is something else.
        """
        began, items = monotonic(), len(body) if isinstance(body, list) else 1
        for attempt in itertools.count():
            try:
                answer = await self._http.post(path, json=body, headers={"content-type": content_type})
            except httpx.TransportError as fault:
                await self._wait(began, attempt, (f"cannot be reached ({reason(fault)})", min(0.2 * 2 ** min(attempt, 5), 5.0)))
                continue
            if answer.status_code in AWAY:
                why = f"takes nothing now ({_said(answer).get('code') or answer.status_code})"
                await self._wait(began, attempt, (why, _retry_after(answer)))
            elif answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
                await asyncio.sleep(_retry_after(answer))
            else:
                return self._read(answer, items)
        raise AssertionError("count() does not end")

    async def _wait(self, began: float, attempt: int, why: tuple[str, float]) -> None:
        """`why`: what is the matter, and how long to wait now."""
        fault, seconds = why
        if monotonic() - began + seconds > self._patience.seconds:
            raise CommandError(f"{self._where} {fault}, tried for {monotonic() - began:.0f} s")
        if attempt == 0:
            self._patience.say(f"{self._where} {fault}: waiting")
        await asyncio.sleep(seconds)

    def _read(self, answer: httpx.Response, items: int) -> Answer:
        said = _said(answer)
        if "error_code" not in said:
            raise CommandError(
                f"{self._where}: {answer.url.path} was answered {answer.status_code}, and not by ingest: look at the address"
            )
        lines = said.get("results")
        if lines is not None:
            refused = tuple(Refused(line["index"], line.get("code", ""), line.get("path", "")) for line in lines if not line["accepted"])
            return Answer(len(lines) - len(refused), refused)
        if answer.is_success:
            return Answer(said.get("accepted", items), ())
        code = said.get("code", "")
        if code in _SHUT:
            raise CommandError(f"{self._where} refuses it ({answer.status_code} {code}): {MEANINGS[Refusal(code)][0]}")
        return Answer(0, tuple(Refused(i, code, said.get("path", "")) for i in range(items)), whole=True)


def _retry_after(answer: httpx.Response) -> float:
    given = answer.headers.get("retry-after", "")
    return float(given) if given.isdecimal() else 1.0


def _said(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def web_address(option: str, given: str) -> httpx.URL:
    """An address of HTTP that an option names. Raises CommandError, without it: a password may stand in it."""
    try:
        url = httpx.URL(given)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise CommandError(f"{option}: not an address like http://127.0.0.1:8010")
    return url


def shown(url: httpx.URL) -> str:
    """Where it is, without who may know it."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def reason(fault: httpx.TransportError) -> str:
    """What went wrong with a connection."""
    return str(fault) or type(fault).__name__


def key_in(file: Path | None) -> str:
    """The key that a file holds; "" without a file. Raises CommandError, without what is in it, where it cannot be read or holds none."""
    if file is None:
        return ""
    try:
        (key,) = file.read_text(encoding="ascii").split()
    except OSError as fault:
        raise CommandError(f"--key-file {file}: {fault.strerror}") from None
    except ValueError:
        raise CommandError(f"--key-file {file}: one key is expected there, as `dunghen keys create` shows it, and nothing else") from None
    return key
