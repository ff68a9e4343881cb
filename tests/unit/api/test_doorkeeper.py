"""What one address may ask, at the door of the real application's middleware."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from dunghen.platform.settings import load
from services.api.doorkeeper import Doorkeeper
from services.api.settings import ApiSettings


async def asked(
    door: Doorkeeper, host: str, path: str = "/api/v1/map", headers: Iterable[tuple[bytes, bytes]] = ()
) -> tuple[int, dict[str, str]]:
    scope = {"type": "http", "method": "GET", "path": path, "client": (host, 1), "headers": list(headers)}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    await door(scope, receive, send)
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def door(app: object = None, **settings: float) -> Doorkeeper:
    return Doorkeeper(app or PlainTextResponse("ok"), load(ApiSettings, **settings))  # type: ignore[arg-type]


def test_beyond_its_rate_an_address_is_told_when_to_come_again_and_others_are_served() -> None:
    async def run() -> None:
        at = door(requests_a_second=0.1, requests_at_once=3)
        assert [(await asked(at, "203.0.113.7"))[0] for _ in range(4)] == [200, 200, 200, 429]
        status, headers = await asked(at, "203.0.113.7")
        assert (status, headers["retry-after"], headers["content-type"]) == (429, "10", "application/problem+json")
        assert (await asked(at, "203.0.113.8"))[0] == 200

    asyncio.run(run())


def test_programs_here_are_not_counted_unless_a_proxy_hands_them_on() -> None:
    async def run() -> None:
        at = door(requests_a_second=0.1, requests_at_once=1)
        assert {(await asked(at, "127.0.0.1"))[0] for _ in range(9)} == {200}
        handed = [(b"x-forwarded-for", b"203.0.113.7")]
        assert [(await asked(at, "127.0.0.1", headers=handed))[0] for _ in range(2)] == [200, 429]

    asyncio.run(run())


def test_streams_of_one_address_are_bounded_and_those_that_ended_do_not_count() -> None:
    async def run() -> None:
        held = asyncio.Event()

        async def waiting(scope: Scope, receive: Receive, send: Send) -> None:
            await held.wait()
            await PlainTextResponse("over")(scope, receive, send)

        at = door(waiting, streams_of_one=2)
        open_now = [asyncio.create_task(asked(at, "203.0.113.7", "/api/v1/stream")) for _ in range(2)]
        await asyncio.sleep(0)
        assert (await asked(at, "203.0.113.7", "/api/v1/stream"))[0] == 429
        held.set()
        assert [(await one)[0] for one in open_now] == [200, 200]
        assert (await asked(at, "203.0.113.7", "/api/v1/stream"))[0] == 200
        assert not at.streams

    asyncio.run(run())
