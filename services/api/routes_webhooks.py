"""Subscriptions to changes of band, for programs with a key: made, seen, tried, ended; changes are in the audit log (decision 0035)."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from dunghen.contracts.band_webhooks import (
    BandWebhook,
    BandWebhookBook,
    IndicatorCode,
    KindName,
    LiveWindow,
    RateName,
    Units,
    WebhookId,
    WebhookUrl,
)
from dunghen.contracts.webhooks import BandsChanged, WebhookTried, new_secret
from dunghen.domain.access import Role, What
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.kafka_sender import NotStored
from dunghen.platform.outward import networks, refusal_of
from dunghen.platform.store import In, Query, StoreAwayError
from services.api.answers import untagged
from services.api.bodies import read_json
from services.api.indicator_view import known_indicator
from services.api.officials import Officials, Reading
from services.api.ports import Outlets, Webhooks
from services.api.problems import ProblemError
from services.api.routes_map import unit_of
from services.api.routes_officials import REFUSALS
from services.api.routes_session import from_our_own_page
from services.api.schema import body_of, struct_answers
from services.api.views import Scene
from services.api.webhook_answers import MadeWebhook, WebhooksAnswer, shown
from services.api.webhook_records import Decide, ended, subscribed, tried
from services.api.webhook_states import KEPT, Kept, kept_in, key_of

MOST_BYTES = 40_000  # a thousand units
REFUSED = {"UNKNOWN": "UNKNOWN_WEBHOOK", "TOO_SOON": "TOO_MANY_REQUESTS", "TOO_MANY": "TOO_MANY_WEBHOOKS"}


class WebhookBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What is to be told to whom. `rate` or `indicator`, as `/map` takes them; `units`: codes; empty: all of the kind."""

    url: WebhookUrl
    window: LiveWindow = "month"
    rate: RateName | None = None
    indicator: IndicatorCode = ""
    kind: KindName = "all"
    units: Units = ()


class OneWebhook(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`id` of a subscription, as the list has it."""

    id: WebhookId


def subscribing_routes(officials: Officials, webhooks: Webhooks) -> APIRouter:
    """For programs with a key of their own."""
    router = APIRouter(prefix="/api/v1", tags=["webhooks"], responses=REFUSALS)

    @router.post(
        "/webhooks",
        status_code=201,
        responses={201: struct_answers(MadeWebhook, "The subscription, and the secret")[200], 409: {"description": "Too many"}},
        openapi_extra=body_of(WebhookBody),
    )
    async def post_webhook(request: Request) -> Response:
        """To be told at `url` when a unit's band is other than was told last. The address must be https, of the open internet.

        201 once it is stored, with the secret by which messages are verified (Standard Webhooks): it is shown this once. 409 above 20
        of one owner: those of a key that is being replaced, or that replaces it, count too.
        """
        reading = await officials.admitted(request, What.OWN_WEBHOOKS)
        wanted = _wanted(officials, await read_json(request, WebhookBody, MOST_BYTES), reading.who.id)
        await officials.log(reading, reason="WEBHOOK_ON")
        await _changed(webhooks, lambda book, keys: subscribed(book, wanted, keys))
        made = MadeWebhook(**_fields(shown(wanted, Kept(), officials.scene(), own=True)), secret=wanted.secret)
        answer = untagged(request, msgspec.json.encode(made))
        answer.status_code = 201
        return answer

    return router


def webhook_routes(officials: Officials, outlets: Outlets) -> APIRouter:
    """Each sees and changes their own; an operator sees, tries and ends all."""
    router = APIRouter(prefix="/api/v1", tags=["webhooks"], responses=REFUSALS)
    webhooks, listed = outlets.webhooks, struct_answers(WebhooksAnswer, "One's subscriptions, the oldest first")

    @router.get("/webhooks", responses=listed)
    async def get_webhooks(request: Request) -> Response:
        """One's subscriptions and how their messages fare; `failing` ones are told nothing until they are tried."""
        reading = await officials.admitted(request, What.WEBHOOKS)
        if (book := webhooks.book()) is None:
            raise ProblemError("NOT_READY")
        return await _listed(request, officials, outlets, (book, _owners(officials, reading)))

    @router.post("/webhooks/test", openapi_extra=body_of(OneWebhook), responses={**listed, 429: {"description": "Too soon"}})
    async def try_webhook(request: Request) -> Response:
        """`{id}`: what waits for it is sent at once, else a message `webhook.test`; a failing one begins again. The list says what came of
        it. 429 within 10 seconds of the last."""
        reading, body = await _about_one(request, officials, "WEBHOOK_TEST")
        now, owners = real_milliseconds() // 1000, _owners(officials, reading)
        book = await _changed(webhooks, lambda book, _: tried(book, body.id, owners, now))
        return await _listed(request, officials, outlets, (book, owners))

    @router.post("/webhooks/end", openapi_extra=body_of(OneWebhook), responses=listed)
    async def end_webhook(request: Request) -> Response:
        """`{id}`: no more messages."""
        reading, body = await _about_one(request, officials, "WEBHOOK_OFF")
        owners = _owners(officials, reading)
        book = await _changed(webhooks, lambda book, _: ended(book, body.id, owners))
        return await _listed(request, officials, outlets, (book, owners))

    return router


def describe_messages(app: FastAPI) -> None:
    """`webhooks` of the description: what is posted to who subscribed."""

    @app.webhooks.post("unit.bands_changed", openapi_extra=body_of(BandsChanged), status_code=204)
    async def unit_bands_changed() -> None:
        """Bands are other than was told last. Any 2xx takes it; else it comes again under the same `webhook-id`, and no other before it."""

    @app.webhooks.post("webhook.test", openapi_extra=body_of(WebhookTried), status_code=204)
    async def webhook_test() -> None:
        """At its owner's wish; it says nothing."""


async def _about_one(request: Request, officials: Officials, reason: str) -> tuple[Reading, OneWebhook]:
    """Who wants it of which; in the audit log. A person (an operator) asks from our own pages. Raises ProblemError."""
    if "authorization" not in request.headers:
        from_our_own_page(request)
    reading = await officials.admitted(request, What.WEBHOOKS)
    body = await read_json(request, OneWebhook)
    await officials.log(reading, reason=reason)
    return reading, body


def _owners(officials: Officials, reading: Reading) -> Collection[str] | None:
    """The keys whose subscriptions somebody may touch: one's own and those that it was made for; None: all, an operator's."""
    if any(grant.role is Role.OPERATOR for grant in reading.who.grants):
        return None
    books = officials.identity.known.books()
    return books[0].line(reading.who.id) if books else (reading.who.id,)


def _wanted(officials: Officials, body: WebhookBody, owner: str) -> BandWebhook:
    """Raises ProblemError for what there is not, or an address that must not be posted to."""
    if body.indicator and body.rate is not None:
        raise ProblemError("INVALID_PARAMETER", "rate and indicator are not for one subscription")
    if refusal_of(body.url, networks(officials.follower.settings.alerts_private_networks)):
        raise ProblemError("INVALID_PARAMETER", "not valid: url")
    wanted = BandWebhook(
        id=secrets.token_hex(10),
        owner=owner,
        url=body.url,
        secret=new_secret(),
        made_at=real_milliseconds() // 1000,
        window=body.window,
        rate=body.rate or "official",
        kind=body.kind,
        indicator=body.indicator,
        units=tuple(dict.fromkeys(body.units)),
    )
    scene = officials.scene()
    known_indicator(key_of(wanted), scene)
    for unit in wanted.units:
        unit_of(scene, unit)
    return wanted


async def _changed(webhooks: Webhooks, decide: Decide) -> BandWebhookBook:
    try:
        book, reason = await webhooks.change(decide)
    except NotStored:
        raise ProblemError("NOT_READY", "not stored: say it again") from None
    if reason in REFUSED:
        raise ProblemError(REFUSED[reason])
    return book


async def _listed(request: Request, officials: Officials, outlets: Outlets, of: tuple[BandWebhookBook, Collection[str] | None]) -> Response:
    book, owners = of
    scene: Scene = officials.scene()
    hooks = list(book) if owners is None else book.of(owners)
    kept = await _kept(outlets, [hook.id for hook in hooks])
    found = [shown(hook, kept.get(hook.id), scene, own=owners is not None) for hook in hooks]
    return untagged(request, msgspec.json.encode(WebhooksAnswer(found)))


async def _kept(outlets: Outlets, hooks: list[str]) -> Mapping[str, Kept]:
    """How their messages fare; nothing of any where it cannot be read now."""
    try:
        page = await outlets.told.find(Query(KEPT.name, {"hook": In(tuple(hooks))}, limit=max(len(hooks), 1)))
    except StoreAwayError:
        return {}
    return {**dict.fromkeys(hooks, Kept()), **{document.id: kept_in(document.body) for document in page.documents}}


def _fields(struct: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}
