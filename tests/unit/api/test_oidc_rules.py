"""What of a provider's answer is believed: signatures, claims, what this browser began; and settings that would not be safe."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from pydantic import ValidationError

from dunghen.domain.sign_on import Reason
from services.api.oidc import (
    ATTEMPT_SECONDS,
    Attempt,
    Client,
    Expected,
    Metadata,
    SignInRefusedError,
    UnknownKeyError,
    authorization_url,
    code_of,
    groups_claim,
    read_id_token,
    read_keys,
    sign_out_url,
    text_claim,
)
from services.api.settings import ApiSettings
from services.api.sign_in_page import city_signed_out, not_signed_in, signed_out

NOW = 1_795_900_000
ISSUER, CLIENT = "https://sign-on.example", "dung-hen"
EXPECTED = Expected(ISSUER, CLIENT, "the nonce", NOW)
GOOD = {"iss": ISSUER, "aud": CLIENT, "sub": "s1", "iat": NOW, "exp": NOW + 300, "nonce": "the nonce"}
RSA, OTHER = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "one"})
EC = ECKey.generate_key("P-256", {"kid": "two"})
METADATA = Metadata(ISSUER, f"{ISSUER}/auth", f"{ISSUER}/token", f"{ISSUER}/keys", end_session_endpoint=f"{ISSUER}/out?theme=city")


def published(*keys: Any, **more: Any) -> bytes:
    return msgspec.json.encode({"keys": [{**key.as_dict(private=False), **more} for key in keys]})


KEYS = read_keys(published(RSA, EC))


def token(claims: Mapping[str, Any], key: Any = RSA, alg: str = "RS256", **header: str) -> str:
    return jwt.encode({"alg": alg, "kid": key.kid, **header}, dict(claims), key, algorithms=[alg])


def refusal(text: str) -> Reason:
    with pytest.raises(SignInRefusedError) as caught:
        read_id_token(text, KEYS, EXPECTED)
    return caught.value.reason


@pytest.mark.parametrize(("key", "alg"), [(RSA, "RS256"), (RSA, "PS256"), (EC, "ES256")])
def test_a_token_for_us_of_this_attempt_is_believed(key: Any, alg: str) -> None:
    assert read_id_token(token(GOOD, key, alg), KEYS, EXPECTED)["sub"] == "s1"
    assert read_id_token(token({**GOOD, "aud": [CLIENT], "azp": CLIENT}, key, alg), KEYS, EXPECTED)
    assert read_id_token(token({**GOOD, "aud": ["others", CLIENT], "azp": CLIENT}, key, alg), KEYS, EXPECTED)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"iss": "https://elsewhere.example"}, Reason.TOKEN_INVALID),
        ({"iss": None}, Reason.TOKEN_INVALID),
        ({"aud": "others"}, Reason.TOKEN_INVALID),
        ({"aud": ["others", CLIENT]}, Reason.TOKEN_INVALID),  # for several, and it is not said that it was given to us
        ({"aud": ["others", CLIENT], "azp": "others"}, Reason.TOKEN_INVALID),
        ({"azp": "others"}, Reason.TOKEN_INVALID),
        ({"aud": None}, Reason.TOKEN_INVALID),
        ({"aud": {"a": 1}}, Reason.TOKEN_INVALID),
        ({"sub": None}, Reason.TOKEN_INVALID),
        ({"sub": 5}, Reason.TOKEN_INVALID),
        ({"exp": None}, Reason.TOKEN_INVALID),
        ({"exp": "soon"}, Reason.TOKEN_INVALID),
        ({"exp": NOW - 61}, Reason.TOKEN_EXPIRED),
        ({"iat": None}, Reason.TOKEN_INVALID),
        ({"iat": NOW + 61}, Reason.TOKEN_INVALID),
        ({"nbf": NOW + 61}, Reason.TOKEN_INVALID),
        ({"nonce": None}, Reason.NONCE_WRONG),
        ({"nonce": "another"}, Reason.NONCE_WRONG),
    ],
)
def test_a_token_with_another_claim_is_refused(change: dict[str, Any], reason: Reason) -> None:
    claims = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    assert refusal(token(claims)) is reason


def test_a_clock_that_is_a_minute_off_signs_in_all_the_same() -> None:
    assert read_id_token(token({**GOOD, "exp": NOW - 59, "iat": NOW + 59}), KEYS, EXPECTED)


def test_a_token_that_anybody_could_have_made_is_refused() -> None:
    unsigned = f"{part({'alg': 'none'})}.{part(GOOD)}"
    by_public_key = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(GOOD)}"  # with what everybody knows as the secret
    signature = letters(hmac.digest(RSA.as_pem(private=False), by_public_key.encode(), "sha256"))
    for text in (f"{unsigned}.", f"{by_public_key}.{signature}", "", "x", "a.b.c", token(GOOD) + ".x"):
        assert refusal(text) is Reason.TOKEN_INVALID
    head, _, sign = token(GOOD).split(".")
    with pytest.raises(UnknownKeyError):
        read_id_token(f"{head}.{part({**GOOD, 'sub': 's2'})}.{sign}", KEYS, EXPECTED)


def part(value: Mapping[str, Any]) -> str:
    return letters(msgspec.json.encode(value))


def letters(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def test_a_key_that_is_not_known_or_is_another_under_a_known_name_may_be_a_newer_one() -> None:
    for key in (OTHER, RSAKey.generate_key(2048, {"kid": "three"})):
        with pytest.raises(UnknownKeyError):
            read_id_token(token(GOOD, key), KEYS, EXPECTED)


def test_of_published_keys_those_that_sign_nothing_for_us_are_left_out() -> None:
    odd = b'{"keys":[{"kty":"RSA"},{"kty":"AKP","alg":"ML-DSA-44","pub":"x"},{"kty":"oct","k":"c2VjcmV0"},{}]}'
    assert list(read_keys(odd)) == []
    assert list(read_keys(published(RSA, use="enc"))) == []
    assert [key.kid for key in read_keys(published(RSA, EC, use="sig"))] == ["one", "two"]
    for broken in (b"", b"[]", b'{"keys":5}', b'{"keys":[5]}'):
        with pytest.raises(msgspec.DecodeError):
            read_keys(broken)


def test_an_attempt_is_one_secret_of_its_browser_and_lasts_ten_minutes() -> None:
    one, two = Attempt.begun(NOW), Attempt.begun(NOW)
    parts = [getattr(each, name) for each in (one, two) for name in ("state", "nonce", "verifier", "challenge")]
    assert len(set(parts)) == 8
    assert all(len(part) == 43 and part not in one.text + two.text for part in parts)  # RFC 7636: 43 letters at least
    assert Attempt.of(one.text, NOW + ATTEMPT_SECONDS - 1) == one
    for cookie in ("", "x", one.text[:-1], f"{NOW}.", f"x{one.text}", one.text.replace(".", "x"), f"{'9' * 40}.{'a' * 43}"):
        assert Attempt.of(cookie, NOW) is None
    assert Attempt.of(one.text, NOW + ATTEMPT_SECONDS) is None
    assert Attempt.of(one.text, NOW - 1) is None


def test_what_is_asked_names_neither_the_verifier_nor_the_cookie() -> None:
    attempt = Attempt.begun(NOW)
    address = authorization_url(METADATA, Client(CLIENT, "https://map.example", "openid profile"), attempt)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked == {
        "response_type": "code", "client_id": CLIENT, "redirect_uri": "https://map.example/login/city/back", "scope": "openid profile",
        "state": attempt.state, "nonce": attempt.nonce, "code_challenge": attempt.challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    assert attempt.verifier not in address
    assert attempt.text not in address


def test_an_answer_is_for_who_began_and_of_the_provider_that_was_asked() -> None:
    attempt, strict = Attempt.begun(NOW), msgspec.structs.replace(METADATA, authorization_response_iss_parameter_supported=True)
    good = {"state": attempt.state, "code": "c"}
    assert code_of(good, attempt, METADATA) == code_of({**good, "iss": ISSUER}, attempt, strict) == "c"
    for asked, of, metadata, reason in (
        (good, None, METADATA, Reason.STATE_WRONG),
        (good, Attempt.begun(NOW), METADATA, Reason.STATE_WRONG),
        ({"code": "c"}, attempt, METADATA, Reason.STATE_WRONG),
        ({**good, "state": "ồ"}, attempt, METADATA, Reason.STATE_WRONG),
        ({**good, "iss": "https://elsewhere.example"}, attempt, METADATA, Reason.STATE_WRONG),
        (good, attempt, strict, Reason.STATE_WRONG),
        ({"state": attempt.state}, attempt, METADATA, Reason.PROVIDER_REFUSED),
        ({**good, "error": "access_denied"}, attempt, METADATA, Reason.PROVIDER_REFUSED),
        ({"error": "access_denied"}, attempt, METADATA, Reason.STATE_WRONG),
    ):
        with pytest.raises(SignInRefusedError) as caught:
            code_of(asked, of, metadata)
        assert caught.value.reason is reason


def test_claims_are_texts_and_lists_of_texts_or_nothing() -> None:
    claims = {"a": " 17 ", "b": 17, "c": True, "d": ["x", 5, "y"], "e": "x", "f": {"x": 1}, "g": "x" * 300, "h": None}
    assert [text_claim(claims, name) for name in "abcdfghi"] == ["17", "17", "", "", "", "", "", ""]
    assert [groups_claim(claims, name) for name in "dei"] == [{"x", "y"}, {"x"}, set()]


def test_signing_out_at_the_provider_names_us_and_nobody_else() -> None:
    client = Client(CLIENT, "https://map.example")
    address = sign_out_url(METADATA, client)
    assert address.startswith(f"{ISSUER}/out?theme=city&client_id={CLIENT}&post_logout_redirect_uri=https%3A%2F%2Fmap.example%2Fofficials")
    assert sign_out_url(msgspec.structs.replace(METADATA, end_session_endpoint=""), client) == ""


def test_pages_write_what_the_operator_wrote_as_text() -> None:
    assert "<b>" not in not_signed_in(Reason.PERSON_UNKNOWN, "<b>Tổ CNTT</b>")
    assert "Tổ CNTT" in not_signed_in(Reason.PERSON_UNKNOWN, "<b>Tổ CNTT</b>")
    assert "Tổ CNTT" not in not_signed_in(Reason.STATE_WRONG, "Tổ CNTT")
    assert '"><' not in signed_out('https://map.example/"><script>').partition("class=")[2].partition("</a>")[0].partition(">")[0]
    assert "refresh" not in city_signed_out("")
    for reason in Reason:
        assert f'data-reason="{reason.value}"' in not_signed_in(reason, "")


SAFE = {"oidc_issuer": ISSUER, "oidc_client": CLIENT, "oidc_page": "https://map.example"}


def test_settings_of_a_sign_on_are_whole_and_safe() -> None:
    assert ApiSettings(**SAFE).oidc_issuer == ISSUER
    assert (
        ApiSettings(**{**SAFE, "oidc_issuer": "http://127.0.0.1:9/a", "oidc_page": "http://localhost:8000/"}).oidc_page
        == "http://localhost:8000"
    )
    assert "not said" not in str(ApiSettings(**SAFE, oidc_secret="not said").redacted())


@pytest.mark.parametrize(
    "change",
    [
        {"oidc_issuer": "http://sign-on.example"},
        {"oidc_issuer": "https://sign-on.example/?a=1"},
        {"oidc_issuer": "https://who:secret@sign-on.example"},
        {"oidc_issuer": "sign-on.example"},
        {"oidc_issuer": ""},
        {"oidc_page": "http://map.example"},
        {"oidc_page": "https://map.example/under"},
        {"oidc_page": ""},
        {"oidc_client": ""},
        {"oidc_issuer": "", "oidc_client": "", "oidc_page": "", "oidc_secret": "x"},
        {"oidc_groups": "a=>chief"},
        {"oidc_scopes": "profile"},
    ],
)
def test_settings_that_would_not_sign_in_or_not_safely_keep_the_process_from_starting(change: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ApiSettings(**{**SAFE, **change})
