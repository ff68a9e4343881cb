"""Justifications as the read model keeps them, and as they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import msgspec

from dunghen.contracts.justifications import Justification
from dunghen.domain.days import Zone
from dunghen.platform.store import Collection, Document, In, Put, Query, Store
from services.api.rows import instant_text

COLLECTION = Collection("justifications", (("unit", "about", "period", "at"),))
MOST_SHOWN = 20
PAGE = 1000


class ShownJustification(msgspec.Struct):
    """What was written, by whom (an internal id) and when."""

    id: str
    text: str
    links: list[str]
    by: str
    at: str | None


def justification_put(said: Justification, offset: int) -> Put:
    """The document of one; said again it is the same document, with a later time."""
    key = ":".join((said.unit, said.about, said.period, said.id))
    return Put(COLLECTION.name, key, offset + 1, msgspec.to_builtins(said))


async def justifications_of(store: Store, about: tuple[str, str, str], zone: Zone) -> list[ShownJustification]:
    """Of a (unit, subject, period), the newest first: that one holds. Raises StoreAwayError."""
    unit, subject, period = about
    where = {"unit": unit, "about": subject, "period": period}
    found = await store.find(Query(COLLECTION.name, where, ("at",), descending=True, limit=MOST_SHOWN))
    return [_shown(document, zone) for document in found.documents]


async def written_at(store: Store, units: Iterable[str], subject: str, period: str) -> dict[str, int]:
    """When each of these units last wrote of a (subject, period), in seconds; who wrote nothing is not in it. Raises StoreAwayError."""
    where: Mapping[str, str | In] = {"unit": In(tuple(sorted(units))), "about": subject, "period": period}
    query, found = Query(COLLECTION.name, where, ("at",), limit=PAGE), dict[str, int]()
    while True:
        page = await store.find(query)
        found |= {document.body["unit"]: document.body["at"] for document in page.documents}  # in the order of time: the last one stays
        if not page.after:
            return found
        query = replace(query, after=page.after)


def _shown(document: Document, zone: Zone) -> ShownJustification:
    body = document.body
    return ShownJustification(body["id"], body["text"], list(body["links"]), body["person"], instant_text(body["at"], zone))
