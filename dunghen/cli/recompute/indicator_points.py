"""Points of indicators and totals by the batch path, as exact fractions, and how they are to be shown (decision 0023).

No code is shared with `dunghen.domain.indicator_values` and `dunghen.domain.decimals`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any

_PLACES = Decimal("0.000001")
_WIDE = Context(prec=400)
_DOUBLE = 2**53


@dataclass(frozen=True)
class Scale:
    """How a definition turns a value into points. `full`: the value that gives all of them."""

    maximum: int
    full: Fraction
    lower: bool


@dataclass(frozen=True)
class Found:
    """One value as the batch path has it; without a value both integers are 0, as a total's are. `points` None: it gives none."""

    numerator: int
    denominator: int
    reason: str
    points: Fraction | None
    maximum: int
    total: bool = False

    @property
    def whole(self) -> tuple[int, int]:
        """Numerator and denominator of the value, exact: of a total its points ÷ its maximum; (0, 0) without a value."""
        if self.total and self.points is not None and self.maximum:
            return (self.points / self.maximum).as_integer_ratio()
        return self.numerator, self.denominator

    def shown(self) -> dict[str, Any]:
        """The members of a row of the map that say it."""
        top, bottom, points = self.numerator, self.denominator, None
        if self.points is not None:
            points = _rounded(self.points, self.maximum)
        exact = Fraction(*self.whole) if self.whole[1] else None
        if self.total and exact is not None:
            top, bottom = int(points * 10**6) if points else 0, self.maximum * 10**6
        said = exact is not None and (self.total or max(top, bottom) >= _DOUBLE)
        return {
            "numerator": top if top < _DOUBLE else int(float(top)),
            "denominator": bottom if bottom < _DOUBLE else int(float(bottom)),
            "value": None if exact is None else float(exact),
            "points": None if points is None else float(points),
            "maximum": self.maximum or None,
            "reason": self.reason,
            "exact": _text(exact if self.total else None, top, bottom) if said else None,
        }


Figures = dict[tuple[str, str, str], Found]  # by (name of a cut or `city`, window, code of an indicator or of a set)


def scale_of(given: Mapping[str, Any]) -> Scale:
    """Of a definition as the policy's body has it: thresholds in per cent, of a sum as they are."""
    threshold = Fraction(str(given.get("threshold", 0))) / (1 if given["kind"] == "sum" else 100)
    return Scale(given.get("maximum", 0), threshold or Fraction(1), given.get("direction") == "lower")


def with_points(rows: Iterable[tuple[Any, ...]], scales: Mapping[int, Scale], into: Mapping[int, Iterable[str]]) -> Figures:
    """Rows of `indicator_sql.FIGURES` with their points; those of a total are the sum of its indicators'. `into`: a version's totals."""
    figures, totals, sums = Figures(), Figures(), dict[tuple[str, str, str], Fraction]()
    for unit, window, code, version, numerator, denominator, reason, maximum in rows:
        if version < 0:
            totals[unit, window, code] = Found(0, 0, reason, None, maximum, total=True)
            continue
        points = _points(scales[version], numerator, denominator) if maximum else None
        figures[unit, window, code] = Found(numerator, denominator, reason, points, maximum)
        for of in into[version]:
            sums[unit, window, of] = sums.get((unit, window, of), Fraction(0)) + (points or 0)
    return figures | {key: replace(total, points=sums[key]) if total.maximum else total for key, total in totals.items()}


def _points(scale: Scale, numerator: int, denominator: int) -> Fraction:
    share = Fraction(denominator - numerator if scale.lower else numerator, denominator) / scale.full
    return scale.maximum * sorted((Fraction(0), share, Fraction(1)))[1]


def _rounded(points: Fraction, maximum: int) -> Decimal:
    """To six places, half up; down where that would show a whole thousandth of the maximum that is not reached."""
    exact = _WIDE.divide(Decimal(points.numerator), Decimal(points.denominator))
    near = exact.quantize(_PLACES, ROUND_HALF_UP, _WIDE)
    steps = Fraction(near) * 1000 / maximum
    return exact.quantize(_PLACES, ROUND_FLOOR, _WIDE) if Fraction(near) > points and steps.denominator == 1 else near


def _text(total: Fraction | None, top: int, bottom: int) -> str:
    return f"{top}/{bottom}" if total is None else f"{total.numerator}/{total.denominator}"
