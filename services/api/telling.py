"""The projector's word to officials who wait: what it has stored. Said after the store has it, so that who looks finds it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dunghen.platform.logs import get_logger
from dunghen.platform.store import In, Put, Query, Store, Write
from services.api.board_messages import News
from services.api.ports import BoardUnreachableError, NewsWriter

log = get_logger("telling")
MOST_DOSSIERS = 500  # a load or another policy changes them all: then only units are named


async def units_left(store: Store, writes: Sequence[Write]) -> list[str]:
    """The units that these dossiers are about to leave, for another or for nowhere; of too many at once nobody asks."""
    now = {write.id: write.body["unit"] if isinstance(write, Put) else "" for write in writes}
    if not 0 < len(now) <= MOST_DOSSIERS:
        return []
    before = await store.find(Query("dossiers", {"id": In(tuple(now))}, limit=len(now)))
    return sorted({document.body["unit"] for document in before.documents if document.body["unit"] != now[document.id]})


async def tell_dossiers(board: NewsWriter | None, writes: Sequence[Write], left: list[str]) -> None:
    """Of dossiers that were stored; `left`: units that some have left, which hear of no code: it is not theirs any more.

    Lost where Redis is away: the workers say so to everybody when it is back.
    """
    bodies = {write.id: write.body for write in writes if isinstance(write, Put)}
    if len(bodies) <= MOST_DOSSIERS:
        await _tell(board, News(dossiers=[(code, body["unit"]) for code, body in bodies.items()], units=left))
    else:
        await _tell(board, News(units=_units(bodies.values())))


async def tell_notices(board: NewsWriter | None, writes: Iterable[Put]) -> None:
    """Of notices that were stored: of which units."""
    await _tell(board, News(notices=_units(write.body for write in writes if write.collection == "notices")))


def _units(bodies: Iterable[dict[str, object]]) -> list[str]:
    return sorted({str(body["unit"]) for body in bodies})


async def _tell(board: NewsWriter | None, news: News) -> None:
    if board is None or news == News():
        return
    try:
        await board.tell(news)
    except BoardUnreachableError:
        log.warning("news_not_told")
