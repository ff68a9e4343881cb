"""What a unit's dossiers and facts are worth by a definition (`domain.md` §5, issue 7). Pure; integers and fractions only, no clock.

In a window that spans a change of definition, days are counted by the definition that held on them, where both count days (`runs`);
points, threshold and bands are those of the definition that holds on the window's last day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from dunghen.domain.bands import Band, Thresholds, band
from dunghen.domain.days import date_of
from dunghen.domain.indicators import OF_PLAN, Class, Direction, FactsOver, Indicator, IndicatorSet, Term
from dunghen.domain.windows import Window, period


class Reason(StrEnum):
    """Why there is a value, or none. Only what has VALUE counts in the total of a set, points and maximum alike."""

    VALUE = "VALUE"
    NO_INPUTS = "NO_INPUTS"  # a fact that it is made of has not been told
    NOTHING_OCCURRED = "NOTHING_OCCURRED"  # the denominator is 0: "không phát sinh"
    NOT_ASSESSED = "NOT_ASSESSED"  # it was said that this is not assessed in this period
    NOT_FOR_KIND = "NOT_FOR_KIND"  # the indicator is not for units of this kind
    NOT_IN_FORCE = "NOT_IN_FORCE"  # no definition holds on the last day
    NO_HISTORY = "NO_HISTORY"  # of another instant: what was known of its inputs then is not kept


class Stated(NamedTuple):
    """What a fact says of one period: integers, or that it was not assessed. `told_at`: by its source's time; 0: nobody tells it."""

    numerator: int
    denominator: int | None = None
    assessed: bool = True
    told_at: int = 0


class Tally(NamedTuple):
    """Dossiers of some days: counts by the names of `marks.IN_A_WINDOW`, rates as (numerator, denominator)."""

    counts: Mapping[str, int]
    rates: Mapping[str, tuple[int, int]]


UnitFacts = Mapping[str, Mapping[str, Stated]]  # by code and period; of tasks by term and day


@dataclass(frozen=True, slots=True)
class Inputs:
    """One unit in one window. `whole`: the calendar period of the window, which may not be over; of a rolling one the window itself.

    `since`: for each edge (`IndicatorBook.edges`) inside the window, the dossiers from that day to the window's last.
    """

    window: Window
    whole: Window
    tally: Tally
    since: Mapping[int, Tally] = field(default_factory=dict)
    facts: UnitFacts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """Numerator and denominator (both 0 without a value), the points of `maximum` (None: it gives none, or has no value), and why."""

    numerator: int
    denominator: int
    reason: Reason
    points: Fraction | None = None
    maximum: int = 0


@dataclass(frozen=True, slots=True)
class Total:
    """A set's points out of the maxima of the indicators that have a value, as a share of integers; `standing`: its class, if any."""

    points: Fraction
    maximum: int
    reason: Reason
    standing: str = ""

    @property
    def share(self) -> tuple[int, int]:
        """(numerator, denominator) of points ÷ maximum; (0, 0) without a value."""
        if not self.maximum:
            return 0, 0
        share = self.points / self.maximum
        return share.numerator, share.denominator


class Run(NamedTuple):
    """Days next to each other on which one thing is counted."""

    definition: Indicator
    first: int
    last: int


def runs(versions: Iterable[Indicator], window: Window) -> list[Run]:
    """How a window is counted, in order of days; the last run ends the window, or there is none.

    Versions that count the same are one run. Different ones are added only where all of them count days: what is open at the end of a
    window, and facts, cannot be taken apart by days, so there the days of the newest definition alone are shown.
    """
    found: list[Run] = []
    for one in versions:
        first = window.first if one.valid_from is None else max(one.valid_from, window.first)
        last = window.last if one.valid_to is None else min(one.valid_to, window.last)
        if first > last:
            continue
        before = found[-1] if found else None
        if before is not None and before.last + 1 == first and _counted_alike(before.definition, one):
            found[-1] = Run(one, before.first, last)
        else:
            found.append(Run(one, first, last))
    if not found or found[-1].last < window.last:
        return []
    return found if all(run.definition.by_days for run in found) else found[-1:]


def _counted_alike(a: Indicator, b: Indicator) -> bool:
    return (a.numerator, a.denominator, a.kind, a.facts_over) == (b.numerator, b.denominator, b.kind, b.facts_over) or (
        (a.numerator, a.denominator) == (b.numerator, b.denominator) and {a.kind, b.kind} == {"ratio", "threshold"}
    )


def evaluate(versions: Iterable[Indicator], inputs: Inputs, kind: str = "") -> IndicatorValue:
    """One indicator, all its `versions`, of a unit of this `kind` ("" : the city) in one window."""
    counted = runs(versions, inputs.window)
    if not counted:
        return IndicatorValue(0, 0, Reason.NOT_IN_FORCE)
    newest = counted[-1].definition
    if kind and kind not in newest.kinds:
        return IndicatorValue(0, 0, Reason.NOT_FOR_KIND)
    numerator = denominator = 0
    for run in counted:
        part = _Part(run, inputs)
        if part.missing is not None:
            return IndicatorValue(0, 0, part.missing)
        numerator, denominator = numerator + part.numerator(), denominator + part.denominator()
    return valued(newest, numerator, 1 if newest.kind == "sum" else denominator)


def valued(definition: Indicator, numerator: int, denominator: int) -> IndicatorValue:
    """What a numerator and denominator are by a definition."""
    if denominator == 0:
        return IndicatorValue(0, 0, Reason.NOTHING_OCCURRED)
    return IndicatorValue(numerator, denominator, Reason.VALUE, points_of(definition, numerator, denominator), definition.maximum)


def points_of(definition: Indicator, numerator: int, denominator: int) -> Fraction | None:
    """maximum × value ÷ threshold, never above the maximum nor below 0 (QĐ 766; `domain.md` §5); None where it gives no points."""
    if not definition.maximum:
        return None
    share = Fraction(numerator, denominator)
    if definition.direction == "lower":
        share = 1 - share
    if definition.threshold:
        share = share * 1000 / definition.threshold
    return definition.maximum * min(max(share, Fraction(0)), Fraction(1))


class _Part:
    """The inputs of one run of days."""

    def __init__(self, run: Run, inputs: Inputs) -> None:
        self.definition, self.inputs, self.unknown = run.definition, inputs, False
        self.begin, self.end = (self._since(day) for day in (run.first, run.last + 1))
        within = Window(max(run.first, inputs.whole.first), inputs.whole.last)
        terms = [term for term in run.definition.terms if not term.of_dossiers]
        self.told = {term.name: told_of(term, inputs, within, run.definition.facts_over) for term in terms}

    def _since(self, day: int) -> Tally | None:
        """Of the days from `day` on; None: there are none left."""
        window = self.inputs.window
        if day > window.last:
            return None
        if day <= window.first:
            return self.inputs.tally
        found = self.inputs.since.get(day)
        self.unknown = self.unknown or (found is None and any(term.of_dossiers for term in self.definition.terms))
        return found

    @property
    def missing(self) -> Reason | None:
        """Why there is no value, as far as its inputs are the reason."""
        needed = {term.name for term in self.definition.denominator if not term.of_dossiers}
        if self.unknown or any(fact is None for fact in self.told.values()):
            return Reason.NO_INPUTS
        if any(not fact.assessed for fact in self.told.values() if fact is not None):
            return Reason.NOT_ASSESSED
        lacking = self.definition.kind != "manual" and any(
            name in needed and fact is not None and fact.denominator is None for name, fact in self.told.items()
        )
        return Reason.NO_INPUTS if lacking else None

    def numerator(self) -> int:
        return sum(self._of(term, 0) for term in self.definition.numerator)

    def denominator(self) -> int:
        whole = sum(self._of(term, 1) for term in self.definition.denominator)
        return whole * self.definition.maximum if self.definition.kind == "manual" and self.definition.maximum else whole

    def _of(self, term: Term, part: int) -> int:
        if not term.of_dossiers:
            fact = self.told[term.name] or Stated(0)
            return fact.numerator if part == 0 else 1 if fact.denominator is None else fact.denominator
        return _figure(self.begin, term, part) - _figure(self.end, term, part)


def _figure(tally: Tally | None, term: Term, part: int) -> int:
    if tally is None:
        return 0
    return tally.counts.get(term.name, 0) if term.of == "count" else tally.rates.get(term.name, (0, 0))[part]


def told_of(term: Term, inputs: Inputs, within: Window, over: FactsOver) -> Stated | None:
    """What a unit was told of a term in the period `within`; of tasks, how they stand at the end of the window."""
    told = inputs.facts.get(term.name)
    if term.of == "fact":
        return stated(told or {}, within, over)
    if told is None and OF_PLAN in term.name:
        told = inputs.facts.get(term.name[: term.name.index(OF_PLAN) + 1])  # no task of the plan: whether the blocs are assessed
    return _standing_on(told or {}, inputs.window.last)


def _standing_on(series: Mapping[str, Stated], day: int) -> Stated | None:
    """The newest of the same year, as `tasks.series_of` gives them."""
    on = date_of(day).isoformat()
    newest = max((name for name in series if name[:4] == on[:4] and name <= on), default=None)
    return series[newest] if newest else None


def stated(facts: Mapping[str, Stated], whole: Window, over: FactsOver) -> Stated | None:
    """What a unit's facts of one code say in the period `whole`; None where nothing was told.

    `sum`: those whose period lies within it, added; of periods that lie in one another the longest. `latest`: the newest that has begun.
    """
    return _added([facts[name] for name in told_periods(facts, whole, over)])


def told_periods(facts: Mapping[str, Stated], whole: Window, over: FactsOver) -> list[str]:
    """The periods, in their order, whose facts say something of the period `whole`: see `stated`."""
    named = sorted(((period(name), name) for name in facts), key=lambda one: (one[0].first, -one[0].last))
    if over == "latest":
        begun = [(days, name) for days, name in named if days.first <= whole.last]
        return [max(begun, key=lambda one: (one[0].first, -one[0].last))[1]] if begun else []
    used: list[str] = []
    reached = whole.first - 1
    for (first, last), name in named:
        if first > reached and last <= whole.last:
            used.append(name)
            reached = last
    return used


def _added(used: list[Stated]) -> Stated | None:
    if not used:
        return None
    parts = [fact.denominator for fact in used]
    whole = None if None in parts else sum(part for part in parts if part is not None)
    return Stated(sum(fact.numerator for fact in used), whole, all(fact.assessed for fact in used), max(fact.told_at for fact in used))


def total_of(of: IndicatorSet, values: Iterable[IndicatorValue]) -> Total:
    """Σ points of Σ maxima of what has a value: what has none is left out, never 0 (issue 7)."""
    given = list(values)
    counted = [value for value in given if value.points is not None]
    points, maximum = sum((value.points or Fraction(0) for value in counted), Fraction(0)), sum(value.maximum for value in counted)
    if not maximum:
        first = next((r for r in (Reason.NOTHING_OCCURRED, Reason.NOT_ASSESSED) if any(v.reason is r for v in given)), Reason.NO_INPUTS)
        return Total(Fraction(0), 0, first)
    return Total(points, maximum, Reason.VALUE, class_of(points, maximum, of.classes))


def class_of(points: Fraction, maximum: int, classes: Iterable[Class]) -> str:
    """The code of the best class that the points reach, compared exactly; "" where there is none."""
    from_the_best = sorted(classes, key=lambda one: -one.at_least)
    return next((one.code for one in from_the_best if points * 1000 >= one.at_least * maximum), "")


def band_of(numerator: int, denominator: int, thresholds: Thresholds, direction: Direction = "higher") -> Band:
    """The band of a value; of one that is better the lower it is, green up to its threshold, and so on."""
    if direction == "higher" or denominator == 0:
        return band(numerator, denominator, thresholds)
    share = numerator * 1000
    if share <= thresholds.green * denominator:
        return "green"
    if share <= thresholds.yellow * denominator:
        return "yellow"
    return "orange" if share <= thresholds.orange * denominator else "red"
