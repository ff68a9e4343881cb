"""The map by an indicator, over time: a `View` whose rows show an indicator or a set's total instead of a rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dunghen.domain.indicator_values import IndicatorValue
from dunghen.domain.indicators import IndicatorBook
from dunghen.domain.units import Unit
from services.api.feeds import NO_FEED
from services.api.indicator_rows import Figure, Measure, as_city, as_row, inputs_for, summed
from services.api.problems import ProblemError
from services.api.rows import CityRow, Row, unit_row
from services.api.views import NO_SCORE, Scene, View, ViewKey


class Made(NamedTuple):
    """A row, the values behind it and what they come to, exact; and what all of it was made of."""

    of: tuple[object, ...]
    row: Row
    values: Sequence[IndicatorValue]
    figure: Figure


def view_of(key: ViewKey) -> View:
    """An empty view of this key."""
    return IndicatorView(key) if key.indicator else View(key)


def known_indicator(key: ViewKey, scene: Scene) -> None:
    """Raises ProblemError where the key names an indicator that does not hold on the window's last day."""
    if key.indicator and not measure_of(key, scene).definitions:
        raise ProblemError("UNKNOWN_INDICATOR")


def measure_of(key: ViewKey, scene: Scene) -> Measure:
    """What a key's indicator is in a scene. Raises WindowError for a window that there is not."""
    return Measure(book_of(scene), key.indicator, key.window, scene.meta.day)


def book_of(scene: Scene) -> IndicatorBook:
    return scene.policy.indicators if scene.policy else IndicatorBook()


@dataclass
class IndicatorView(View):
    """Values of all units are kept, those of other kinds too: the city is made of them."""

    made: dict[str, Made] = field(default_factory=dict)
    measure: Measure | None = None

    def show(self, scene: Scene) -> list[Row]:
        """As `View.show`; a new policy or day makes all rows anew."""
        measure = measure_of(self.key, scene)
        if self.measure is None or self.measure.book is not measure.book or self.measure.day != measure.day or self.looks != scene.looks:
            self.made = {}
        self.measure = measure
        return super().show(scene)

    def _fresh(self, units: Iterable[Unit], scene: Scene) -> dict[str, Row]:
        measure = measure_of(self.key, scene)
        self.made = {unit.code: self._made(unit, scene, measure) for unit in scene.units()}
        return {unit.code: self.made[unit.code].row for unit in units}

    def _made(self, unit: Unit, scene: Scene, measure: Measure) -> Made:
        score, feed = scene.scores.get(unit.code, NO_SCORE), scene.feeds.get(unit.code, NO_FEED)
        of, before = (score, scene.facts.unit(unit.code)), self.made.get(unit.code)
        if before is not None and before.of[0] is of[0] and before.of[1] is of[1] and before.of[2] == feed:
            return before
        values = measure.values(inputs_for(score, measure, of[1]), unit.kind)
        row = unit_row(unit, score, feed, (self.key.window, self.key.rate, scene.looks))
        figure = measure.figure(values)
        return Made((*of, feed), as_row(row, figure, measure, scene.looks), values, figure)

    @property
    def of_dossiers(self) -> bool:
        return self.measure is not None and self.measure.counts_dossiers

    @property
    def with_dossiers(self) -> bool:
        definitions = self.measure.definitions if self.measure is not None else []
        return any(term.of_dossiers for one in definitions for term in one.terms)

    def ranked_by(self, row: Row) -> tuple[str, int, int]:
        exact, best_first = self.made[row.code].figure, self.measure is None or self.measure.descending
        return row.code, exact.numerator if best_first else -exact.numerator, exact.denominator

    def _city(self, scene: Scene) -> CityRow:
        measure = measure_of(self.key, scene)
        row = super()._city(scene)
        return as_city(row, measure.figure(city_values(scene, measure, [made.values for made in self.made.values()])), measure, scene.looks)


def city_values(scene: Scene, measure: Measure, units: Sequence[Sequence[IndicatorValue]]) -> list[IndicatorValue]:
    """One for each of the measure's definitions, from the values of all units and the facts of the city itself."""
    own = measure.values(inputs_for(NO_SCORE, measure, scene.facts.unit(scene.city[0])), "")
    return [summed(definition, own[i], [values[i] for values in units]) for i, definition in enumerate(measure.definitions)]
