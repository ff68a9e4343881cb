"""Plain FastAPI and aiokafka: a batch of CloudEvents is sent on as it came, acknowledged by Kafka before the answer; nothing is checked.

`raw`: the body is decoded by msgspec, the floor of this client and server; `models`: FastAPI validates it by pydantic, the usual way.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import uvicorn
from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field

from dunghen.contracts.topics import DOSSIER_EVENTS, partition_of
from dunghen.platform import kafka
from dunghen.platform.settings import PlatformSettings, load


class PeerSettings(PlatformSettings):
    """As the bench starts it."""

    ingest_port: int


class Dossier(BaseModel):
    """What a usual service would name of it; the rest goes along."""

    model_config = ConfigDict(extra="allow")

    code: str = Field(alias="MaHoSo")
    received: str = Field(alias="NgayTiepNhan")
    due: str = Field(alias="NgayHenTra")
    status: str = Field(alias="TrangThaiHoSo")


class CloudEvent(BaseModel):
    """One delivery."""

    source: str
    type: str
    time: str
    data: Dossier


def build(settings: PeerSettings, mode: str) -> FastAPI:
    """The application; `mode` as above."""
    app = FastAPI(lifespan=_connected)
    app.state.settings = settings

    async def send(said: Iterable[tuple[str, bytes]]) -> dict[str, int]:
        sent = [await _send(app, code.encode(), value) for code, value in said]
        await asyncio.gather(*sent)
        return {"accepted": len(sent)}

    async def raw(request: Request) -> dict[str, int]:
        events = msgspec.json.decode(await request.body())
        return await send((event["data"]["MaHoSo"], msgspec.json.encode(event["data"])) for event in events)

    async def models(events: list[CloudEvent]) -> dict[str, int]:
        return await send((event.data.code, event.data.model_dump_json(by_alias=True).encode()) for event in events)

    app.post("/events")(raw if mode == "raw" else models)
    app.get("/readyz")(lambda: "ok")
    return app


@asynccontextmanager
async def _connected(app: FastAPI) -> AsyncIterator[None]:
    async with kafka.started(kafka.producer(app.state.settings), app.state.settings) as app.state.producer:
        yield


async def _send(app: FastAPI, code: bytes, value: bytes) -> asyncio.Future[Any]:
    settings, producer = app.state.settings, app.state.producer
    partition = partition_of(code, settings.partitions)
    sent: asyncio.Future[Any] = await producer.send(settings.named(DOSSIER_EVENTS), value, key=code, partition=partition)
    return sent


if __name__ == "__main__":
    given = load(PeerSettings)
    uvicorn.run(build(given, sys.argv[1]), port=given.ingest_port, access_log=False, loop="uvloop", http="httptools")
