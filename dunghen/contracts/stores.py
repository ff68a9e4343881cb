"""What of the services' databases cannot be read again from the topics, and so belongs into a backup (decision 0042)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ACCESS, ALERTS, API, WEBHOOKS = "access", "alerts", "api", "webhooks"
WHOLE = 63
GENERATIONS = "generations"  # of api: from which instant on the map showed which policy and day


@dataclass(frozen=True, slots=True)
class Kept:
    """A collection; the lowest `offset_bits` bits of its documents' versions say nothing on another cluster: they are an offset of a topic,
    the term of a lease or an arrival, which begin anew there."""

    name: str
    offset_bits: int = 0

    def version_elsewhere(self, version: int) -> int:
        """The version with which a document begins on another cluster: below that of any record that comes of the same there."""
        return version >> self.offset_bits << self.offset_bits


# In the order in which they are copied while their services write on. What says how far something is comes before what it speaks of: a copy
# may hold more than its head or progress says, never less. A series comes before its revisions: what is taken back must be there whole.
KEPT: Mapping[str, tuple[Kept, ...]] = {
    ACCESS: (Kept("audit_heads"), Kept("audit"), Kept("sessions"), Kept("links")),
    WEBHOOKS: (Kept("webhooks", WHOLE),),
    API: (
        *(Kept("told_since"), Kept("told", WHOLE), Kept(GENERATIONS), Kept("series"), Kept("revisions"), Kept("breakdowns")),
        *(Kept("notices", 40), Kept("answers")),
    ),
    ALERTS: (Kept("facts"), Kept("progress"), Kept("gone_browsers"), Kept("notices")),
}

# What api reads again from `dossiers`, `dossier-events` and `justifications`, record by record, or finds anew (`whole`), and so is in no
# backup; nor is a lease, of a process that runs.
READ_AGAIN: Mapping[str, tuple[str, ...]] = {API: ("dossiers", "events", "arrivals", "justifications", "whole"), WEBHOOKS: ("leases",)}


def generation(at: int, policy: int, day: int) -> tuple[str, dict[str, Any]]:
    """Id and body of a document of `generations`: since instant `at` (the city's clock, seconds) the map showed this policy and day."""
    return f"{at}|{policy}|{day}", {"at": at, "policy": policy, "day": day}


def unknown_since() -> tuple[int, int]:
    """Policy and day of a generation of which nothing is known: what a lost store held that is in no backup."""
    return 0, 0
