"""What the map is drawn with: an HTTP worker's copy, and the projector's side, which carries it from the topic to the board."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from dunghen.contracts.geometries import identity, shipped, unpacked
from dunghen.contracts.messages import decode_geometry
from dunghen.contracts.topics import GEOMETRIES
from dunghen.platform.kafka import MissingTopic, Reader, Record, Unreachable
from dunghen.platform.logs import get_logger
from services.api import metrics
from services.api.ports import BoardReader, BoardUnreachableError, GeometryBoard
from services.api.settings import ApiSettings

log = get_logger("geometries")
LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """A geometry as it is served. `features` by unit code; `body` is gzip."""

    id: str
    body: bytes
    planar: bool
    features: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, body: bytes) -> Drawing:
        """Raises ValueError for bytes that are no geometry."""
        collection = unpacked(body)
        try:
            features = {feature["id"]: feature for feature in collection["features"]}
            return cls(identity(body), body, bool(collection["planar"]), features)
        except (KeyError, TypeError) as fault:
            raise ValueError("not a geometry") from fault

    def fits(self, codes: Collection[str]) -> bool:
        """Whether any of these units has a place on it: the shipped one is of one city."""
        return not self.features.keys().isdisjoint(codes)


class Geometries:
    """A worker's copy; the shipped one until the board says otherwise, the last one while the board is away."""

    def __init__(self, board: BoardReader) -> None:
        self._board = board
        self._shipped = self.current = Drawing.of(shipped())
        self._held = ""

    async def follow(self) -> None:
        """For ever: once a second, whether it is another one."""
        while True:
            try:
                await self._look()
            except BoardUnreachableError:
                pass  # the follower says so
            except ValueError as fault:
                log.error("geometry_unreadable", error=str(fault))
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        wanted = await self._board.geometry_id()
        if wanted is None or wanted == self._held:
            return
        self._held = wanted  # also one that cannot be read: it is said once
        self.current = Drawing.of(await self._board.geometry()) if wanted else self._shipped
        log.info("geometry_changed", id=self.current.id, units=len(self.current.features))


class GeometryProjector:
    """The projector's side: the last record of the topic stands on the board, also after the board was emptied."""

    def __init__(self, settings: ApiSettings, board: GeometryBoard) -> None:
        self._settings, self._board = settings, board
        self._body = b""

    async def run(self) -> None:
        """For ever, across any loss of Kafka or the board."""
        while True:
            try:
                await self._follow()
            except (Unreachable, MissingTopic, BoardUnreachableError) as fault:
                log.warning("waiting", error=type(fault).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def _follow(self) -> None:
        reader = Reader(self._settings, [GEOMETRIES], patient=True)
        async for batches in reader.batches(patience=LOOK_SECONDS):
            for records in batches.values():
                self._take(records[-1])
            if reader.level:
                await self._show()

    def _take(self, record: Record) -> None:
        try:
            self._body = decode_geometry(record.value).body if record.value else b""
            if self._body:
                Drawing.of(self._body)
        except ValueError as fault:  # also what does not decode: the shipped one is shown
            log.error("geometry_unreadable", offset=record.offset, error=type(fault).__name__)
            metrics.UNDECODABLE.inc()
            self._body = b""

    async def _show(self) -> None:
        wanted = identity(self._body) if self._body else ""
        if await self._board.geometry_id() != wanted:
            await self._board.put_geometry(wanted, self._body)
