"""Comparisons of the live map with the batch path, as they are shown (`dunghen reconcile --keep`; rule: of every exact cut one word)."""

from __future__ import annotations

from datetime import date

import msgspec

from dunghen.contracts.reconciliations import Reconciliation, ReconciliationBook, Seen
from dunghen.domain.days import Zone, date_of
from dunghen.domain.units import Unit
from dunghen.domain.windows import Window
from services.api.rows import instant_text
from services.api.views import Scene


class UnitReconciliation(msgspec.Struct):
    """Whether a unit's figures of some days were compared with the raw events, and when; `state`: of /definitions."""

    state: str
    at: str | None


class ShownReconciliation(msgspec.Struct, kw_only=True):
    """One comparison: `cells` figures in `answers` answers of the map, of which `differences` differ, by unit in `units` (`city`: sums).

    `as_of`: the day that was shown; `events`: raw records that it was recomputed from.
    """

    state: str
    at: str | None
    as_of: date
    policy: int
    first_version: int
    last_version: int
    seconds: float
    events: int
    answers: int
    cells: int
    differences: int
    units: dict[str, int]


class ReconciliationsAnswer(msgspec.Struct, kw_only=True):
    """The newest first. `state`: that of the newest, whatever its age."""

    state: str
    at: str | None
    reconciliations: list[ShownReconciliation]


def reconciliations_answer(book: ReconciliationBook, zone: Zone, since: int) -> ReconciliationsAnswer:
    """Those that ended on local day `since` or later."""
    newest = book.newest
    return ReconciliationsAnswer(
        state=newest.state if newest else "not_reconciled",
        at=instant_text(newest.at, zone) if newest else None,
        reconciliations=[_shown(one, zone) for one in book if zone.day_of(one.at) >= since],
    )


def reconciliation_of(book: ReconciliationBook, unit: Unit, month: Window, scene: Scene) -> UnitReconciliation:
    """Of a unit in a month, as a scene shows it."""
    state, by = book.standing(unit.code, month, Seen(scene.meta.day, scene.meta.policy))
    return UnitReconciliation(state, instant_text(by.at, scene.looks.zone) if by else None)


def _shown(found: Reconciliation, zone: Zone) -> ShownReconciliation:
    plain = msgspec.structs.asdict(found)
    del plain["compared"]
    return ShownReconciliation(**{**plain, "state": found.state, "at": instant_text(found.at, zone), "as_of": date_of(found.as_of)})
