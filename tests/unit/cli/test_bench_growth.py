"""A long measurement that is stopped goes on where it was, and what it says at the end is what its steps say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dunghen.cli.bench.growth import Case, Journal, attempts, cases, first, interrupted, measured, nothing_waits, ratios, summary

CASE = Case(94, 1_000_000, (1, 2))
HELD = {"step": "held", "seconds": 9.0, "bytes_per_dossier": 250.0, "takeover_seconds": 5.0}


def ran(cpu: float, processes: int = 1) -> list[dict[str, Any]]:
    """The two steps of a run."""
    figures = {"cpu_us_per_event": cpu, "events_per_second": 1e6 / cpu, "processes": processes}
    return [{"step": "begun", "number": 0}, {"step": "measured", "figures": figures}]


def test_the_city_is_compared_with_more_units_and_with_more_dossiers() -> None:
    assert [(case.units, case.dossiers) for case in cases(1_000_000, 3321)] == [(94, 1_000_000), (3321, 1_000_000), (94, 10_000_000)]


def test_steps_are_read_as_they_were_noted(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "steps.jsonl")
    assert journal.steps() == []
    with journal.timed("held") as told:
        told["rss_mb"] = 300.0
    journal.note("begun", number=0)
    steps = journal.steps()
    assert [step["step"] for step in steps] == ["held", "begun"]
    assert steps[0]["rss_mb"] == 300.0
    assert steps[0]["seconds"] >= 0
    assert first(steps, "put") is None
    assert first(steps, "held") == steps[0]


def test_a_step_that_fails_is_not_noted(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "steps.jsonl")
    with pytest.raises(TimeoutError), journal.timed("held"):
        raise TimeoutError
    assert journal.steps() == []


def test_the_dossiers_of_a_run_that_was_stopped_are_used_up() -> None:
    steps = [HELD, *ran(9.0), {"step": "begun", "number": 1}]
    assert attempts(steps) == 2
    assert len(measured(steps, 1)) == 1
    assert interrupted(steps)
    assert not interrupted([*steps, {"step": "caught up"}])
    assert not interrupted([])


def test_each_number_of_processes_is_summed_up_by_itself() -> None:
    steps = [HELD, *ran(9.0), *ran(8.0), *ran(10.0), *ran(20.0, 2)]
    one, two = summary(CASE, steps)
    assert (one["cpu_us_per_event"], one["runs"], one["bytes_per_dossier"]) == (9.0, 3, 250.0)
    assert (two["cpu_us_per_event"], two["runs"]) == (20.0, 1)
    assert list(summary(CASE, [HELD])) == []


def test_every_case_is_compared_with_the_first() -> None:
    found = [*summary(CASE, [HELD, *ran(8.0), *ran(10.0, 2)]), *summary(Case(94, 10), [{**HELD, "bytes_per_dossier": 200.0}, *ran(9.0)])]
    assert ratios(found) == {
        "94 units, 1000000 dossiers, 2 processes": {"cpu_us_per_event": 1.25, "events_per_second": 0.8, "bytes_per_dossier": 1.0},
        "94 units, 10 dossiers, 1 processes": {"cpu_us_per_event": 1.12, "events_per_second": 0.89, "bytes_per_dossier": 0.8},
    }


def test_nothing_waits_once_all_partitions_of_both_stages_say_so() -> None:
    def of(stage: str, *values: float) -> dict[str, float]:
        return {f'dunghen_scoring_waiting_events{{partition="{p}",stage="{stage}"}}': v for p, v in enumerate(values)}

    level = {**of("fold", 0, 0), **of("score", 0, 0), "dunghen_scoring_hidden_events": 7.0}
    assert nothing_waits([level], 2)
    assert nothing_waits([of("fold", 0, 0), of("score", 0, 0)], 2)
    assert not nothing_waits([{**level, **of("score", 0, 3)}], 2)
    assert not nothing_waits([of("fold", 0, 0)], 2)
