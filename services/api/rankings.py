"""Units in the order of a rate over a period, beside their like, and how each moved since the period before: pure (issue 7, rankings)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from dunghen.domain.comparison import Reason, compare
from dunghen.domain.peers import THIRDS, thirds
from dunghen.domain.ranking import dense_ranks
from dunghen.domain.rates import Rate
from dunghen.domain.units import KINDS
from services.api.rows import Row

Group = Literal["overall", "kind", "peers"]
Order = Literal["lowest", "highest"]
GroupKey = tuple[str, str]  # a kind or "", a third or ""


class Before(msgspec.Struct):
    """What a unit was in the equal period before."""

    value: float | None
    numerator: int
    denominator: int
    rank: int | None


class Movement(msgspec.Struct):
    """Places and value gained (lost: below zero), None unless the two intervals part; `reason`: `domain.comparison.Reason`."""

    places: int | None
    difference: float | None
    reason: str


class Ranked(msgspec.Struct, kw_only=True):
    """One unit: `rank` of `of` in its group, 1 the highest rate, None for few or none; ratios 0–1, `low`/`high` Wilson 95 %."""

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


class Ranking(msgspec.Struct, kw_only=True):
    """One group in its order: the ranked, then those of few dossiers, then those of none. `kind` "": all; `third`: of its volume."""

    kind: str
    third: str
    of: int
    units: list[Ranked]


class RankingAnswer(msgspec.Struct, kw_only=True):
    """All groups. The equal period before: `before_first` to `before_last`."""

    as_of: str
    known_at: str
    version: int
    policy: int
    period: str
    first: str
    last: str
    before_first: str
    before_last: str
    rate: str
    kind: str
    group: str
    order: str
    stale: bool
    rankings: list[Ranking]
    age_seconds: int | None = None


class Wanted(NamedTuple):
    """How to rank."""

    group: Group
    order: Order
    few: int


def rankings_of(now: Sequence[Row], then: Iterable[Row], wanted: Wanted) -> list[Ranking]:
    """Groups in the order of kinds and volumes. A unit is ranked in both periods among those that are its group now."""
    before = {row.code: row for row in then}
    return [_ranking(key, rows, before, wanted) for key, rows in _groups(now, wanted.group).items()]


def _groups(rows: Sequence[Row], group: Group) -> dict[GroupKey, list[Row]]:
    if group == "overall":
        return {("", ""): list(rows)} if rows else {}
    kinds = {kind: [row for row in rows if row.kind == kind] for kind in KINDS}
    if group == "kind":
        return {(kind, ""): of for kind, of in kinds.items() if of}
    found: dict[GroupKey, list[Row]] = {}
    for kind, of in kinds.items():
        placed = thirds((row.code, row.received) for row in of)
        found |= {(kind, third): [row for row in of if placed[row.code] == third] for third in THIRDS}
    return {key: of for key, of in found.items() if of}


def _ranking(key: GroupKey, rows: Sequence[Row], before: Mapping[str, Row], wanted: Wanted) -> Ranking:
    ranks = _ranks(rows, wanted.few)
    earlier = _ranks((before[row.code] for row in rows if row.code in before), wanted.few)
    of = max(ranks.values(), default=0)
    units = [_ranked(row, (ranks.get(row.code), of), _before(before.get(row.code), earlier), wanted.few) for row in rows]
    return Ranking(kind=key[0], third=key[1], of=of, units=sorted(units, key=lambda unit: _place(unit, wanted.order)))


def _ranks(rows: Iterable[Row], few: int) -> dict[str, int]:
    return dense_ranks(((row.code, row.numerator, row.denominator) for row in rows), few)


def _before(row: Row | None, ranks: Mapping[str, int]) -> Before:
    return Before(None, 0, 0, None) if row is None else Before(row.value, row.numerator, row.denominator, ranks.get(row.code))


def _ranked(row: Row, place: tuple[int | None, int], before: Before, few: int) -> Ranked:
    names = ("code", "name", "kind", "type", "value", "numerator", "denominator", "low", "high", "few", "band", "received")
    own = {name: getattr(row, name) for name in names}
    return Ranked(**own, rank=place[0], of=place[1], before=before, movement=_movement(row, place[0], before, few))


def _movement(row: Row, rank: int | None, before: Before, few: int) -> Movement:
    found = compare(Rate(row.numerator, row.denominator), Rate(before.numerator, before.denominator), few)
    if found.reason is not Reason.PARTED:
        return Movement(None, None, found.reason.value)
    places = None if rank is None or before.rank is None else before.rank - rank
    return Movement(places, found.value, found.reason.value)


def _place(unit: Ranked, order: Order) -> tuple[int, int, str]:
    """Ranked ones first in their order, then few, then none; equals by code."""
    if unit.rank is None:
        return (1 if unit.denominator else 2), 0, unit.code
    return 0, (unit.rank if order == "highest" else -unit.rank), unit.code
