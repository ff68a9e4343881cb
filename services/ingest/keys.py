"""Keys of sending systems: who may deliver for which source. Only their SHA-256 is known here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from dunghen.contracts.refusals import Refusal
from services.ingest.wire.deliveries import DeliveryRefused


@dataclass(frozen=True, slots=True)
class SourceKeys:
    """`sources`: the source by the digest of its key. None at all: everybody on this machine may deliver for every source."""

    sources: dict[str, str]

    def holder(self, authorization: str) -> str | None:
        """The source of the key in an `Authorization: Bearer` header; None where no keys are in use. Raises DeliveryRefused(401)."""
        if not self.sources:
            return None
        scheme, _, key = authorization.partition(" ")
        source = self.sources.get(sha256(key.strip().encode()).hexdigest()) if scheme.lower() == "bearer" else None
        if source is None:
            raise DeliveryRefused(401, Refusal.NO_KEY)
        return source

    @staticmethod
    def check(holder: str | None, sources: Iterable[str]) -> None:
        """A key serves its own source and those below it (H17 also for H17.31). Raises DeliveryRefused(403)."""
        if holder is not None and any(source != holder and not source.startswith(holder + ".") for source in sources):
            raise DeliveryRefused(403, Refusal.SOURCE_NOT_ALLOWED)
