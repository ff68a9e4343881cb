from __future__ import annotations

from dataclasses import replace

import pytest

from dunghen.domain.indicators import Indicator, Term, Text
from dunghen.domain.told_periods import PERIOD_KINDS, kind_of, periods_for

WORDS = Text("a", "a")
TOLD = Indicator("S.T", "S", "", WORDS, WORDS, "ratio", (Term("fact", "S.T"),), (Term("fact", "S.T"),))
LIVE = Indicator("S.L", "S", "", WORDS, WORDS, "ratio", (Term("rate", "resolved"),), (Term("rate", "resolved"),))
ALL = list(PERIOD_KINDS)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("2026-10-03", "day"),
        ("today", "day"),
        ("7d", "day"),
        ("90d", "day"),
        ("2026-10", "month"),
        ("month", "month"),
        ("2026-Q3", "quarter"),
        ("quarter", "quarter"),
        ("2026", "year"),
        ("year", "year"),
    ],
)
def test_a_period_is_of_a_kind(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("told", "periods"),
    [
        ([], []),
        (["2025"], ["year"]),
        (["2026-Q3", "2025"], ["quarter", "year"]),
        (["2026-10"], ["month", "quarter", "year"]),
        (["2026", "2026-10-03"], ALL),
    ],
)
def test_facts_that_are_added_count_in_no_shorter_period_than_they_were_told_by(told: list[str], periods: list[str]) -> None:
    assert periods_for([TOLD], {"S.T": told}) == periods


def test_dossiers_count_in_all_and_what_stands_until_a_newer_figure_too_once_it_was_told() -> None:
    standing = replace(TOLD, facts_over="latest")
    assert periods_for([LIVE], {}) == ALL
    assert (periods_for([standing], {"S.T": ["2025"]}), periods_for([standing], {})) == (ALL, [])


def test_of_several_facts_that_are_all_needed_the_longest_decides_and_of_a_set_any_indicator() -> None:
    both = replace(TOLD, denominator=(Term("fact", "S.OF"),))
    assert periods_for([both], {"S.T": ["2026-10"], "S.OF": ["2026"]}) == ["year"]
    assert periods_for([both], {"S.T": ["2026-10"]}) == []
    assert periods_for([both, TOLD], {"S.T": ["2026-10"], "S.OF": ["2026"]}) == ["month", "quarter", "year"]
    assert periods_for([both, LIVE], {}) == ALL
