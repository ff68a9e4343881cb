"""What one-stop systems say, over HTTP to ingest: CloudEvents for the past, the two sync services for now. Retried until answered."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dunghen.cli.ingest_client import EVENTS, IngestClient
from dunghen.cli.simulate.desk_days import Told as DeskTold
from dunghen.cli.simulate.lives import Life, Moment
from dunghen.cli.simulate.told_facts import Told
from dunghen.cli.simulate.wire import Wire

BATCH = 500
Said = tuple[str, Life, Moment]  # (source, life, moment)


class Sender:
    """`sent` counts records by source, as a heartbeat reports them; `refused` what ingest would not take, by code."""

    def __init__(self, ingest: IngestClient, wire: Wire) -> None:
        self._ingest = ingest
        self._wire = wire
        self.sent: defaultdict[str, int] = defaultdict(int)
        self.refused: defaultdict[str, int] = defaultdict(int)
        self._ids = itertools.count()

    async def close(self) -> None:
        await self._ingest.close()

    async def tell_past(self, said: Sequence[Said]) -> None:
        """As CloudEvents that carry the time at which they happened."""
        for batch in (said[i : i + BATCH] for i in range(0, len(said), BATCH)):
            await self._post("/events", [self.cloud_event(*one) for one in batch], EVENTS)
            self._count(batch)

    async def tell(self, said: Sequence[Said]) -> None:
        """As the two services of each source, in envelopes without a time: what arrives speaks of now."""
        groups: defaultdict[tuple[str, bool], list[Said]] = defaultdict(list)
        for one in said:
            groups[one[0], one[2].whole].append(one)
        for (source, whole), batch in groups.items():
            service = "DongBoHoSoMC" if whole else "CapNhatTienDoHoSoMC"
            data = [self._wire.dossier(life, m) if whole else self._wire.step(life, m) for _, life, m in batch]
            await self._post(f"/sync/{service}", {"session": "", "madonvi": source, "service": service, "isUpdating": "True", "data": data})
            self._count(batch)

    async def heartbeat(self, source: str, at: int) -> None:
        """What the source has sent so far."""
        await self._post("/heartbeats", {"source": source, "sent_at": _iso(at), "last_record_at": "", "sent_count": self.sent[source]})

    async def told(self, source: str, told: Mapping[str, Iterable[Told]]) -> None:
        """What is told of units, by the name of its list: facts, tasks, follow_ups."""
        for name, given in told.items():
            items = list(given)
            for batch in (items[i : i + BATCH] for i in range(0, len(items), BATCH)):
                await self._post("/facts", {"source": source, name: batch})

    async def desk_events(self, source: str, told: Sequence[DeskTold]) -> None:
        """What happened at desks."""
        for batch in (told[i : i + BATCH] for i in range(0, len(told), BATCH)):
            await self._post("/desk-events", {"source": source, "events": [item for _, item in batch]})

    def _count(self, batch: Sequence[Said]) -> None:
        for source, _, _ in batch:
            self.sent[source] += 1

    def cloud_event(self, source: str, life: Life, moment: Moment) -> dict[str, Any]:
        kind = "synced" if moment.whole else "progressed"
        data = self._wire.dossier(life, moment) if moment.whole else self._wire.step(life, moment)
        return {
            "specversion": "1.0",
            "id": str(next(self._ids)),
            "source": source,
            "type": f"vn.dunghen.dossier.{kind}",
            "time": _iso(moment.at),
            "data": data,
        }

    async def _post(self, path: str, body: Any, content_type: str = "application/json") -> None:
        for refused in (await self._ingest.post(path, body, content_type)).refused:
            self.refused[refused.code] += 1


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
