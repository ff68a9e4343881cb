"""The composition root of who tells subscribers of changes of band: `python -m services.api webhooks`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial

from dunghen.contracts.band_webhooks import BandWebhook
from dunghen.platform.clock import clock_from, real_milliseconds
from dunghen.platform.http_server import allow_open_files
from dunghen.platform.lifecycle import Lifecycle
from dunghen.platform.metrics import Readiness, serve_metrics
from dunghen.platform.store import open_store
from dunghen.platform.store.lease import LEASES, Lease
from services.api.adapters.access_topics import AccessTopics
from services.api.adapters.kafka_band_webhooks import KafkaBandWebhooks
from services.api.adapters.redis_board import RedisBoard
from services.api.adapters.signed_post import SignedPost
from services.api.follower import Follower
from services.api.settings import ApiSettings
from services.api.storing import StoreWatch, follow_into
from services.api.webhook_states import KEPT, STORE
from services.api.webhook_teller import LOOK_SECONDS, Live, Teller, log

LEASE_POSTS = 3  # so many times the longest post a lease holds: a renewal that fails once keeps nobody from sending


async def tell(settings: ApiSettings, life: Lifecycle) -> None:
    """Follows the live picture as an HTTP worker does, and is the only writer of the store `webhooks`: on SQLite by the file's lock, on
    MongoDB by a lease, for which a second one waits."""
    allow_open_files()
    readiness = Readiness.of_steps("store", "picture", "subscriptions")
    serve_metrics(settings, readiness)
    board = RedisBoard(settings)
    life.release("board", board.close)
    store = open_store(settings, STORE, durable=True)
    life.release("store", store.close)
    lease = Lease(store, "sender", LEASE_POSTS * settings.webhook_seconds, alone=not settings.mongo)
    frameless = settings.model_copy(update={"ring_frames": 1})  # no streams here
    follower = Follower(frameless, board, clock_from(settings.clock_file))
    known = AccessTopics(settings)
    webhooks = KafkaBandWebhooks(settings, known.keys)

    def live() -> Iterable[BandWebhook] | None:
        book, keys = webhooks.book(), known.keys()
        if book is None or keys is None:
            return None
        alive = keys.alive(real_milliseconds() // 1000)
        return [hook for hook in book if hook.owner in alive]

    stored = StoreWatch(store)
    readiness.done("store", lambda: stored.there)
    readiness.done("picture", lambda: follower.mirror.meta is not None or not live())
    readiness.done("subscriptions", lambda: live() is not None)
    readiness.wanted["lease"] = lambda: lease.left() > 0
    life.spawn("store-watch", stored.run())
    life.spawn("who-subscribed", webhooks.follow())
    life.spawn("whose-key-is-valid", known.run())
    life.spawn("follower", _followed(follower, live))
    teller = Teller(settings, follower, store, lease, live, SignedPost(settings))
    life.spawn("teller", follow_into(store, [KEPT, LEASES], partial(lease.during, teller.run), log))
    await life.run()


async def _followed(follower: Follower, live: Live) -> None:
    """For ever; only while somebody is to be told: each version costs what it costs an HTTP worker."""
    following: asyncio.Task[None] | None = None
    try:
        while True:
            wanted = bool(live())
            if following is not None and (following.done() or not wanted):
                await _ended(following)
                following = None
            elif following is None and wanted:
                following = asyncio.create_task(follower.follow())
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        if following is not None:
            await _ended(following)


async def _ended(task: asyncio.Task[None]) -> None:
    """Ends it; a fault of its own is the process's."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.result()
