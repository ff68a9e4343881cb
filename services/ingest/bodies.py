"""Reading a request's body within bounds: its size, its time, and what all bodies together may hold in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.requests import Request

from dunghen.contracts.refusals import Refusal
from services.ingest.wire.deliveries import DeliveryRefused

_JSON = ("application/json", "text/json", "text/plain", "application/cloudevents+json", "application/cloudevents-batch+json", "")
_UTF8 = ("", "utf-8", "utf8")


@dataclass
class Bodies:
    """`most`: bytes of one body; `held_most`: of all that are being handled; `seconds`: until a body must have arrived."""

    most: int
    held_most: int
    seconds: float
    held: int = 0

    @asynccontextmanager
    async def read(self, request: Request) -> AsyncIterator[bytes]:
        """The body, counted as held until the block is left. Raises DeliveryRefused: 413, 415, 408, 503."""
        _check_type(request)
        if _length(request) > self.most:
            raise DeliveryRefused(413, Refusal.TOO_LARGE)
        chunks: list[bytes] = []
        try:
            await self._in_time(request, chunks)
            yield b"".join(chunks)
        finally:
            self.held -= sum(map(len, chunks))

    async def _in_time(self, request: Request, chunks: list[bytes]) -> None:
        try:
            async with asyncio.timeout(self.seconds):
                await self._collect(request, chunks)
        except TimeoutError:
            raise DeliveryRefused(408, Refusal.TOO_SLOW) from None

    async def _collect(self, request: Request, chunks: list[bytes]) -> None:
        size = 0
        async for chunk in request.stream():
            chunks.append(chunk)
            size += len(chunk)
            self.held += len(chunk)
            if size > self.most:
                raise DeliveryRefused(413, Refusal.TOO_LARGE)
            if self.held > self.held_most:
                raise DeliveryRefused(503, Refusal.BUSY)


def _check_type(request: Request) -> None:
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.partition("charset=")[2].split(";")[0].strip(' "')
    if kind.strip() not in _JSON or charset not in _UTF8 or request.headers.get("content-encoding", "identity").lower() != "identity":
        raise DeliveryRefused(415, Refusal.BAD_CONTENT_TYPE)


def _length(request: Request) -> int:
    given = request.headers.get("content-length", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 20 else 0
