from __future__ import annotations

import asyncio
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from dunghen.platform.http_takeover import TakeoverProtocol, take_over
from tests.eventually import eventually_async as eventually
from tests.fake_transport import FakeTransport

ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Heir(asyncio.Protocol):
    def __init__(self) -> None:
        self.transport: Any = None
        self.heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.heard += data


class Served:
    """One connection to an application that takes each over."""

    def __init__(self) -> None:
        self.heirs: list[Heir] = []
        self.taken: list[bool] = []
        self.go = asyncio.Event()
        self.go.set()
        self.state = ServerState()
        protocol = TakeoverProtocol(Config(self.app, interface="asgi3", lifespan="off", log_config=None), self.state, {})
        self.line = FakeTransport(protocol)
        protocol.connection_made(self.line)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        await self.go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        self.heirs.append(Heir())
        self.taken.append(take_over(scope, self.heirs[-1]))

    def say(self, data: bytes) -> None:
        self.line.protocol.data_received(data)

    async def over(self) -> None:
        """The application has ended."""
        await eventually(lambda: self.taken and not self.state.tasks, within=20)


async def test_the_connection_is_the_heirs_after_the_head_and_the_server_forgets_it() -> None:
    served = Served()
    served.say(ASK)
    await served.over()
    assert served.taken == [True]
    assert served.heirs[0].transport is served.line
    assert served.state.connections == set()
    assert not served.line.closing
    assert served.line.arrived.endswith(b"transfer-encoding: chunked\r\n\r\n")
    served.say(b"more")
    assert served.heirs[0].heard == b"more"


async def test_a_request_behind_it_is_let_go_and_the_line_is_read_on() -> None:
    served = Served()
    served.say(ASK + ASK)
    assert not served.line.reading
    await served.over()
    assert served.taken == [True]
    assert served.line.reading


async def test_whoever_left_before_is_not_taken_over() -> None:
    served = Served()
    served.go.clear()
    served.say(ASK)
    served.line.close()
    served.go.set()
    await served.over()
    assert served.taken == [False]
    assert served.heirs[0].transport is None


async def test_another_server_cannot() -> None:
    with pytest.raises(KeyError):
        take_over({"type": "http", "extensions": {}}, Heir())
