"""Indicators of the batch path for a whole city, in the words of `/map?indicator=`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dunghen.cli.recompute.fact_table import holds_on
from dunghen.cli.recompute.indicator_points import Figures
from dunghen.cli.recompute.indicators import CITY, Asked, Definitions
from dunghen.cli.recompute.windows import with_calendar_ends
from dunghen.contracts.messages import UnitScore

Bodies = Mapping[str, Any]


def definitions_of(bodies: Bodies, day: int) -> Definitions:
    """The public indicators of a policy, in the standard windows that end on a local day."""
    published = [(one["set"], one["year"]) for one in bodies.get("publications", {}).get("published", ())]
    return Definitions(bodies.get("indicators", {}), with_calendar_ends(day), published)


def asked_of(units: Mapping[str, str], scores: Mapping[str, UnitScore], bodies: Bodies) -> Asked:
    """Those of `units` = {name of a cut: unit's code}; a unit that the policy does not know counts as a department."""
    kinds = {unit["code"]: unit["kind"] for unit in bodies.get("units", {}).get("units", ())}
    named = {name: (code, kinds.get(code, "department")) for name, code in units.items()}
    return Asked(named, scores, bodies["city"]["code"])


def units_of(bodies: Bodies, day: int, scores: Iterable[str]) -> dict[str, str]:
    """The units of a local day, and those that count although the day lacks them, under their own codes."""
    given = bodies.get("units", {}).get("units", ())
    codes = [one["code"] for one in given if holds_on(one, day)]
    return {code: code for code in dict.fromkeys((*codes, *sorted(scores)))}


def answers_of(figures: Figures) -> list[dict[str, Any]]:
    """One for each window and code: `city` and `units` with the members of a row that are an indicator's."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for (unit, window, code), figure in sorted(figures.items()):
        answer = found.setdefault((window, code), {"window": window, "indicator": code, "city": None, "units": []})
        if unit == CITY:
            answer["city"] = figure.shown()
        else:
            answer["units"].append({"code": unit, **figure.shown()})
    return list(found.values())
