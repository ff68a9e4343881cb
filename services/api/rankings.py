"""Units in the order of a rate or an indicator over a period, and how each moved since the period before: pure (issue 7, rankings)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from dunghen.domain.former_units import mapped_from
from dunghen.domain.peers import THIRDS, thirds
from dunghen.domain.ranking import dense_ranks
from dunghen.domain.rates import Rate
from dunghen.domain.units import KINDS, SETTINGS, Catalogue
from services.api.indicator_rows import IndicatorRow
from services.api.movements import Movement, Placed, movement
from services.api.rows import Row
from services.api.views import View

Group = Literal["overall", "kind", "peers", "setting"]
Order = Literal["lowest", "highest"]
GroupKey = tuple[str, str, str]  # a kind, a third, a setting; each may be ""
INDICATOR_ONLY = ("points", "maximum", "reason", "standing", "exact")  # members of Ranked that a rate leaves empty


class Before(msgspec.Struct):
    """What a unit was in the equal period before; `mapped_from` as of `Ranked`."""

    value: float | None
    numerator: int
    denominator: int
    rank: int | None
    mapped_from: list[str]


class Ranked(msgspec.Struct, kw_only=True):
    """One unit: `rank` of `of` in its group, 1 the best (a rate's highest), None for few or none; ratios 0–1, `low`/`high` Wilson 95 %.

    `mapped_from`: codes of former units whose dossiers it counts here, of days before it was founded. What follows it, by an indicator
    alone: as `IndicatorRow`; `reason`: why there is a value, or none.
    """

    code: str
    name: str
    kind: str
    type: str
    rank: int | None
    of: int
    value: float | None
    numerator: int
    denominator: int
    low: float | None
    high: float | None
    few: bool
    band: str
    received: int
    before: Before
    movement: Movement
    mapped_from: list[str]
    points: float | None = None
    maximum: int | None = None
    reason: str = ""
    standing: str = ""
    exact: str | None = None


class Ranking(msgspec.Struct, kw_only=True):
    """One group in its order: the ranked, then those of few dossiers, then those of none. `kind` "": all; `third`: of its volume, "" but by
    peers; `setting`: where its units lie, "" but by setting.
    """

    kind: str
    third: str
    setting: str
    of: int
    units: list[Ranked]


class RankingAnswer(msgspec.Struct, kw_only=True):
    """All groups. The equal period before: `before_first` to `before_last`. `ungrouped`: codes of the units that stand in none, since the
    city's catalogue does not say their setting; [] by any other group.

    By an indicator `reason` says whether any unit has a value (`VALUE`), or why none has; NOT_FOR_PERIOD: it is told by longer periods.
    `periods`: for which kinds of period what was told is enough (day, month, quarter, year). Both null by a rate.
    """

    as_of: str
    known_at: str
    version: int
    policy: int
    period: str
    first: str
    last: str
    before_first: str
    before_last: str
    rate: str | None
    indicator: str | None
    kind: str
    group: str
    order: str
    stale: bool
    rankings: list[Ranking]
    ungrouped: list[str]
    reason: str | None = None
    periods: list[str] | None = None
    age_seconds: int | None = None


class Wanted(NamedTuple):
    """How to rank. `catalogue`: who was which unit before, and where each lies."""

    group: Group
    order: Order
    few: int
    catalogue: Catalogue = Catalogue(())

    def setting(self, code: str) -> str:
        """Where a unit lies, "" where that is not stated."""
        unit = self.catalogue.get(code)
        return (unit.setting or "") if unit else ""


class Side(NamedTuple):
    """One period from local day `first` on: its rows, and of each by code the exact (numerator, denominator) that ranks it, more is better.

    `of_dossiers`: whether these are shares of dossiers, of which a few are not ranked; `mapped`: whether dossiers count in them at all, so
    that a unit has those of former units. `rows` None: what is measured did not hold then.
    """

    rows: Mapping[str, Row] | None
    by: Mapping[str, tuple[int, int]]
    of_dossiers: bool
    first: int
    mapped: bool = True

    def mapped_from(self, code: str, catalogue: Catalogue) -> list[str]:
        return mapped_from(catalogue, code, self.first) if self.mapped else []


def side_of(view: View | None, first: int) -> Side:
    """A view as one side of a ranking."""
    if view is None:
        return Side(None, {}, of_dossiers=True, first=first, mapped=False)
    by = {code: view.ranked_by(row)[1:] for code, row in view.rows.items()}
    return Side(view.rows, by, view.of_dossiers, first, view.with_dossiers)


def rankings_of(now: Side, then: Side, wanted: Wanted) -> list[Ranking]:
    """Groups in the order of kinds, and of volumes or settings. A unit is ranked in both periods among those that are its group now."""
    groups = _groups(list((now.rows or {}).values()), wanted)
    return [_ranking(key, rows, (now, then), wanted) for key, rows in groups.items()]


def ungrouped(now: Side, wanted: Wanted) -> list[str]:
    """Codes of the units that stand in no group, in their order."""
    return sorted(code for code in now.rows or {} if wanted.group == "setting" and not wanted.setting(code))


def _groups(rows: Sequence[Row], wanted: Wanted) -> dict[GroupKey, list[Row]]:
    if wanted.group == "overall":
        return {("", "", ""): list(rows)} if rows else {}
    found: dict[GroupKey, list[Row]] = {}
    for kind in KINDS:
        of = [row for row in rows if row.kind == kind]
        if wanted.group == "peers":
            placed = thirds((row.code, row.received) for row in of)
            found |= {(kind, third, ""): [row for row in of if placed[row.code] == third] for third in THIRDS}
        elif wanted.group == "setting":
            found |= {(kind, "", setting): [row for row in of if wanted.setting(row.code) == setting] for setting in SETTINGS}
        else:
            found[kind, "", ""] = of
    return {key: of for key, of in found.items() if of}


def _ranking(key: GroupKey, rows: Sequence[Row], sides: tuple[Side, Side], wanted: Wanted) -> Ranking:
    codes = [row.code for row in rows]
    ranks, earlier = (_ranks(codes, side, wanted.few) for side in sides)
    of = max(ranks.values(), default=0)
    units = [_ranked(row, (ranks.get(row.code), of), (sides, earlier), wanted) for row in rows]
    return Ranking(kind=key[0], third=key[1], setting=key[2], of=of, units=sorted(units, key=lambda unit: _place(unit, wanted.order)))


def _ranks(codes: Iterable[str], side: Side, few: int) -> dict[str, int]:
    return dense_ranks(((code, *side.by[code]) for code in codes if code in side.by), few if side.of_dossiers else 1)


def _ranked(row: Row, place: tuple[int | None, int], before: tuple[tuple[Side, Side], Mapping[str, int]], wanted: Wanted) -> Ranked:
    (now, then), earlier = before
    was = (then.rows or {}).get(row.code)
    names: tuple[str, ...] = ("code", "name", "kind", "type", "value", "numerator", "denominator", "low", "high", "few", "band", "received")
    names += INDICATOR_ONLY if isinstance(row, IndicatorRow) else ()
    old = Placed(Rate(was.numerator, was.denominator) if was else Rate(0, 0), earlier.get(row.code))
    return Ranked(
        **{name: getattr(row, name) for name in names},
        rank=place[0],
        of=place[1],
        mapped_from=now.mapped_from(row.code, wanted.catalogue),
        before=Before(was.value if was else None, *old.rate, old.rank, then.mapped_from(row.code, wanted.catalogue)),
        movement=movement(
            Placed(Rate(row.numerator, row.denominator), place[0]),
            None if then.rows is None else old,
            wanted.few,
            now.of_dossiers and then.of_dossiers,
        ),
    )


def _place(unit: Ranked, order: Order) -> tuple[int, int, str]:
    """Ranked ones first in their order, then few, then none; equals by code."""
    if unit.rank is None:
        return (1 if unit.denominator else 2), 0, unit.code
    return 0, (unit.rank if order == "highest" else -unit.rank), unit.code
