"""How exact integers are to look on the map by the policy's bodies: band, interval, few, class, rank (`domain.md` §4, decision 0023).

No code is shared with `dunghen.domain.bands`, `ranking`, `indicators` and `indicator_values`, nor with what the API makes of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from statistics import NormalDist
from typing import Any

from dunghen.cli.recompute.fact_table import holds_on

Limits = tuple[Fraction, Fraction, Fraction]
_BANDS = ("green", "yellow", "orange")
_USUAL = {"green": 90, "yellow": 80, "orange": 70}
_FEW = 5
_Z = Decimal(NormalDist().inv_cdf(0.975))
_DIGITS = 40
ALLOWED = 1e-15  # between two ways of reckoning the end of an interval, which is a root


@dataclass(frozen=True)
class Look:
    """How one measure looks. `limits`: the value from which on it is green, yellow, orange (None: it has no band); red is the rest.

    `lower`: the lower the better. `of_dossiers`: its denominator is dossiers, so it has an interval, and fewer than `few` make no rank.
    `classes`: of a total, each with the least share that it takes.
    """

    limits: Limits | None
    few: int
    lower: bool = False
    of_dossiers: bool = True
    classes: tuple[tuple[str, Fraction], ...] = ()

    def of(self, numerator: int, denominator: int) -> dict[str, Any]:
        """The members of a row of the map that follow from the value of this row alone; a denominator of 0: it has no value."""
        low, high = _wilson(numerator, denominator) if self.of_dossiers and 0 < denominator >= numerator else (None, None)
        few = self.of_dossiers and 0 < denominator < self.few
        return {"band": self._band(numerator, denominator), "few": few, "low": low, "high": high}

    def standing(self, numerator: int, denominator: int) -> str:
        """The highest class that is reached; "" for none."""
        best_first = sorted(self.classes, key=lambda one: one[1], reverse=True)
        return next((code for code, least in best_first if denominator and _cross(numerator, denominator, least) >= 0), "")

    def places(self, given: Mapping[str, tuple[str, int, int]]) -> dict[str, tuple[int | None, int]]:
        """{unit: (rank, of)} of {unit: (kind, numerator, denominator)}: dense, so a rank is 1 + the better values that its kind has."""
        least = max(self.few, 1) if self.of_dossiers else 1
        values = {unit: Fraction(num, den) for unit, (_, num, den) in given.items() if den >= least}
        better = dict[str, dict[Fraction, int]]()
        for kind in {kind for kind, _, _ in given.values()}:
            there = {value for unit, value in values.items() if given[unit][0] == kind}
            better[kind] = {value: before for before, value in enumerate(sorted(there, reverse=not self.lower))}
        return {
            unit: (1 + better[kind][values[unit]] if unit in values else None, len(better[kind])) for unit, (kind, _, _) in given.items()
        }

    def _band(self, numerator: int, denominator: int) -> str:
        if self.limits is None or not denominator:
            return "none"
        beyond = [_cross(numerator, denominator, limit) for limit in self.limits]
        return next((name for name, by in zip(_BANDS, beyond, strict=True) if (by <= 0 if self.lower else by >= 0)), "red")


@dataclass(frozen=True)
class Looks:
    """Of one local day: how rates look, and by its code each indicator in force and each total; who is there, and what all are called."""

    rate: Look
    measures: Mapping[str, Look]
    there: frozenset[str]
    names: Mapping[str, Mapping[str, str]]  # of units, whenever they are there
    city: Mapping[str, str]

    def called(self, unit: str) -> Mapping[str, str]:
        """Name, kind and type; who is not in the policy counts as a department."""
        return self.names.get(unit) or {"name": unit, "kind": "department", "type": ""}


def looks_of(bodies: Mapping[str, Any], day: int) -> Looks:
    """Those of a policy."""
    few, city = bodies.get("rules", {}).get("few", _FEW), _limits({**_USUAL, **bodies.get("bands", {})}, 100)
    sets, units = bodies.get("indicators", {}).get("sets", ()), bodies.get("units", {}).get("units", ())
    measures = dict[str, Look]()
    for one in sets:
        measures |= _totals(one, Look(_limits(one["bands"], 100) if one.get("bands") else city, few, of_dossiers=False))
    for one in sets:  # an indicator goes before a group of its code
        measures |= {given["code"]: _measure(given, one, Look(city, few)) for given in one.get("indicators", ()) if holds_on(given, day)}
    there = frozenset(unit["code"] for unit in units if holds_on(unit, day))
    names = {unit["code"]: {"name": unit["name"], "kind": unit["kind"], "type": unit.get("type", "")} for unit in units}
    return Looks(Look(city, few), measures, there, names, _city(bodies.get("city", {})))


def _city(given: Mapping[str, Any]) -> dict[str, str]:
    zone = given.get("time_zone", "Asia/Ho_Chi_Minh")
    return {"code": given.get("code", ""), "name": given.get("name", ""), "kind": "city", "type": "", "time_zone": zone}


def _measure(given: Mapping[str, Any], of: Mapping[str, Any], city: Look) -> Look:
    """Its own limits, else its set's, else the city's; a sum is no share and has limits of its own or none, as a place has."""
    limits = city.limits if given["kind"] not in ("sum", "rank") else None
    if given.get("bands"):
        limits = _limits(given["bands"], 1 if given["kind"] == "sum" else 100)
    elif of.get("bands"):
        limits = _limits(of["bands"], 100)
    terms = [*given.get("numerator", ()), *given.get("denominator", ())]
    of_dossiers = given["kind"] in ("ratio", "threshold") and bool(terms) and not any(map(_is_told, terms))
    return Look(limits, city.few, given.get("direction") == "lower", of_dossiers)


def _totals(of: Mapping[str, Any], look: Look) -> dict[str, Look]:
    """The set and its groups; classes are of the whole set."""
    if of.get("total") is not True:
        return {}
    classes = tuple((one["code"], Fraction(one["from"], 100)) for one in of.get("classes", ()))
    groups = {f"{of['code']}.{group['code'].upper()}": look for group in of.get("groups", ())}
    return {of["code"]: Look(look.limits, look.few, of_dossiers=False, classes=classes), **groups}


def _is_told(term: str) -> bool:
    return term.startswith(("fact:", "tasks:", "tasks@")) or term in ("fact", "tasks")


def _limits(given: Mapping[str, Any], whole: int) -> Limits:
    """What is left out is the one above."""
    green = given["green"]
    yellow = given.get("yellow") or green
    orange = given.get("orange") or yellow
    return _exact(green, whole), _exact(yellow, whole), _exact(orange, whole)


def _exact(given: float, whole: int) -> Fraction:
    return Fraction(str(given)) / whole


def _cross(numerator: int, denominator: int, limit: Fraction) -> int:
    """Below 0 where the value is less than the limit, 0 where it is the same."""
    return numerator * limit.denominator - limit.numerator * denominator


@lru_cache(maxsize=1 << 16)
def _wilson(good: int, of: int) -> tuple[float, float]:
    """The two shares p whose distance from good/of is z standard deviations of p: the roots of (good - of·p)² = z²·of·p·(1 - p)."""
    with localcontext(prec=_DIGITS):
        k, n, square = Decimal(good), Decimal(of), _Z * _Z
        reach = _Z * (square + 4 * k * (n - k) / n).sqrt()
        low, high = ((2 * k + square + sign * reach) / (2 * (n + square)) for sign in (-1, 1))
    return float(low), float(high)


def within(live: object, exact: float | None) -> bool:
    """Whether the end of an interval is shown as it is."""
    return live == exact or (isinstance(live, float) and exact is not None and abs(live - exact) <= ALLOWED)
