"""A worker's two loops: one blocking read on the board, which moves the mirror and wakes the streams; and the tick.

Where the board is gone, the last picture stays and says its age; when it is back, the worker goes on from where it stood or loads it all.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import monotonic

from dunghen.contracts.reconciliations import ReconciliationBook
from dunghen.platform.clock import Clock, real_milliseconds
from dunghen.platform.logs import get_logger
from dunghen.platform.metrics import Check, Readiness
from services.api.board_messages import FeedView
from services.api.channels import Channels, frame
from services.api.geometries import Geometries
from services.api.mirror import Mirror
from services.api.ports import BoardReader, BoardUnreachableError
from services.api.readers import Streams
from services.api.rows import instant_text
from services.api.settings import ApiSettings
from services.api.views import NO_ZONE

log = get_logger("follower")
WAIT_SECONDS = 0.25  # of one blocking read; below the client's socket timeout
RETRY_SECONDS = 0.3


@dataclass(slots=True)
class Ticker:
    """Which feeds the last tick knew as stale."""

    stale_feeds: dict[str, bool] = field(default_factory=dict)

    def changed(self, feeds: dict[str, FeedView]) -> list[FeedView]:
        """The feeds that turned stale or fresh since the last tick."""
        now = {source: feed.stale for source, feed in feeds.items()}
        changed = [feeds[source] for source, stale in now.items() if self.stale_feeds.get(source) != stale]
        self.stale_feeds = now
        return changed


class Follower:
    """Everything that one HTTP worker knows of the live picture."""

    def __init__(self, settings: ApiSettings, board: BoardReader, clock: Clock) -> None:
        self.settings, self.board, self.clock = settings, board, clock
        self.reachable = True
        self.wanted: dict[str, Check] = {}  # what else a worker can do without for a while
        self.mirror, self.ticker, self.geometries = Mirror(), Ticker(), Geometries(board)
        self.reconciled = ReconciliationBook()
        self.channels = Channels(settings.ring_frames, settings.view_idle_seconds, monotonic)
        self.streams = Streams(settings, self.stale_age, lambda: frame("tick", self.tick_body([])))

    async def follow(self) -> None:
        """For ever, across any loss of the board."""
        loaded = False
        while True:
            try:
                loaded = await self._step(loaded)
                self.reachable = True
            except BoardUnreachableError as fault:
                if self.reachable:
                    log.warning("board_unreachable", version=self.mirror.position.version, why=str(fault))
                self.reachable = loaded = False
                await asyncio.sleep(RETRY_SECONDS)

    async def _step(self, loaded: bool) -> bool:
        pulse = await self.board.last_pulse()
        if not loaded and not self.mirror.load(await self.board.load()):
            await asyncio.sleep(RETRY_SECONDS)  # Redis was emptied or never filled: what is there cannot be built upon
            return False
        # only now: a projector that lives does not vouch for a picture that we do not have
        self.mirror.hear(pulse, real_milliseconds(), monotonic())
        self._show()
        for position, entry in await self.board.entries(self.mirror.position, WAIT_SECONDS):
            if position <= self.mirror.position:
                continue
            if not self.mirror.apply(position, entry):
                log.info("picture_loaded_again", version=position.version)
                return False
        self._show()
        return True

    def _show(self) -> None:
        scene = self.mirror.scene()
        if scene is not None:
            self.channels.show(scene)
            self.streams.news()

    async def tick(self) -> None:
        """For ever: every few seconds a word to every stream, so that a client can tell silence from calm."""
        while True:
            await asyncio.sleep(self.settings.tick_seconds)
            self.streams.tick(frame("tick", self.tick_body(self.ticker.changed(self.mirror.feeds))))

    def tick_body(self, feeds: list[FeedView]) -> dict[str, object]:
        """The server's clock, how far the map is behind the sources (None: not known), and `feeds` whose staleness changed."""
        scene = self.mirror.scene()
        zone = scene.looks.zone if scene else NO_ZONE
        now, old = monotonic(), self.stale_age()
        return {
            "server_time": instant_text(self.clock.seconds(), zone),
            "kafka_lag_seconds": self.mirror.lag_seconds(now),
            "version": self.mirror.position.version,
            "geometry": self.geometries.current.id,
            "stale": old is not None,
            "age_seconds": self.mirror.age_seconds(now) if old is None else old,
            "feeds": [{"source": f.source, "seen_at": instant_text(f.seen_at, zone), "stale": f.stale, "units": f.units} for f in feeds],
        }

    def readiness(self) -> Readiness:
        """A worker that has a picture serves it whatever is away, and says its age: it does without the rest for a while."""
        wanted: dict[str, Check] = {"redis": lambda: self.reachable, "level": lambda: self.silent_for() is None, **self.wanted}
        return Readiness({"picture": lambda: self.mirror.meta is not None}, wanted)

    def stale_age(self) -> float | None:
        """Real seconds since what is served was all that there was, where that is too long: nothing is heard from the projector, or it
        lives and hears nothing itself, because Kafka or scoring is away or behind. None while all is well."""
        silent, lag = self.silent_for(), self.mirror.lag_seconds(monotonic())
        behind = lag if lag is not None and lag > self.settings.stale_seconds else None
        return silent if behind is None else max(behind, silent or 0.0)

    def store_behind(self) -> float | None:
        """Real seconds since all that there was is in the store, where that is too long: its disk is full, or it is away. None while all
        is well."""
        behind = self.mirror.store_seconds(monotonic())
        return behind if behind is not None and behind > self.settings.store_stale_seconds else None

    def stored_age(self) -> float | None:
        """`stale_age` of what is read from the store."""
        return max((age for age in (self.stale_age(), self.store_behind()) if age is not None), default=None)

    def silent_for(self) -> float | None:
        """Seconds without a word from the projector where that is too long; None while it speaks."""
        age = self.mirror.age_seconds(monotonic())
        return 0.0 if age is None else age if age > self.settings.out_of_touch_seconds else None
