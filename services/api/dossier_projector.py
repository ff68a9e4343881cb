"""Writes one document a dossier for officials' drill-down: its unit, status and dates under the policy that is shown.

When the map goes over to another policy every dossier is read again: the offsets and versions of the documents carry the policy's version,
and the edition of what is kept, so that a program that keeps more reads them again too.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from dunghen.contracts.topics import DOSSIERS, OWN_KEY
from dunghen.domain.breakdowns import cut_of
from dunghen.domain.pace import pace_of
from dunghen.domain.policy import Policy
from dunghen.domain.reckoning import last_word, reckon
from dunghen.domain.record_reading import read
from dunghen.domain.rules import DossierRules
from dunghen.domain.traits import EDITION, placed
from dunghen.platform import traces
from dunghen.platform.kafka import Place, Reader, Record
from dunghen.platform.logs import get_logger
from dunghen.platform.store import Collection, Delete, Put, Store, Write
from services.api import metrics
from services.api.ports import NewsWriter
from services.api.settings import ApiSettings
from services.api.storing import follow_into
from services.api.telling import tell_dossiers, units_left

log = get_logger("dossiers")
DOCUMENTS = Collection(
    "dossiers",
    (
        *(("unit", "open", "due_at"), ("unit", "status", "due_at"), ("handler", "open", "due_at")),
        *(("unit", "closed_day"), ("unit", "due_on"), ("unit", "promised_on")),
    ),
)
OFFSET_BITS, EDITION_BITS = 40, 6  # a partition has fewer records than 2^40; so a version stays below 2^63 for 100,000 policies
WAITING = 5000  # records that may wait for the next write
TURN = 50  # records at once, about a millisecond: then the live projector, on this loop too, has its turn


def version_of(policy: int, offset: int) -> int:
    """Of two writings of a dossier the later policy wins, then the later edition, then the later record."""
    return (policy << EDITION_BITS | EDITION) << OFFSET_BITS | offset + 1


def place_of(policy: int) -> str:
    """Under which name the store keeps how far it has read `dossiers` under a policy."""
    return f"{DOSSIERS}@{policy}.{EDITION}"


def document_of(record: bytes, rules: DossierRules) -> dict[str, object]:
    """What is kept of a dossier. Instants in seconds, 0: none; `counted` False: outside every rate; `handler`: by internal id.

    A counted one has the members of `traits.Placement`, by which it is found behind a rate, and `cut`, where it stands in
    break-downs, and `pace`, which a look-ahead is made of. Raises ValueError.
    """
    found = reckon(record, rules)
    raw = base64.b64encode(record).decode()
    if found is None:
        head, instants, statuses = read(record)
        status = last_word(head, instants, statuses)
        return {
            "unit": head.unit,
            "handler": head.handler_id,
            "procedure": head.procedure,
            "status": status,
            "open": False,
            "counted": False,
            "due_at": 0,
            "record": raw,
        }
    place = placed(found, rules.zone)
    return {
        "unit": found.head.unit,
        "handler": found.head.handler_id,
        "procedure": found.head.procedure,
        "status": last_word(found.head, found.instants, found.statuses),
        "open": not found.end.at,
        "counted": True,
        "received_at": found.received_at,
        "ended_at": found.end.at,
        "due_at": found.due_at,
        "first_due_at": found.first_due_at,
        **place._asdict(),
        "cut": cut_of(found, place.traits, rules.zone),
        "pace": pace_of(found, rules.calendar),
        "record": raw,
    }


@dataclass
class DossierProjector:
    """`run` never returns. `shown` gives the policy of the map, None while there is none.

    `news`, `on_written`: who hears of what was stored.
    """

    settings: ApiSettings
    store: Store
    shown: Callable[[], Policy | None]
    news: NewsWriter | None = None
    on_written: Callable[[Sequence[Write]], object] = lambda _: None
    level: bool = False  # all that was there has been stored

    async def run(self) -> None:
        """Follows for ever, from the store's offsets under the policy that is shown."""
        await follow_into(self.store, [DOCUMENTS], self._follow, log)

    async def _follow(self) -> None:
        self.level = False
        policy = self.shown()
        if policy is None:
            return
        own = place_of(policy.version)
        offsets = await self.store.offsets()
        begin = {(DOSSIERS, p): offset for (topic, p), offset in offsets.items() if topic == own}
        reader = Reader(self.settings, [DOSSIERS], begin, patient=True)
        written_at, waiting, came = 0.0, list[Write](), traces.Came()
        async for batches in reader.batches():
            for place, records in batches.items():
                waiting += await self._writes(policy, place, records)
                came.take(*place, records)
            if monotonic() - written_at >= self.settings.history_seconds or len(waiting) > WAITING:
                with came.span("store", DOSSIERS):
                    left = await units_left(self.store, waiting)
                    await self.store.apply(waiting, {(own, p): offset for (_, p), offset in reader.next.items()})
                self.on_written(waiting)
                self.level = reader.level
                await tell_dossiers(self.news, waiting, left)
                written_at, waiting = monotonic(), []
                current = self.shown()
                if current is not None and current.version != policy.version:
                    return

    async def _writes(self, policy: Policy, place: Place, records: Sequence[Record]) -> list[Write]:
        writes: list[Write] = []
        for index, record in enumerate(records):
            if record.key is not None and not record.key.startswith(OWN_KEY):
                writes += self._write_of(policy, record.key.decode(), record)
            if index % TURN == TURN - 1:
                await asyncio.sleep(0)  # the live projector shares this loop
        metrics.HISTORY_RECORDS.labels(topic=place[0]).inc(len(records))
        return writes

    def _write_of(self, policy: Policy, dossier: str, record: Record) -> list[Write]:
        version = version_of(policy.version, record.offset)
        if record.value is None:
            return [Delete("dossiers", dossier, version)]
        try:
            return [Put("dossiers", dossier, version, document_of(record.value, policy.rules))]
        except ValueError:
            metrics.UNDECODABLE.inc()
            return []
