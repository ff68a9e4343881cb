"""One partition of the first stage: `dossier-events` → `dossiers`, `unit-days`, `dead-letters`, each round in one fenced transaction."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from dunghen.contracts import topics
from dunghen.contracts.cells import CellKey, Complete, Covers, cell_key, complete_key, covers_key, encode_cell, level_key, parse_key
from dunghen.contracts.dead_letters import origin_of
from dunghen.contracts.messages import encode
from dunghen.contracts.policies import PolicyBook
from dunghen.platform import traces
from dunghen.platform.backlog import Backlog, RoundDone
from dunghen.platform.clock import Clock, clock_from
from dunghen.platform.fenced import Batches
from dunghen.platform.kafka import Place, Record, read_all
from dunghen.platform.logs import get_logger
from dunghen.platform.stages import Pace, Stage
from services.scoring import metrics
from services.scoring.brake import Brake
from services.scoring.fold import NEXT, POLICY, RETIRED, FoldState, Round
from services.scoring.held_cells import COUNTED, Cells, counted
from services.scoring.prune import REOPENS, Written
from services.scoring.pruner import Pruner, measure, settle
from services.scoring.settings import ScoringSettings

log = get_logger("fold")
Lists = dict[Place, list[tuple[bytes, bytes | None]]]
POLICY_SECONDS = 30.0


class Behind(Exception):
    """The partition was counted under a policy version that this worker does not know or cannot read."""


class FoldStage(Stage):
    """State: every dossier of the partition, and the counters it adds up to under the newest policy."""

    gapless = True
    settings: ScoringSettings

    def __init__(self, settings: ScoringSettings, book: PolicyBook, partition: int, clock: Clock | None = None) -> None:
        """`clock`: the city's; without one that of the settings."""
        pace = Pace(shortest=settings.fold_shortest, longest=settings.fold_longest, at_once=settings.at_once)
        super().__init__(settings, "fold", partition, pace)
        self.book, self.clock = book, clock or clock_from(settings.clock_file)
        self.state = self._empty()
        self._level = -1  # the source offset that was last said
        self._old_keys: list[bytes] = []  # of cells under replaced policy versions
        self._retire_at = 0.0
        self._today = 0  # the local day, as of the last tick
        self._pruner = Pruner(settings)

    def _empty(self) -> FoldState:
        settings, latest = self.settings, self.book.latest
        brake = Brake(settings.brake())
        return FoldState(topics.DOSSIER_EVENTS, self.partition, latest, brake=brake, partitions=settings.partitions)

    async def load(self) -> None:
        self.state = self._empty()
        await read_all(self.settings, (topics.DOSSIERS, self.partition), lambda key, value, *_: self.state.take(key, value))
        self.next = self.state.next
        self.state.past.look_for_doomed(self.state.records)
        await self._convert()
        await self.level_with_policies()
        if self.state.retired or self.state.published != self.book.latest.version:
            await self._find_old_keys()
        if self.state.published != self.book.latest.version:
            await self.writer.write(self._switch())
        elif not self.state.adopt(self.book.latest):
            await self._recount()
        measure(self.state.past, self.partition)
        metrics.DOSSIERS.labels(str(self.partition)).set(len(self.state.records))

    async def _recount(self) -> None:
        """What the former owner left of its counters is not what this program would count: another release had the partition.

        Its cells in `unit-days`, too: of the days that it changed they are as it counted, of the others as the owner before it did.
        """
        before = self.state.cells
        for _ in self.state.recounting(self.book.latest):
            await asyncio.sleep(0)
        metrics.RECOUNTED.inc(len(self.state.records))
        upto, out = self.next or 0, Lists()
        for unit in {*before, *self.state.cells}:
            self._unit_records(unit, {day for cells in (before, self.state.cells) for day in cells[unit].all_days()}, upto, out)
            await asyncio.sleep(0)
        out[topics.DOSSIERS, self.partition] = [*self._rewritten(before), *self._position(upto)]
        await self.writer.write(out)

    async def _convert(self) -> None:
        """Writes anew what an earlier release wrote in its own layout: the other readers of `dossiers` know the present one only."""
        records, converted = self.state.records, self.state.converted
        if converted:
            await self.writer.write({(topics.DOSSIERS, self.partition): [(key, records[key]) for key in converted if key in records]})
            log.info("records_converted", partition=self.partition, dossiers=len(converted))
            converted.clear()

    async def level_with_policies(self, seconds: float = POLICY_SECONDS) -> None:
        """Waits for the version under which the former owner counted: going back from it would clear it away while it is shown.

        Raises Behind after so many seconds of real time.
        """
        until = time.monotonic() + seconds
        while self.book.latest.version < self.state.published:
            if time.monotonic() >= until:
                raise Behind(f"fold-{self.partition} was counted under policy {self.state.published}, known is {self.book.latest.version}")
            await asyncio.sleep(0.05)

    def work(self, records: list[Record]) -> Batches:
        done = self.state.apply(records)
        if traces.on():
            traces.note("dunghen.units", sorted(done.touched))
            traces.note("dunghen.policy.version", self.state.policy.version)
        metrics.FOREIGN.inc(done.foreign)
        for letter in done.dead:
            metrics.DEAD_LETTERS.labels(letter.reason).inc()
            metrics.REOPENINGS.inc(letter.detail.startswith(REOPENS))
        if done.stopped_at is not None:
            self._stop(done.stopped_at)
        if not done.records and not done.dead:
            return {}
        metrics.RESTATED.inc(sum(day < self._today for days in done.touched.values() for day in days))
        return self._batches(done, records[-1].offset + 1 if done.stopped_at is None else done.stopped_at)

    def _stop(self, offset: int) -> None:
        """The brake holds: from this source offset on nothing is taken until the next takeover."""
        self.stopped_at = offset
        metrics.BRAKED.labels(str(self.partition)).set(1)
        log.error("braked", partition=self.partition, offset=offset, reason=self.state.brake.held, set_aside=self.state.brake.count)

    def _batches(self, done: Round, upto: int) -> Lists:
        out: Lists = {(topics.DOSSIERS, self.partition): [*done.records.items(), *self._position(upto)]}
        if done.dead:
            out[topics.DEAD_LETTERS, self.partition] = [(str(origin_of(d)).encode(), encode(d)) for d in done.dead]
        for unit, days in done.touched.items():
            self._unit_records(unit, days, upto, out)
            out[topics.DOSSIERS, self.partition] += self.state.cells.records(unit, days)
        return out

    def _position(self, upto: int) -> Written:
        """That records and counters hold all source records before this offset."""
        return [(NEXT, b"%d" % upto), (COUNTED, counted(self.state.policy, upto))]

    def _rewritten(self, before: Cells) -> Written:
        """The counters in the place of all that stood there before."""
        written = self.state.cells.rewritten(before)
        self.state.cells.pack()
        return written

    def _unit_records(self, unit: str, days: Iterable[int], upto: int, out: Lists) -> None:
        """Absolute counters of these days, all zero as a tombstone, and behind them what they cover."""
        cells, policy, records = self.state.cells[unit], self.state.policy.version, out.setdefault(self._home(unit), [])
        for day in list(days):
            counters = cells[day]
            if any(counters):
                records.append((cell_key(unit, day, self.partition, policy), encode_cell(counters)))
            else:
                del cells[day]
                records.append((cell_key(unit, day, self.partition, policy), None))
        records.append((covers_key(unit, self.partition, policy), b"%d" % upto))

    def tick(self) -> Batches:
        """A newer policy, what may be cleared away, and how far this partition is: at most once a second, only if it moved."""
        self._today = self.state.policy.calendar.zone.day_of(self.clock.seconds())
        if self.state.published < self.book.latest.version:
            return self._switch()
        out: Lists = {}
        if (self._old_keys or self.state.retired) and time.monotonic() >= self._retire_at:
            self._retire(out)
        if pruned := self._pruner.tick(self.state, self.clock.seconds(), self.next or 0):
            out.setdefault((topics.DOSSIERS, self.partition), []).extend(pruned)
        if self.next != self._level:
            out.setdefault((topics.DOSSIERS, self.partition), []).extend(self._position(self.next or 0))
            self._say_level(out)
        return out

    def _say_level(self, out: Lists) -> None:
        self._level = self.next or 0
        for partition in range(self.settings.partitions):
            key = level_key(self.partition, self.state.policy.version)
            out.setdefault((topics.UNIT_DAYS, partition), []).append((key, b"%d" % self._level))

    def _switch(self) -> Lists:
        """Counts everything anew under the newest policy and writes all of it; the cells of the version before go later."""
        began, state, pruned, before = time.monotonic(), self.state, Written(), self.state.cells
        if state.published:
            pruned = settle(state, self.book.at(state.published))
            self._old_keys = sorted({*self._old_keys, *self._present_keys()})
            state.retired = (*state.retired, state.published)
            self._retire_at = time.monotonic() + self.settings.retire_after
        state.recount(self.book.latest)
        state.published = state.policy.version
        upto, out = self.next or 0, Lists()
        for unit, days in state.cells.items():
            self._unit_records(unit, list(days), upto, out)
        self._say_level(out)
        for partition in range(self.settings.partitions):
            out[topics.UNIT_DAYS, partition].append((complete_key(self.partition, state.published), b"%d" % upto))
        said = [*self._position(upto), (POLICY, b"%d" % state.published), self._retired_record()]
        out[topics.DOSSIERS, self.partition] = [*pruned, *self._rewritten(before), *said]
        log.info("policy_counted", partition=self.partition, policy=state.published, seconds=round(time.monotonic() - began, 3))
        return out

    def _present_keys(self) -> list[bytes]:
        """Of everything that stands in `unit-days` under the version published now."""
        policy = self.state.published
        keys = [cell_key(unit, day, self.partition, policy) for unit, days in self.state.cells.items() for day in days.all_days()]
        return keys + [covers_key(unit, self.partition, policy) for unit in self.state.cells]

    def _retire(self, out: Lists) -> None:
        """Tombstones for the cells of replaced versions, never of the one that counts; the `complete` records go last."""
        for key in self._old_keys:
            parsed = parse_key(key)
            if isinstance(parsed, CellKey | Covers) and parsed.policy != self.state.published:
                out.setdefault(self._home(parsed.unit), []).append((key, None))
        for policy in {*self.state.retired} - {self.state.published}:
            for partition in range(self.settings.partitions):
                gone = [(level_key(self.partition, policy), None), (complete_key(self.partition, policy), None)]
                out.setdefault((topics.UNIT_DAYS, partition), []).extend(gone)
        log.info("policies_retired", partition=self.partition, policies=self.state.retired, cells=len(self._old_keys))
        self.state.retired, self._old_keys = (), []
        out.setdefault((topics.DOSSIERS, self.partition), []).append(self._retired_record())

    def _retired_record(self) -> tuple[bytes, bytes]:
        return RETIRED, ",".join(map(str, self.state.retired)).encode()

    async def _find_old_keys(self) -> None:
        """After a takeover: what this partition still has in `unit-days` under other versions than the newest."""
        found: set[bytes] = set()

        def take(key: bytes | None, value: bytes | None, *_: int) -> None:
            parsed = parse_key(key or b"")
            if isinstance(parsed, Complete) or parsed.partition != self.partition or parsed.policy == self.book.latest.version:
                return
            found.add(key or b"") if value is not None else found.discard(key or b"")

        for partition in range(self.settings.partitions):
            await read_all(self.settings, (topics.UNIT_DAYS, partition), take)
        self._old_keys, self._retire_at = sorted(found), time.monotonic() + self.settings.retire_after

    def _home(self, unit: str) -> Place:
        return topics.UNIT_DAYS, topics.partition_of(unit, self.settings.partitions)

    def written(self, done: RoundDone) -> None:
        metrics.on_round("fold", done)
        metrics.DOSSIERS.labels(str(self.partition)).set(len(self.state.records))

    def looked(self, backlog: Backlog) -> None:
        metrics.on_backlog("fold", self.partition, backlog)

    def taken_over(self, seconds: float) -> None:
        metrics.BRAKED.labels(str(self.partition)).set(0)
        metrics.on_takeover(("fold", self.partition), seconds, len(self.state.records))

    async def leave(self) -> None:
        await super().leave()
        metrics.on_leave("fold", self.partition)
