"""`python -m services.ingest [--insecure-ingest]`: the composition root."""

from __future__ import annotations

import sys

import uvloop

from dunghen.contracts.keys import KeyBook
from dunghen.contracts.topics import DOSSIER_EVENTS
from dunghen.platform import traces_export
from dunghen.platform.clock import clock_from, real_milliseconds
from dunghen.platform.http_server import HttpServer
from dunghen.platform.kafka_sender import KafkaSender
from dunghen.platform.lifecycle import STOP_SECONDS, Lifecycle, end_start
from dunghen.platform.logs import configure, get_logger, quiet
from dunghen.platform.metrics import serve_metrics
from dunghen.platform.settings import SettingsError, load
from services.ingest.adapters.kafka_desk_events import KafkaDeskEvents
from services.ingest.adapters.kafka_events import KafkaEvents
from services.ingest.adapters.kafka_facts import KafkaFacts
from services.ingest.adapters.kafka_feeds import KafkaFeeds
from services.ingest.adapters.key_topic import KeyTopic
from services.ingest.adapters.people_topic import PeopleTopic
from services.ingest.adapters.policy_topic import PolicyTopic
from services.ingest.adapters.poller import Poller
from services.ingest.app import build_app
from services.ingest.feeds import FeedBook
from services.ingest.keys import NoSourceKeys, require_keys
from services.ingest.metrics import Metrics
from services.ingest.ports import Ports
from services.ingest.settings import IngestSettings


async def serve(settings: IngestSettings, metrics: Metrics, life: Lifecycle) -> None:
    """Runs until it is asked to stop. Kafka need not be there yet: until it is, every delivery is answered 503."""
    life.release("traces", traces_export.stop)
    sender, keys, people = KafkaSender(settings, DOSSIER_EVENTS, settings.ingest_ack_seconds), KeyTopic(settings), PeopleTopic(settings)
    policies = PolicyTopic(settings, metrics)
    ports = Ports(
        KafkaEvents(sender, settings.partitions),
        KafkaFacts(sender, settings.partitions),
        KafkaDeskEvents(sender, settings.partitions),
        policies,
        FeedBook(),
        clock_from(settings.clock_file),
        metrics,
        keys,
        people,
        feeds_known=False,
    )
    ports.feed_store = feeds = KafkaFeeds(sender, ports)
    life.spawn("sender", sender.run())
    life.release("feeds", feeds.publish)
    life.spawn("feeds", feeds.run())
    life.spawn("policies", policies.run())
    life.spawn("keys", keys.run())
    life.spawn("people", people.run())
    if not settings.is_loopback:
        _require_keys(await keys.level())
    for pull in settings.ingest_pulls:
        life.spawn("poller", Poller(pull, ports, settings).run())
    serve_metrics(settings, ports.readiness(), metrics.registry)
    server = HttpServer(build_app(ports, settings), (settings.ingest_host, settings.ingest_port))
    life.spawn("http", server.run())
    life.release("http", server.close)
    await life.run()


def main(words: list[str]) -> int:
    """Exit code 78 for faulty settings, and where others could reach it and no key could open it; 64 for a wrong option."""
    if words not in ([], ["--insecure-ingest"]):
        print("usage: python -m services.ingest [--insecure-ingest]", file=sys.stderr)  # noqa: T201 - the log is not set up yet
        return 64
    metrics = Metrics()
    try:
        settings = load(IngestSettings, **({"ingest_insecure": True} if words else {}))
        configure("ingest", settings.log_level)
        traces_export.start("ingest", metrics.on_spans)
    except SettingsError as fault:
        print(fault, file=sys.stderr)  # noqa: T201 - the log is not set up yet
        return 78
    quiet("aiokafka", "httpx")
    get_logger("ingest").info("starting", **settings.redacted())
    uvloop.run(serve(settings, metrics, Lifecycle(seconds_in_all=STOP_SECONDS)))
    return 0


def _require_keys(book: KeyBook) -> None:
    try:
        require_keys(book, real_milliseconds() // 1000)
    except NoSourceKeys:
        get_logger("ingest").error("no_source_keys", mend="dunghen keys create --source CODE")
        end_start(78)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
