"""What every answer carries."""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from hashlib import sha256

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from dunghen.platform.clock import FixedClock
from services.api import routes_badge, routes_site, sign_in_page
from services.api.middleware import Front


def headers_of(scheme: str, path: str = "/api/v1/map", **own: str) -> dict[str, str]:
    scope = {"type": "http", "method": "GET", "scheme": scheme, "path": path, "headers": []}
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


def test_an_answer_of_the_api_may_run_nothing_and_stands_in_no_frame_unless_it_says_so_itself() -> None:
    assert headers_of("http")["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers_of("http", Content_Security_Policy="default-src 'self'")["content-security-policy"] == "default-src 'self'"
    assert "content-security-policy" not in headers_of("http", path="/sw.js"), "a worker takes its own from its script's answer"


def test_no_policy_lets_styles_or_scripts_stand_in_the_page() -> None:
    said = [routes_site.CSP, routes_badge.HEADERS["Content-Security-Policy"]]
    said += [headers["Content-Security-Policy"] for headers in (sign_in_page.HEADERS, sign_in_page.PAGE_HEADERS)]
    assert [policy for policy in said if "unsafe" in policy] == []


@pytest.mark.parametrize("page", [sign_in_page.SIGN_IN, sign_in_page.signed_out("/login/city"), sign_in_page.NOT_BUILT])
def test_the_one_style_of_the_sign_in_pages_is_the_one_that_their_policy_names(page: str) -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    named = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{named}'" in sign_in_page.HEADERS["Content-Security-Policy"]
    assert " style=" not in page
    assert re.findall(r"<script[^>]*>(?!</script>)", page) == []
