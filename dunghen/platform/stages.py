"""The stages of a faust app: one `Stage` for each partition that this process holds, behind its fence (see `fenced`).

Whatever goes wrong in a stage ends the process with code 70 before anything is acknowledged: the next owner starts from the topics.
"""

from __future__ import annotations

import asyncio
import os
import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import Any

from faust.types import TP

from dunghen.platform import memory, traces
from dunghen.platform.backlog import Backlog, Ends, Outlook, RoundDone
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.faust_batches import batch_topic
from dunghen.platform.fenced import Batches, Fenced, Writer
from dunghen.platform.kafka import Record
from dunghen.platform.logs import get_logger
from dunghen.platform.rounds import Beat
from dunghen.platform.rounds import Pace as Pace
from dunghen.platform.rounds import Waiting as Waiting
from dunghen.platform.settings import PlatformSettings

log = get_logger("stages")
EXIT_CODE = 70


class Gap(Exception):
    """Records of the source are missing between what the state holds and what came."""


class Stage(ABC):
    """One partition of one stage: a subclass loads its state and turns records into batches to write; `next` is kept here.

    `next`: the source offset that comes after what the state holds; `load` sets it, and None leaves it to the group's committed offset.
    With `gapless` a hole in the source offsets ends the process (not for sources that are transactional, compacted or expire).
    """

    gapless = False

    def __init__(self, settings: PlatformSettings, name: str, partition: int, pace: Pace | None = None) -> None:
        self.settings, self.name, self.partition, self.pace = settings, name, partition, pace or Pace()
        self.writer = Writer(settings, f"{name}-{partition}")
        self.next: int | None = None
        self.stopped_at: int | None = None  # set by a `work` that takes nothing from there on, for good: left to a successor
        self.queue = Waiting(self.pace.at_once)
        self.go, self.idle = asyncio.Event(), asyncio.Event()
        self.idle.set()
        self.source_ends: Callable[[], Ends | None] = lambda: None
        self._outlook = Outlook()
        self.beat = Beat()
        self._round_at = self._tick_at = self._took = 0.0
        self.source = ""  # the topic that it reads
        self._came = traces.Came()
        self._task: asyncio.Task[None] | None = None

    @abstractmethod
    async def load(self) -> None:
        """Builds the state from the stage's own topics, after the fence is up. May write through `self.writer`."""

    @abstractmethod
    def work(self, records: list[Record]) -> Batches:
        """Applies records at and after `next` to the state and gives what must be written for them, all in one transaction."""

    def tick(self) -> Batches:
        """What is to be written once every `pace.tick` seconds, together with a round if one is due, else alone."""
        return {}

    def written(self, done: RoundDone) -> None:  # noqa: B027 - need not be overridden
        """Called after each round that had records. For metrics, like the next two."""

    def looked(self, backlog: Backlog) -> None:  # noqa: B027
        """Called after each tick."""

    def taken_over(self, seconds: float) -> None:  # noqa: B027
        """Called once it holds its partition: how long fence and load took."""

    async def take_over(self) -> None:
        """Fence, load, work; in this order."""
        began = time.monotonic()
        await self.writer.start()
        await self.load()
        self.taken_over(time.monotonic() - began)
        self._task = asyncio.create_task(self._run(), name=f"{self.name}-{self.partition}")

    async def leave(self) -> None:
        """Gives the partition up; between rounds only (see `Stages`)."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.writer.stop()
        while self.queue:  # or the agent would wait for ever to put its next batch here
            self.queue.pop()

    async def _run(self) -> None:
        try:
            while True:
                events = await self._gather()
                self.idle.clear()
                await self._round(events)
                self.idle.set()
        except asyncio.CancelledError:
            raise
        except BaseException as fault:
            die(f"{self.name}-{self.partition}", fault)

    async def _gather(self) -> list[Any]:
        """The events of the next round, none if only a tick is due. Returns when the round may start, without giving way in between."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.queue.some.wait(), max(0.0, self._tick_at - time.monotonic()))
        if self.queue:
            await asyncio.sleep(self.pace.settling(self._took))
        while (wait := max(self._round_at, self.beat.at) - time.monotonic()) > 0:  # noqa: ASYNC110 - the time of another's round moves it
            await asyncio.sleep(wait)
        while not self.go.is_set():
            await self.go.wait()
        events, count = [], 0
        while self.queue and count < self.pace.at_once:
            events.append(self.queue.pop())
            count += len(events[-1].value)
        return events

    async def _round(self, events: list[Any]) -> None:
        began, due = time.monotonic(), time.monotonic() >= self._tick_at
        records = self._unseen([e.value for e in events])
        self._came.take(self.source, self.partition, records)
        with self._came.span(self.name, self.source):
            writing = await self._work_and_write(records, due, began)
        now = time.monotonic()
        took = now - began
        self._round_at = began + self.pace.wait(len(records), took)
        if records:
            self._took = took
            self.beat.not_before(began + self.pace.usual(took))
            age = max(real_milliseconds() - records[0].timestamp, 0) / 1000
            self.written(RoundDone(len(records), took, now - writing, age))
        if due and self.next is not None and (ends := self.source_ends()):
            upto = self.next if self.queue or self.stopped_at is not None else max(self.next, ends.read)
            self.looked(self._outlook.look(now, upto, ends))
        for event in events:
            if self.stopped_at is None or event.value[-1].offset < self.stopped_at:
                event.ack()

    async def _work_and_write(self, records: list[Record], due: bool, began: float) -> float:
        """One transaction; gives when the work was done and the writing began."""
        batches = self.work(records) if records else {}
        if records:
            self.next = records[-1].offset + 1 if self.stopped_at is None else self.stopped_at
        if due:
            batches = joined(batches, self.tick())
            self._tick_at = began + self.pace.tick
        traces.note("messaging.batch.message_count", len(records))
        writing = time.monotonic()
        await self.writer.write(batches)
        return writing

    def _unseen(self, batches: list[list[Record]]) -> list[Record]:
        """What the state does not hold yet, each record once: after a rebalance the queue has batches that come again. Raises Gap."""
        fresh: list[Record] = []
        if self.stopped_at is not None:
            return fresh  # not kept either: the successor reads it again
        at = self.next
        for batch in batches:
            new = batch if at is None or batch[0].offset >= at else [r for r in batch if r.offset >= at]
            if new and self.gapless and at is not None and new[0].offset > at:
                raise Gap(f"{self.name}-{self.partition}: source offsets {at} to {new[0].offset} are missing")
            fresh += new
            at = new[-1].offset + 1 if new else at
        return fresh


def joined(one: Batches, other: Batches) -> Batches:
    """Both, `one` first where they name the same place."""
    if not one or not other:
        return one or other
    return {place: chain(one.get(place, ()), other.get(place, ())) for place in [*one, *(p for p in other if p not in one)]}


def die(what: str, fault: BaseException) -> None:
    """Ends this process. The log has the place of the fault and never values: its text only where it is ours."""
    ours = type(fault).__module__.startswith(("dunghen.", "aiokafka."))
    frames = traceback.format_tb(fault.__traceback__)
    log.error("stage_failed", stage=what, error=type(fault).__name__, text=str(fault) if ours else "", frames=frames)
    os._exit(EXIT_CODE)


class Stages:
    """Keeps one stage for each partition that the group gives this process. `factories`: {bare source topic: partition → Stage}.

    One agent a topic feeds the queues; who holds a partition follows the rebalances of `app` (made by `build_app`). `held` is what is held.
    """

    def __init__(self, app: Any, settings: PlatformSettings, factories: Mapping[str, Callable[[int], Stage]]) -> None:
        self.app, self.settings = app, settings
        self.held: dict[tuple[str, int], Stage] = {}
        self._beats = {settings.named(topic): Beat() for topic in factories}
        self._factories = {settings.named(topic): make for topic, make in factories.items()}
        self.settled = False  # in the group, with all that it gives us loaded and at work
        self._revocations = 0
        self._generation = 0  # of the group, in which `held` was settled
        app.transport.begins = self._begins
        app.on_partitions_revoked.connect(self._hold, weak=False)
        app.on_rebalance_complete.connect(self._settle, weak=False)
        for topic in factories:
            app.agent(batch_topic(app, settings, topic), name=topic)(self._feeder(settings.named(topic)))

    def _feeder(self, topic: str) -> Callable[[Any], Coroutine[Any, Any, None]]:
        async def feed(stream: Any) -> None:
            async for event in stream.noack().events():
                if stage := self.held.get((topic, event.message.partition)):
                    await stage.queue.put(event)  # full: faust waits, and so does the consumer

        return feed

    async def _hold(self, *_: Any, **__: Any) -> None:
        """Until the new assignment nothing is started; what is under way may finish, else healthy workers fence each other out."""
        self._revocations += 1
        self.settled = False
        for stage in self.held.values():
            stage.go.clear()
        for stage in list(self.held.values()):
            await stage.idle.wait()

    async def _settle(self, *_: Any, **__: Any) -> None:
        try:
            await self._take_over(self._revocations)
        except asyncio.CancelledError:
            raise
        except BaseException as fault:
            die("rebalance", fault)

    async def _take_over(self, revocations: int) -> None:
        began = time.monotonic()
        mine = {(tp.topic, tp.partition) for tp in self.app.consumer.assignment() if tp.topic in self._factories}
        for key in self.held.keys() - (mine if self._is_next_generation() else set()):
            await self.held.pop(key).leave()
        new = {key: self._factories[key[0]](key[1]) for key in mine - self.held.keys()}
        for key, stage in new.items():
            stage.source_ends = partial(self.app.consumer.ends, TP(*key))
            stage.source, stage.beat = key[0].removeprefix(self.settings.namespace), self._beats[key[0]]
        if not await self._taken_over(new, revocations):
            return
        self.held.update(new)
        if revocations != self._revocations:
            return  # taken away while loading: the next settling decides, and the new ones wait for it
        for stage in self.held.values():
            stage.go.set()
        self.settled = True
        if new:
            memory.settle()
        held = sorted(f"{stage.name}-{stage.partition}" for stage in self.held.values())
        log.info("partitions_held", held=held, new=len(new), seconds=round(time.monotonic() - began, 3))

    def _is_next_generation(self) -> bool:
        """Whether no generation of the group lies between the last settling and this one.

        In one that this process was no member of, the broker having given it up for dead, another may have had the partitions and gone on:
        what is held here is old, though the same partitions come back, and a source with holes of its own would not show it.
        """
        before, self._generation = self._generation, self.app.consumer_generation_id
        return self._generation - before in (0, 1)

    async def _taken_over(self, new: Mapping[tuple[str, int], Stage], revocations: int) -> bool:
        """False if a partition was taken away while its state was being loaded, and its next owner was quicker: that is no fault. Then all
        that was loaded is given up; the next settling decides."""
        outcomes = await asyncio.gather(*(stage.take_over() for stage in new.values()), return_exceptions=True)
        faults = [outcome for outcome in outcomes if outcome is not None]
        if not faults:
            return True
        if revocations == self._revocations or not all(isinstance(fault, Fenced) for fault in faults):
            raise next((fault for fault in faults if not isinstance(fault, Fenced)), faults[0])
        log.info("fenced_while_loading", stages=len(new))
        for stage in new.values():
            await stage.leave()
        return False

    def _begins(self) -> dict[TP, int]:
        # Not what the group committed: a round that changed nothing is let go at once, while where the state goes on is said a tick later.
        return {TP(*key): stage.next for key, stage in self.held.items() if stage.next is not None}

    async def close(self) -> None:
        """Lets rounds under way finish and gives everything up: for an orderly stop, after the app has stopped."""
        await self._hold()
        while self.held:
            await self.held.popitem()[1].leave()
