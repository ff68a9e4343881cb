"""What a connection may cost before its request is whole, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any

import pytest

from dunghen.platform.http_bounds import MOST_HEAD_BYTES, BoundedProtocol, Waiting
from dunghen.platform.http_server import HttpServer
from tests.eventually import eventually_async as eventually

SOON, GUARD = 0.5, 20
LARGE = 32_000_000
ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Open = Callable[[], AbstractAsyncContextManager[Line]]


async def answered(scope: Any, receive: Any, send: Any) -> None:
    """`/slow` takes three times as long as a head may. `/large` is more than the system keeps for a reader, `/parts` the same in parts."""
    if scope["path"] == "/slow":
        await asyncio.sleep(3 * SOON)
    while (await receive()).get("more_body"):
        pass
    if scope["path"] in ("/large", "/parts"):
        parts = 1 if scope["path"] == "/large" else 100
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(LARGE).encode())]})
        for n in range(parts):
            await send({"type": "http.response.body", "body": b"a" * (LARGE // parts), "more_body": n < parts - 1})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def served(most: int = 100, keep_alive: int = GUARD, seconds: float = SOON) -> AsyncIterator[tuple[Open, HttpServer]]:
    protocol = partial(BoundedProtocol, waiting=Waiting(most), head_seconds=seconds, unread_seconds=seconds)
    server = HttpServer(answered, ("127.0.0.1", 0), http=protocol, timeout_keep_alive=keep_alive)
    running = asyncio.create_task(server.run())
    await eventually(lambda: server.started, within=GUARD)

    @asynccontextmanager
    async def line() -> AsyncIterator[Line]:
        reader, writer = await asyncio.open_connection(*server.address)
        try:
            yield reader, writer
        finally:
            writer.close()

    try:
        yield line, server
    finally:
        await server.close()
        await running


async def ended(reader: asyncio.StreamReader) -> bytes:
    """What came until the other side closed."""
    async with asyncio.timeout(GUARD):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


async def whole(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(GUARD):
        return await reader.readuntil(b"\r\n\r\nok")


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nA"], ids=["nothing", "half a head"])
async def test_a_head_that_does_not_come_is_cut_off(sent: bytes) -> None:
    async with served() as (line, server), line() as (reader, writer):
        writer.write(sent)
        assert await ended(reader) == b""
        await eventually(lambda: not server.server_state.connections, within=GUARD)


async def test_a_head_that_comes_in_drops_has_no_more_time_for_that() -> None:
    async with served() as (line, _), line() as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
        cut = asyncio.create_task(ended(reader))
        while not cut.done():
            writer.write(b"A: b\r\n")
            await asyncio.sleep(SOON / 10)
        assert await cut == b""


async def test_a_head_without_end_is_cut_off_before_it_fills_the_memory() -> None:
    async with served() as (line, _), line() as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nA: ")
        cut, sent = asyncio.create_task(ended(reader)), 0
        while not cut.done() and sent < 100 * MOST_HEAD_BYTES:
            writer.write(b"a" * 8192)
            sent += 8192
            await asyncio.sleep(0)
            if sent % MOST_HEAD_BYTES == 0:
                await asyncio.sleep(0.001)
        await cut
        assert sent < 100 * MOST_HEAD_BYTES


async def test_the_next_head_of_a_kept_connection_has_its_own_time() -> None:
    async with served() as (line, _), line() as (reader, writer):
        for _ in range(3):
            writer.write(ASK)
            await whole(reader)
            await asyncio.sleep(SOON / 2)
        writer.write(ASK[:20])
        assert await ended(reader) == b""


async def test_an_answer_that_takes_long_is_not_cut_off_nor_for_the_next_head_behind_it() -> None:
    async with served() as (line, _), line() as (reader, writer):
        writer.write(ASK.replace(b"/ ", b"/slow ") + ASK[:20])
        await whole(reader)
        writer.write(ASK[20:])
        await whole(reader)


async def test_a_body_may_take_longer_than_a_head() -> None:
    async with served() as (line, _), line() as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n")
        for _ in range(4):
            writer.write(b"b" * 50_000)
            await asyncio.sleep(SOON / 2)
        await whole(reader)


async def test_where_too_many_wait_the_longest_waiting_makes_room_and_who_asks_is_answered() -> None:
    async with served(most=2, seconds=3 * GUARD) as (line, _), line() as first, line() as second:
        async with line() as (reader, writer):
            assert await ended(first[0]) == b""
            writer.write(ASK)
            await whole(reader)
        second[1].write(ASK)
        await whole(second[0])


async def test_who_asked_and_keeps_the_connection_waits_too() -> None:
    async with served(most=2, seconds=3 * GUARD) as (line, _), line() as kept:
        kept[1].write(ASK)
        await whole(kept[0])
        async with line(), line() as last:
            assert await ended(kept[0]) == b""
            last[1].write(ASK)
            await whole(last[0])


@pytest.mark.parametrize("path", [b"/large", b"/parts"])
@pytest.mark.parametrize("more", [b"", b"Connection: close\r\n"], ids=["kept", "to be closed"])
async def test_who_asks_for_much_and_takes_nothing_is_cut_off(path: bytes, more: bytes) -> None:
    async with served(keep_alive=1) as (line, server), line() as (_, writer):
        await eventually(lambda: server.server_state.connections, within=GUARD)
        writer.write(ASK.replace(b"/ ", path + b" ").replace(b"Host", more + b"Host"))
        await eventually(lambda: not server.server_state.connections, within=GUARD)


async def test_who_takes_much_slowly_gets_it_all() -> None:
    async with served(keep_alive=1, seconds=2) as (line, _), line() as (reader, writer):
        writer.write(ASK.replace(b"/ ", b"/large "))
        async with asyncio.timeout(3 * GUARD):
            head, got = await reader.readuntil(b"\r\n\r\n"), 0
            assert head.startswith(b"HTTP/1.1 200")
            while got < LARGE:
                piece = await reader.read(1 << 20)
                assert piece
                got += len(piece)
                await asyncio.sleep(0.02)


async def test_who_takes_nothing_makes_room_as_who_asks_nothing() -> None:
    async with served(most=1, keep_alive=1, seconds=3 * GUARD) as (line, server), line() as (reader, writer):
        writer.write(ASK.replace(b"/ ", b"/large "))
        await reader.readuntil(b"\r\n\r\n")
        (stuck,) = server.server_state.connections
        await eventually(stuck.transport.is_closing, within=GUARD)
        async with line():
            await eventually(lambda: stuck not in server.server_state.connections, within=GUARD)
