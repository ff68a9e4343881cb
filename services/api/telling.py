"""The projector's word to officials who wait: what it has stored. Said after the store has it, so that who looks finds it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dunghen.platform.logs import get_logger
from dunghen.platform.store import In, Put, Query, Store, Write
from services.api import acknowledgements
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


async def tell_notices(board: NewsWriter | None, store: Store, writes: Sequence[Put]) -> None:
    """Of notices and answers to them that were stored: of which units the notices are."""
    stored = _units(write.body for write in writes if write.collection == "notices")
    answered = sorted({str(write.body["dossier"]) for write in writes if write.collection == acknowledgements.COLLECTION.name})
    await _tell(board, News(notices=sorted({*stored, *await _units_told(store, answered)})))


async def _units_told(store: Store, dossiers: Sequence[str]) -> list[str]:
    """The units with a notice of these dossiers; of too many at once (a load) nobody asks: pages look again by themselves."""
    if not 0 < len(dossiers) <= MOST_DOSSIERS:
        return []
    found = await store.find(Query("notices", {"dossier": In(tuple(dossiers))}, ("decided_at",), descending=True, limit=MOST_DOSSIERS))
    return _units(document.body for document in found.documents)


def _units(bodies: Iterable[dict[str, object]]) -> list[str]:
    return sorted({str(body["unit"]) for body in bodies})


async def _tell(board: NewsWriter | None, news: News) -> None:
    if board is None or news == News():
        return
    try:
        await board.tell(news)
    except BoardUnreachableError:
        log.warning("news_not_told")
