"""Ingest as a process of its own beside a real Kafka: starting it, talking to it, reading what it wrote."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from dunghen.contracts.messages import DossierEvent, FeedState, decode_event, decode_feed, encode
from dunghen.contracts.policies import Applied, policy_key, policy_records
from dunghen.contracts.topics import DOSSIER_EVENTS, FEEDS, POLICIES, all_topics
from dunghen.platform import kafka
from dunghen.platform.local.servers import free_port, launch
from dunghen.platform.settings import PlatformSettings
from tests.eventually import eventually_async as eventually

BODIES = {
    "city": {"code": "H17", "name": "Đà Nẵng"},
    "units": {
        "units": [
            {"code": "20242", "name": "Hải Châu", "kind": "locality", "type": "Phường", "wire_codes": ["H17.31"]},
            {"code": "20263", "name": "An Khê", "kind": "locality", "type": "Phường", "wire_codes": ["H17.32"]},
        ]
    },
}


class Running:
    """One process of ingest: `http` to talk to it, `log` what it wrote, `settings` to read its topics."""

    def __init__(self, settings: PlatformSettings, server: Any, http: httpx.AsyncClient) -> None:
        self.settings, self.server, self.http = settings, server, http

    @property
    def log(self) -> str:
        return str(self.server.log.read_text(encoding="utf-8"))

    async def ready(self, status: int = 200) -> None:
        async def answers() -> bool:
            try:
                return (await self.http.get("/readyz")).status_code == status
            except httpx.TransportError:
                assert self.server.process.poll() is None, self.log
                return False

        await eventually(answers)

    async def post(self, path: str, content: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.http.post(path, content=content, headers=headers or {"content-type": "application/json"})

    async def records(self, topic: str) -> list[tuple[bytes, bytes]]:
        """All (key, value) of a topic."""
        found: list[tuple[bytes, bytes]] = []
        for partition in range(all_topics(self.settings.partitions)[topic].partitions):
            await kafka.read_all(self.settings, (topic, partition), lambda key, value, *_: found.append((key or b"", value or b"")))
        return found

    async def events(self) -> list[DossierEvent]:
        return sorted((decode_event(value) for _, value in await self.records(DOSSIER_EVENTS)), key=lambda e: e.arrived_at)

    async def feeds(self) -> dict[str, FeedState]:
        return {key.decode(): decode_feed(value) for key, value in await self.records(FEEDS)}


async def apply_policies(settings: PlatformSettings, bodies: dict[str, Any], version: int = 1) -> None:
    async with kafka.started(kafka.producer(settings), settings) as producer:
        for record in policy_records(version, bodies, Applied(1)):
            await producer.send_and_wait(settings.named(POLICIES), encode(record), key=policy_key(record.kind, version), partition=0)


@asynccontextmanager
async def ingest_process(settings: PlatformSettings, folder: Path, **more: str) -> AsyncIterator[Running]:
    port = free_port()
    given = {
        "KAFKA": settings.kafka,
        "NAMESPACE": settings.namespace,
        "PARTITIONS": str(settings.partitions),
        "INGEST_PORT": str(port),
        "INGEST_INSECURE": "1",
        **more,
    }
    before = dict(os.environ)
    os.environ.update({f"DUNGHEN_{name}": value for name, value in given.items()})
    try:
        server = launch((sys.executable, "-m", "services.ingest"), port, folder / f"ingest-{port}.log")
    finally:
        os.environ.clear()
        os.environ.update(before)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
        try:
            yield Running(settings, server, http)
        finally:
            server.stop()
