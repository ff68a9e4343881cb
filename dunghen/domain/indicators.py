"""Indicators as definitions: versioned, effective-dated data (`domain.md` §1, §5; issue 7). How one is counted: `indicator_values`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from dunghen.domain.bands import Thresholds
from dunghen.domain.units import KINDS, Kind
from dunghen.domain.windows import Window

IndicatorKind = Literal["ratio", "threshold", "sum", "plan_actual", "manual", "rank"]
INDICATOR_KINDS: tuple[IndicatorKind, ...] = ("ratio", "threshold", "sum", "plan_actual", "manual", "rank")
Direction = Literal["higher", "lower"]
DIRECTIONS: tuple[Direction, ...] = ("higher", "lower")
FactsOver = Literal["sum", "latest"]
FACTS_OVER: tuple[FactsOver, ...] = ("sum", "latest")
OF_PLAN = "@"  # in the name of a term of tasks, before the plan's code
BY_DAY_RATES = ("resolved", "due_cohort", "statutory")  # sums over days; `official` also counts what is open at the window's end
STOCK_RATES = ("official",)


class Text(NamedTuple):
    """The same in both languages."""

    vi: str
    en: str


class Term(NamedTuple):
    """One addend of a numerator or denominator: a count of `marks.IN_A_WINDOW`, a rate's part, a fact's part, by code, or tasks.

    Of tasks the name is `tasks`, `tasks:party` (those of one bloc), `tasks@KH02`, `tasks:party@KH02` (those of one plan); done in a
    numerator, all in a denominator (decision 0026).
    """

    of: Literal["count", "rate", "fact", "task"]
    name: str

    @property
    def of_dossiers(self) -> bool:
        """Whether it counts dossiers, not what was told."""
        return self.of in ("count", "rate")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One version of one definition. `threshold`, `bands` in thousandths of the value (800: 80 %; of a sum: of one); 0: no threshold.

    It holds on the local days valid_from..valid_to (None: for ever). `facts_over`: a fact of `sum` counts in the windows that contain its
    whole period; one of `latest` states how things are and holds until a newer one. `maximum` 0: it gives no points. No `kinds`: it is
    for the city itself. A `rank` is a place (numerator) among so many (denominator).
    """

    code: str
    set: str
    group: str
    name: Text
    meaning: Text
    kind: IndicatorKind
    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...]
    maximum: int = 0
    threshold: int = 0
    bands: Thresholds | None = None
    direction: Direction = "higher"
    kinds: tuple[Kind, ...] = KINDS
    facts_over: FactsOver = "sum"
    source: str = ""
    law: str = ""
    version: int = 1
    valid_from: int | None = None
    valid_to: int | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """All that it is made of."""
        return self.numerator + self.denominator

    @property
    def by_days(self) -> bool:
        """Whether its figures of two stretches of days can be added."""
        return all(term.of == "count" or (term.of == "rate" and term.name in BY_DAY_RATES) for term in self.terms)

    @property
    def of_dossiers(self) -> bool:
        """Whether its denominator is dossiers: then few of them make no rank, and it has an interval."""
        return self.kind in ("ratio", "threshold") and all(term.of_dossiers for term in self.terms)

    def holds_on(self, day: int) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Group:
    """A part of a set, and how many points its indicators can give. `parent`: the group that it is a part of, "" for none."""

    code: str
    name: Text
    maximum: int
    parent: str = ""


class Class(NamedTuple):
    """A name for what a total is at least (thousandths of the maximum): Xuất sắc, Tốt, …"""

    code: str
    name: Text
    at_least: int


@dataclass(frozen=True, slots=True)
class IndicatorSet:
    """A published list of indicators: its groups, its classes from the best down, and whether it has a total.

    `yearly`: told by facts of whole years, each year a draft until it is published (`publications`).
    """

    code: str
    name: Text
    groups: tuple[Group, ...] = ()
    classes: tuple[Class, ...] = ()
    bands: Thresholds | None = None
    source: str = ""
    law: str = ""
    total: bool = False
    yearly: bool = False

    def within(self, group: str) -> frozenset[str]:
        """The codes of a group and of all groups below it; a group stands behind its parent."""
        found = {group}
        for one in self.groups:
            if one.parent in found:
                found.add(one.code)
        return frozenset(found)


class Part(NamedTuple):
    """A group as a total of its own: `of` is a set that has nothing else, `groups` those whose indicators count."""

    of: IndicatorSet
    set: str
    groups: frozenset[str]


def part_code(of: IndicatorSet, group: Group) -> str:
    """The code by which a group is a measure: `DTI.GOVERNMENT`. An indicator of that code goes before it."""
    return f"{of.code}.{group.code.upper()}"


def _part(of: IndicatorSet, group: Group) -> Part:
    name = Text(*(f"{a}: {b}" for a, b in zip(of.name, group.name, strict=True)))
    alone = IndicatorSet(part_code(of, group), name, bands=of.bands, source=of.source, law=of.law, total=True)
    return Part(alone, of.code, of.within(group.code))


class IndicatorBook:
    """All sets of a policy, with all versions of all their indicators. `monthly`: the codes of which a unit's monthly sheet is made.

    `parts`: the groups of sets that have a total, by the code of which each is a total too.
    """

    def __init__(self, sets: Iterable[IndicatorSet] = (), definitions: Iterable[Indicator] = (), monthly: tuple[str, ...] = ()) -> None:
        self.monthly = monthly
        self.sets = {one.code: one for one in sets}
        self.versions: dict[str, tuple[Indicator, ...]] = {}
        for one in sorted(definitions, key=lambda d: (d.valid_from is not None, d.valid_from or 0)):
            self.versions[one.code] = (*self.versions.get(one.code, ()), one)
        parts = (_part(of, group) for of in self.sets.values() if of.total for group in of.groups)
        self.parts = {one.of.code: one for one in parts if one.of.code not in self.versions}
        of_dossiers = [one for of in self.versions.values() for one in of if any(term.of_dossiers for term in one.terms)]
        days = [day for one in of_dossiers for day in (one.valid_from, None if one.valid_to is None else one.valid_to + 1)]
        self._edges = sorted({day for day in days if day is not None})
        self.manual_facts = frozenset(t.name for of in self.versions.values() for one in of if one.kind == "manual" for t in one.terms)
        self.fact_codes = frozenset(t.name for of in self.versions.values() for one in of for t in one.terms if t.of == "fact")

    def on(self, code: str, day: int) -> Indicator | None:
        """The definition of a code that holds on a day."""
        return next((one for one in self.versions.get(code, ()) if one.holds_on(day)), None)

    def of_set(self, set_code: str, day: int) -> list[Indicator]:
        """The definitions of a set, or of one of its `parts`, that hold on a day, in the order of the set's file."""
        part = self.parts.get(set_code)
        whole = part.set if part else set_code
        held = (self.on(code, day) for code, of in self.versions.items() if of[0].set == whole)
        return [one for one in held if one is not None and (part is None or one.group in part.groups)]

    def set_with_total(self, code: str) -> IndicatorSet | None:
        """The set of a code, or the part of one, if its total is an indicator too."""
        if code in self.parts:
            return self.parts[code].of
        found = self.sets.get(code)
        return found if found is not None and found.total else None

    def versions_of(self, code: str) -> list[Indicator]:
        """All versions of the definitions that a measure is made of: an indicator, or the total of a set or of one of its `parts`."""
        part = self.parts.get(code)
        every = (one for of in self.versions.values() for one in of)
        return [one for one in every if code in (one.code, one.set) or (part and one.set == part.set and one.group in part.groups)]

    def edges(self, window: Window) -> tuple[int, ...]:
        """The days inside a window, its first excepted, on which a definition that counts dossiers begins or no longer holds."""
        return tuple(day for day in self._edges if window.first < day <= window.last)
