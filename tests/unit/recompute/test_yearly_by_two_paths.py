"""Random points told of a random year: what a ranking shows and what the batch path says are the same; drafts are in neither."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

import msgspec
import pytest

from dunghen.cli.recompute.fact_table import rows_of
from dunghen.cli.recompute.indicators import CITY, Asked, Definitions
from dunghen.cli.recompute.looks import looks_of
from dunghen.cli.recompute.windows import with_calendar_ends
from dunghen.cli.recompute.yearly import BatchSheet, yearly_sheets
from dunghen.cli.reconcile.indicators import compare_indicator, found_for
from dunghen.cli.reconcile.yearly import compare_yearly
from dunghen.contracts.facts import Fact, FactBook, FactKind, facts_by_unit
from dunghen.contracts.facts import PublicFacts as Public
from dunghen.contracts.messages import UnitScore
from dunghen.contracts.scores import unit_score
from dunghen.domain.days import day_number
from dunghen.domain.policy import Policy
from dunghen.domain.rates import DaySeries
from dunghen.domain.windows import resolve
from services.api.board_messages import Meta
from services.api.indicator_view import view_of
from services.api.views import Scene, ViewKey, heading
from services.api.yearly_rankings import Wanted, yearly_answer

TODAY = day_number(date(2026, 11, 16))
WORDS = {"name_vi": "a", "name_en": "a", "meaning_vi": "a", "meaning_en": "a"}
CLASSES = [{"code": "good", "name_vi": "a", "name_en": "a", "from": 80}, {"code": "weak", "name_vi": "a", "name_en": "a", "from": 0}]
UNITS = [{"code": f"2024{n}", "name": f"x{n}", "kind": "locality"} for n in range(8)]
UNITS += [{"code": f"H17.0{n}", "name": f"y{n}", "kind": "department"} for n in range(1, 4)]
UNITS += [{"code": "H17.09", "name": "z", "kind": "department", "valid_from": "2026-03-01"}]


def a_set(code: str, **other: Any) -> dict[str, Any]:
    one = {"kind": "manual", "facts_over": "latest", **WORDS, **other}
    two = {**one, "code": f"{code}.TWO", "maximum": 20}
    versions = [{**two, "valid_to": "2024-12-31"}, {**two, "version": 2, "maximum": 30, "valid_from": "2025-01-01"}]
    shared = {**one, "code": f"{code}.SHARE", "kind": "ratio", "maximum": 5}
    return {
        "code": code,
        "name_vi": "a",
        "name_en": "a",
        "total": True,
        "yearly": True,
        "classes": CLASSES,
        "indicators": [{**one, "code": f"{code}.ONE", "maximum": 10}, *versions, shared],
    }


SETS = [a_set("RANKED"), a_set("CITYS", kinds=["city"]), a_set("SOME", kinds=["department"])]
PUBLISHED = [{"set": code, "year": year, "at": 1} for code in ("RANKED", "CITYS", "SOME") for year in (2024, 2025)]
BODIES: dict[str, Any] = {
    "city": {"code": "H17", "name": "x"},
    "units": {"units": UNITS},
    "indicators": {"sets": SETS},
    "publications": {"published": PUBLISHED},
}
POLICY = Policy.from_bodies(1, BODIES)


def some_facts(rng: Random) -> list[Fact]:
    codes = [f"{one['code']}.{name}" for one in SETS for name in ("ONE", "TWO", "SHARE")]
    return [a_fact(rng, unit, code, year) for unit in (*(u["code"] for u in UNITS), "H17") for code in codes for year in (2024, 2025, 2026)]


def a_fact(rng: Random, unit: str, code: str, year: int) -> Fact:
    kind: FactKind = rng.choices(("value", "not_assessed", "withdrawn"), (20, 2, 1))[0]
    return Fact(
        id=f"{rng.randrange(1 << 60):016x}",
        unit=unit,
        code=code,
        period=str(year),
        kind=kind,
        numerator=rng.choice((40, 60, 60, 75, 310)),
        denominator=rng.choice((10, 10, 7, None)) if code.endswith("TWO") else 10,
        source="S",
        occurred_at=rng.randrange(9),
        arrived_at=1,
        stage="self" if not code.endswith("SHARE") and rng.random() < 0.3 else "",
    )


def scene_of(facts: list[Fact]) -> Scene:
    book = FactBook()
    for fact in facts:
        book.take(fact)
    told = facts_by_unit(book)
    meta = Meta(version=1, policy=1, day=TODAY, known_at=0)
    return Scene(meta, POLICY, {}, {}, Public(told, POLICY.indicators, POLICY.publications), told)


@pytest.mark.parametrize("seed", range(2))
def test_a_published_ranking_and_the_batch_path_say_the_same(seed: int) -> None:
    rng = Random(seed)
    facts = [fact for _ in range(3) for fact in some_facts(rng)]
    scene, ranked, compared = scene_of(facts), 0, 0
    for one in PUBLISHED:
        of, year = POLICY.indicators.sets[str(one["set"])], str(one["year"])
        answer = msgspec.to_builtins(yearly_answer(scene, POLICY, Wanted(of, year, "published"), None))
        found = compare_yearly(answer, yearly_sheets(BODIES, rows_of(facts), (of.code, year)))
        assert (found.differences, found.cells > 10) == ((), True)
        compared += befores_alike(answer, yearly_sheets(BODIES, rows_of(facts), (of.code, str(int(year) - 1))))
        ranked += sum(row["rank"] is not None for group in answer["rankings"] for row in group["units"])
    assert ranked > 20
    assert compared == 15  # all units and the city


def befores_alike(answer: dict[str, Any], batch: Mapping[str, BatchSheet]) -> int:
    """What each unit was in the year before is its sheet of that year, and nothing where that year is not public; gives how many were."""
    rows = {row["code"]: row["before"] for group in answer["rankings"] for row in group["units"]}
    if answer["city"] is not None:
        rows[CITY] = answer["city"]["before"]
    if answer["period"] == "2024":
        assert set(rows.values()) == {None}
        return 0
    for unit, before in rows.items():
        points = batch[unit].total.points
        assert (before["year"], before["rank"], before["units"]) == ("2024", batch[unit].rank, [])
        assert (before["points"], before["maximum"]) == (None if points is None else float(points), batch[unit].total.maximum)
    return len(rows)


@pytest.mark.parametrize("seed", range(2))
def test_the_map_shows_no_draft_and_neither_does_the_batch_path(seed: int) -> None:
    facts = some_facts(Random(seed))
    scene, published = scene_of(facts), [(str(one["set"]), int(str(one["year"]))) for one in PUBLISHED]
    definitions = Definitions(BODIES["indicators"], with_calendar_ends(TODAY), published)
    kinds = {unit["code"]: (unit["code"], unit["kind"]) for unit in UNITS}
    figures = definitions.figures(Asked(kinds, {}, "H17"), (rows_of(facts), ()))
    definitions.close()
    values = 0
    for code in ("RANKED", "RANKED.TWO", "CITYS", "CITYS.ONE", "SOME.SHARE"):
        view = view_of(ViewKey(window="month", indicator=code))
        view.show(scene)
        answer = {**heading(scene, view.key), **msgspec.to_builtins({"units": list(view.rows.values()), "city": view.city})}
        wanted = found_for(answer, {code: code for code in kinds}, figures)
        assert compare_indicator(answer, wanted, {unit: nothing_counted(unit) for unit in kinds}, looks_of(BODIES, TODAY)).differences == ()
        values += sum(row["reason"] == "VALUE" for row in answer["units"])
    assert values > 10  # those of 2025, though 2026 was told
    whole = Definitions(BODIES["indicators"], with_calendar_ends(TODAY))
    assert whole.figures(Asked(kinds, {}, "H17"), (rows_of(facts), ())) != figures
    whole.close()


def nothing_counted(unit: str) -> UnitScore:
    return unit_score(unit, DaySeries(), (TODAY, TODAY - 1), {"month": resolve("month", TODAY)})


NOT_FIGURES = {"code", "name", "type", "criteria", "before"}  # `before`: the ranking of that year
FACTS = some_facts(Random(1))
SHEETS = yearly_sheets(BODIES, rows_of(FACTS), ("RANKED", "2025"))


def ranking() -> dict[str, Any]:
    of = POLICY.indicators.sets["RANKED"]
    answer: dict[str, Any] = msgspec.to_builtins(yearly_answer(scene_of(FACTS), POLICY, Wanted(of, "2025", "published"), None))
    return answer


@pytest.mark.parametrize("place", [0, -1], ids=["ranked", "not ranked"])
def test_a_wrong_figure_is_found(place: int) -> None:
    row = ranking()["rankings"][0]["units"][place]
    of_a_criterion = [(index, member) for index in range(3) for member in ("points", "self_points", "gap", "reason")]
    for index, member in [*((None, member) for member in sorted(row.keys() - NOT_FIGURES)), *of_a_criterion]:
        answer = ranking()
        unit = answer["rankings"][0]["units"][place]
        wrong = unit if index is None else unit["criteria"][index]
        wrong[member] = "x" if wrong[member] is None else not wrong[member] if isinstance(wrong[member], bool) else wrong[member] * 2 or 9
        (difference,) = compare_yearly(answer, SHEETS).differences
        assert (difference.cell.unit, difference.cell.figure, difference.live) == (unit["code"], member, wrong[member])


def test_who_or_what_is_left_out_is_found() -> None:
    answer = ranking()
    gone = answer["rankings"][0]["units"].pop(0)
    del answer["rankings"][0]["units"][0]["criteria"][0]
    found = {(one.cell.unit, one.cell.rate, one.cell.figure) for one in compare_yearly(answer, SHEETS).differences}
    assert found == {(gone["code"], "RANKED", "there"), (answer["rankings"][0]["units"][0]["code"], "RANKED.ONE", "there")}


def test_a_criterion_of_a_later_year_is_in_no_sheet_before_it() -> None:
    later = {
        **SETS[0],
        "indicators": [*SETS[0]["indicators"], {**SETS[0]["indicators"][0], "code": "RANKED.NEW", "valid_from": "2026-01-01"}],
    }
    bodies = {**BODIES, "indicators": {"sets": [later]}}
    policy = Policy.from_bodies(1, {**bodies, "publications": {"published": [one for one in PUBLISHED if one["set"] == "RANKED"]}})
    told = scene_of(FACTS).told
    meta = Meta(version=1, policy=1, day=TODAY, known_at=0)
    scene = Scene(meta, policy, {}, {}, Public(told, policy.indicators, policy.publications), told)
    answer = msgspec.to_builtins(yearly_answer(scene, policy, Wanted(policy.indicators.sets["RANKED"], "2025", "published"), None))
    assert compare_yearly(answer, yearly_sheets(bodies, rows_of(FACTS), ("RANKED", "2025"))).differences == ()
    assert any(row["complete"] for row in answer["rankings"][0]["units"])
