"""What every projector into the store does around its own work: prepare, follow, wait and begin again; whether the store answers; reading
all that meets a query."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from dunghen.platform.kafka import MissingTopic, Truncated, Unreachable
from dunghen.platform.store import Collection, Document, Query, Store, StoreAwayError, StoreError

RETRY_SECONDS = 1.0
LOOK_SECONDS = 5.0


async def follow_into(store: Store, collections: Sequence[Collection], follow: Callable[[], Awaitable[None]], log: Any) -> None:
    """For ever: `follow` again after each loss of store or Kafka. Raises Truncated with the store emptied: the process is to begin anew."""
    while True:
        try:
            await store.prepare(collections)
            await follow()
        except (StoreAwayError, Unreachable, MissingTopic) as fault:
            log.warning("waiting", error=str(fault))
        except Truncated:
            await store.clear()
            raise
        await asyncio.sleep(RETRY_SECONDS)


async def documents(store: Store, query: Query) -> AsyncIterator[Document]:
    """All that meet a query, read a page at a time. Raises StoreAwayError."""
    while True:
        page = await store.find(query)
        for document in page.documents:
            yield document
        if not page.after:
            return
        query = replace(query, after=page.after)


class StoreWatch:
    """Asks the store now and then; `there`: whether it answered last, to be read from any thread."""

    def __init__(self, store: Store) -> None:
        self.store, self.there = store, False

    async def run(self) -> None:
        """For ever."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Once."""
        try:
            await self.store.offsets()
            self.there = True
        except StoreError:
            self.there = False
