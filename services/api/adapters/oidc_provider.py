"""The city's own sign-on over HTTP: what it says of itself, its keys, a code for a token. Its address is of the operator, so any may be."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlsplit

import aiohttp
import msgspec
from joserfc.jwk import KeySet

from dunghen.domain.sign_on import Reason
from dunghen.platform.logs import get_logger
from dunghen.platform.near import is_loopback
from services.api.oidc import (
    Attempt,
    Client,
    Expected,
    Metadata,
    SignInRefusedError,
    TokenAnswer,
    UnknownKeyError,
    groups_claim,
    read_id_token,
    read_keys,
    text_claim,
)
from services.api.settings import ApiSettings

log = get_logger("sign-on")
FRESH_SECONDS = 15.0  # so long it is taken to be there still: nobody is sent to a provider that has been away for longer
AWAY_SECONDS = 1.0  # so long whoever waited for an answer that did not come is not kept waiting for the next
KEYS_SECONDS = 3600.0  # a new key is asked for when it is met
MOST_BYTES = 1 << 20
T = TypeVar("T")


class _Fault(msgspec.Struct):
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    metadata: Metadata
    keys: KeySet
    asked_at: float
    keys_at: float


class OidcProvider:
    """The port `Provider`."""

    def __init__(self, settings: ApiSettings, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._settings, self._fresh = settings, fresh_seconds
        self.client = Client(settings.oidc_client, settings.oidc_page, settings.oidc_scopes)
        self._known: _Known | None = None
        self._away_at = -inf
        self._asking = asyncio.Lock()

    async def metadata(self) -> Metadata:
        """What it says of itself now, or said a moment ago. Raises SignInRefusedError."""
        return (await self._now_known()).metadata

    async def claims(self, code: str, attempt: Attempt, now: int) -> Mapping[str, Any]:
        """What it says of who has this code: of the ID token, and of userinfo where it lacks a claim that is asked for, or has it empty.

        Raises SignInRefusedError.
        """
        known = await self._now_known()
        answer = await self._exchange(known.metadata, code, attempt)
        expected = Expected(known.metadata.issuer, self.client.id, attempt.nonce, now)
        try:
            claims = read_id_token(answer.id_token, known.keys, expected)
        except UnknownKeyError:
            claims = await self._by_newer_keys(answer.id_token, expected)
        return claims if self._suffice(claims) else await self._with_userinfo(known.metadata, claims, answer)

    async def _by_newer_keys(self, token: str, expected: Expected) -> dict[str, Any]:
        self._known = None
        try:
            return read_id_token(token, (await self._now_known()).keys, expected)
        except UnknownKeyError:
            raise SignInRefusedError(Reason.TOKEN_INVALID, "no key") from None

    async def _now_known(self) -> _Known:
        async with self._asking:
            if self._known is not None and monotonic() < self._known.asked_at + self._fresh:
                return self._known
            if monotonic() < self._away_at + AWAY_SECONDS:
                raise SignInRefusedError(Reason.PROVIDER_AWAY)
            try:
                self._known = await self._asked_anew(self._known)
            except SignInRefusedError:
                self._away_at = monotonic()
                raise
            return self._known

    async def _asked_anew(self, known: _Known | None) -> _Known:
        metadata, now = await self._metadata(), monotonic()
        if known is not None and now < known.keys_at + KEYS_SECONDS and metadata.jwks_uri == known.metadata.jwks_uri:
            return replace(known, metadata=metadata, asked_at=now)
        _, body = await self._ask("keys", "GET", metadata.jwks_uri)
        return _Known(metadata, _read("keys", read_keys, body), now, now)

    async def _metadata(self) -> Metadata:
        _, body = await self._ask("discovery", "GET", f"{self._settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration")
        found = _read("discovery", msgspec.json.Decoder(Metadata).decode, body)
        if found.issuer != self._settings.oidc_issuer:
            raise _away("discovery", "ANOTHER_ISSUER")
        near = is_loopback(urlsplit(found.issuer).hostname or "")
        for address in filter(
            None, (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint, found.end_session_endpoint)
        ):
            parts = urlsplit(address)
            if parts.scheme != "https" and not (near and parts.scheme == "http" and is_loopback(parts.hostname or "")):
                raise _away("discovery", "NOT_HTTPS")
        return found

    async def _exchange(self, metadata: Metadata, code: str, attempt: Attempt) -> TokenAnswer:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        headers: dict[str, str] = {}
        secret, ways = self._settings.oidc_secret, metadata.token_endpoint_auth_methods_supported
        if secret and "client_secret_basic" in ways:
            headers["Authorization"] = basic_auth(self.client.id, secret)
        else:
            form |= {"client_id": self.client.id} | ({"client_secret": secret} if secret else {})
        status, body = await self._ask("token", "POST", metadata.token_endpoint, data=form, headers=headers)
        if status == 400 and _read("token", msgspec.json.Decoder(_Fault).decode, body).error == "invalid_grant":
            raise SignInRefusedError(Reason.CODE_REFUSED)
        if status != 200:
            raise _away("token", str(status))
        return _read("token", msgspec.json.Decoder(TokenAnswer).decode, body)

    def _suffice(self, claims: Mapping[str, Any]) -> bool:
        wanted = self._settings
        there = bool(text_claim(claims, wanted.oidc_person_claim))
        return there and (not wanted.oidc_groups or bool(groups_claim(claims, wanted.oidc_groups_claim)))

    async def _with_userinfo(self, metadata: Metadata, claims: dict[str, Any], answer: TokenAnswer) -> Mapping[str, Any]:
        if not metadata.userinfo_endpoint or not answer.access_token:
            return claims
        headers = {"Authorization": f"Bearer {answer.access_token}"}
        status, body = await self._ask("userinfo", "GET", metadata.userinfo_endpoint, headers=headers)
        if status != 200:
            raise _away("userinfo", str(status))
        more = _read("userinfo", msgspec.json.Decoder(dict[str, Any]).decode, body)
        if more.get("sub") != claims["sub"]:  # OpenID Connect Core 1.0 §5.3.2
            raise SignInRefusedError(Reason.TOKEN_INVALID, "userinfo of another")
        asked = {self._settings.oidc_person_claim: text_claim, self._settings.oidc_groups_claim: groups_claim}
        said = {name: value for name, value in claims.items() if name not in asked or asked[name](claims, name)}
        return {**more, **said}

    async def _ask(self, what: str, method: str, address: str, **more: Any) -> tuple[int, bytes]:
        """Status and body. No redirect is followed, no proxy of the environment used; authorities are the system's, or SSL_CERT_FILE."""
        timeout = aiohttp.ClientTimeout(total=self._settings.oidc_seconds)
        headers = {"Accept": "application/json", "User-Agent": "dunghen", **more.pop("headers", {})}
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.request(method, address, headers=headers, allow_redirects=False, **more) as answer,
            ):
                body = await _bounded(answer.content)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as fault:
            raise _away(what, type(fault).__name__) from None
        if body is None or (method == "GET" and what in ("discovery", "keys") and answer.status != 200):
            raise _away(what, "TOO_LONG" if body is None else str(answer.status))
        return answer.status, body


def provider_of(settings: ApiSettings) -> OidcProvider | None:
    """None where the city has none: officials sign in by links alone."""
    return OidcProvider(settings) if settings.oidc_issuer else None


def basic_auth(client: str, secret: str) -> str:
    """The value of Authorization: both are written as in a form first (RFC 6749 §2.3.1)."""
    return f"Basic {b64encode(f'{quote_plus(client)}:{quote_plus(secret)}'.encode()).decode()}"


async def _bounded(content: aiohttp.StreamReader) -> bytes | None:
    body = bytearray()
    async for part in content.iter_any():
        body += part
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _read(what: str, decode: Callable[[bytes], T], body: bytes) -> T:
    try:
        return decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _away(what, "NOT_AS_EXPECTED") from None


def _away(what: str, why: str) -> SignInRefusedError:
    """Said in the log too: it is the operator who can mend it."""
    log.warning("provider_away", what=what, why=why)
    return SignInRefusedError(Reason.PROVIDER_AWAY)
