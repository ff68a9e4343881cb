"""What was decided, on its way out: record → publish → deliver, for one partition. The order is what a kill may not break:
a notice stands in the ledger before anything is sent, and is remembered as sent only after the server took it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from time import monotonic

from services.alerts.decisions import unheard
from services.alerts.delivery import Delivery
from services.alerts.ports import PENDING, Ledger, NoticeTopic, Outbox, Progress, Row

PROGRESS_SECONDS = 2.0
AT_ONCE = 1000


@dataclass
class Courier:
    """The unsettled notices of one partition. `round` is called again and again: what failed comes in a later one.

    `decided` and `progress` are filled by the stage in one step: the progress holds once the decided are recorded.
    """

    partition: int
    ledger: Ledger
    outbox: Outbox
    topic: NoticeTopic
    delivery: Delivery
    rows: dict[str, Row] = field(default_factory=dict)
    decided: list[Row] = field(default_factory=list)
    progress: Progress | None = None
    _note_at: float = 0.0
    _noted: Progress | None = None

    async def resume(self) -> None:
        """What a former owner left unsettled. Raises StoreAwayError."""
        self.rows = {row.notice.key: row for row in await self.ledger.unsettled(self.partition)}

    async def round(self) -> None:
        """Raises StoreAwayError, and what the topic raises where the partition is not ours any more."""
        await self._record()
        self._say_waiting()  # a round is as long as what it sends
        await self._publish()
        try:
            for row in await self.delivery.run(list(self.rows.values())):
                self._keep(row)
        finally:
            self._read_again()
        await self._publish()
        self._say_waiting()

    def _say_waiting(self) -> None:
        self.delivery.metrics.waiting.labels(str(self.partition)).set(sum(row.notice.state == PENDING for row in self.rows.values()))

    async def _record(self) -> None:
        """Into the ledger first; then that everything up to here is there."""
        rows, progress = list(self.decided), self.progress
        asking = [row for row in rows if row.known_to or row.asks]
        for some in chunks([row for row in rows if not (row.known_to or row.asks)]):
            await self._note(some)
        for some in _whole_dossiers(asking):
            await self._note(await self._unsaid(some))
        del self.decided[: len(rows)]
        if progress is not None and progress != self._noted and (rows or monotonic() >= self._note_at):
            await self.ledger.note_progress(self.partition, progress)
            self._noted, self._note_at = progress, monotonic() + PROGRESS_SECONDS

    async def _note(self, rows: list[Row]) -> None:
        for row in await self.ledger.record(self.partition, rows):
            self.rows.setdefault(row.notice.key, row)

    async def _unsaid(self, rows: list[Row]) -> list[Row]:
        """Without those of dossiers that are over of whose stage the ledger has a word already, and those whose recipients have heard."""
        spoken = await self.ledger.spoken(sorted({row.notice.dossier.encode() for row in rows}))
        found = list[Row]()
        for dossier, group in groupby(rows, key=lambda row: row.notice.dossier):
            some, known = list(group), spoken.get(dossier, [])
            found += [row for row in some if row.known_to and not _is_said(row, known)]
            found += unheard([row for row in some if row.asks], known)
        for row in found:
            self.delivery.metrics.decided.labels(row.notice.reason).inc()
        return found

    async def _publish(self) -> None:
        """Every state once at least; behind it what needs nothing more is let go of."""
        for some in chunks([row for row in self.rows.values() if not row.published]):
            await self.topic.publish([row.notice for row in some])
            await self.outbox.note_published(self.partition, some)
            for row in some:
                self._keep(replace(row, published=True))

    def _read_again(self) -> None:
        """What another worker had in hand goes through the ledger once more, which tells what it is now; it is no new decision."""
        for row in self.delivery.lost:
            self.rows.pop(row.notice.key, None)
        self.decided += [replace(row, published=True) for row in self.delivery.lost]
        self.delivery.lost.clear()

    def _keep(self, row: Row) -> None:
        if row.notice.state == PENDING or not row.published:
            self.rows[row.notice.key] = row
        else:
            self.rows.pop(row.notice.key, None)


def _is_said(row: Row, known: Iterable[Row]) -> bool:
    notice, any_due = row.notice, row.notice.clock != "step" and row.crossed_at <= row.known_to
    said = [each.notice for each in known if (each.notice.clock, each.notice.stage) == (notice.clock, notice.stage)]
    return any(any_due or each.due_at == notice.due_at for each in said)


def _whole_dossiers(rows: list[Row]) -> Iterator[list[Row]]:
    """In parts, with all that lies together of a dossier in one."""
    some = list[Row]()
    for _, group in groupby(rows, key=lambda row: row.notice.dossier):
        some += group
        if len(some) >= AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def chunks(rows: list[Row]) -> Iterable[list[Row]]:
    return (rows[i : i + AT_ONCE] for i in range(0, len(rows), AT_ONCE))
