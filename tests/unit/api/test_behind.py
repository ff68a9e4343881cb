"""The dossiers behind a rate in a store: whole whatever the page, narrowed by part and flag, tallied once for who asks again and again."""

from __future__ import annotations

import pytest

from dunghen.domain.rates import RATES
from dunghen.domain.traits import EARLY, FLAG_BITS, LATE, NEVER, OPEN
from dunghen.platform.store import Between, CursorError, Put
from dunghen.platform.store.in_memory import InMemoryStore
from services.api.behind import ORDER, Asked, Behind, Wish, where_of
from services.api.dossier_projector import DOCUMENTS
from services.api.past import Past

REOPENED = FLAG_BITS["reopened"]
ASKED = Asked("U", "official", 100, 110, 109)
DOSSIERS = {
    "early": (90, 101, 105, EARLY),
    "late": (90, 108, 105, LATE | REOPENED),
    "before the window": (90, 99, 105, EARLY),
    "pending": (90, NEVER, 110, OPEN | REOPENED),
    "pending then": (90, 111, 120, EARLY),
    "undated": (90, NEVER, NEVER, OPEN),
    "overdue": (90, NEVER, 109, OPEN),
    "received later": (111, NEVER, 120, OPEN),
}
PARTS = {"early": "early", "late": "late", "pending": "pending", "pending then": "pending", "undated": "pending", "overdue": "overdue"}


def put(code: str, unit: str, days: tuple[int, int, int, int], version: int = 1) -> Put:
    received, closed, due, traits = days
    body = {
        "unit": unit,
        "received_day": received,
        "closed_day": closed,
        "due_day": due,
        "due_on": due,
        "promised_on": due,
        "traits": traits,
    }
    return Put("dossiers", code, version, body)


async def behind(fresh_seconds: float = 0.0) -> Behind:
    store = InMemoryStore()
    await store.prepare([DOCUMENTS])
    await store.apply([put(code, "U", days) for code, days in DOSSIERS.items()], {})
    await store.apply([put("of another unit", "V", DOSSIERS["early"]), Put("dossiers", "uncounted", 1, {"unit": "U"})], {})
    return Behind(Past(store, fresh_seconds))


async def pages(found: Behind, wish: Wish) -> dict[str, str]:
    told: dict[str, str] = {}
    while True:
        listed = await found.page(ASKED, wish)
        assert len(listed.dossiers) <= wish.limit
        assert not {document.id for _, document in listed.dossiers} & set(told), "none comes twice"
        told |= {document.id: part for part, document in listed.dossiers}
        if not listed.after:
            return told
        wish = wish._replace(after=listed.after)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 100])
async def test_every_dossier_comes_once_with_its_part_whatever_the_page(limit: int) -> None:
    assert await pages(await behind(), Wish(limit=limit)) == PARTS


async def test_a_tally_counts_parts_and_flags() -> None:
    tally = await (await behind()).tally(ASKED)
    assert tally.by_part() == {"early": 1, "late": 1, "pending": 3, "overdue": 1}
    assert (tally.by_flag(), tally.dossiers) == ({"reopened": 2}, 6)


@pytest.mark.parametrize("limit", [1, 100])
async def test_a_part_and_a_flag_narrow_it(limit: int) -> None:
    found = await behind()
    assert await pages(found, Wish(part="pending", limit=limit)) == {c: p for c, p in PARTS.items() if p == "pending"}
    assert await pages(found, Wish(flag="reopened", limit=limit)) == {"late": "late", "pending": "pending"}
    assert await pages(found, Wish(part="late", flag="reopened", limit=limit)) == {"late": "late"}
    assert await pages(found, Wish(part="early", flag="reopened", limit=limit)) == {}


async def test_what_was_tallied_a_moment_ago_is_not_read_again() -> None:
    kept = await behind(fresh_seconds=3600)
    before = await kept.tally(ASKED)
    await kept.past.store.apply([put("early", "U", (90, 101, 100, LATE), version=2)], {})
    assert await kept.tally(ASKED) is before
    kept.past.fresh_seconds = 0
    assert (await kept.tally(ASKED)).by_part()["late"] == 2


@pytest.mark.parametrize("rate", RATES)
def test_an_index_begins_with_what_is_equal_and_goes_on_with_what_is_bounded_and_ordered(rate: str) -> None:
    """MongoDB's rule for compound indexes: equality, sort, range; the last two are one member here, so both rules of order hold."""
    asked = ASKED._replace(rate=rate)
    for found in asked.slices():
        where = where_of(asked, found)
        equal = [path for path, condition in where.items() if not isinstance(condition, Between)]
        assert isinstance(where[ORDER[found.name]], Between)
        assert (*equal, ORDER[found.name]) in DOCUMENTS.indexes


@pytest.mark.parametrize("after", ["x", "7.", "-1.", "0.nonsense", "12."])
async def test_what_is_no_cursor_is_refused(after: str) -> None:
    with pytest.raises(CursorError):
        await (await behind()).page(ASKED, Wish(after=after))
