"""The browsers that want notices, in the service's own database and whole in memory: asked for every notice, changed seldom."""

from __future__ import annotations

import msgspec

from dunghen.contracts.subscriptions import Subscription
from dunghen.platform.store import Collection, Put, Query, Store

BROWSERS = "browsers"
AT_ONCE = 1000
COLLECTIONS = (Collection(BROWSERS),)


class StoreSubscriptions:
    """`load` before anything else. `keeping`: what is gone goes from the database too. Raises StoreAwayError."""

    def __init__(self, store: Store, *, keeping: bool = True) -> None:
        self._store, self._keeping = store, keeping
        self._by_person: dict[str, tuple[Subscription, ...]] = {}

    async def load(self) -> None:
        if self._keeping:
            await self._store.prepare(COLLECTIONS)
        after = ""
        while True:
            page = await self._store.find(Query(BROWSERS, limit=AT_ONCE, after=after))
            for document in page.documents:
                self._take(msgspec.convert(document.body, Subscription))
            after = page.after
            if not after:
                return

    def of(self, person: str) -> tuple[Subscription, ...]:
        return self._by_person.get(person, ())

    async def keep(self, subscription: Subscription) -> None:
        """A repetition changes nothing."""
        await self._store.insert(Put(BROWSERS, subscription.id, 0, msgspec.to_builtins(subscription)))
        self._take(subscription)

    async def gone(self, subscription: Subscription) -> None:
        self._by_person[subscription.person] = tuple(each for each in self.of(subscription.person) if each.id != subscription.id)
        if self._keeping:
            await self._store.remove(BROWSERS, {"id": subscription.id})

    def _take(self, subscription: Subscription) -> None:
        others = tuple(each for each in self.of(subscription.person) if each.id != subscription.id)
        self._by_person[subscription.person] = (*others, subscription)
