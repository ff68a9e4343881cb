"""The map by indicators against the batch path, pure: every indicator, every set's total, every unit, and the city; to the last digit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dunghen.cli.recompute.indicator_points import Figures, Found
from dunghen.cli.recompute.indicators import CITY
from dunghen.cli.recompute.looks import Look, Looks
from dunghen.cli.reconcile.compare import Compared, Row, compare_rows, placed
from dunghen.contracts.messages import UnitScore

NOT_IN_FORCE = Found(0, 0, "NOT_IN_FORCE", None, 0)
_NO_LOOK = Look(None, 0, of_dossiers=False)


def compare_indicator(answer: Mapping[str, Any], found: Mapping[str, Found], scores: Mapping[str, UnitScore], looks: Looks) -> Compared:
    """One answer of `/map?indicator=` against what was recomputed of it for its `expected` units, and for `CITY`."""
    look = looks.measures.get(answer["indicator"], _NO_LOOK)
    of = {unit: found.get(unit, NOT_IN_FORCE) for unit in scores}
    ranks = look.places({unit: (looks.called(unit)["kind"], *one.whole) for unit, one in of.items()})
    units = {unit: {**_measured(one, look), **placed(ranks[unit])} for unit, one in of.items()}
    return compare_rows(answer, scores, looks, (units, _measured(found.get(CITY, NOT_IN_FORCE), look)))


def found_for(answer: Mapping[str, Any], names: Mapping[str, str], figures: Figures) -> dict[str, Found]:
    """What the indicator of an answer is for these units and for the city; `names`: of their cuts."""
    window, code = str(answer["window"]), str(answer["indicator"])
    found = {unit: figures.get((name, window, code)) for unit, name in [*names.items(), (CITY, CITY)]}
    return {unit: figure for unit, figure in found.items() if figure is not None}


def _measured(found: Found, look: Look) -> Row:
    """A trend is said of rates alone."""
    return {**found.shown(), **look.of(*found.whole), "standing": look.standing(*found.whole), "trend": None}
