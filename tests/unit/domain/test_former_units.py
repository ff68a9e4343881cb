from __future__ import annotations

import pytest

from dunghen.domain.former_units import former_units, mapped_from
from dunghen.domain.units import Catalogue, Unit

CATALOGUE = Catalogue(
    [
        Unit("a", "a", "locality", valid_to=99),
        Unit("b", "b", "locality", valid_to=99),
        Unit("ab", "ab", "locality", valid_from=100, valid_to=199, predecessors=("a", "b")),
        Unit("c", "c", "locality", valid_to=199),
        Unit("abc", "abc", "locality", valid_from=200, predecessors=("ab", "c", "unknown")),
        Unit("kept", "kept", "locality", predecessors=("c",)),
        Unit("ring", "ring", "locality", valid_from=50, predecessors=("ring", "gnir")),
        Unit("gnir", "gnir", "locality", valid_from=40, predecessors=("ring",)),
    ]
)


@pytest.mark.parametrize(
    ("code", "first", "former"),
    [
        ("abc", 200, []),
        ("abc", 150, ["ab", "c", "unknown"]),
        ("abc", 100, ["ab", "c", "unknown"]),
        ("abc", 99, ["ab", "c", "unknown", "a", "b"]),
        ("ab", 150, []),
        ("kept", 0, []),
        ("ring", 0, ["gnir"]),
        ("nobody", 0, []),
    ],
)
def test_days_before_a_unit_was_founded_are_those_of_the_units_whose_place_it_took(code: str, first: int, former: list[str]) -> None:
    assert mapped_from(CATALOGUE, code, first) == former


@pytest.mark.parametrize(
    ("code", "day", "former"),
    [
        ("abc", 199, ["ab", "c"]),
        ("abc", 99, ["c", "a", "b"]),
        ("abc", 250, []),
        ("kept", 150, ["c"]),
        ("kept", 200, []),
        ("ring", 45, ["gnir"]),
        ("nobody", 45, []),
    ],
)
def test_the_units_of_a_day_whose_place_a_unit_has_taken_since(code: str, day: int, former: list[str]) -> None:
    assert [unit.code for unit in former_units(CATALOGUE, code, day)] == former
