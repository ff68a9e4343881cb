"""What is shown of units and of the city by an indicator, or by the total of a set, pure (decision 0023)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dunghen.contracts.messages import UnitScore, WindowScore
from dunghen.contracts.scores import inputs_of, since_windows
from dunghen.domain.bands import Band, Thresholds, wilson
from dunghen.domain.decimals import MILLION, MOST_EXACT, millionths, readable
from dunghen.domain.indicator_values import (
    IndicatorValue,
    Inputs,
    Reason,
    Total,
    UnitFacts,
    band_of,
    evaluate,
    total_of,
    valued,
)
from dunghen.domain.indicators import Indicator, IndicatorBook, IndicatorSet
from dunghen.domain.windows import resolve
from services.api.rows import NO_COUNTS, CityRow, Looks, Row

NOT_IN_FORCE = IndicatorValue(0, 0, Reason.NOT_IN_FORCE)


class IndicatorRow(Row, gc=False, kw_only=True):
    """A unit by an indicator. `points` of `maximum` (null: it gives none, or has no value); `reason`: why there is a value, or none.

    Of a set's total `numerator` and `denominator` are the points and the maximum in millionths. `exact`: value as a fraction of whole
    numbers, as text, where these two are not it: of a total, and where a sum is above 2⁵³ − 1.
    """

    points: float | None
    maximum: int | None
    reason: str
    standing: str
    exact: str | None


class IndicatorCityRow(CityRow, gc=False, kw_only=True):
    """The city by an indicator: its own fact where one was told, else Σ/Σ over the units."""

    points: float | None
    maximum: int | None
    reason: str
    standing: str
    exact: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One value, exact: an indicator's or a total's, in integers of any size. `standing`: the class of a total."""

    numerator: int
    denominator: int
    reason: Reason
    points: Fraction | None = None
    maximum: int = 0
    standing: str = ""
    total: bool = False

    def shown(self) -> dict[str, Any]:
        """As the API says it (`IndicatorRow`): nothing that a reader of JSON would round."""
        points = None if self.points is None else millionths(self.points, self.maximum)
        whole = (readable(self.numerator), readable(self.denominator))
        if self.total:
            whole = (points or 0, self.maximum * MILLION)
        return {
            "value": self.numerator / self.denominator if self.denominator else None,
            "numerator": whole[0],
            "denominator": whole[1],
            "points": None if points is None else points / MILLION,
            "maximum": self.maximum or None,
            "reason": self.reason.value,
            "standing": self.standing,
            "exact": f"{self.numerator}/{self.denominator}" if self.denominator and self._beyond else None,
        }

    @property
    def _beyond(self) -> bool:
        """Whether the two integers are shown as others than they are, or may be."""
        return self.total or max(self.numerator, self.denominator) > MOST_EXACT


def figure_of(value: IndicatorValue | Total) -> Figure:
    if isinstance(value, Total):
        points = value.points if value.maximum else None
        return Figure(*value.share, value.reason, points, value.maximum, value.standing, total=True)
    return Figure(value.numerator, value.denominator, value.reason, value.points, value.maximum)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a view shows instead of a rate: one indicator, or the total of a set; and how. `day`: the last of the window."""

    book: IndicatorBook
    code: str
    window: str
    day: int

    @property
    def total(self) -> IndicatorSet | None:
        return self.book.set_with_total(self.code)

    @property
    def definition(self) -> Indicator | None:
        return self.book.on(self.code, self.last)

    @property
    def definitions(self) -> list[Indicator]:
        """Of the indicator, or of all of the set, as they hold on the last day."""
        if self.total is not None:
            return self.book.of_set(self.code, self.last)
        return [self.definition] if self.definition else []

    @property
    def last(self) -> int:
        return resolve(self.window, self.day).last

    @property
    def descending(self) -> bool:
        """Whether more is better."""
        return self.definition is None or self.definition.direction == "higher"

    @property
    def counts_dossiers(self) -> bool:
        """Whether its denominator is dossiers, of which a few make no rank."""
        return self.definition is not None and self.definition.of_dossiers

    def thresholds(self, looks: Looks) -> Thresholds:
        own = self.total.bands if self.total else self.definition.bands if self.definition else None
        return own or looks.thresholds

    def values(self, inputs: Inputs, kind: str) -> list[IndicatorValue]:
        """One for each of `definitions`."""
        return [evaluate(self.book.versions[one.code], inputs, kind) for one in self.definitions]

    def figure(self, values: Sequence[IndicatorValue]) -> Figure:
        if self.total is None:
            return figure_of(values[0] if values else NOT_IN_FORCE)
        return figure_of(total_of(self.total, values))


def inputs_for(score: UnitScore, measure: Measure, facts: UnitFacts) -> Inputs:
    """As `inputs_of`; a unit without a score has no dossiers."""
    if measure.window not in score.windows:
        window = resolve(measure.window, measure.day)
        windows = {measure.window: window, **since_windows(measure.book, window)}
        nothing = {name: WindowScore(first, last, NO_COUNTS, {}) for name, (first, last) in windows.items()}
        score = UnitScore(unit="", day=measure.day, policy=0, covers={}, windows=nothing)
    return inputs_of(score, measure.window, facts)


def summed(definition: Indicator | None, own: IndicatorValue, values: Iterable[IndicatorValue]) -> IndicatorValue:
    """The city: `own` where a fact of the city itself gave it, else numerators and denominators of its units added."""
    given = list(values)
    if definition is not None and all(term.of == "fact" for term in definition.terms) and own.reason in (Reason.VALUE, Reason.NOT_ASSESSED):
        return own
    counted = [value for value in given if value.reason is Reason.VALUE]
    if definition is None or not counted:
        order = (Reason.NOTHING_OCCURRED, Reason.NOT_ASSESSED, Reason.NO_INPUTS)
        return IndicatorValue(0, 0, next((r for r in order if any(v.reason is r for v in given)), Reason.NO_INPUTS))
    denominator = 1 if definition.kind == "sum" else sum(value.denominator for value in counted)
    return valued(definition, sum(value.numerator for value in counted), denominator)


def _said(of: tuple[Row, Figure], measure: Measure, looks: Looks) -> dict[str, Any]:
    """The members of a row that an indicator says otherwise than a rate."""
    row, figure = of
    numerator, denominator = figure.numerator, figure.denominator
    low, high = wilson(numerator, denominator) if measure.counts_dossiers and 0 < denominator >= numerator else (None, None)
    return {
        **{name: getattr(row, name) for name in row.__struct_fields__},
        **figure.shown(),
        "low": low,
        "high": high,
        "few": measure.counts_dossiers and 0 < denominator < looks.few,
        "band": _band(figure, measure, looks),
        "trend": None,
    }


def _band(figure: Figure, measure: Measure, looks: Looks) -> Band:
    definition = measure.definition
    if definition is not None and definition.kind in ("sum", "rank") and definition.bands is None:
        return "none"
    direction = definition.direction if definition is not None else "higher"
    return band_of(figure.numerator, figure.denominator, measure.thresholds(looks), direction)


def as_row(row: Row, figure: Figure, measure: Measure, looks: Looks) -> IndicatorRow:
    return IndicatorRow(**_said((row, figure), measure, looks))


def as_city(row: CityRow, figure: Figure, measure: Measure, looks: Looks) -> IndicatorCityRow:
    return IndicatorCityRow(**_said((row, figure), measure, looks))
