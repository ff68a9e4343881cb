"""Keys of sending systems: who may deliver for which source and unit. Only their SHA-256 is known here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from dunghen.contracts.keys import KeyBook, bearer_of, state_of
from dunghen.contracts.messages import KeyRecord
from dunghen.contracts.refusals import Refusal
from dunghen.platform.near import by_a_program_here
from services.ingest.ports import Keys
from services.ingest.wire.deliveries import DeliveryRefused


@dataclass(frozen=True, slots=True)
class Gate:
    """`now`: real seconds. `open`: what a program of this machine sends without a key may be of every source."""

    keys: Keys
    now: Callable[[], int]
    open: bool = False

    def holder(self, headers: Mapping[str, str]) -> KeyRecord | None:
        """The key in an `Authorization: Bearer` header; None where none is given and none needed. Raises DeliveryRefused(401, 403, 503)."""
        book = self.keys.current()
        if book is None:
            raise DeliveryRefused(503, Refusal.NOT_READY)
        authorization = headers.get("authorization", "")
        if self.open and not authorization:
            if not by_a_program_here(headers):
                raise DeliveryRefused(403, Refusal.NOT_LOCAL)
            return None
        found = book.holder(bearer_of(authorization), self.now())
        if found is not None and found.scope == "source":
            return found
        raise DeliveryRefused(401, Refusal.NO_KEY)


def check(holder: KeyRecord | None, sources: Iterable[str]) -> None:
    """A key serves its own source and those below it (H17 also for H17.31). Raises DeliveryRefused(403)."""
    if holder is not None and any(source != holder.code and not source.startswith(holder.code + ".") for source in sources):
        raise DeliveryRefused(403, Refusal.SOURCE_NOT_ALLOWED)


class NoSourceKeys(Exception):
    """Others could reach this ingest, and there is no key that would open it to a source."""


def require_keys(book: KeyBook, now: int) -> None:
    """Raises NoSourceKeys where no key of a source is valid at `now` (real seconds)."""
    if not any(record.scope == "source" and state_of(record, now) == "valid" for record in book):
        raise NoSourceKeys
