"""The composition root of alerts: `python -m services.alerts`."""

from __future__ import annotations

import asyncio
import sys

from prometheus_client import REGISTRY

from dunghen.contracts import topics
from dunghen.contracts.people import PeopleBook
from dunghen.contracts.policies import PolicyBook
from dunghen.contracts.subscriptions import SubscriptionBook
from dunghen.domain.feeds import Patience
from dunghen.platform import kafka, logs, traces_export
from dunghen.platform.clock import clock_from
from dunghen.platform.faust_batches import serve
from dunghen.platform.lifecycle import STOP_SECONDS, Lifecycle
from dunghen.platform.metrics import Readiness, serve_metrics
from dunghen.platform.settings import SettingsError, load
from dunghen.platform.store import StoreAwayError, StoreTakenError, open_store
from services.alerts.actions import ActionBook
from services.alerts.adapters.followed_subscriptions import FollowedSubscriptions
from services.alerts.adapters.kafka_ahead import KafkaAhead
from services.alerts.adapters.store_outbox import StoreOutbox
from services.alerts.app import build
from services.alerts.channels import Needs, open_channels, paces
from services.alerts.digests import Digests
from services.alerts.feeds import UnitFeeds
from services.alerts.handlers import Ports
from services.alerts.metrics import Metrics
from services.alerts.settings import AlertsSettings


async def run(settings: AlertsSettings) -> None:
    """Until a signal: the database first, then the policies, then the stages. With mode `off` nothing is decided."""
    life, metrics, book, people = Lifecycle(seconds_in_all=STOP_SECONDS), Metrics(REGISTRY), PolicyBook(), PeopleBook()
    traces_export.start("alerts", metrics.on_spans)
    life.release("traces", traces_export.stop)
    readiness = (
        Readiness.of_steps("store") if settings.alerts_mode == "off" else Readiness.of_steps("store", "kafka", "policy", "partitions")
    )
    serve_metrics(settings, readiness)
    store = open_store(settings, "alerts", durable=True)
    life.release("store", store.close)
    outbox = StoreOutbox(store, alone=not settings.mongo, lease_seconds=settings.lease_seconds)
    await outbox.prepare()
    readiness.done("store")
    if settings.alerts_mode == "off":
        await outbox.retire()
        await life.run()
        return
    await outbox.settle_in(settings.partitions)
    clock = clock_from(settings.clock_file)
    actions = ActionBook(clock.seconds)
    feeds = UnitFeeds(Patience(settings.feed_stale_seconds, settings.feed_stale_outside_seconds), lambda: book.latest.calendar)
    browsers = SubscriptionBook()
    books = {topics.POLICIES: book.take, topics.PEOPLE: people.take, topics.FEEDS: feeds.take, topics.NOTICE_ACTIONS: actions.take}
    books[topics.PUSH_SUBSCRIPTIONS] = browsers.take
    await kafka.until_reachable(settings, list(books))
    readiness.done("kafka")
    policies = kafka.follow(settings, list(books), lambda topic, record: books[topic](record.key, record.value))
    life.spawn("policies", policies.run())
    await policies.caught_up()
    await book.wait_for_first()
    readiness.done("policy")
    subscriptions = FollowedSubscriptions(store, browsers, people.opens)
    await subscriptions.load()
    digests = Digests(60 * settings.digest_after_minutes)
    heard = (actions.of, feeds.stale, digests, feeds, actions.disputes)
    ports = Ports(outbox, outbox, KafkaAhead(settings), clock, book, metrics, paces(settings), people, *heard)
    alerts = build(settings, ports, lambda: open_channels(Needs(settings, subscriptions)))
    readiness.done("partitions", lambda: alerts.stages.settled)
    life.release("stages", alerts.stages.close)
    life.spawn("faust", serve(alerts.app))
    await life.run()


def main() -> None:
    try:
        settings = load(AlertsSettings)
        logs.configure("alerts", settings.log_level)
        asyncio.run(run(settings))
    except (SettingsError, StoreAwayError, StoreTakenError) as fault:
        sys.exit(f"alerts cannot start:\n{fault}")


if __name__ == "__main__":
    main()
