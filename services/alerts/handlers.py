"""What one partition does with a record, a tick and a takeover: load → decide (`watch`) → hand over to the courier. No Kafka in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dunghen.contracts.messages import Notice
from dunghen.contracts.policies import PolicyBook
from dunghen.contracts.topics import OWN_KEY
from dunghen.platform.clock import Clock
from services.alerts.courier import Courier
from services.alerts.decisions import NOT_YET, Live
from services.alerts.delivery import Delivery, Desk, Means, Verdict
from services.alerts.letter import letter, message_id
from services.alerts.lines import Lines, Pace, Retries
from services.alerts.metrics import Metrics
from services.alerts.ports import PENDING, Ahead, Channel, Ledger, NoticeTopic, Outbox, Progress, Recipient, Row
from services.alerts.settings import AlertsSettings
from services.alerts.watch import Watch


@dataclass(frozen=True, slots=True)
class Ports:
    """All that the partitions of a process use together."""

    ledger: Ledger
    outbox: Outbox
    ahead: Ahead
    clock: Clock
    book: PolicyBook
    metrics: Metrics
    paces: Mapping[str, Pace] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Holding:
    """One partition as its stage has it: whether it is ours now, the source offset after all that was handled, and its ways out."""

    partition: int
    held: Callable[[], bool]
    next: Callable[[], int]
    topic: NoticeTopic
    channels: Sequence[Channel]


class Handlers:
    """State: the open dossiers and the stages they have crossed (`watch`), the notices that are not settled yet (`courier`)."""

    def __init__(self, settings: AlertsSettings, ports: Ports, holding: Holding) -> None:
        self.settings, self.ports, self.holding = settings, ports, holding
        means = Means(ports.outbox, holding.channels, ports.ahead, ports.clock, settings.alerts_link)
        desk = Desk(holding.partition, holding.held, holding.next, self.judge, lambda notice: self._recipient(notice.unit))
        lines = Lines(Retries(settings.retry_shortest, settings.retry_longest), ports.paces)
        delivery = Delivery(means, desk, ports.metrics, lines)
        self.courier = Courier(holding.partition, ports.ledger, ports.outbox, holding.topic, delivery)

    async def on_takeover(self, records: Mapping[bytes, tuple[bytes, int]]) -> None:
        """`records`: the newest {dossier: (record, source offset)}; all that fell into an outage is decided now. Raises StoreAwayError."""
        ledger, now, partition = self.ports.ledger, self.ports.clock.seconds(), self.holding.partition
        since, progress = await ledger.go_live(now), await ledger.progress(partition)
        self.watch = Watch(self.ports.book.latest, self._live(since, min(progress.decided_to if progress else since, now), now))
        unsure = self.watch.start(records, progress)
        self._hand_over(self.watch.resume(unsure, await ledger.spoken(unsure), now))
        self._note_progress()
        await self.courier.resume()

    def on_record(self, key: bytes | None, value: bytes | None) -> bool:
        """A record of `dossiers`. True if it led to a decision."""
        if key is None or key.startswith(OWN_KEY):
            return False
        return self._hand_over(self.watch.put(key, value, self.ports.clock.seconds()))

    def on_tick(self) -> bool:
        """What the clock has brought, and a new policy. To be called when every record before `holding.next` was handled."""
        now, latest = self.ports.clock.seconds(), self.ports.book.latest
        rows = self.watch.look(now)
        if latest.version != self.watch.policy.version:
            rows += self.watch.adopt(latest, now)
        decided = self._hand_over(rows)
        self._note_progress()
        return decided

    def judge(self, notice: Notice, now: int) -> Verdict:
        """A pending notice at the moment of sending."""
        if why := self.watch.supersession(notice, now):
            return Verdict(None, PENDING if why == NOT_YET else "superseded", why)
        if self.settings.alerts_mode != "on":
            return Verdict(None, "suppressed", "SHADOW")
        return Verdict(letter(notice, self._recipient(notice.unit), self.watch.policy, now))

    def _live(self, since: int, away_from: int, now: int) -> Live:
        chosen = self.settings
        return Live(
            since=since,
            away_from=away_from,
            back_at=now,
            late_seconds=chosen.historical_hours * 3600,
            shadow=chosen.alerts_mode != "on",
            reachable=lambda unit: any(channel.line(self._recipient(unit)) for channel in self.holding.channels),
            message_id=lambda key: message_id(key, chosen.mail_from),
        )

    def _recipient(self, unit: str) -> Recipient:
        found = self.watch.policy.catalogue.get(unit)
        return Recipient(unit, unit, found.notice_address if found else "")

    def _hand_over(self, rows: list[Row]) -> bool:
        self.courier.decided += rows
        for row in rows:
            self.ports.metrics.decided.labels(row.notice.reason).inc()
        return bool(rows)

    def _note_progress(self) -> None:
        watch, metrics = self.watch, self.ports.metrics
        self.courier.progress = Progress(self.holding.next(), watch.decided_to, watch.policy.version)
        metrics.before_live.inc(watch.before_live)
        metrics.unreadable.inc(watch.unreadable)
        watch.before_live = watch.unreadable = 0
        metrics.watched.labels(str(self.holding.partition)).set(len(watch.dossiers))
