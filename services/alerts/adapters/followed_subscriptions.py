"""The browsers that want notices: the topic `push-subscriptions`, less those of which a push service said that they are gone.

The topic is api's to write, so what is gone stands in alerts' own database: browser -> the `made_at` of the subscription that is gone. A
browser that asks anew is there again.
"""

from __future__ import annotations

from collections.abc import Callable

from dunghen.contracts.subscriptions import Subscription, SubscriptionBook
from dunghen.platform.store import Collection, Put, Query, Store

GONE = "gone_browsers"
AT_ONCE = 1000
COLLECTIONS = (Collection(GONE),)
Holds = Callable[[str, int], bool]


class FollowedSubscriptions:
    """The port `Subscriptions`. `load` before anything else, when `book` is level.

    `holds(person, made_at)`: whether what this person asked for then still counts; not of who left the directory or was signed out since.
    `keeping`: what is gone is noted in the database too. Raises StoreAwayError.
    """

    def __init__(self, store: Store, book: SubscriptionBook, holds: Holds, *, keeping: bool = True) -> None:
        self._store, self._book, self._holds, self._keeping = store, book, holds, keeping
        self._gone: dict[str, int] = {}

    async def load(self) -> None:
        """Notes of browsers that the topic has no more are dropped."""
        if self._keeping:
            await self._store.prepare(COLLECTIONS)
        known = {each.id: each.made_at for each in self._book}
        for browser, made_at in (await self._noted()).items():
            if made_at >= known.get(browser, made_at + 1):
                self._gone[browser] = made_at
            elif self._keeping:
                await self._store.remove(GONE, {"id": browser})

    def of(self, person: str) -> tuple[Subscription, ...]:
        return tuple(
            each for each in self._book.of(person) if self._holds(person, each.made_at) and self._gone.get(each.id, -1) < each.made_at
        )

    async def gone(self, subscription: Subscription) -> None:
        self._gone[subscription.id] = subscription.made_at
        if self._keeping:
            await self._store.apply([Put(GONE, subscription.id, subscription.made_at, {"made_at": subscription.made_at})], {})

    async def _noted(self) -> dict[str, int]:
        found: dict[str, int] = {}
        after = ""
        while True:
            page = await self._store.find(Query(GONE, limit=AT_ONCE, after=after))
            found |= {document.id: document.body["made_at"] for document in page.documents}
            after = page.after
            if not after:
                return found
