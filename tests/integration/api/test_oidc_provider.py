"""Providers that answer oddly: nothing of theirs is believed, and what is wrong is said. (One that answers well: `test_city_sign_on`.)"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import structlog
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

from dunghen.domain.sign_on import Reason
from services.api.adapters.oidc_provider import MOST_BYTES, OidcProvider, basic_auth
from services.api.oidc import Attempt, SignInRefusedError
from services.api.settings import ApiSettings

NOW, CLIENT = 1_795_900_000, "dung-hen"
ATTEMPT = Attempt.begun(NOW)
KEY = RSAKey.generate_key(2048, {"kid": "one"})


class OddProvider:
    """A real HTTP server; `answers`: {path: status, body}, or a body that is made at the request."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {}
        self.asked: list[tuple[str, str]] = []
        self.headers: dict[str, str] = {}
        self.over = asyncio.Event()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.issuer = f"http://127.0.0.1:{self.runner.addresses[0][1]}"
        self.metadata = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/auth", "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys", "userinfo_endpoint": f"{self.issuer}/me",
        }  # fmt: skip
        self.answers = {
            "/.well-known/openid-configuration": (200, self.metadata),
            "/keys": (200, {"keys": [KEY.as_dict(private=False)]}),
            "/token": (200, {"id_token": self.token(), "access_token": "a"}),
            "/me": (200, {"sub": "s1", "number": "17"}),
        }

    def token(self, key: RSAKey = KEY, **more: Any) -> str:
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "s1", "iat": NOW, "exp": NOW + 300, "nonce": ATTEMPT.nonce, **more}
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, (await request.read()).decode()))
        self.headers = dict(request.headers)
        status, body = self.answers.get(request.path, (404, {}))
        if body is None:
            await self.over.wait()
        if status == 302:
            return web.Response(status=302, headers={"Location": f"{self.issuer}/elsewhere"})
        return web.Response(status=status, body=body if isinstance(body, bytes) else msgspec.json.encode(body))


@pytest.fixture
async def odd() -> AsyncIterator[OddProvider]:
    provider = OddProvider()
    await provider.start()
    yield provider
    provider.over.set()
    await provider.runner.cleanup()


def asking(odd: OddProvider, **more: Any) -> OidcProvider:
    settings = {"oidc_issuer": odd.issuer, "oidc_client": CLIENT, "oidc_page": "https://map.example", "oidc_seconds": 60, **more}
    return OidcProvider(ApiSettings(**{"oidc_person_claim": "number", **settings}))


async def refusal(provider: OidcProvider) -> tuple[Reason, list[str]]:
    """Why nobody is signed in, and what the log says of the provider."""
    with structlog.testing.capture_logs() as logs, pytest.raises(SignInRefusedError) as caught:
        await provider.claims("the code", ATTEMPT, NOW)
    assert "the code" not in repr(logs) + str(caught.value)
    return caught.value.reason, [f"{entry['what']} {entry['why']}" for entry in logs if entry["event"] == "provider_away"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"issuer": "https://elsewhere.example"}, "discovery ANOTHER_ISSUER"),
        ({"token_endpoint": "http://elsewhere.example/token"}, "discovery NOT_HTTPS"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "discovery NOT_HTTPS"),
        ({"end_session_endpoint": "http://elsewhere.example/out"}, "discovery NOT_HTTPS"),
        ({"jwks_uri": 5}, "discovery NOT_AS_EXPECTED"),
    ],
)
async def test_a_provider_that_is_not_what_it_should_be_is_not_used(odd: OddProvider, change: dict[str, Any], said: str) -> None:
    odd.answers["/.well-known/openid-configuration"] = (200, {**odd.metadata, **change})
    assert await refusal(asking(odd)) == (Reason.PROVIDER_AWAY, [said])
    assert [path for path, _ in odd.asked] == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token", "/me"])
@pytest.mark.parametrize(
    ("answer", "why"),
    [((500, {}), "500"), ((302, {}), "302"), ((200, b"<html>"), "NOT_AS_EXPECTED"), ((200, b" " * (MOST_BYTES + 1)), "TOO_LONG")],
)
async def test_whatever_is_answered_in_place_of_an_answer_is_said_and_signs_nobody_in(
    odd: OddProvider, path: str, answer: tuple[int, Any], why: str
) -> None:
    odd.answers[path] = answer
    what = {"/.well-known/openid-configuration": "discovery", "/keys": "keys", "/token": "token", "/me": "userinfo"}[path]
    assert await refusal(asking(odd)) == (Reason.PROVIDER_AWAY, [f"{what} {why}"])
    assert "/elsewhere" not in [asked for asked, _ in odd.asked]


async def test_a_provider_that_says_nothing_is_given_up(odd: OddProvider) -> None:
    odd.answers["/token"] = (200, None)
    assert await refusal(asking(odd, oidc_seconds=2.0)) == (Reason.PROVIDER_AWAY, ["token TimeoutError"])


async def test_of_many_who_wait_for_a_provider_that_says_nothing_all_are_told_at_once(odd: OddProvider) -> None:
    odd.answers["/.well-known/openid-configuration"] = (200, None)
    provider = asking(odd, oidc_seconds=0.5)
    found = await asyncio.gather(*(provider.metadata() for _ in range(50)), return_exceptions=True)
    assert {getattr(each, "reason", None) for each in found} == {Reason.PROVIDER_AWAY}
    assert len(odd.asked) < 10  # not each of them after the other


async def test_a_code_that_it_refuses_is_told_from_a_secret_that_it_refuses(odd: OddProvider) -> None:
    odd.answers["/token"] = (400, {"error": "invalid_grant", "error_description": "the code of s1"})
    assert await refusal(asking(odd)) == (Reason.CODE_REFUSED, [])
    odd.answers["/token"] = (401, {"error": "invalid_client"})
    assert await refusal(asking(odd)) == (Reason.PROVIDER_AWAY, ["token 401"])


async def test_userinfo_of_somebody_else_is_not_taken(odd: OddProvider) -> None:
    provider = asking(odd)
    assert (await provider.claims("c", ATTEMPT, NOW))["number"] == "17"
    odd.answers["/me"] = (200, {"sub": "s2", "number": "17"})
    assert await refusal(provider) == (Reason.TOKEN_INVALID, [])


async def test_what_the_token_says_is_not_replaced_by_userinfo_and_it_is_asked_only_where_needed(odd: OddProvider) -> None:
    odd.answers["/token"] = (200, {"id_token": odd.token(number="16"), "access_token": "a"})
    assert (await asking(odd).claims("c", ATTEMPT, NOW))["number"] == "16"
    assert "/me" not in [path for path, _ in odd.asked]
    claims = await asking(odd, oidc_groups="staff").claims("c", ATTEMPT, NOW)
    assert claims["number"] == "16"
    assert "/me" in [path for path, _ in odd.asked]


@pytest.mark.parametrize("empty", [[], "", None])
async def test_a_claim_that_is_empty_in_the_token_is_taken_from_userinfo(odd: OddProvider, empty: Any) -> None:
    odd.answers["/token"] = (200, {"id_token": odd.token(number="16", groups=empty), "access_token": "a"})
    odd.answers["/me"] = (200, {"sub": "s1", "number": "17", "groups": ["staff"]})
    claims = await asking(odd, oidc_groups="staff").claims("c", ATTEMPT, NOW)
    assert (claims["number"], claims["groups"]) == ("16", ["staff"])


async def test_nobody_is_sent_to_a_provider_that_has_gone(odd: OddProvider) -> None:
    settled, asking_each_time = asking(odd), OidcProvider(asking(odd)._settings, fresh_seconds=0)
    assert await settled.metadata() == await asking_each_time.metadata()
    odd.answers["/.well-known/openid-configuration"] = (503, {})
    assert (await settled.metadata()).issuer == odd.issuer  # it answered a moment ago
    with pytest.raises(SignInRefusedError):
        await asking_each_time.metadata()


@pytest.mark.parametrize("fresh", [60, 0])
async def test_its_keys_are_asked_for_again_only_for_an_unknown_one(odd: OddProvider, fresh: float) -> None:
    provider = OidcProvider(asking(odd)._settings, fresh)
    for _ in range(3):
        await provider.claims("c", ATTEMPT, NOW)
    assert [path for path, _ in odd.asked].count("/keys") == 1
    assert [path for path, _ in odd.asked].count("/.well-known/openid-configuration") == (1 if fresh else 3)
    newer = RSAKey.generate_key(2048, {"kid": "one"})
    odd.answers["/token"] = (200, {"id_token": odd.token(newer, number="17")})
    assert await refusal(provider) == (Reason.TOKEN_INVALID, [])  # signed by nobody whom the provider knows
    assert [path for path, _ in odd.asked].count("/keys") == 2
    odd.answers["/keys"] = (200, {"keys": [newer.as_dict(private=False)]})
    assert (await provider.claims("c", ATTEMPT, NOW))["number"] == "17"


async def test_the_secret_is_shown_as_the_provider_takes_it_and_the_verifier_beside_it(odd: OddProvider) -> None:
    await asking(odd, oidc_secret="a b:c").claims("the code", ATTEMPT, NOW)
    form = next(body for path, body in odd.asked if path == "/token")
    assert f"code_verifier={ATTEMPT.verifier}" in form
    assert "redirect_uri=https%3A%2F%2Fmap.example%2Flogin%2Fcity%2Fback" in form
    assert "client_secret" not in form
    assert b64decode(basic_auth(CLIENT, "a b:c").removeprefix("Basic ")) == b"dung-hen:a+b%3Ac"
    odd.asked.clear()
    odd.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    await asking(odd, oidc_secret="a b:c").claims("the code", ATTEMPT, NOW)
    assert "client_secret=a+b%3Ac" in next(body for path, body in odd.asked if path == "/token")
