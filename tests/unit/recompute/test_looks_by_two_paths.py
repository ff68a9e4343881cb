"""Bands, intervals, classes and ranks by the batch path against those of the domain, in random integers of any size; and by hand."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest

from dunghen.cli.recompute.looks import ALLOWED, Look, looks_of, within
from dunghen.domain.bands import Thresholds, wilson
from dunghen.domain.indicator_values import band_of, class_of
from dunghen.domain.indicators import Class, Direction, Text
from dunghen.domain.ranking import dense_ranks

RNG = Random(7)
PAIRS = [(good, of) for of in (0, 1, 3, 4, 10, 1000) for good in {0, of // 3, of * 9 // 10, of}]
PAIRS += [(RNG.randrange(n + 1), n) for n in (RNG.randrange(1, 10 ** RNG.randrange(1, 9)) for _ in range(3000))]
PAIRS += [(900 * n - off, 1000 * n) for n in (1, 7, 10**6, 10**15) for off in (-1, 0, 1)]


@pytest.mark.parametrize("direction", ["higher", "lower"])
def test_bands_are_those_of_the_domain(direction: Direction) -> None:
    given = (900, 655, 300) if direction == "higher" else (300, 655, 900)
    look = Look((Fraction(given[0], 1000), Fraction(given[1], 1000), Fraction(given[2], 1000)), 5, lower=direction == "lower")
    found = {look.of(*pair)["band"] for pair in PAIRS}
    assert found == {"green", "yellow", "orange", "red", "none"}
    for pair in PAIRS:
        assert look.of(*pair)["band"] == band_of(*pair, Thresholds(*given), direction), pair


def test_intervals_are_those_of_the_domain_but_for_their_last_digit() -> None:
    look = Look(None, 5)
    for good, of in PAIRS:
        found = look.of(good, of)
        low, high = wilson(good, of) if of and of >= good else (None, None)
        assert within(low, found["low"]), (good, of)
        assert within(high, found["high"]), (good, of)
    assert not within(0.5 + 2 * ALLOWED, 0.5)
    assert not within(None, 0.5)
    assert not within("0.5", 0.5)
    known = look.of(81, 263)  # Newcombe 1998, table I: 0.2553 to 0.3662
    assert (round(known["low"], 4), round(known["high"], 4)) == (0.2553, 0.3662)


def test_ranks_are_dense_within_a_kind_and_exact() -> None:
    for few in (0, 1, 5):
        for lower in (False, True):
            look, sign = Look(None, few, lower=lower), -1 if lower else 1
            given = {str(i): (RNG.choice(("a", "b")), RNG.randrange(9), RNG.randrange(9)) for i in range(60)}
            given |= {"near": ("a", 10**15, 10**15 + 1), "nearer": ("a", 10**15 + 1, 10**15 + 2)}
            found = look.places(given)
            for kind in ("a", "b"):
                ranks = dense_ranks(((unit, sign * num, den) for unit, (of, num, den) in given.items() if of == kind), few)
                mine = {unit: place for unit, place in found.items() if given[unit][0] == kind}
                assert {unit: rank for unit, (rank, _) in mine.items() if rank is not None} == ranks
                assert {of for _, of in mine.values()} == {max(ranks.values())}


def test_nobody_is_ranked_where_all_are_few() -> None:
    assert Look(None, 5).places({"a": ("x", 1, 4), "b": ("x", 2, 2)}) == {"a": (None, 0), "b": (None, 0)}
    assert Look(None, 5, of_dossiers=False).places({"a": ("x", 1, 4), "b": ("x", 0, 0)}) == {"a": (1, 1), "b": (None, 1)}


def test_classes_are_those_of_the_domain() -> None:
    steps = (("good", 65), ("best", 90), ("fair", 50))
    look = Look(None, 5, classes=tuple((code, Fraction(least, 100)) for code, least in steps))
    classes = [Class(code, Text("", ""), least * 10) for code, least in steps]
    for num, den in PAIRS:
        assert look.standing(num, den) == (class_of(Fraction(num), den, classes) if den else "")


WORDS = {"name_vi": "a", "name_en": "a"}
RATIO = {"kind": "ratio", "numerator": ["early"], "denominator": ["received"]}
SET: dict[str, Any] = {"code": "S", **WORDS, "total": True, "groups": [{"code": "g", "maximum": 9, **WORDS}]}


@pytest.mark.parametrize(
    ("indicator", "limits", "of_dossiers"),
    [
        (RATIO, (0.9, 0.8, 0.7), True),
        ({**RATIO, "bands": {"green": 50}}, (0.5, 0.5, 0.5), True),
        ({**RATIO, "bands": {"green": 5.5, "yellow": 10}}, (0.055, 0.1, 0.1), True),
        ({**RATIO, "denominator": ["fact:S.N"]}, (0.9, 0.8, 0.7), False),
        ({**RATIO, "denominator": ["tasks@KH02"]}, (0.9, 0.8, 0.7), False),
        ({"kind": "threshold"}, (0.9, 0.8, 0.7), False),
        ({"kind": "sum", "numerator": ["received"]}, None, False),
        ({"kind": "sum", "numerator": ["received"], "bands": {"green": 20, "yellow": 10.5}}, (20, 10.5, 10.5), False),
        ({"kind": "rank"}, None, False),
    ],
)
def test_how_an_indicator_looks_is_read_from_the_policy(
    indicator: dict[str, Any], limits: tuple[float, ...] | None, of_dossiers: bool
) -> None:
    look = looks_of({"indicators": {"sets": [{**SET, "indicators": [{"code": "S.N", **indicator}]}]}}, 20773).measures["S.N"]
    assert (look.limits and tuple(map(float, look.limits)), look.of_dossiers) == (limits, of_dossiers)


def test_a_set_gives_its_limits_to_its_indicators_and_totals_and_its_classes_to_itself() -> None:
    classes = [{"code": "best", "from": 90, **WORDS}]
    versions = [
        {**RATIO, "code": "S.N", "valid_to": "2026-11-15"},
        {**RATIO, "code": "S.N", "valid_from": "2026-11-16", "direction": "lower"},
    ]
    body = {"sets": [{**SET, "bands": {"green": 60}, "classes": classes, "indicators": [*versions, {"code": "S.SUM", "kind": "sum"}]}]}
    today = looks_of({"indicators": body, "rules": {"few": 3}}, 20773)
    assert set(today.measures) == {"S", "S.G", "S.N", "S.SUM"}
    assert {look.limits for look in today.measures.values()} == {(Fraction(3, 5),) * 3}
    assert [today.measures[code].classes for code in ("S", "S.G")] == [(("best", Fraction(9, 10)),), ()]
    assert (today.measures["S.N"].lower, today.measures["S.N"].few, today.rate.few) == (True, 3, 3)
    assert not looks_of({"indicators": body}, 20772).measures["S.N"].lower
