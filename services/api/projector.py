"""The projector: follows `unit-scores`, `facts`, `desk-events`, `feeds`, `policies`; the only writer of the picture. One loop, both ways.

Where the board is lost, emptied or written by another, all is read again from the offsets that the board holds (none: from the beginning).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from aiokafka.errors import KafkaError

from dunghen.contracts.topics import DESK_EVENTS, DOSSIER_EVENTS, FACTS, FEEDS, POLICIES, UNIT_SCORES
from dunghen.domain.feeds import Patience
from dunghen.domain.policy import Policy
from dunghen.platform import traces
from dunghen.platform.clock import Clock, real_milliseconds
from dunghen.platform.kafka import MissingTopic, Reader, Truncated, Unreachable
from dunghen.platform.logs import get_logger
from services.api import metrics
from services.api.board_messages import Generation, Pulse
from services.api.lag import SourceLag, StoreLag, Taken
from services.api.policies import Policies
from services.api.ports import BoardUnreachableError, BoardWriter, DisplacedError, Lag, Offsets
from services.api.projector_state import Showing
from services.api.settings import ApiSettings

log = get_logger("projector")
FOLLOWED = (UNIT_SCORES, FACTS, DESK_EVENTS, FEEDS, POLICIES)
LOOK_SECONDS = 0.5
SAMPLE_SECONDS = 0.25
RETRY_SECONDS = 0.5
SILENT_SECONDS = 15.0  # a request to Kafka is given up after so long


class Projector:
    """One process; `run` never returns. Errors that are not an outage of the board leave it: the process ends and is started again."""

    def __init__(self, settings: ApiSettings, board: BoardWriter, lag: Lag, clock: Clock) -> None:
        self.settings, self.board, self.lag, self.clock = settings, board, lag, clock
        self.silence = Patience(settings.feed_stale_seconds, settings.feed_stale_outside_seconds)
        self.source_lag, self.taken, self.came = SourceLag[int](settings.stale_seconds), Taken(), traces.Came()
        self._began, self._sources_at, self.on_board = time.monotonic(), float("-inf"), False
        metrics.LAG_SECONDS.set_function(self.map_age)
        self.showing: Showing | None = None
        self.stored: StoreLag | None = None  # of whoever writes the store beside
        self.on_shown: Callable[[Generation, int], object] = lambda *_: None
        self.policies, self.policies_read = Policies({}), 0
        self.last_version, self.level = 0, False
        self.looked_at = self.feeds_at = float("-inf")

    async def run(self) -> None:
        """Follows for ever, again from what the board holds after each loss of it."""
        while True:
            try:
                await self._follow()
            except (BoardUnreachableError, DisplacedError) as fault:
                self.on_board = False
                log.warning("board_lost", reason=type(fault).__name__, why=str(fault))
                metrics.BOARD_LOSSES.labels(reason=type(fault).__name__).inc()
            except (Unreachable, MissingTopic) as fault:
                log.warning("waiting", error=str(fault))
            except Truncated as fault:
                log.error("board_of_other_topics", error=str(fault))
                await self.board.clear()
            await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self) -> None:
        showing = Showing.resume(await self.board.load(), self.settings.partitions, self.silence)
        await self._hear_of_store()
        self.showing, self.policies_read = showing, -1
        self.last_version = max(self.last_version, showing.position.version)
        self.looked_at = float("-inf")
        reader, self.taken, self.came = Reader(self.settings, FOLLOWED, showing.offsets), Taken(), traces.Came()
        log.info("projector_follows", version=showing.position.version, rebuilt=not showing.offsets)
        async for batches in reader.batches(patience=LOOK_SECONDS / 2):
            for place, records in batches.items():
                showing.take(place, records, reader.next[place])
                self.taken.take(records if self.level else ())
                self.came.take(*place, records)
            self.level = reader.level
            if reader.level:
                await self._round(showing)

    async def _hear_of_store(self) -> None:
        """How far the store was when somebody last said it: so a start does not make it look level, or behind."""
        said = await self.board.last_pulse()
        if self.stored is not None and said is not None and said.store_seconds is not None:
            self.stored.known_before(said.store_seconds + max(real_milliseconds() - said.at, 0) / 1000)

    async def _round(self, showing: Showing) -> None:
        begun = time.monotonic()
        if showing.undecodable:
            log.error("records_undecodable", count=showing.undecodable)
            metrics.UNDECODABLE.inc(showing.undecodable)
            showing.undecodable = 0
        await self._publish(showing)
        if begun - self.looked_at >= LOOK_SECONDS:
            self.looked_at = begun
            await self._look(showing)
        await asyncio.sleep(max(self.settings.publish_seconds - (time.monotonic() - begun), 0))

    async def _publish(self, showing: Showing) -> None:
        version = max(self.last_version + 1, real_milliseconds())
        commit = showing.step(self.clock.seconds(), version)
        if commit is None:
            return
        begun = time.monotonic()
        with self.came.span("show", "map"):
            traces.note("dunghen.map.version", commit.position.text)
            await self.board.publish(commit)
        metrics.WRITE_SECONDS.observe(time.monotonic() - begun)
        self.taken.shown(real_milliseconds())
        self.last_version = max(self.last_version, commit.position.version)
        if showing.picture.shown is not None:
            self.on_shown(showing.picture.shown, showing.known_at)
        metrics.VERSIONS.inc(commit.position.quiet == 0)

    async def _look(self, showing: Showing) -> None:
        """Twice a second: who is silent, how far the sources are, a sign of life, and whether the board is still ours."""
        due = self.looked_at - self.feeds_at >= self.settings.feed_publish_seconds
        self.feeds_at = self.looked_at if due else self.feeds_at
        policy = self.policy()
        showing.look_at_feeds(self.clock.seconds(), policy.calendar if policy else None, due)
        covers = showing.picture.covers()
        seconds = self.source_lag.seconds(time.monotonic(), covers)
        metrics.on_feeds(showing.feeds.values())
        metrics.LAG_EVENTS.set(self.source_lag.events(covers))
        stored = None if self.stored is None else round(self.stored.seconds(), 3)
        if await self.board.pulse(Pulse(at=real_milliseconds(), lag_seconds=round(seconds, 3), store_seconds=stored)) != showing.position:
            raise DisplacedError
        self.on_board = True

    def map_age(self) -> float:
        """Real seconds since all that was then in the sources is on the map, as far as is known; it grows while the loops stand, too."""
        level_at = self.source_lag.level_at
        return time.monotonic() - (self._began if level_at is None else level_at)

    def checks(self) -> dict[str, Callable[[], bool]]:
        """What it needs, and whether it is there; to be asked from any thread."""
        return {
            "kafka": lambda: time.monotonic() - self._sources_at < SILENT_SECONDS,
            "redis": lambda: self.on_board,
            "policy": lambda: self.showing is not None and self.showing.picture.shown is not None,
            "level": lambda: self.level,
        }

    def policy(self) -> Policy | None:
        """The policy that is shown, None while there is none."""
        showing = self.showing
        if showing is None or showing.picture.shown is None:
            return None
        if len(showing.policies) != self.policies_read:
            self.policies, self.policies_read = Policies(showing.policies), len(showing.policies)
        return self.policies.at(showing.picture.shown.policy)

    async def watch_sources(self) -> None:
        """How far the sources are, and how far the map is. Apart from `run`: a broker that hangs must not stop the map."""
        committed: Offsets = {}
        while True:
            try:
                at = time.monotonic()
                self.source_lag.sample(at, await self.lag.ends(DOSSIER_EVENTS, self.settings.partitions))
                self._sources_at = at
                if self.stored is not None:
                    await self.stored.look(self.lag)
                if self.showing is not None and self.showing.offsets != committed:
                    committed = dict(self.showing.offsets)
                    await self.lag.commit(committed)
            except (KafkaError, Unreachable) as fault:
                log.warning("sources_unknown", error=type(fault).__name__)
            await asyncio.sleep(SAMPLE_SECONDS)
