"""One partition of `dossiers` behind its fence: records and ticks go to the handlers, the courier carries out what they decided."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from dunghen.contracts import topics
from dunghen.contracts.messages import Notice, encode
from dunghen.platform import traces
from dunghen.platform.fenced import Batches, Writer
from dunghen.platform.kafka import Record, read_all
from dunghen.platform.logs import get_logger
from dunghen.platform.stages import Stage, die
from dunghen.platform.store import StoreAwayError
from services.alerts.handlers import Handlers, Holding, Ports
from services.alerts.ports import Channel
from services.alerts.settings import AlertsSettings
from services.alerts.watch import Newest

log = get_logger("alerts")
LETTER_SECONDS = 3.0  # so long an orderly stop waits for the letter under way


@dataclass(frozen=True, slots=True)
class FencedNotices:
    """The notices of one partition, written under its fence. Nobody else may write while this does: the stage itself writes nothing."""

    writer: Writer
    partition: int

    async def publish(self, notices: Sequence[Notice]) -> None:
        traces.note("dunghen.notices", len(notices))
        await self.writer.write({(topics.NOTICES, self.partition): [(n.dossier.encode(), encode(n)) for n in notices]})


class AlertStage(Stage):
    """State: see `Handlers`. Offsets need no transaction: the ledger says what was decided, the topic is read whole at takeover."""

    settings: AlertsSettings

    def __init__(self, settings: AlertsSettings, ports: Ports, channels: Sequence[Channel], partition: int) -> None:
        super().__init__(settings, "alerts", partition)
        held = Holding(partition, self._held, lambda: self.next or 0, FencedNotices(self.writer, partition), channels)
        self.handlers = Handlers(settings, ports, held)
        self._leaving = False
        self._because = traces.Came()  # the rounds in which something was decided that the courier has not seen
        self._wake = asyncio.Event()
        self._carrying: asyncio.Task[None] | None = None

    def _held(self) -> bool:
        return self.go.is_set() and not self._leaving

    async def load(self) -> None:
        await self.handlers.on_takeover(self._read)
        self._carrying = asyncio.create_task(self._carry(), name=f"courier-{self.partition}")

    async def _read(self, since: int) -> Newest:
        newest = Newest({}, set())
        records, changed = newest

        def take(key: bytes | None, value: bytes | None, offset: int, _: int) -> None:
            if not key or key.startswith(topics.OWN_KEY):
                return
            if value is None:
                records.pop(key, None)
            else:
                records[key] = value
                if offset >= since:
                    changed.add(key)

        self.next = await read_all(self.settings, (topics.DOSSIERS, self.partition), take)
        return newest

    def work(self, records: list[Record]) -> Batches:
        for r in records:
            if self.handlers.on_record(r.key, r.value):
                self._because.take_present()
                self._wake.set()
        return {}

    def tick(self) -> Batches:
        if self.handlers.on_tick():
            self._wake.set()
        return {}

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
                with self._because.span("tell", topics.NOTICES):
                    await self.handlers.courier.round()
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
        self.handlers.ports.metrics.on_leave(self.partition)
