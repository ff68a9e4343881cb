"""Random sets of indicators, days of dossiers, facts and tasks: what the map shows and what SQL says are the same, in every window."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import msgspec
import pytest

from dunghen.cli.recompute.fact_table import rows_of, task_rows_of
from dunghen.cli.recompute.indicators import Asked, Definitions
from dunghen.cli.recompute.looks import looks_of
from dunghen.cli.recompute.windows import with_calendar_ends
from dunghen.cli.reconcile.indicators import compare_indicator, found_for
from dunghen.contracts.facts import Fact, FactBook, facts_by_unit
from dunghen.contracts.messages import UnitScore
from dunghen.contracts.scores import live_windows, unit_score
from dunghen.contracts.statements import StatementBook, Task, statements_by_unit
from dunghen.domain.days import date_of, day_number
from dunghen.domain.marks import COUNTERS
from dunghen.domain.policy import Policy
from dunghen.domain.rates import DaySeries
from dunghen.domain.tasks import BLOCS
from dunghen.domain.windows import WINDOWS, Window
from services.api.board_messages import Meta
from services.api.indicator_view import view_of
from services.api.views import Scene, ViewKey, heading

TODAY = day_number(date(2026, 11, 16))
UNITS = {"20242": "locality", "20194": "locality", "20197": "locality", "H17.10": "department"}
COUNTS = ("received", "online", "early", "on_day", "late", "fee", "paid_online", "paid_national", "gateway_told", "form_told", "by_post")
GROUPS = [
    {"code": code, "parent": parent, "name_vi": "a", "name_en": "a", "maximum": maximum}
    for code, parent, maximum in (("top", "", 900), ("left", "top", 600), ("leaf", "left", 300), ("n1", "", 300))
]
WORDS = {"name_vi": "a", "name_en": "a", "meaning_vi": "a", "meaning_en": "a"}


def some_set(rng: Random) -> dict[str, Any]:
    indicators: list[dict[str, Any]] = []
    for number in range(8):
        kind = rng.choice(("ratio", "threshold", "sum", "plan_actual", "manual"))
        one = {"code": f"SET.N{number}", "kind": kind, "maximum": rng.choice((0, 5, 20)), **WORDS, **inputs(rng, kind)}
        one["group"] = rng.choice(("top", "left", "leaf", "n1"))
        if kind == "threshold" or (kind == "sum" and one["maximum"]):
            one["threshold"] = rng.choice((10, 50, 80.5))
        elif kind == "ratio" and rng.random() < 0.3:
            one["direction"] = "lower"
        if rng.random() < 0.5:
            one["bands"] = some_bands(rng, one.get("direction", "higher"))
        one["facts_over"] = rng.choice(("sum", "latest"))
        if rng.random() < 0.5:
            one["kinds"] = rng.choice((["locality"], ["city"]))
        indicators += versions(rng, one)
    total = any(one["maximum"] for one in indicators)
    of = {"code": "SET", "name_vi": "a", "name_en": "a", "total": total, "groups": GROUPS, "indicators": indicators}
    classes = [{"code": f"c{least}", "name_vi": "a", "name_en": "a", "from": least} for least in rng.sample(range(0, 101, 10), 4)]
    return {**of, "classes": classes, **({"bands": {"green": 60.5, "orange": 20}} if rng.random() < 0.3 else {})}


def some_bands(rng: Random, direction: str) -> dict[str, Any]:
    """Three, or fewer, at most one decimal, from green on."""
    given = sorted(rng.sample(range(1, 1000), 3), reverse=direction == "higher")
    return {
        name: tenths / 10
        for name, tenths in zip(("green", "yellow", "orange"), given, strict=True)
        if name == "green" or rng.random() < 0.7
    }


def inputs(rng: Random, kind: str) -> dict[str, Any]:
    terms = [
        *COUNTS,
        "fact",
        "fact:SET.N0",
        "tasks",
        "tasks:party",
        "tasks:front",
        "tasks@KH02",
        "tasks:party@KH02",
        "tasks@NONE",
        "official",
        "resolved",
        "due_cohort",
        "statutory",
    ]
    if kind == "sum":
        return {"numerator": rng.sample(terms, rng.randrange(1, 3))}
    if kind in ("plan_actual", "manual") or rng.random() < 0.3:
        return {}
    return {"numerator": rng.sample(terms, rng.randrange(1, 3)), "denominator": rng.sample(terms, rng.randrange(1, 3))}


def versions(rng: Random, one: dict[str, Any]) -> list[dict[str, Any]]:
    """One, or two of which the second begins some day of this year, sometimes after a gap, and sometimes counts something else."""
    if rng.random() < 0.4:
        return [one]
    change = TODAY - rng.randrange(0, 100)
    newer = {**one, "version": 2, "valid_from": date_of(change).isoformat(), **(inputs(rng, one["kind"]) if rng.random() < 0.6 else {})}
    return [{**one, "valid_to": date_of(change - 1 - rng.choice((0, 0, 5))).isoformat()}, newer]


def some_facts(rng: Random) -> list[Fact]:
    periods = ["2026", "2026-Q3", "2026-Q4", "2026-09", "2026-10", "2026-11", "2026-11-03", "2026-11-16", "2026-12"]
    return [
        Fact(
            id=f"{rng.randrange(1 << 60):016x}",
            unit=rng.choice([*UNITS, "H17"]),
            code=f"SET.N{rng.randrange(8)}",
            period=rng.choice(periods),
            kind=rng.choices(("value", "not_assessed", "withdrawn"), (20, 1, 1))[0],
            numerator=rng.choice((rng.randrange(200), rng.randrange(1 << 53))),
            denominator=rng.choice((None, 0, 100, 150)),
            source="H17",
            occurred_at=rng.randrange(5),
            arrived_at=rng.randrange(5),
        )
        for _ in range(250)
    ]


def some_tasks(rng: Random) -> list[Task]:
    """Of this year and the last, some done in time, some after the year; some blocs of some units not assessed."""
    return [
        Task(
            id=f"{rng.randrange(1 << 60):016x}",
            unit=rng.choice([*UNITS, "H17"]),
            bloc=rng.choice(BLOCS),
            year=rng.choice((2025, 2026)),
            kind=kind,
            plan="" if kind == "not_assessed" else rng.choice(("", "KH02", "KH02", "CT")),
            code="" if kind == "not_assessed" else f"N{rng.randrange(4)}",
            due_on=TODAY,
            done_on=rng.choice((None, TODAY - rng.randrange(500))),
            source="H17",
            occurred_at=rng.randrange(5),
            arrived_at=rng.randrange(5),
        )
        for kind in rng.choices(("task", "not_assessed", "withdrawn"), (20, 1, 3), k=90)
    ]


def some_days(rng: Random) -> DaySeries:
    return DaySeries({TODAY - n: [rng.randrange(4) for _ in COUNTERS] for n in range(120) if rng.random() < 0.5})


def by_batch(series: DaySeries, unit: str, definitions: Definitions) -> UnitScore:
    """As the batch path counts a unit: the stretches as windows of their own."""
    windows = {name: Window(first, last) for name, first, last in definitions.windows()}
    return unit_score(unit, series, (TODAY, TODAY - 1), windows)


@pytest.mark.parametrize("seed", range(12))
def test_map_and_sql_say_the_same(seed: int) -> None:
    rng = Random(seed)
    body = {"sets": [some_set(rng)]}
    units = {"units": [{"code": code, "name": code, "kind": kind} for code, kind in UNITS.items()]}
    rules = {"few": rng.randrange(8)}
    bodies = {"city": {"code": "H17", "name": "x"}, "units": units, "rules": rules, "bands": {"green": 93.5}, "indicators": body}
    policy = Policy.from_bodies(1, bodies)
    facts, series = some_facts(rng), {unit: some_days(rng) for unit in UNITS}
    series["20194"] = DaySeries()  # nothing ever occurred here
    book = FactBook()
    for fact in facts:
        book.take(fact)
    told, tasks = StatementBook(), some_tasks(rng)
    for task in tasks:
        told.take(task)
    by_unit, statements = facts_by_unit(book), statements_by_unit(told)
    for unit in statements.tasks:
        by_unit.put_tasks(unit, statements.series(unit))
    scores = {unit: unit_score(unit, days, (TODAY, TODAY - 1), live_windows(policy.indicators, TODAY)) for unit, days in series.items()}
    scene = Scene(Meta(version=1, policy=1, day=TODAY, known_at=0), policy, scores, {}, by_unit)
    definitions = Definitions(body, with_calendar_ends(TODAY))
    batch = {unit: by_batch(days, unit, definitions) for unit, days in series.items()}
    figures = definitions.figures(
        Asked({unit: (unit, kind) for unit, kind in UNITS.items()}, batch, "H17"), (rows_of(facts), task_rows_of(tasks))
    )
    definitions.close()
    known = policy.indicators
    assert "SET.N1" not in known.parts, "an indicator goes before a group of its code"
    totals = [code for code in ("SET", *known.parts) if known.set_with_total(code) and known.of_set(code, TODAY)]
    codes = [one.code for one in known.of_set("SET", TODAY)] + totals
    cells, seen, looks = 0, set[tuple[str, Any]](), looks_of(bodies, TODAY)
    for window in WINDOWS:
        for code in codes:
            shown = answer(scene, window, code)
            found = compare_indicator(shown, found_for(shown, {unit: unit for unit in UNITS}, figures), scores, looks)
            assert found.differences == (), f"{found.differences} of {body}"
            cells += found.cells
            seen |= {(name, row[name]) for row in shown["units"] for name in ("band", "standing", "rank", "few")}
    assert cells >= 7 * 8 * 4 * 40
    assert {("rank", 1), ("rank", 2), ("few", False)} <= seen
    assert len({band for member, band in seen if member == "band"}) >= 3


def answer(scene: Scene, window: str, code: str) -> dict[str, Any]:
    view = view_of(ViewKey(window=window, indicator=code))
    view.show(scene)
    rows = msgspec.to_builtins({"units": list(view.rows.values()), "city": view.city})
    return {**heading(scene, view.key), **rows}
