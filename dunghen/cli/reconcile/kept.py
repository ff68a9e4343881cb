"""What is kept of a comparison, for the topic `reconciliations`; and when the next one is due."""

from __future__ import annotations

from collections import Counter
from datetime import time

from dunghen.cli.reconcile.driver import Report
from dunghen.contracts.messages import encode
from dunghen.contracts.reconciliations import Reconciliation, reconciliation_key
from dunghen.contracts.topics import RECONCILIATIONS
from dunghen.domain.days import Zone
from dunghen.platform import kafka
from dunghen.platform.settings import PlatformSettings


def kept(report: Report, at: int, seconds: float) -> Reconciliation:
    """What is kept of a report."""
    found = Counter(shown.difference.cell.unit for shown in report.differences)
    return Reconciliation(
        at=at,
        as_of=report.as_of,
        policy=report.policy,
        first_version=report.versions[0],
        last_version=report.versions[-1],
        seconds=round(seconds, 1),
        events=report.events,
        answers=report.answers,
        cells=report.cells,
        differences=len(report.differences),
        compared=tuple(sorted(report.units)),
        units=dict(sorted(found.items())),
    )


async def keep_result(settings: PlatformSettings, found: Reconciliation) -> None:
    """Returns once it is stored. Raises kafka.Unreachable, kafka.MissingTopic, KafkaError."""
    topic, key = settings.named(RECONCILIATIONS), reconciliation_key(found)
    async with kafka.started(kafka.producer(settings), settings) as producer:
        await producer.send_and_wait(topic, encode(found), key=key, partition=0)


def next_at(now: int, of_day: time, zone: Zone) -> int:
    """The next instant after `now` at which the city's clocks show this time of the day."""
    today, seconds = zone.day_of(now), of_day.hour * 3600 + of_day.minute * 60
    return next(at for day in (today, today + 1, today + 2) if (at := zone.at(day, seconds)) > now)
