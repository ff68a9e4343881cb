"""Units ranked by an indicator: as the map by it, exact, beside the period before; and why there is no value in a period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from dunghen.contracts.facts import FactsByUnit
from dunghen.contracts.scores import unit_score
from dunghen.domain.days import day_number
from dunghen.domain.indicator_values import Stated
from dunghen.domain.marks import COUNTERS
from dunghen.domain.periods import period_of, previous
from dunghen.domain.policy import Policy
from dunghen.domain.rates import DaySeries
from dunghen.domain.told_periods import kind_of
from dunghen.domain.units import Catalogue, Unit
from dunghen.domain.windows import resolve
from services.api.board_messages import Meta
from services.api.downloads import ranking_table
from services.api.indicator_periods import periods_of, reason_of
from services.api.indicator_rows import Measure
from services.api.indicator_view import book_of, view_of
from services.api.rankings import Order, Ranked, RankingAnswer, Wanted, rankings_of, side_of
from services.api.views import Scene, View, ViewKey

TODAY = day_number(date(2026, 11, 16))
WORDS = {"name_vi": "a", "name_en": "a", "meaning_vi": "a", "meaning_en": "a"}
SHARE = {"kind": "ratio", "maximum": 20, "numerator": ["resolved"], "denominator": ["resolved"], **WORDS}
INDICATORS = [
    {"code": "TEST.ON_TIME", **SHARE},
    {"code": "TEST.TOLD", "kind": "ratio", "maximum": 10, "direction": "lower", "kinds": ["locality"], **WORDS},
]
SETS = [{"code": "TEST", "name_vi": "a", "name_en": "a", "total": True, "indicators": INDICATORS}]
UNITS = [{"code": code, "name": code, "kind": "locality"} for code in ("20242", "20194", "20263")]
UNITS += [{"code": "H17.10", "name": "x", "kind": "department"}]
POLICY = Policy.from_bodies(1, {"city": {"code": "H17", "name": "x"}, "units": {"units": UNITS}, "indicators": {"sets": SETS}})
Months = Mapping[str, tuple[int, int]]


def days(months: Months) -> DaySeries:
    """Of {"10": (in time, late)}: all ended on the third of that month."""
    found = {}
    for month, (good, late) in months.items():
        counts = dict.fromkeys(COUNTERS, 0) | {"received": good + late, "early": good, "late": late}
        found[day_number(date(2026, int(month), 3))] = [counts[name] for name in COUNTERS]
    return DaySeries(found)


def scene(series: Mapping[str, Months], told: Mapping[str, Mapping[str, Stated]], window: tuple[str, int]) -> Scene:
    """The city in one window as of a day; `told` of TEST.TOLD by unit and period."""
    name, day = window
    windows = {name: resolve(name, day)}
    scores = {unit["code"]: unit_score(unit["code"], days(series.get(unit["code"], {})), (day, day), windows) for unit in UNITS}
    facts = FactsByUnit()
    facts.of = {unit: {"TEST.TOLD": periods} for unit, periods in told.items()}
    return Scene(Meta(version=1, policy=1, day=day, known_at=0), POLICY, scores, {}, facts)


class City:
    """What was counted and told; ranked by an indicator in a period."""

    def __init__(self, series: Mapping[str, Months], told: Mapping[str, Mapping[str, Stated]]) -> None:
        self.series, self.told = series, told

    def view(self, indicator: str, window: tuple[str, int]) -> View:
        made = view_of(ViewKey(window=window[0], indicator=indicator))
        made.show(scene(self.series, self.told, window))
        return made

    def ranked(self, indicator: str, name: str, order: Order = "highest", *, held: bool = True) -> dict[str, Ranked]:
        now, then = period_of(name, TODAY), previous(period_of(name, TODAY))
        sides = [side_of(self.view(indicator, (one.window, one.day)), one.days.first) for one in (now, then)]
        before = sides[1] if held else side_of(None, then.days.first)
        groups = rankings_of(sides[0], before, Wanted("kind", order, 5, POLICY.catalogue))
        return {unit.code: unit for group in groups for unit in group.units}

    def why(self, indicator: str, name: str) -> tuple[str, list[str]]:
        period = period_of(name, TODAY)
        shown = scene(self.series, self.told, (period.window, period.day))
        periods = periods_of(shown, Measure(book_of(shown), indicator, period.window, period.day))
        return reason_of(self.view(indicator, (period.window, period.day)).rows.values(), kind_of(period.window), periods), [*periods]


CITY = City(
    {"20242": {"9": (50, 50), "10": (95, 5)}, "20194": {"9": (90, 10), "10": (90, 10)}, "20263": {"10": (4, 0)}, "H17.10": {"10": (3, 7)}},
    {
        "20242": {"2026-10": Stated(1, 10), "2026-09": Stated(9, 10)},
        "20194": {"2026-10": Stated(2, 10)},
        "20263": {"2026-09": Stated(0, 10)},
    },
)


def test_a_share_of_dossiers_has_the_map_s_figures_and_ranks_and_says_that_a_unit_moved() -> None:
    found = CITY.ranked("TEST.ON_TIME", "2026-10")
    view = CITY.view("TEST.ON_TIME", ("2026-10", TODAY))
    for code, row in view.rows.items():
        for name in ("value", "numerator", "denominator", "low", "high", "few", "band", "rank", "points", "maximum", "reason", "exact"):
            assert getattr(found[code], name) == getattr(row, name), (code, name)
    assert {code: unit.rank for code, unit in found.items()} == {"20242": 1, "20194": 2, "20263": None, "H17.10": 1}
    rose = found["20242"]
    assert (rose.before.rank, rose.before.numerator, rose.movement.places, rose.movement.reason) == (2, 50, 1, "PARTED")
    assert (found["20194"].movement.reason, found["20263"].movement.reason) == ("OVERLAPPING", "NOTHING_OCCURRED")
    assert list(CITY.ranked("TEST.ON_TIME", "2026-10", "lowest"))[:3] == ["20194", "20242", "20263"]  # the few at the end


def test_where_less_is_better_the_least_is_first_and_of_facts_no_movement_is_claimed() -> None:
    found = CITY.ranked("TEST.TOLD", "2026-10")
    assert [(code, unit.rank) for code, unit in found.items()] == [("20242", 1), ("20194", 2), ("20263", None), ("H17.10", None)]
    assert (found["20263"].reason, found["H17.10"].reason, found["20263"].value) == ("NO_INPUTS", "NOT_FOR_KIND", None)
    moved = found["20242"]
    assert (moved.before.value, moved.before.rank, moved.low) == (0.9, 2, None)
    assert (moved.movement.places, moved.movement.difference, moved.movement.reason) == (None, None, "NO_INTERVAL")


def test_what_did_not_hold_before_is_not_taken_for_nothing() -> None:
    found = CITY.ranked("TEST.ON_TIME", "2026-10", held=False)
    assert {unit.movement.reason for unit in found.values()} == {"NOT_KNOWN"}
    assert {(unit.before.value, unit.before.rank) for unit in found.values()} == {(None, None)}


def test_totals_that_are_alike_in_millionths_are_ranked_by_their_fractions() -> None:
    many = 10**9
    close = City({"20242": {"10": (many + 1, many)}, "20194": {"10": (many + 2, many)}}, {})
    found = close.ranked("TEST", "2026-10")
    assert found["20242"].numerator == found["20194"].numerator
    assert [(code, unit.rank) for code, unit in found.items() if unit.rank] == [("20194", 1), ("20242", 2)]
    assert {unit.movement.reason for unit in found.values()} == {"NO_INTERVAL"}


def test_dossiers_of_a_former_unit_are_counted_and_what_it_was_told_is_not() -> None:
    founded = Catalogue([Unit("20242", "a", "locality", valid_from=TODAY, predecessors=("old",))])
    for indicator, former in (("TEST.ON_TIME", ["old"]), ("TEST.TOLD", []), ("TEST", ["old"])):
        side = side_of(CITY.view(indicator, ("2026-10", TODAY)), TODAY - 40)
        found = {unit.code: unit for group in rankings_of(side, side, Wanted("kind", "highest", 5, founded)) for unit in group.units}
        assert (found["20242"].mapped_from, found["20242"].before.mapped_from, found["20194"].mapped_from) == (former, former, [])


@pytest.mark.parametrize(
    ("indicator", "period", "reason", "periods"),
    [
        ("TEST.TOLD", "2026-10", "VALUE", ["month", "quarter", "year"]),
        ("TEST.TOLD", "2026-Q3", "VALUE", ["month", "quarter", "year"]),
        ("TEST.TOLD", "2026-10-03", "NOT_FOR_PERIOD", ["month", "quarter", "year"]),
        ("TEST.TOLD", "7d", "NOT_FOR_PERIOD", ["month", "quarter", "year"]),
        ("TEST.TOLD", "2026-08", "NO_INPUTS", ["month", "quarter", "year"]),
        ("TEST.ON_TIME", "2026-10-03", "VALUE", ["day", "month", "quarter", "year"]),
        ("TEST.ON_TIME", "2026-10-04", "NOTHING_OCCURRED", ["day", "month", "quarter", "year"]),
        ("TEST", "2026-10-03", "VALUE", ["day", "month", "quarter", "year"]),
    ],
)
def test_a_period_that_is_shorter_than_what_was_told_says_so_and_which_are_not(
    indicator: str, period: str, reason: str, periods: list[str]
) -> None:
    assert CITY.why(indicator, period) == (reason, periods)
    if reason != "VALUE":
        assert {(unit.value, unit.rank) for unit in CITY.ranked(indicator, period).values()} == {(None, None)}


def test_the_sheet_has_a_column_for_what_an_indicator_alone_says() -> None:
    now = period_of("2026-10", TODAY)
    side = side_of(CITY.view("TEST.ON_TIME", (now.window, now.day)), now.days.first)
    words = dict.fromkeys(("as_of", "known_at", "first", "last", "before_first", "before_last"), "2026-11-16")
    answer = RankingAnswer(
        **words, version=7, policy=1, period="2026-10", rate=None, indicator="TEST.ON_TIME", kind="all", group="kind", order="highest",
        stale=False, rankings=rankings_of(side, side, Wanted("kind", "highest", 5)), ungrouped=[],
    )  # fmt: skip
    name, columns, rows = ranking_table(answer)
    assert name == "dunghen-ranking-2026-10-TEST.ON_TIME-all-kind"
    first = dict(zip(columns, rows[0], strict=True))
    assert {len(row) for row in rows} == {len(columns)}
    assert (
        first | {"code": "20242", "points": 19, "maximum": 20, "reason": "VALUE", "indicator": "TEST.ON_TIME", "mapped_from": ""} == first
    )
    assert "rate" not in columns
