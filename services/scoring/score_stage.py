"""One partition of the second stage: `unit-days` → `unit-scores`, and how far they stand."""

from __future__ import annotations

from collections.abc import Iterable

from dunghen.contracts import topics
from dunghen.contracts.messages import Level, UnitScore, encode
from dunghen.contracts.policies import PolicyBook
from dunghen.platform import traces
from dunghen.platform.backlog import Backlog, RoundDone
from dunghen.platform.clock import Clock
from dunghen.platform.fenced import Batches
from dunghen.platform.kafka import Record, read_all
from dunghen.platform.logs import get_logger
from dunghen.platform.stages import Pace, Stage
from services.scoring import metrics
from services.scoring.score import ScoreState
from services.scoring.settings import ScoringSettings

log = get_logger("score")


class ScoreStage(Stage):
    """State: the partial counters of the units of this partition, and what was last said of each unit."""

    def __init__(self, settings: ScoringSettings, sources: tuple[PolicyBook, Clock], partition: int) -> None:
        super().__init__(settings, "score", partition, Pace(shortest=0.03, longest=0.3, tick=0.25, many=300, settle=0.5, rest=10))
        self.book, self.clock = sources
        self.state = ScoreState(settings.partitions)
        self._said: dict[bytes, bytes] = {}
        self._level: tuple[int, int, dict[int, int]] | None = None  # (day, policy, levels) as last said
        self._day = 0

    async def load(self) -> None:
        self.state = ScoreState(self.settings.partitions)
        self.next = await read_all(self.settings, (topics.UNIT_DAYS, self.partition), lambda key, value, *_: self.state.put(key, value))
        self._said.clear()
        await read_all(self.settings, (topics.UNIT_SCORES, self.partition), self._take_said)
        self.state.settle_policy()
        await self.writer.write(self.tick())  # what the former owner did not get to say

    def _take_said(self, key: bytes | None, value: bytes | None, *_: int) -> None:
        if key is not None and value is not None and not key.startswith(topics.OWN_KEY):
            self._said[key] = value

    def work(self, records: list[Record]) -> Batches:
        touched = {unit for r in records if (unit := self.state.put(r.key, r.value)) is not None}
        if traces.on():
            traces.note("dunghen.units", sorted(touched))
            traces.note("dunghen.policy.version", self.state.policy)
        return self._batches(self._all_units() if self._turned() else touched)

    def tick(self) -> Batches:
        """The turn of the local day, a policy that became complete, and how far all of this partition stands."""
        records = list(self._batches(self._all_units()).get(self._home, ())) if self._turned() else []
        shown = self.state.shown
        if shown is not None:
            level = (self._day, self.state.policy, dict(sorted(shown.levels.items())))
            if level != self._level:
                self._level = level
                at = self.clock.seconds()
                records.append((topics.LEVEL_KEY, encode(Level(day=level[0], policy=level[1], levels=level[2], at=at))))
        return {self._home: records} if records else {}

    def _turned(self) -> bool:
        """Whether the day or the policy shown is another than before: then everything is said anew."""
        policy_changed = self.state.settle_policy() or self._day == 0
        policy = self.book.at(self.state.policy) if self.state.policy else self.book.latest
        self.state.indicators = policy.indicators
        today = policy.calendar.zone.day_of(self.clock.seconds())
        day_changed, self._day = today != self._day, today
        return policy_changed or day_changed

    def _all_units(self) -> set[str]:
        shown = self.state.shown
        return {*(shown.partials if shown else ()), *(key.decode() for key in self._said)}

    def _batches(self, units: Iterable[str]) -> Batches:
        records: list[tuple[bytes, bytes | None]] = []
        for score in self.state.scores(units, self._day):
            key, value = score.unit.encode(), encode(score)
            if self._said.get(key) != value:
                self._said[key] = value
                records.append((key, value))
                self._check(score)
        return {self._home: records} if records else {}

    def _check(self, score: UnitScore) -> None:
        """The invariant of `architecture.md` §4, on every day of the unit."""
        shown = self.state.shown
        found = shown.series_of(score.unit).first_violation() if shown else None
        if found is not None:
            metrics.VIOLATIONS.labels(found.reason).inc()
            log.error("invariant_violated", unit=score.unit, day=found.day, reason=found.reason, detail=found.detail)

    @property
    def _home(self) -> tuple[str, int]:
        return topics.UNIT_SCORES, self.partition

    def written(self, done: RoundDone) -> None:
        metrics.on_round("score", done)

    def looked(self, backlog: Backlog) -> None:
        metrics.on_backlog("score", self.partition, backlog)

    def taken_over(self, seconds: float) -> None:
        loaded = sum(generation.count() for generation in self.state.generations.values())
        metrics.on_takeover(("score", self.partition), seconds, loaded)

    async def leave(self) -> None:
        await super().leave()
        metrics.on_leave("score", self.partition)
