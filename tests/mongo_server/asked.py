"""What an explanation asks of a MongoDB that holds the read model, asked directly: how long that takes, and how much of it is the server's.

usage: python tests/mongo_server/asked.py mongodb://HOST:PORT/ UNIT [DAYS]   (each question as of so many days before today, 5)
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from pymongo import monitoring

from dunghen.cli.bench.explanation import ASKED_WINDOWS
from dunghen.domain.rates import RATES
from dunghen.domain.windows import resolve
from dunghen.platform.store.mongo import MongoStore
from services.api.arrivals import arrived
from services.api.behind import Asked, Behind
from services.api.past import Past

VIET_NAM = 7 * 3600  # seconds before UTC


@dataclass
class Commands(monitoring.CommandListener):
    """The milliseconds between each command and its answer, as the driver sees them."""

    took: list[float] = field(default_factory=list)

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        pass

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        self.took.append(event.duration_micros / 1e3)

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        self.took.append(event.duration_micros / 1e3)


async def asked(address: str, unit: str, days: int) -> dict[str, object]:
    """Each rate in ASKED_WINDOWS as of `days` days: `whole_ms` from the question to its tally, `server_ms` of it, `ours_ms` the rest."""
    commands = Commands()
    monitoring.register(commands)
    store = MongoStore(address, "dunghen_api")
    behind, today = Behind(Past(store, 0.0)), int((time.time() + VIET_NAM) // 86400)
    whole, server, dossiers = list[float](), list[float](), list[int]()
    await arrived(store, unit, (today, today))  # connections are made
    for back, window, rate in itertools.product(range(1, days + 1), ASKED_WINDOWS, RATES):
        first, last = resolve(window, today - back)
        commands.took.clear()
        began = time.perf_counter()
        tally = await behind.tally(Asked(unit, rate, first, last, last))
        await arrived(store, unit, (first, last))
        whole.append((time.perf_counter() - began) * 1e3)
        server.append(sum(commands.took))
        dossiers.append(tally.dossiers)
    await store.close()
    ours = [all_ - of_server for all_, of_server in zip(whole, server, strict=True)]
    told = {"whole_ms": _spread(whole), "server_ms": _spread(server), "ours_ms": _spread(ours)}
    return {"unit": unit, "asked": len(whole), **told, "dossiers": {"p50": statistics.median(dossiers), "max": max(dossiers)}}


def _spread(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {"p50": round(statistics.median(ordered), 1), "p99": round(ordered[int(len(ordered) * 0.99)], 1), "max": round(ordered[-1], 1)}


if __name__ == "__main__":
    print(msgspec.json.encode(asyncio.run(asked(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 5))).decode())
