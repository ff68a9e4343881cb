"""`bench e2e`: from accepted by HTTP to read in `/stream`, under load, beside the raw Kafka round trip of the same run."""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.programs import INTERPRETER
from dunghen.platform import kafka
from dunghen.platform.clock import RealClock
from dunghen.platform.local.servers import free_port
from dunghen.platform.settings import PlatformSettings, load

PROBES, GAP_SECONDS = 200, 0.05
PROBED = ("20333", "UBND đặc khu Hoàng Sa")  # a unit that the load never touches


async def e2e(rate: int) -> dict[str, dict[str, float]]:
    """Figures of one run by system: ours, and raw Kafka."""
    with tempfile.TemporaryDirectory(prefix="dunghen-bench-") as folder:
        async with _city(Path(folder)) as facts:
            load_ = await _spawn("simulate", "--rate", str(rate), "--data", folder)
            try:
                await asyncio.sleep(5)
                ours, raw = await _probe(facts), await _raw(facts, Path(folder))
            finally:
                load_.terminate()
                await load_.wait()
    return {system: {"load_events_per_second": rate, **figures} for system, figures in (("dunghen", ours), ("kafka round trip", raw))}


async def _spawn(*words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(INTERPRETER, "-m", "dunghen.cli", *words, stdout=asyncio.subprocess.DEVNULL)


@contextlib.asynccontextmanager
async def _city(folder: Path) -> AsyncIterator[dict[str, Any]]:
    ports = ("--port", str(free_port()), "--ingest-port", str(free_port()))
    up = await asyncio.create_subprocess_exec(
        INTERPRETER, "-m", "dunghen.cli", "up", "--city", "danang", "--data", str(folder), *ports, stdout=asyncio.subprocess.PIPE
    )
    assert up.stdout is not None
    async for said in up.stdout:
        print(said.decode().rstrip(), file=sys.stderr)
        if said.startswith(b"ready "):
            break
    drain = asyncio.create_task(up.stdout.read())
    try:
        yield DataFolder(folder).running()
    finally:
        up.terminate()
        await up.wait()
        drain.cancel()


async def _probe(facts: dict[str, Any]) -> dict[str, float]:
    """Posts one dossier after another; each is seen when the unit's received count in the stream has grown by it."""
    waits: list[float] = []
    async with httpx.AsyncClient(timeout=30) as http, http.stream("GET", facts["page"] + "/api/v1/stream?window=90d") as answer:
        rows = _rows(answer)
        seen = (await anext(rows))["received"]
        for number in range(PROBES):
            accepted = await _post(http, facts["ingest"], f"H17.31.99-261101-{number:05d}")
            target = seen + 1
            while seen < target:
                seen = (await anext(rows))["received"]
            waits.append((time.monotonic() - accepted) * 1000)
            await asyncio.sleep(GAP_SECONDS)
    return _figures(waits)


async def _rows(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """The probed unit's row, whenever the stream tells it."""
    async for said in answer.aiter_lines():
        if said.startswith("data: "):
            for row in json.loads(said[6:]).get("units", ()):
                if row["code"] == PROBED[0]:
                    yield row


async def _post(http: httpx.AsyncClient, ingest: str, code: str) -> float:
    """Gives the instant at which ingest had accepted it."""
    received = RealClock().now() - timedelta(hours=1)
    body = {
        "madonvi": "H17",
        "data": [
            {
                "MaHoSo": code,
                "NgayTiepNhan": received.isoformat(timespec="seconds"),
                "TrangThaiHoSo": "2",
                "DonViXuLy": PROBED[1],
            }
        ],
    }
    (await http.post(ingest + "/sync/DongBoHoSoMC", json=body)).raise_for_status()
    return time.monotonic()


async def _raw(facts: dict[str, Any], folder: Path) -> dict[str, float]:
    """One record to Kafka and back, acknowledged by all and read as committed: what no design on Kafka can go below."""
    settings = load(PlatformSettings, kafka=facts["kafka"], data=folder)
    await kafka.ensure_topics(settings, {"bench-round-trip": (1, {})})
    reader, waits = kafka.Reader(settings, ["bench-round-trip"]), list[float]()
    async with kafka.started(kafka.producer(settings, linger_ms=0), settings) as producer:
        batches = reader.batches()
        await anext(batches)
        for _ in range(PROBES):
            sent = time.monotonic()
            await producer.send_and_wait("bench-round-trip", b"x", partition=0)
            while not any((await anext(batches)).values()):
                pass
            waits.append((time.monotonic() - sent) * 1000)
            await asyncio.sleep(GAP_SECONDS)
    return _figures(waits)


def _figures(waits: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(waits, n=100)
    return {"probes": len(waits), "p50_ms": round(statistics.median(waits), 1), "p99_ms": round(cuts[98], 1)}
