"""Officials who wait for changes: each hears of what is within reach, and only that it changed. What it is now they fetch.

The projector writes what it has stored into a Redis stream; a worker reads it once for all who listen. Nothing is kept for a listener but
what changed since the last frame: many changes of one dossier are one, and whoever was not heard of for a while is told to look at all.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from services.api.board_messages import News
from services.api.ports import BoardUnreachableError, NewsReader

WAIT_SECONDS = 0.5  # of one blocking read; below the client's socket timeout
RETRY_SECONDS = 0.5
MOST_CODES = 500  # of a frame; beyond, it says only the units


@dataclass(slots=True)
class Changed:
    """What a frame says: codes of dossiers, of units of which any may have changed, and whether there are notices."""

    dossiers: set[str] = field(default_factory=set)
    units: set[str] = field(default_factory=set)
    notices: bool = False
    all: bool = False  # something may have gone by unheard

    def __bool__(self) -> bool:
        return bool(self.dossiers or self.units or self.notices or self.all)

    def frame(self) -> dict[str, object]:
        """As JSON."""
        return {"dossiers": sorted(self.dossiers), "units": sorted(self.units), "notices": self.notices}


class Listener:
    """One open stream. `units` None: the whole city."""

    def __init__(self, units: frozenset[str] | None) -> None:
        self.units = units
        self._changed, self._news = Changed(), asyncio.Event()

    def hear(self, news: News) -> None:
        """Keeps what of it is within reach."""
        changed = self._changed
        for code, unit in news.dossiers:
            if self._reaches(unit):
                changed.dossiers.add(code)
                changed.units.add(unit)
        changed.units.update(unit for unit in news.units if self._reaches(unit))
        changed.notices |= any(self._reaches(unit) for unit in news.notices)
        self._wake()

    def miss(self) -> None:
        """Something may have gone by unheard: all within reach is to be looked at."""
        self._changed.units |= self.units or frozenset()
        self._changed.notices = self._changed.all = True
        self._wake()

    def wake(self) -> None:
        """To see whether it may still listen."""
        self._news.set()

    async def next(self, seconds: float) -> Changed:
        """What changed, as soon as something does; empty after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return Changed()
        self._news.clear()
        changed, self._changed = self._changed, Changed()
        if len(changed.dossiers) > MOST_CODES:
            changed.dossiers = set()
        return changed

    def _reaches(self, unit: str) -> bool:
        """By the unit alone, as all rights go (decision 0018): who is named in a dossier of another unit hears nothing of it."""
        return self.units is None or unit in self.units

    def _wake(self) -> None:
        if self._changed:
            self._news.set()


class Listening:
    """All listeners of a worker."""

    def __init__(self, board: NewsReader) -> None:
        self._board = board
        self.listeners: set[Listener] = set()
        self.closing = False

    async def run(self) -> None:
        """For ever, across any loss of the board; after one everybody is told to look at all."""
        while True:
            try:
                after = await self._board.last_news()
                for listener in self.listeners:
                    listener.miss()
                while True:
                    after = self._hear(await self._board.news(after, WAIT_SECONDS), after)
            except BoardUnreachableError:
                await asyncio.sleep(RETRY_SECONDS)

    def _hear(self, entries: list[tuple[str, News]], after: str) -> str:
        for id_, news in entries:
            after = id_
            for listener in self.listeners:
                listener.hear(news)
        return after

    async def close(self) -> None:
        """Ends every stream: its page asks another worker."""
        self.closing = True
        for listener in self.listeners:
            listener.wake()
