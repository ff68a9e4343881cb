"""What every answer carries."""

from __future__ import annotations

import asyncio

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from dunghen.platform.clock import FixedClock
from services.api.middleware import Front


def headers_of(scheme: str, **own: str) -> dict[str, str]:
    scope = {"type": "http", "method": "GET", "scheme": scheme, "path": "/api/v1/map", "headers": []}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    app = PlainTextResponse("ok", headers={name.replace("_", "-"): value for name, value in own.items()})
    asyncio.run(Front(app, FixedClock(1_796_000_000))(scope, receive, send))
    return {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}


@pytest.mark.parametrize(("scheme", "bound"), [("https", "max-age=31536000"), ("http", None)])
def test_only_who_came_by_https_is_bound_to_it(scheme: str, bound: str | None) -> None:
    assert headers_of(scheme).get("strict-transport-security") == bound


def test_every_answer_has_the_citys_date_is_what_it_says_and_tells_no_other_site_where_one_was() -> None:
    found = headers_of("http")
    assert found["date"] == "Mon, 30 Nov 2026 00:53:20 GMT"
    assert (found["x-content-type-options"], found["referrer-policy"]) == ("nosniff", "same-origin")
    assert headers_of("http", Referrer_Policy="no-referrer")["referrer-policy"] == "no-referrer"
