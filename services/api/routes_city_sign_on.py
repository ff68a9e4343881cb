"""Signing in by the city's own provider: away, back with a code, and out there too. Only who began here, in this browser, is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dunghen.domain.directory import Person
from dunghen.domain.sign_on import Reason, SignOn, Way, decide_sign_on, read_groups
from dunghen.platform.logs import get_logger
from dunghen.platform.store import StoreAwayError
from services.api.officials import Officials
from services.api.oidc import (
    ATTEMPT_SECONDS,
    Attempt,
    SignInRefusedError,
    authorization_url,
    code_of,
    groups_claim,
    sign_out_url,
    text_claim,
)
from services.api.ports import Provider
from services.api.problems import ProblemError
from services.api.routes_session import set_session
from services.api.sessions import Session
from services.api.sign_in_page import HEADERS, city_signed_out, not_signed_in

log = get_logger("sign-on")
ATTEMPTS = ("__Host-dunghen-attempt", "dunghen_attempt")  # as identity.COOKIES


def city_sign_on_routes(officials: Officials) -> APIRouter:
    """Three pages of a browser; 404 where the city has no sign-on of its own."""
    router = APIRouter(prefix="/login/city", include_in_schema=False)

    @router.get("")
    async def begin(request: Request) -> Response:
        """Away to the provider. All that changes is a cookie of this browser."""
        provider = _provider(officials)
        attempt = Attempt.begun(officials.identity.now())
        try:
            address = authorization_url(await provider.metadata(), provider.client, attempt)
        except SignInRefusedError as fault:
            return await _refused(officials, request, fault, "")
        answer = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
        here = officials.identity.near(request)
        answer.set_cookie(ATTEMPTS[here], attempt.text, ATTEMPT_SECONDS, httponly=True, secure=not here, samesite="lax")
        return answer

    @router.get("/back")
    async def back(request: Request) -> Response:
        """With the provider's answer: a session, or why not."""
        provider, who = _provider(officials), ""
        try:
            person, decision = await _decided(officials, provider, request)
            who = person.id if person is not None else ""
            if person is None or not decision.allowed:
                raise SignInRefusedError(decision.reason)
            answer = await _signed_in(officials, request, Session(who, officials.identity.now(), Way.CITY, decision.roles))
        except SignInRefusedError as fault:
            answer = await _refused(officials, request, fault, who)
        here = officials.identity.near(request)
        answer.delete_cookie(ATTEMPTS[here], httponly=True, secure=not here, samesite="lax")
        return answer

    @router.get("/out")
    async def out(_: Request) -> Response:
        """For who has signed out here: on to the provider, where it offers that."""
        provider = _provider(officials)
        try:
            address = sign_out_url(await provider.metadata(), provider.client)
        except SignInRefusedError:
            address = ""
        return HTMLResponse(city_signed_out(address), headers=HEADERS)

    return router


async def _decided(officials: Officials, provider: Provider, request: Request) -> tuple[Person | None, SignOn]:
    identity, settings = officials.identity, officials.follower.settings
    attempt = Attempt.of(request.cookies.get(ATTEMPTS[identity.near(request)], ""), identity.now())
    code = code_of(request.query_params, attempt, await provider.metadata())
    assert attempt is not None  # else there is no code of it
    claims = await provider.claims(code, attempt, identity.now())
    policy, now = officials.policy_now()
    try:
        person = identity.person_of(text_claim(claims, settings.oidc_person_claim))
    except LookupError as fault:
        raise ProblemError("NOT_READY") from fault
    held = groups_claim(claims, settings.oidc_groups_claim)
    return person, decide_sign_on(person, held, read_groups(settings.oidc_groups), policy.zone.day_of(now))


async def _signed_in(officials: Officials, request: Request, session: Session) -> Response:
    noted = partial(officials.sign_ins.tried, Way.CITY, Reason.SIGNED_IN, session.person, request.scope["route"].path)
    try:
        cookie = await officials.identity.sessions.begin_for(session, noted)
    except StoreAwayError as fault:
        raise ProblemError("NOT_READY") from fault
    answer = RedirectResponse("/officials", 303, {"Cache-Control": "no-store"})
    set_session(answer, request, cookie, officials.identity)
    return answer


async def _refused(officials: Officials, request: Request, fault: SignInRefusedError, who: str) -> Response:
    log.info("sign_in_refused", reason=fault.reason.value, fault=fault.fault)
    await officials.sign_ins.tried(Way.CITY, fault.reason, who, request.scope["route"].path)
    settings = officials.follower.settings
    away = fault.reason is Reason.PROVIDER_AWAY
    headers: Mapping[str, str] = {**HEADERS, **({"Retry-After": "30"} if away else {})}
    return HTMLResponse(not_signed_in(fault.reason, settings.oidc_contact), 503 if away else 403, dict(headers))


def _provider(officials: Officials) -> Provider:
    if officials.provider is None:
        raise ProblemError("NOT_FOUND")
    return officials.provider
