"""`python -m services.api projector|http|webhooks`: the composition roots of the reading side."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import Any

import uvloop

from dunghen.contracts.audit import STORE
from dunghen.contracts.topics import all_topics
from dunghen.platform import traces_export
from dunghen.platform.clock import clock_from
from dunghen.platform.http_server import allow_open_files
from dunghen.platform.lifecycle import STOP_SECONDS, Lifecycle
from dunghen.platform.logs import configure, get_logger
from dunghen.platform.metrics import Readiness, serve_metrics
from dunghen.platform.settings import SettingsError, load
from dunghen.platform.store import StoreTakenError, open_store
from services.api import metrics
from services.api.adapters.access_topics import AccessTopics
from services.api.adapters.http_server import serving
from services.api.adapters.kafka_band_webhooks import KafkaBandWebhooks
from services.api.adapters.kafka_browsers import KafkaBrowsers
from services.api.adapters.kafka_lag import KafkaLag
from services.api.adapters.kafka_reconciliations import following
from services.api.adapters.kafka_said import KafkaSaid
from services.api.adapters.oidc_provider import provider_of
from services.api.adapters.redis_board import RedisBoard
from services.api.app import build_app
from services.api.breakdown_projector import BreakdownProjector
from services.api.dossier_projector import DossierProjector
from services.api.event_projector import EventProjector
from services.api.follower import Follower
from services.api.geometries import GeometryProjector
from services.api.history_projector import HistoryProjector
from services.api.metrics import watch_picture
from services.api.officials import officials_of, prepare_access
from services.api.past import Past
from services.api.ports import Outlets
from services.api.projector import FOLLOWED, Projector
from services.api.settings import ApiSettings
from services.api.storing import StoreWatch
from services.api.webhook_states import STORE as WEBHOOK_STORE

GROUP = "api-projector"
SWITCH_SECONDS = 0.0005  # as long the map waits for the thread that writes the history, whenever it comes back from a socket (Python: 5 ms)


async def project(settings: ApiSettings, life: Lifecycle) -> None:
    """The only writer of the live picture and of the history."""
    sys.setswitchinterval(SWITCH_SECONDS)
    traces_export.start("projector", metrics.on_spans)
    life.release("traces", traces_export.stop)
    readiness = Readiness.of_steps("kafka", "redis", "policy", "level")
    serve_metrics(settings, readiness)
    board = RedisBoard(settings, settings.stream_length)
    life.release("board", board.close)
    lag = KafkaLag(settings, GROUP)
    topics = all_topics(settings.partitions)
    await lag.start([(topic, p) for topic in FOLLOWED for p in range(topics[topic].partitions)])
    life.release("lag", lag.close)
    clock = clock_from(settings.clock_file)
    store = open_store(settings, "api")
    life.release("store", store.close)
    projector, history = Projector(settings, board, lag, clock), HistoryProjector(settings, store, clock, board)
    projector.on_shown, projector.stored = history.on_shown, history.lag
    metrics.STORE_LAG_SECONDS.set_function(history.lag.seconds)
    readiness.needed.update(projector.checks())
    stored = StoreWatch(store)
    readiness.wanted["store"] = lambda: stored.there
    life.spawn("store-watch", stored.run())
    life.spawn("projector", projector.run())
    life.spawn("history", history.run())
    dossiers = DossierProjector(settings, store, projector.policy, board)
    breakdowns = BreakdownProjector(settings, store, clock, dossiers)
    dossiers.on_written = breakdowns.on_written
    life.spawn("dossiers", dossiers.run())
    life.spawn("breakdowns", breakdowns.run())
    life.spawn("events", EventProjector(settings, store, projector.policy).run())
    life.spawn("sources", projector.watch_sources())
    life.spawn("geometry", GeometryProjector(settings, board).run())
    await life.run()


async def serve(settings: ApiSettings, life: Lifecycle) -> None:
    """One HTTP worker. Redis need not be there: without it, and before the first picture, it says so."""
    allow_open_files()
    board = RedisBoard(settings)
    life.release("board", board.close)
    store = open_store(settings, "api", read_only=True)
    life.release("store", store.close)
    access = open_store(settings, STORE, durable=True)
    life.release("access", access.close)
    known, said = AccessTopics(settings), KafkaSaid(settings)
    browsers, webhooks = KafkaBrowsers(settings, known.people), KafkaBandWebhooks(settings, known.keys)
    told = open_store(settings, WEBHOOK_STORE, read_only=True)
    life.release("told", told.close)
    follower = Follower(settings, board, clock_from(settings.clock_file))
    watch_picture(lambda: follower.mirror.lag_seconds(monotonic()))
    for name, watch in (("store", StoreWatch(store)), ("access", StoreWatch(access))):
        follower.wanted[name] = partial(getattr, watch, "there")
        life.spawn(f"{name}-watch", watch.run())
    life.spawn("access-store", prepare_access(access))
    life.spawn("who-may-read", known.run())
    life.spawn("said", said.run())
    life.spawn("reconciled", following(settings, follower.reconciled).run())
    life.spawn("browsers", browsers.run())
    life.spawn("webhooks", webhooks.run())
    life.spawn("follower", follower.follow())
    life.spawn("ticks", follower.tick())
    life.spawn("readers", follower.streams.run())
    life.spawn("geometry", follower.geometries.follow())
    serve_metrics(settings, follower.readiness())
    officials = replace(officials_of(follower, store, access, known), provider=provider_of(settings))
    life.spawn("listening", officials.listening.run())
    server = serving(build_app(follower, Past(store), officials, Outlets(said, browsers, webhooks, told)), settings)
    life.spawn("http", server.run())
    life.release("http", server.close)
    life.release("streams", follower.streams.close)
    life.release("listening", officials.listening.close)
    await life.run()


async def tell_webhooks(settings: ApiSettings, life: Lifecycle) -> None:
    """Who tells subscribers that bands changed; only it needs what posts outward."""
    from services.api.webhooks_root import tell

    await tell(settings, life)


COMMANDS: dict[str, Callable[[ApiSettings, Lifecycle], Coroutine[Any, Any, None]]] = {
    "projector": project,
    "http": serve,
    "webhooks": tell_webhooks,
}


def main(words: list[str]) -> int:
    """Exit code 78 for faulty settings, 75 where another process writes the store, 64 for a wrong command."""
    if len(words) != 1 or words[0] not in COMMANDS:
        print("usage: python -m services.api projector|http|webhooks", file=sys.stderr)  # noqa: T201 - the log is not set up yet
        return 64
    try:
        settings = load(ApiSettings)
    except SettingsError as fault:
        print(fault, file=sys.stderr)  # noqa: T201 - the log is not set up yet
        return 78
    configure(words[0], settings.log_level)
    get_logger("api").info("starting", **settings.redacted())
    try:
        uvloop.run(COMMANDS[words[0]](settings, Lifecycle(seconds_in_all=STOP_SECONDS)))
    except SettingsError as fault:
        print(fault, file=sys.stderr)  # noqa: T201 - what OpenTelemetry's variables say
        return 78
    except StoreTakenError as fault:
        print(fault, file=sys.stderr)  # noqa: T201 - for whoever started a second one
        return 75
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
