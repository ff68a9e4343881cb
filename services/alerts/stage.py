"""One partition of `dossiers`, behind its fence: decode → decide here, the effects by its courier."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from dunghen.contracts import topics
from dunghen.contracts.messages import Notice, encode
from dunghen.contracts.policies import PolicyBook
from dunghen.platform.clock import Clock
from dunghen.platform.fenced import Batches, Writer
from dunghen.platform.kafka import Record, read_all
from dunghen.platform.logs import get_logger
from dunghen.platform.stages import Stage, die
from dunghen.platform.store import StoreAwayError
from services.alerts.courier import Courier
from services.alerts.decisions import Live
from services.alerts.delivery import Delivery, Desk, Means, Retries, Verdict
from services.alerts.letter import letter, message_id
from services.alerts.metrics import Metrics
from services.alerts.ports import Ahead, Ledger, Mailer, Outbox, Progress, Row
from services.alerts.settings import AlertsSettings
from services.alerts.watch import Watch

log = get_logger("alerts")
LETTER_SECONDS = 3.0  # so long an orderly stop waits for the letter under way


@dataclass(frozen=True, slots=True)
class Ports:
    """All that the stages of a process use together. `mailer()` makes one for each partition."""

    ledger: Ledger
    outbox: Outbox
    ahead: Ahead
    clock: Clock
    book: PolicyBook
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class NoticesOf:
    """The notices of one partition, written under its fence. Nobody else may write while this does: the stage itself writes nothing."""

    writer: Writer
    partition: int

    async def publish(self, notices: Sequence[Notice]) -> None:
        await self.writer.write({(topics.NOTICES, self.partition): [(n.dossier.encode(), encode(n)) for n in notices]})


class AlertStage(Stage):
    """State: the open dossiers of the partition and the stages they have crossed; and the notices that are not settled yet."""

    settings: AlertsSettings

    def __init__(self, settings: AlertsSettings, ports: Ports, mailer: Mailer, partition: int) -> None:
        super().__init__(settings, "alerts", partition)
        self.ports = ports
        means = Means(ports.outbox, mailer, ports.ahead, ports.clock)
        desk = Desk(partition, self._held, lambda: self.next or 0, self._judge)
        delivery = Delivery(means, desk, ports.metrics, Retries(settings.retry_shortest, settings.retry_longest))
        self.courier = Courier(partition, ports.ledger, ports.outbox, NoticesOf(self.writer, partition), delivery)
        self._leaving = False
        self._wake = asyncio.Event()
        self._carrying: asyncio.Task[None] | None = None

    def _held(self) -> bool:
        return self.go.is_set() and not self._leaving

    async def load(self) -> None:
        ledger, now = self.ports.ledger, self.ports.clock.seconds()
        since, progress = await ledger.go_live(now), await ledger.progress(self.partition)
        away_from = progress.decided_to if progress else since
        self.watch = Watch(self.ports.book.latest, self._live(since, away_from, now))
        records: dict[bytes, tuple[bytes, int]] = {}

        def take(key: bytes | None, value: bytes | None, offset: int, _: int) -> None:
            if key and not key.startswith(topics.OWN_KEY):
                if value is None:
                    records.pop(key, None)
                else:
                    records[key] = (value, offset)

        self.next = await read_all(self.settings, (topics.DOSSIERS, self.partition), take)
        unsure = self.watch.start(records, progress)
        self._decided(self.watch.resume(unsure, await ledger.spoken(unsure), now))
        self._note()
        await self.courier.resume()
        self._carrying = asyncio.create_task(self._carry(), name=f"courier-{self.partition}")

    def _live(self, since: int, away_from: int, now: int) -> Live:
        chosen = self.settings
        return Live(
            since=since,
            away_from=min(away_from, now),
            back_at=now,
            late_seconds=chosen.historical_hours * 3600,
            shadow=chosen.alerts_mode != "on",
            reachable=lambda unit: bool(self._address(unit)),
            message_id=lambda key: message_id(key, chosen.mail_from),
        )

    def work(self, records: list[Record]) -> Batches:
        now = self.ports.clock.seconds()
        for r in records:
            if r.key and not r.key.startswith(topics.OWN_KEY):
                self._decided(self.watch.put(r.key, r.value, now))
        return {}

    def tick(self) -> Batches:
        now, latest = self.ports.clock.seconds(), self.ports.book.latest
        self._decided(self.watch.look(now))
        if latest.version != self.watch.policy.version:
            self._decided(self.watch.adopt(latest, now))
        self._note()
        return {}

    def _decided(self, rows: list[Row]) -> None:
        if rows:
            self.courier.decided += rows
            self._wake.set()
            for row in rows:
                self.ports.metrics.decided.labels(row.notice.reason).inc()

    def _note(self) -> None:
        self.courier.progress = Progress(self.next or 0, self.watch.decided_to, self.watch.policy.version)
        self.ports.metrics.before_live.inc(self.watch.before_live)
        self.ports.metrics.unreadable.inc(self.watch.unreadable)
        self.watch.before_live = self.watch.unreadable = 0
        self.ports.metrics.watched.labels(str(self.partition)).set(len(self.watch.dossiers))

    def _judge(self, notice: Notice, now: int) -> Verdict:
        if why := self.watch.supersession(notice, now):
            return Verdict(None, "superseded", why)
        if self.settings.alerts_mode != "on":
            return Verdict(None, "suppressed", "SHADOW")
        address = self._address(notice.unit)
        return Verdict(letter(notice, address, self.watch.policy, now)) if address else Verdict(None, "suppressed", "NO_ADDRESS")

    def _address(self, unit: str) -> str:
        found = self.watch.policy.catalogue.get(unit)
        return found.notice_address if found else ""

    async def _carry(self) -> None:
        try:
            while not self._leaving:
                await self._carry_once()
        except asyncio.CancelledError:
            raise
        except BaseException as fault:
            die(f"alerts-{self.partition}", fault)

    async def _carry_once(self) -> None:
        self._wake.clear()
        try:
            if self._held():
                await self.courier.round()
        except StoreAwayError as fault:
            log.warning("store_away", code=str(fault))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), self.settings.courier_seconds)

    async def leave(self) -> None:
        """The letter under way may still be taken; then the partition is another's."""
        self._leaving = True
        self._wake.set()
        if self._carrying:
            _, late = await asyncio.wait({self._carrying}, timeout=LETTER_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(self._carrying, return_exceptions=True)
        await super().leave()
