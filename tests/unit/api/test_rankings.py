from __future__ import annotations

from typing import Any

from dunghen.domain.units import Catalogue, Setting, Unit
from dunghen.platform.sheets import write_csv
from services.api.downloads import ranking_table
from services.api.rankings import Group, Ranking, RankingAnswer, Side, Wanted, rankings_of, ungrouped
from services.api.rows import NO_COUNTS, Row

FIRST = 20773  # local day 2026-11-16
PUBLISHED = {
    "a": (99, 100),
    "b": (95, 100),
    "c": (90, 100),
    "d": (18, 20),
    "e": (80, 100),
    "f": (4, 5),
    "g": (7, 10),
}  # 1, 2, 3, 3, 4, 4, 5


def row(code: str, numerator: int, denominator: int, **more: Any) -> Row:
    given: dict[str, Any] = {
        "name": code,
        "kind": "locality",
        "type": "Phường",
        "low": None,
        "high": None,
        "band": "none",
        "rank": None,
        "of": None,
        "trend": None,
        "received": denominator,
        "finished": 0,
        "counts": dict(NO_COUNTS),
        "pending": 0,
        "due_today": 0,
        "due_today_left": 0,
        "overdue": 0,
        "paused": 0,
        "feed_seen_at": None,
        "stale": False,
        **more,
    }
    value = numerator / denominator if denominator else None
    return Row(code=code, value=value, numerator=numerator, denominator=denominator, few=0 < denominator < 5, **given)


def ranked(now: list[Row], then: list[Row] | None = None, **wanted: Any) -> list[Ranking]:
    return rankings_of(side(now), side(then or []), Wanted(**{"group": "kind", "order": "lowest", "few": 5, **wanted}))


def side(rows: list[Row]) -> Side:
    by = {one.code: (one.numerator, one.denominator) for one in rows}
    return Side({one.code: one for one in rows}, by, of_dossiers=True, first=FIRST)


def test_ranks_are_dense_and_the_lowest_stands_first() -> None:
    (found,) = ranked([row(code, *rate) for code, rate in PUBLISHED.items()])
    assert [(u.code, u.rank) for u in found.units] == [("g", 5), ("e", 4), ("f", 4), ("c", 3), ("d", 3), ("b", 2), ("a", 1)]
    assert (found.of, found.units[0].of) == (5, 5)
    (other,) = ranked([row(code, *rate) for code, rate in PUBLISHED.items()], order="highest")
    assert [u.rank for u in other.units] == [1, 2, 3, 3, 4, 4, 5]


def test_few_stand_unranked_at_the_end_and_none_behind_them_in_either_order() -> None:
    rows = [row("none", 0, 0), row("few", 0, 4), row("best", 9, 9), row("worst", 0, 5)]
    for order, first in (("lowest", ["worst", "best"]), ("highest", ["best", "worst"])):
        (found,) = ranked(rows, order=order)
        assert [u.code for u in found.units] == [*first, "few", "none"]
        assert [u.rank for u in found.units[2:]] == [None, None]


def test_kinds_are_ranked_apart_and_overall_together() -> None:
    rows = [row("a", 9, 10), row("b", 5, 10, kind="department"), row("c", 7, 10, kind="land_office")]
    assert [(r.kind, [u.rank for u in r.units]) for r in ranked(rows)] == [("locality", [1]), ("department", [1]), ("land_office", [1])]
    (overall,) = ranked(rows, group="overall")
    assert [(u.code, u.rank) for u in overall.units] == [("b", 3), ("c", 2), ("a", 1)]
    assert ranked([], group="overall") == []


def test_peers_are_thirds_of_a_kind_by_what_they_received() -> None:
    rows = [row(str(n), 9, 10, received=received) for n, received in enumerate((3, 3, 40, 50, 900, 1000))]
    rows.append(row("d", 9, 10, kind="department", received=5))
    found = ranked(rows, group="peers")
    groups = {(r.kind, r.third): [u.code for u in r.units] for r in found}
    small, middle, large = (("locality", third) for third in ("small", "middle", "large"))
    assert groups == {small: ["0", "1"], middle: ["2", "3"], large: ["4", "5"], ("department", "small"): ["d"]}


SETTINGS: dict[str, Setting | None] = {"a": "mountain", "b": "mountain", "c": "urban", "d": "island", "e": None}
OTHERS: tuple[Group, ...] = ("overall", "kind", "peers")


def test_units_of_like_setting_are_ranked_apart_and_what_is_not_stated_stands_in_no_group_and_is_named() -> None:
    rows = [row(code, *PUBLISHED[code]) for code in "abcde"]
    rows += [row("H17.10", 9, 10, kind="department"), row("unknown", 9, 10), row("office", 1, 10, kind="land_office")]
    units = [Unit(code, code, "locality", setting=setting) for code, setting in SETTINGS.items()]
    units += [Unit("H17.10", "x", "department"), Unit("office", "y", "land_office", setting="mountain")]
    wanted = Wanted("setting", "lowest", 5, Catalogue(units))
    found = rankings_of(side(rows), side([row("a", 1, 10), row("b", 9, 10), row("c", 10, 10)]), wanted)
    assert [(r.kind, r.third, r.setting, r.of, [(u.code, u.rank, u.before.rank) for u in r.units]) for r in found] == [
        ("locality", "", "urban", 1, [("c", 1, 1)]),
        ("locality", "", "mountain", 2, [("b", 2, 1), ("a", 1, 2)]),
        ("locality", "", "island", 1, [("d", 1, None)]),
        ("land_office", "", "mountain", 1, [("office", 1, None)]),
    ]
    assert ungrouped(side(rows), wanted) == ["H17.10", "e", "unknown"]
    assert [ungrouped(side(rows), wanted._replace(group=group)) for group in OTHERS] == [[], [], []]
    assert {(r.third, r.setting) for r in ranked(rows)} == {("", "")}


def test_that_a_unit_moved_is_said_only_where_the_intervals_part() -> None:
    now = [row("rose", 95, 100), row("still", 90, 100), row("new", 9, 10), row("idle", 0, 0), row("few", 4, 4)]
    then = [row("rose", 60, 100), row("still", 88, 100), row("idle", 9, 10), row("few", 40, 100)]
    (found,) = ranked(now, then, order="highest")
    moved = {u.code: (u.movement.places, u.movement.reason) for u in found.units}
    assert moved == {
        "rose": (2, "PARTED"),
        "still": (None, "OVERLAPPING"),
        "new": (None, "NOTHING_OCCURRED"),
        "idle": (None, "NOTHING_OCCURRED"),
        "few": (None, "TOO_FEW"),
    }
    rose = found.units[0]
    assert (rose.before.rank, rose.before.numerator, rose.movement.difference) == (3, 60, 0.35)


def test_what_a_unit_counts_of_days_before_it_was_founded_says_whose_it_was() -> None:
    catalogue = Catalogue(
        [
            Unit("new", "Mới", "locality", valid_from=FIRST - 5, predecessors=("old", "beside")),
            Unit("old", "Cũ", "locality", valid_to=FIRST - 6),
            Unit("still", "Vẫn", "locality"),
        ]
    )
    rows = [row("new", 9, 10), row("still", 8, 10)]
    for first, then, expected in ((FIRST, FIRST - 1, ([], [])), (FIRST, FIRST - 9, ([], ["old", "beside"])), (FIRST - 9, FIRST - 20, None)):
        now, before = (side(rows)._replace(first=day) for day in (first, then))
        (found,) = rankings_of(now, before, Wanted("kind", "highest", 5, catalogue))
        new, still = found.units
        assert (new.mapped_from, new.before.mapped_from) == (expected or (["old", "beside"], ["old", "beside"]))
        assert (still.mapped_from, still.before.mapped_from) == ([], [])


def test_as_a_sheet_no_name_is_a_formula() -> None:
    units = ranked([row("a", 9, 10, name="=1+1"), row("b", 4, 10)])
    words = dict.fromkeys(("as_of", "known_at", "first", "last", "before_first", "before_last"), "2026-11-16")
    answer = RankingAnswer(
        **words,
        version=7,
        policy=1,
        period="month",
        rate="official",
        indicator=None,
        kind="all",
        group="kind",
        order="lowest",
        stale=False,
        rankings=units,
        ungrouped=[],
    )
    name, *table = ranking_table(answer)
    text = write_csv(*table).decode()
    assert name == "dunghen-ranking-month-official-all-kind"
    assert text.startswith("\ufeffgroup_kind,group_third,code,name,")
    lines = text.splitlines()
    assert [line.split(",")[2:4] for line in lines[1:]] == [["b", "b"], ["a", "'=1+1"]]
    assert {line.count(",") for line in lines} == {lines[0].count(",")}
