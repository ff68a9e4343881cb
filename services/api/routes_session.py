"""Signing in by a one-time link, and out (by the city's own provider: `routes_city_sign_on`). GET changes nothing: the link opens a page,
the page's button posts.

The secret stands behind the `#` of the link: it is sent to nobody by opening the page, and is in no log of any proxy on the way.
"""

from __future__ import annotations

from functools import partial
from urllib.parse import parse_qs, urlsplit

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dunghen.domain.access import What
from dunghen.domain.sign_on import Reason, Way
from dunghen.platform.store import StoreAwayError
from services.api.answers import untagged
from services.api.bodies import read_bounded
from services.api.identity import COOKIES, Identity
from services.api.officials import Officials
from services.api.problems import ProblemError
from services.api.routes_officials import REFUSALS
from services.api.schema import body_of
from services.api.sign_in_page import BUILT_PAGE, HEADERS, NOT_BUILT, PAGE_HEADERS, SCRIPT, SIGN_IN, signed_out
from services.api.site_files import whole_file

MOST_BYTES = 1000


class LinkForm(msgspec.Struct):
    """What the page of a link posts: the secret that stands behind its `#`."""

    link: str


def session_routes(officials: Officials) -> APIRouter:
    """The page of a link, whose session it is, and where officials begin."""
    router = APIRouter()

    @router.get("/login", include_in_schema=False)
    async def login_page() -> Response:
        return HTMLResponse(SIGN_IN, headers=HEADERS)

    @router.get("/login.js", include_in_schema=False)
    async def login_script() -> Response:
        return Response(SCRIPT, headers=HEADERS, media_type="text/javascript; charset=utf-8")

    @router.get("/officials", include_in_schema=False)
    async def officials_page(request: Request) -> Response:
        """The built page, which holds nothing of anybody; for who is not signed in, how one gets a link."""
        try:
            await officials.admitted(request, What.OWN_SESSION)
        except ProblemError as fault:
            if fault.code != "UNAUTHENTICATED":
                raise
            city = f"{officials.provider.client.page}/login/city" if officials.provider is not None else ""
            return HTMLResponse(signed_out(city), 401, HEADERS)
        built = officials.follower.settings.static / BUILT_PAGE
        return whole_file(request, built, PAGE_HEADERS) if built.is_file() else HTMLResponse(NOT_BUILT, 503, HEADERS)

    @router.get("/api/v1/session", tags=["officials"], responses=REFUSALS)
    async def get_session(request: Request) -> Response:
        """Who is signed in: internal id, roles and their units."""
        who = (await officials.admitted(request, What.OWN_SESSION)).who
        grants = [{"role": grant.role.value, "units": sorted(grant.units)} for grant in who.grants]
        return untagged(request, msgspec.json.encode({"id": who.id, "grants": grants}))

    return router


def signing_routes(officials: Officials) -> APIRouter:
    """What changes something: signing in and out, from our own pages only."""
    router = APIRouter(prefix="/api/v1/session", tags=["officials"], responses=REFUSALS)

    @router.post("", status_code=303, response_class=RedirectResponse, openapi_extra=body_of(LinkForm, "application/x-www-form-urlencoded"))
    async def begin(request: Request) -> Response:
        """Form member `link`: the secret of a one-time link. 303 to the officials' page with the session's cookie."""
        from_our_own_page(request)
        cookie = await _begun(officials, await _link_of(request), request.scope["route"].path)
        answer = RedirectResponse("/officials", 303, {"Cache-Control": "no-store"})
        set_session(answer, request, cookie, officials.identity)
        return answer

    @router.post("/end", status_code=303, response_class=RedirectResponse)
    async def end(request: Request) -> Response:
        """Signs out: the cookie is nobody's from now on."""
        from_our_own_page(request)
        reading = await officials.admitted(request, What.OWN_SESSION)
        sessions, cookie = officials.identity.sessions, officials.identity.cookie_of(request)
        try:
            session = await sessions.of(cookie, officials.identity.now(), used=False)
            await sessions.end(cookie)
        except StoreAwayError as fault:
            raise ProblemError("NOT_READY") from fault
        await officials.sign_ins.signed_out(reading.who.id, reading.access.role, reading.route)
        # who came by the city's sign-on is led on to leave there too
        by_city = officials.provider is not None and session is not None and session.way is Way.CITY
        answer = RedirectResponse("/login/city/out" if by_city else "/login", 303, {"Cache-Control": "no-store"})
        here = officials.identity.near(request)
        answer.delete_cookie(COOKIES[here], httponly=True, secure=not here, samesite="lax")
        return answer

    return router


def set_session(answer: Response, request: Request, cookie: str, identity: Identity) -> None:
    """The cookie of a new session. Without https only where the browser speaks to this machine itself."""
    here = identity.near(request)
    answer.set_cookie(COOKIES[here], cookie, identity.sessions.longest, httponly=True, secure=not here, samesite="lax")


async def _begun(officials: Officials, text: str, route: str) -> str:
    identity, tried = officials.identity, officials.sign_ins.tried
    try:
        link = identity.link(text)
        noted = partial(tried, Way.LINK, Reason.SIGNED_IN, link.code if link else "", route)
        cookie = await identity.sessions.begin(link, identity.now(), noted) if link else None
    except (LookupError, StoreAwayError) as fault:
        raise ProblemError("NOT_READY") from fault
    if cookie is None:
        await tried(Way.LINK, Reason.LINK_INVALID, link.id if link else "", route)
        raise ProblemError("LINK_INVALID")
    return cookie


def from_our_own_page(request: Request) -> None:
    """Raises ProblemError for a post that another site's page has made, or that does not say where it comes from."""
    origin = request.headers.get("origin")
    if origin is not None:
        ours = urlsplit(origin).netloc == request.headers.get("host", "")
    else:
        ours = request.headers.get("sec-fetch-site") == "same-origin"
    if not ours:
        raise ProblemError("CROSS_SITE")


async def _link_of(request: Request) -> str:
    body = await read_bounded(request, MOST_BYTES)
    if body is None:
        raise ProblemError("INVALID_PARAMETER", "not valid: link")
    return (parse_qs(body.decode("ascii", "replace")).get("link") or [""])[0].strip()
