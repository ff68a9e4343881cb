"""Tells subscribers that bands changed: one course of messages for each, in order, beside those of the others (decision 0035).

Record, send, then remember: a message stands in the store before it is sent, and until it was taken; a kill repeats it and loses none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol

import msgspec

from dunghen.contracts.band_webhooks import BandWebhook
from dunghen.domain.band_news import Reason
from dunghen.domain.deliveries import Outcome, Patience, State, decide_next
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.logs import get_logger
from dunghen.platform.retries import LONGEST_PEACE, Retries
from dunghen.platform.store import Store, StoreAwayError
from dunghen.platform.store.lease import Lease
from services.api import metrics
from services.api.follower import Follower
from services.api.settings import ApiSettings
from services.api.views import Scene
from services.api.webhook_states import (
    KEPT,
    Kept,
    Message,
    Rows,
    asked_for,
    begun,
    kept_in,
    key_of,
    news_of,
    put_of,
    reached_by,
    with_a_try,
    with_changes,
)

log = get_logger("webhooks")
LOOK_SECONDS = 0.5  # between two looks of one subscription at the map
AWAY_SECONDS = 1.0
NOTE_MILLISECONDS = 60_000  # how often it is written down which picture was compared, where nothing was told


class Post(Protocol):
    """Sends one message once; never raises."""

    async def post(self, hook: BandWebhook, message: Message) -> Outcome: ...


Live = Callable[[], Iterable[BandWebhook] | None]  # the subscriptions whose keys are valid; None before that is known


@dataclass
class Teller:
    """`run` never returns. Of all on one store the one with the lease sends. A post waits for no other: nobody's slowness is another's."""

    settings: ApiSettings
    follower: Follower
    store: Store
    lease: Lease
    live: Live
    post: Post
    now: Callable[[], int] = real_milliseconds
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _hooks: dict[str, BandWebhook] = field(default_factory=dict)
    _states: dict[str, State] = field(default_factory=dict)

    async def run(self) -> None:
        """For ever: whoever subscribed is followed, whoever left is forgotten."""
        try:
            while True:
                hooks = self.live()
                if hooks is not None:
                    await self._settle({hook.id: hook for hook in hooks})
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await _cancelled(self._tasks.values())

    async def _settle(self, hooks: Mapping[str, BandWebhook]) -> None:
        gone = {hook: task for hook, task in self._tasks.items() if hook not in hooks}
        await _cancelled(gone.values())
        self._tasks = {hook: task for hook, task in self._tasks.items() if hook not in gone}
        self._hooks = dict(hooks)
        for hook in gone:
            await self._forget(hook)
        for hook in hooks:
            if hook not in self._tasks:
                self._tasks[hook] = asyncio.create_task(self._follow(hook))
        for task in self._tasks.values():
            if task.done():
                task.result()  # its fault is the process's

    async def _forget(self, hook: str) -> None:
        self.note(hook, None)
        try:
            await self.store.remove(KEPT.name, {"hook": hook})
        except StoreAwayError:
            log.warning("webhook_state_left", webhook=hook)  # nobody reads it any more: ids are never used again

    async def _follow(self, hook: str) -> None:
        while True:
            try:
                course = Telling(self, hook, await self._load(hook))
                while True:
                    await course.look(self._hooks[hook])
                    await asyncio.sleep(LOOK_SECONDS)
            except StoreAwayError:
                log.warning("webhook_store_away", webhook=hook)
                await asyncio.sleep(AWAY_SECONDS)

    async def _load(self, hook: str) -> tuple[int, Kept]:
        found = await self.store.get(KEPT.name, hook)
        return (found.version, kept_in(found.body)) if found else (0, Kept())

    def may_send(self) -> bool:
        """Whether nobody else can begin to send before a post that begins now has ended."""
        return self.lease.left() > self.settings.webhook_seconds

    def rows(self, hook: BandWebhook) -> tuple[Scene, Rows] | None:
        """The map as a subscriber is told it; None while it is old or still being counted: half a count is nobody's news."""
        scene, lag = self.follower.mirror.scene(), self.follower.mirror.lag_seconds(monotonic())
        if scene is None or scene.policy is None or lag is None or self.follower.stale_age() is not None:
            return None
        return scene, asked_for(hook, self.follower.channels.at(key_of(hook), scene).view.rows)

    def note(self, hook: str, state: State | None) -> None:
        """For the metrics; None: it has ended."""
        before = self._states.pop(hook, None)
        if state is not None:
            self._states[hook] = state
        if before is not state:
            for each in State:
                metrics.WEBHOOKS.labels(state=each.value).set(sum(one is each for one in self._states.values()))


class Telling:
    """One subscription under way. Raises StoreAwayError: to be begun anew from what is stored."""

    def __init__(self, teller: Teller, hook: str, loaded: tuple[int, Kept]) -> None:
        self.teller, self.hook = teller, hook
        self.version, self.kept = loaded
        self.seen, self.again_at, self.kept_at = -1, 0, teller.now()
        self.reached = self.kept.reached  # of the newest picture that was compared
        settings = teller.settings
        self.retries = Retries(settings.webhook_retry_shortest, settings.webhook_retry_longest)
        self.calm, self.give_up = round(1000 * settings.webhook_calm_seconds), round(3_600_000 * settings.webhook_give_up_hours)
        teller.note(hook, self.kept.course.state)

    async def look(self, hook: BandWebhook) -> None:
        """What its owner wants, what is new, and the message that is under way if it is its time."""
        if hook.tried_at > self.kept.tried_at:
            await self._keep(with_a_try(hook, self.kept, self.teller.now()))
        if self.kept.message is None or self.kept.told is None:
            await self._make(hook)
        course, message, now = self.kept.course, self.kept.message, self.teller.now()
        waits = (
            now < course.next_at <= now + round(2000 * max(self.retries.longest, LONGEST_PEACE))
        )  # further ahead: by a clock that was put back since
        if message is not None and course.state is not State.FAILING and not waits and self.teller.may_send():
            await self._send(hook, message)

    async def _make(self, hook: BandWebhook) -> None:
        shown, now = self.teller.rows(hook), self.teller.now()
        if shown is None or not self._worth_a_look(shown[0], now):
            return
        scene, rows = shown
        self.reached = reached_by(scene)
        if self.kept.told is None:
            await self._keep(begun(self.kept, scene, rows))
            return
        news = news_of(self.kept, rows, now, self.calm)
        if news.reason is Reason.CHANGED:
            await self._keep(with_changes((hook, self.kept), shown, news.changes, now))
        elif now >= self.kept_at + NOTE_MILLISECONDS:
            await self._keep(msgspec.structs.replace(self.kept, version=scene.meta.version, reached=self.reached))
        self.seen, self.again_at = -1 if news.changes else scene.meta.version, news.again_at

    def _worth_a_look(self, scene: Scene, now: int) -> bool:
        """A picture that has less in it than was compared (Redis as it was, everything being counted anew) says nothing; the same one only
        what was held back."""
        version = scene.meta.version
        if version < self.kept.version or not reached_by(scene).includes(self.reached):
            return False
        return version != self.seen or 0 < self.again_at <= now

    async def _send(self, hook: BandWebhook, message: Message) -> None:
        outcome, before = await self.teller.post.post(hook, message), self.kept.course
        now, wait = self.teller.now(), self.retries.wait(before.failures + 1)
        course = decide_next(before, outcome, now, Patience(round(1000 * wait), self.give_up))
        await self._keep(msgspec.structs.replace(self.kept, course=course, message=None if outcome.taken else message))
        result = "taken" if outcome.taken else "given_up" if course.state is State.FAILING else "not_taken"
        metrics.WEBHOOK_POSTS.labels(result=result).inc()
        if outcome.taken:
            metrics.WEBHOOK_SECONDS.observe((now - message.made_at) / 1000)
        else:
            log.warning("webhook_not_taken", webhook=self.hook, code=outcome.code, failures=course.failures, state=course.state.value)

    async def _keep(self, kept: Kept) -> None:
        version = self.teller.lease.version(self.version)
        await self.teller.store.apply([put_of(self.hook, kept, version)], {})
        self.version, self.kept, self.kept_at = version, kept, self.teller.now()
        self.teller.note(self.hook, kept.course.state)


async def _cancelled(tasks: Iterable[asyncio.Task[Any]]) -> None:
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)
