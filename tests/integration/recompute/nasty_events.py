"""Random dossiers, plausible and absurd, for comparing the batch path with the stream path. The same seed gives the same events."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dunghen.contracts.messages import DossierEvent

DAY = 86400
START = int(datetime(2026, 1, 5, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")).timestamp())
UNITS = ("20242", "20243", "H17.07")
PROCEDURES = ("hours", "working", "days", "months", "changed", "unlimited", "unheard of")
POLICY: dict[str, Any] = {
    "city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"},
    "calendar": {"overrides": {"2026-01-15": [], "2026-01-17": [[25200, 41400]], "2026-01-20": []}},
    "procedures": {
        "procedures": [
            {"code": "hours", "name": "a", "limit": 8, "unit": "hours"},
            {"code": "working", "name": "b", "limit": 5, "unit": "working_days"},
            {"code": "days", "name": "c", "limit": 7, "unit": "days"},
            {"code": "months", "name": "d", "limit": 1, "unit": "months"},
            {"code": "changed", "name": "e", "limit": 3, "unit": "working_days"},
            {"code": "changed", "name": "e", "limit": 4, "unit": "days", "valid_from": "2026-01-14"},
            {"code": "unlimited", "name": "f"},
        ]
    },
    "rules": {
        "supplement_rule": [
            {"from": "2026-01-01", "rule": "subtract"},
            {"from": "2026-01-10", "rule": "restart"},
            {"from": "2026-01-18", "rule": "first_only"},
        ]
    },
}


class Maker:
    """Makes the events of one dossier after another."""

    def __init__(self, seed: int, units: Sequence[str] = UNITS) -> None:
        self.random, self.sources, self.units = random.Random(seed), random.Random(~seed), units
        self.more = random.Random(f"{seed} more")

    def dossiers(self, count: int) -> list[DossierEvent]:
        """The events of so many dossiers, in an order of arrival that has nothing to do with when they happened."""
        events = [event for number in range(count) for event in self._dossier(f"H17-{number}")]
        self.random.shuffle(events)
        return events

    def _dossier(self, code: str) -> list[DossierEvent]:
        if self.random.random() < 0.6:
            return self._from_several(self._plausible(code))
        return self._from_several([self._absurd(code) for _ in range(self.random.randrange(1, 8))])

    def _from_several(self, events: list[DossierEvent]) -> list[DossierEvent]:
        """Of some dossiers the events are of sources of which one has precedence over another."""
        if self.sources.random() < 0.3:
            for event in events:
                event.precedence = self.sources.choice((0, 0, 1, 9))
        return events

    def _event(self, code: str, kind: str, at: int, **facts: Any) -> DossierEvent:
        r = self.random
        return DossierEvent(
            id=f"{r.getrandbits(64):016x}", dossier=code, kind=kind, occurred_at=at, arrived_at=at * 1_000_000 + r.randrange(9),
            **({"unit": r.choice(self.units), "channel": r.randrange(4), "flags": r.randrange(16), **self._besides()} | facts),
        )  # fmt: skip

    def _besides(self) -> dict[str, Any]:
        """Through which gateway it was paid, and how its result is handed over."""
        return {"gateway": self.more.randrange(4), "form": self.more.choice(("", "counter", "post", "online"))}

    def _moment(self) -> int:
        r = self.random
        return (
            START + r.randrange(-2, 24) * DAY + r.choice((0, 1, DAY - 1, 8 * 3600, 17 * 3600, r.randrange(DAY), r.randrange(25200, 61200)))
        )

    def _maybe(self, chance: float) -> int:
        return self._moment() if self.random.random() < chance else 0

    def _absurd(self, code: str) -> DossierEvent:
        r, at = self.random, self._moment()
        kind = r.choices(("synced", "progressed", "retracted"), (5, 6, 0.4))[0]
        if kind == "progressed":
            return self._event(code, kind, at, status=r.choice((1, 2, 3, 4, 4, 5, 5, 6, 7, 8, 9, 9, 10)))
        if kind == "retracted":
            return self._event(code, kind, at)
        supplement = self._maybe(0.3)
        return self._event(
            code, kind, at, status=r.choice((1, 2, 2, 3, 4, 4, 5, 6, 7, 8, 9, 9, 10)), procedure=r.choice(PROCEDURES),
            received=self._maybe(0.75), due=self._maybe(0.5), ended=self._maybe(0.4), returned=self._maybe(0.2),
            steps=((5, supplement), (4, supplement + r.choice((0, 3600, 3 * DAY)))) if supplement else (),
        )  # fmt: skip

    def _plausible(self, code: str) -> list[DossierEvent]:
        """The usual course with its usual faults: no due date, supplements, a payment, a resync, an end, a reopening, another unit."""
        r, received = self.random, self._moment()
        facts = {"unit": r.choice(self.units), "procedure": r.choice(PROCEDURES), "received": received}
        due = r.choice((0, received + r.randrange(-1, 12) * DAY))
        out, at = [self._event(code, "synced", received, status=2, due=due, **facts)], received
        for status in r.choices((4, 4, 5, 5, 6, 6), k=r.randrange(7)):
            at += r.choice((0, r.randrange(2 * DAY), r.randrange(8 * 3600)))
            out.append(self._event(code, "progressed", at, status=status))
        if r.random() < 0.6:
            at += r.randrange(4 * DAY)
            out.append(self._event(code, "progressed", at, status=r.choice((4, 9, 9, 9, 7))))
        if r.random() < 0.3:
            facts |= {"unit": r.choice(self.units), "status": r.choice((2, 4, 9, 10, 3, 8)), "due": r.choice((0, due, received + 9 * DAY))}
            out.append(self._event(code, "synced", at + r.randrange(3 * DAY), **facts))
        if r.random() < 0.2:
            out.append(self._event(code, "progressed", at + r.randrange(5 * DAY), status=r.choice((4, 7, 8, 9))))
        return out
