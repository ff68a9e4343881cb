"""OpenID Connect (Core 1.0) as we use it: code flow with PKCE (RFC 7636), state, nonce; what is asked, and what of an answer is believed.

Nothing of an attempt is stored. Its browser holds one secret in a cookie, from which state, nonce and verifier are derived: who can choose
a cookie can still not make it fit an answer that was meant for another browser.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import msgspec
from joserfc import jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, KeySet

from dunghen.domain.sign_on import Reason

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")  # neither none nor with our own secret
ATTEMPT_SECONDS = 600
LEEWAY_SECONDS = 60  # as far as the provider's clock may be from ours
MOST_LETTERS = 256  # of what is taken as a person's number or a group's name


class SignInRefusedError(Exception):
    """`reason`: why nobody is signed in. `fault`: a word of ours for the log, without anything of what was received."""

    def __init__(self, reason: Reason, fault: str = "") -> None:
        super().__init__(reason)
        self.reason, self.fault = reason, fault


class Metadata(msgspec.Struct, frozen=True):
    """What the provider says of itself (OpenID Connect Discovery 1.0 §3), as far as we use it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class TokenAnswer(msgspec.Struct, frozen=True):
    """What a code is exchanged for. Neither is kept."""

    id_token: str
    access_token: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of one browser: `text` is its cookie, `SECONDS.RANDOM`."""

    text: str

    @classmethod
    def begun(cls, now: int) -> Attempt:
        """A new one, with 256 random bits."""
        return cls(f"{now}.{secrets.token_urlsafe(32)}")

    @classmethod
    def of(cls, cookie: str, now: int) -> Attempt | None:
        """That of a cookie; None for no cookie of ours, or an old one. `now`: real seconds."""
        at, _, random = cookie.partition(".")
        if not (at.isascii() and at.isdecimal() and len(at) <= 12 and len(random) == 43):
            return None
        return cls(cookie) if 0 <= now - int(at) < ATTEMPT_SECONDS else None

    @property
    def state(self) -> str:
        return self._part("state")

    @property
    def nonce(self) -> str:
        return self._part("nonce")

    @property
    def verifier(self) -> str:
        return self._part("verifier")

    @property
    def challenge(self) -> str:
        """S256 of the verifier."""
        return _letters(sha256(self.verifier.encode()).digest())

    def _part(self, name: str) -> str:
        return _letters(hmac.digest(self.text.encode(), name.encode(), "sha256"))


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are to the provider. `page`: address of our pages as officials reach them, never taken from a request."""

    id: str
    page: str
    scopes: str = "openid"

    @property
    def redirect_uri(self) -> str:
        return f"{self.page}/login/city/back"

    @property
    def after_sign_out(self) -> str:
        return f"{self.page}/officials"


def authorization_url(metadata: Metadata, client: Client, attempt: Attempt) -> str:
    """Where a browser is sent to sign in."""
    asked = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": client.redirect_uri,
        "scope": client.scopes,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": attempt.challenge,
        "code_challenge_method": "S256",
    }
    return _with(metadata.authorization_endpoint, asked)


def sign_out_url(metadata: Metadata, client: Client) -> str:
    """Where a browser is sent to sign out at the provider too (RP-Initiated Logout 1.0), "" where it offers none.

    Without `id_token_hint`: a token that names somebody is not kept for it, so the provider asks its user.
    """
    asked = {"client_id": client.id, "post_logout_redirect_uri": client.after_sign_out}
    return _with(metadata.end_session_endpoint, asked) if metadata.end_session_endpoint else ""


def code_of(asked: Mapping[str, str], attempt: Attempt | None, metadata: Metadata) -> str:
    """The code of an answer to this attempt; `asked`: the query by which the browser came back. Raises SignInRefusedError.

    The issuer is compared where it is given, and must be where the provider says so (RFC 9207).
    """
    if attempt is None or not hmac.compare_digest(asked.get("state", "").encode(), attempt.state.encode()):
        raise SignInRefusedError(Reason.STATE_WRONG)
    issuer = asked.get("iss", "")
    if issuer != metadata.issuer and (issuer or metadata.authorization_response_iss_parameter_supported):
        raise SignInRefusedError(Reason.STATE_WRONG, "iss")
    if "error" in asked or not asked.get("code"):
        raise SignInRefusedError(Reason.PROVIDER_REFUSED)
    return asked["code"]


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token has to say to be believed. `now`: real seconds."""

    issuer: str
    client: str
    nonce: str
    now: int


class UnknownKeyError(Exception):
    """No key that is known made this signature: perhaps a newer one did."""


def read_keys(body: bytes) -> KeySet:
    """The keys of a JWKS that can check a signature of ALGORITHMS; all others are left out. Raises msgspec.DecodeError."""
    keys = []
    for each in msgspec.json.decode(body, type=_Keys).keys:
        if each.get("kty") in ("RSA", "EC") and each.get("use", "sig") == "sig":
            try:
                keys.append(JWKRegistry.import_key(each))
            except (JoseError, ValueError):
                continue
    return KeySet(keys)


class _Keys(msgspec.Struct):
    keys: list[dict[str, Any]]


def read_id_token(text: str, keys: KeySet, expected: Expected) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core 1.0 §3.1.3.7). Raises UnknownKeyError, SignInRefusedError."""
    try:
        claims = jwt.decode(text, keys, algorithms=list(ALGORITHMS)).claims
    except (InvalidKeyIdError, BadSignatureError):
        raise UnknownKeyError from None
    except (JoseError, ValueError, TypeError) as fault:
        raise SignInRefusedError(Reason.TOKEN_INVALID, type(fault).__name__) from None
    said = jwt.JWTClaimsRegistry(
        now=expected.now,
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        said.validate(claims)
    except ExpiredTokenError:
        raise SignInRefusedError(Reason.TOKEN_EXPIRED) from None
    except JoseError as fault:
        raise SignInRefusedError(Reason.TOKEN_INVALID, type(fault).__name__) from None
    _check_party(claims, expected)
    return claims


def _check_party(claims: Mapping[str, Any], expected: Expected) -> None:
    """For us alone, or for several and then given to us; and of this attempt."""
    alone = claims["aud"] in (expected.client, [expected.client])
    if claims.get("azp", expected.client if alone else None) != expected.client:
        raise SignInRefusedError(Reason.TOKEN_INVALID, "azp")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), expected.nonce.encode()):
        raise SignInRefusedError(Reason.NONCE_WRONG)


def text_claim(claims: Mapping[str, Any], name: str) -> str:
    """A claim that is a text or a whole number, "" where there is none."""
    value = claims.get(name)
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text.strip() if len(text) <= MOST_LETTERS else ""


def groups_claim(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    """A claim that is a list of texts, or one text."""
    value = claims.get(name)
    found = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return frozenset(each for each in found if isinstance(each, str) and 0 < len(each) <= MOST_LETTERS)


def _letters(digest: bytes) -> str:
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _with(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
