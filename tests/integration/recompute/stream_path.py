"""What the stream path says of a set of events: fold, marks, day series and scores as production adds them up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dunghen.contracts.messages import DossierEvent, UnitScore
from dunghen.domain.policy import Policy
from dunghen.domain.rates import DaySeries
from dunghen.domain.record import fold
from services.scoring.fold import cells_under
from services.scoring.score import At, score_of

Placed = tuple[int, int, DossierEvent]  # partition, offset, event


def records_of(events: Iterable[DossierEvent]) -> dict[str, bytes]:
    records: dict[str, bytes] = {}
    for event in events:
        record = fold(records.get(event.dossier), event)
        if record is not None:
            records[event.dossier] = record
    return records


def scores(events: Iterable[DossierEvent], policy: Policy, today: int) -> dict[str, UnitScore]:
    cells = cells_under(records_of(events).values(), policy)
    return {unit: score_of(unit, DaySeries(days), {}, At(today, policy.version)) for unit, days in cells.items()}


def scores_at_cuts(events: list[Placed], policy: Policy, today: int, cuts: Mapping[str, Mapping[int, int]]) -> dict[str, UnitScore]:
    """Each unit's score as it was when the fold had taken in exactly the events below the unit's cut."""
    found = {}
    for unit, cut in cuts.items():
        cells = cells_under(records_of(event for p, o, event in events if o < cut.get(p, 0)).values(), policy)
        found[unit] = score_of(unit, DaySeries(cells.get(unit, {})), dict(cut), At(today, policy.version))
    return found
