"""Which of one's browsers get notices by web push: seen, switched on, switched off. What is switched on or off is in the audit log."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dunghen.contracts.subscriptions import BrowserId, Endpoint, Point, Secret, Subscription, SubscriptionBook
from dunghen.domain.access import What
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.kafka_sender import NotStored
from dunghen.platform.outward import networks, refusal_of
from services.api.answers import untagged
from services.api.bodies import read_json
from services.api.browsers import Decide, known_as, switched_off, switched_on
from services.api.officials import Officials
from services.api.ports import Browsers
from services.api.problems import ProblemError
from services.api.routes_officials import REFUSALS
from services.api.routes_session import from_our_own_page
from services.api.rows import instant_text
from services.api.schema import body_of


class Keys(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a message to this browser is encrypted with."""

    p256dh: Point
    auth: Secret


class PushBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`PushSubscription.toJSON()`, as the browser gives it."""

    endpoint: Endpoint
    keys: Keys
    expirationTime: float | None = None  # noqa: N815 - the browser's word; no service sets it


class EndBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`id` of a browser, as the list has it."""

    id: BrowserId


def push_routes(officials: Officials, browsers: Browsers) -> APIRouter:
    """For the people who are told; each sees and changes their own."""
    router = APIRouter(prefix="/api/v1", tags=["officials"], responses=REFUSALS)

    @router.get("/push-key")
    async def get_push_key(request: Request) -> Response:
        """`key`: this server's, for `pushManager.subscribe`; 404 where no notices go out by browsers."""
        await officials.admitted(request, What.OWN_BROWSERS)
        return untagged(request, msgspec.json.encode({"key": _key(officials)}))

    @router.get("/push-subscriptions")
    async def get_push_subscriptions(request: Request) -> Response:
        """One's own browsers that get notices, the newest first: by `id`: 20 hex digits of the endpoint's SHA-256."""
        reading = await officials.admitted(request, What.OWN_BROWSERS)
        if (book := browsers.book()) is None:
            raise ProblemError("NOT_READY")
        return _listed(request, officials, book, reading.who.id)

    @router.post("/push-subscriptions", openapi_extra=body_of(PushBody))
    async def post_push_subscription(request: Request) -> Response:
        """`PushSubscription.toJSON()`: from now on notices go to this browser, and of another person none. Ten at most; the oldest leaves.

        200 with the list once it is stored for good. The endpoint must be an https address of the open internet.
        """
        from_our_own_page(request)
        reading = await officials.admitted(request, What.OWN_BROWSERS)
        _key(officials)
        body = await read_json(request, PushBody)
        if refusal_of(body.endpoint, networks(officials.follower.settings.alerts_private_networks)):
            raise ProblemError("INVALID_PARAMETER", "not valid: endpoint")
        await officials.log(reading, reason="PUSH_ON")
        wanted = _asked(reading.who.id, body, request.headers.get("user-agent", ""))
        book = await _changed(browsers, lambda book, _: switched_on(book, wanted))
        return _listed(request, officials, book, reading.who.id)

    @router.post("/push-subscriptions/end", openapi_extra=body_of(EndBody))
    async def end_push_subscription(request: Request) -> Response:
        """`{id}`: no more notices to this browser of one's own. 200 with the list, also where it was not in it."""
        from_our_own_page(request)
        reading = await officials.admitted(request, What.OWN_BROWSERS)
        body = await read_json(request, EndBody)
        await officials.log(reading, reason="PUSH_OFF")
        book = await _changed(browsers, lambda book, _: switched_off(book, reading.who.id, body.id))
        return _listed(request, officials, book, reading.who.id)

    return router


def _key(officials: Officials) -> str:
    """Raises ProblemError where there is none."""
    if key := officials.follower.settings.push_key:
        return key
    raise ProblemError("NOT_FOUND", "no notices go out by browsers here")


def _asked(person: str, body: PushBody, user_agent: str) -> Subscription:
    browser, system = known_as(user_agent)
    return Subscription(
        person=person,
        endpoint=body.endpoint,
        p256dh=body.keys.p256dh,
        auth=body.keys.auth,
        made_at=real_milliseconds() // 1000,
        browser=browser,
        system=system,
    )


async def _changed(browsers: Browsers, decide: Decide) -> SubscriptionBook:
    try:
        return await browsers.change(decide)
    except NotStored:
        raise ProblemError("NOT_READY", "not stored: say it again") from None


def _listed(request: Request, officials: Officials, book: SubscriptionBook, person: str) -> Response:
    zone = officials.policy_now()[0].zone
    names = ("id", "browser", "system")
    found = [{**{name: getattr(each, name) for name in names}, "since": instant_text(each.made_at, zone)} for each in book.of(person)]
    return untagged(request, msgspec.json.encode({"browsers": found}))
