"""The fence: one transactional writer per stage and partition (`architecture.md` §5). `stages` has what lives behind it.

Taking a partition over is, in this order: start its writer (the broker refuses the former owner from then on and ends its open
transaction); load the stage's topics to their end; work. State is only as good as the fence under which it was loaded: it is never kept
past a refused write.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

from aiokafka.errors import (
    IllegalOperation,
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    InvalidTxnState,
    ProducerFenced,
    UnknownProducerId,
)
from aiokafka.structs import RecordMetadata

from dunghen.platform import kafka, traces
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.settings import PlatformSettings

Sent = asyncio.Future[RecordMetadata]
Batches = Mapping[kafka.Place, Iterable[tuple[bytes, bytes | None]]]
REFUSALS = (
    ProducerFenced,
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    InvalidTxnState,
    UnknownProducerId,
    IllegalOperation,  # the sender was refused while the rest of the transaction was being handed to it
)
READABLE_SECONDS = 15.0
TRANSACTION_SECONDS = 10  # after that the broker ends an open transaction: what a dead owner leaves behind hides nothing longer


class Fenced(Exception):
    """The broker refused the write: another owner has taken over. What was loaded under this writer may not be believed any more."""


class Writer:
    """The only writer for one partition of one stage: what it writes is there as a whole or not at all.

    `transactional_id` is bare, like topics: the namespace is put before it. After any exception the writer is done for.
    """

    def __init__(self, settings: PlatformSettings, transactional_id: str) -> None:
        self.settings, self.transactional_id = settings, settings.named(transactional_id)
        self._last: dict[kafka.Place, int] = {}  # where each partition was written to
        self._producer = kafka.producer(
            settings,
            transactional_id=self.transactional_id,
            transaction_timeout_ms=TRANSACTION_SECONDS * 1000,
            linger_ms=0,
            retry_backoff_ms=20,
        )

    async def start(self) -> None:
        """Fences every former writer of this id and waits until its open transaction has ended. Raises Unreachable."""
        await kafka.start(self._producer, self.settings)

    async def stop(self) -> None:
        await self._producer.stop()

    async def write(self, batches: Batches) -> int:
        """All of {(topic, partition): [(key, value or None for a tombstone)]} in one transaction, stamped with real time; gives the count.

        It is durable when this returns; readers see it a moment later, a successor's `start` waits for that. Nothing to write is no
        transaction. The last record of each partition names the present span: who has that one has them all. Raises Fenced if refused,
        else aiokafka's errors (MessageSizeTooLargeError …).
        """
        filled = [(place, records) for place, records in ((p, list(rs)) for p, rs in batches.items()) if records]
        if not filled:
            return 0
        headers = traces.headers()
        try:
            await self._producer.begin_transaction()
            sent = [(place, future) for place, records in filled for future in await self._send(place, records, headers)]
            self._last.update({place: stored.offset for place, stored in await _all_of(sent)})
            await self._producer.commit_transaction()
        except REFUSALS as fault:
            raise Fenced(f"{self.transactional_id}: {type(fault).__name__}") from None
        return sum(len(records) for _, records in filled)

    async def readable(self) -> None:
        """Returns once readers see everything that was written. Raises Stalled after READABLE_SECONDS, and as `kafka.end_offsets`."""
        until = time.monotonic() + READABLE_SECONDS
        for (topic, partition), offset in self._last.items():
            while (await kafka.end_offsets(self.settings, topic))[partition] <= offset:
                if time.monotonic() > until:
                    raise kafka.Stalled(f"{topic} {partition}: what was committed at {offset} cannot be read")
                await asyncio.sleep(0.02)

    async def _send(self, place: kafka.Place, records: list[tuple[bytes, bytes | None]], headers: traces.Headers) -> list[Sent]:
        sent, now, batch = [], real_milliseconds(), self._producer.create_batch()
        for part, with_ in ((records[:-1], traces.NO_HEADERS), (records[-1:], headers)):
            for key, value in part:
                if batch.append(key=key, value=value, timestamp=now, headers=with_) is None:
                    sent.append(await self._submit(batch, place))
                    batch = self._producer.create_batch()
                    # An empty batch takes a record of any size: the broker refuses what is too large.
                    batch.append(key=key, value=value, timestamp=now, headers=with_)
        sent.append(await self._submit(batch, place))
        return sent

    async def _submit(self, batch: object, place: kafka.Place) -> Sent:
        batch.close()  # type: ignore[attr-defined]
        return await self._producer.send_batch(batch, self.settings.named(place[0]), partition=place[1])  # type: ignore[no-any-return]


async def _all_of(sent: list[tuple[kafka.Place, Sent]]) -> list[tuple[kafka.Place, RecordMetadata]]:
    """Where every batch was stored; raises what the first refused one says, once all are answered: none is left that nobody asks."""
    stored = await asyncio.gather(*(future for _, future in sent), return_exceptions=True)
    for each in stored:
        if isinstance(each, BaseException):
            raise each
    return [(place, each) for (place, _), each in zip(sent, stored, strict=True) if not isinstance(each, BaseException)]


@asynccontextmanager
async def writing(settings: PlatformSettings, transactional_id: str) -> AsyncIterator[Writer]:
    """A writer for one command: the former one is fenced before, and what was written can be read after. Raises Unreachable, Stalled."""
    writer = Writer(settings, transactional_id)
    await writer.start()
    try:
        yield writer
        await writer.readable()
    finally:
        await writer.stop()
