"""A body that is posted has so much time, over a real socket."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from dunghen.platform.http_server import HttpServer
from services.api import bodies, problems
from tests.eventually import eventually_async as eventually

GUARD = 20
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"


async def taken(request: Request) -> Response:
    return Response(await bodies.read_bounded(request, 9))


async def all_that_came(reader: asyncio.StreamReader) -> bytes:
    """What came until the connection ended, also by a reset: a byte still under way to a closed socket is answered by one.

    A single `read()` would throw the answer before it away.
    """
    came = b""
    with contextlib.suppress(ConnectionResetError):
        while block := await reader.read(65536):
            came += block
    return came


@pytest.mark.parametrize("drops", [False, True], ids=["never", "in drops"])
async def test_a_body_that_does_not_come_is_given_up_and_its_connection_with_it(monkeypatch: pytest.MonkeyPatch, drops: bool) -> None:
    monkeypatch.setattr(bodies, "SECONDS", 0.3)
    app = FastAPI()
    app.add_route("/", taken, ["POST"])
    problems.install(app)
    server = HttpServer(app, ("127.0.0.1", 0))
    running = asyncio.create_task(server.run())
    await eventually(lambda: server.started, within=GUARD)
    try:
        async with asyncio.timeout(GUARD):
            reader, writer = await asyncio.open_connection(*server.address)
            writer.write(HEAD + b"123456789")
            assert (await reader.readuntil(b"123456789")).startswith(b"HTTP/1.1 200")
            writer.write(HEAD)
            answer = asyncio.create_task(all_that_came(reader))
            for _ in range(8 if drops else 0):
                writer.write(b"1")
                await asyncio.sleep(0.1)
            said = (await answer).lower()
            assert (said[:12], b'"code":"too_slow"' in said, b"connection: close" in said) == (b"http/1.1 408", True, True)
            writer.close()
    finally:
        await server.close()
        await running
