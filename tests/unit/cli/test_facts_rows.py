"""Rows of an operator's table as statements: what they say, what they change, and why one is refused, by row and column."""

from __future__ import annotations

import pytest

from dunghen.cli.facts.changes import changes_of, item_of
from dunghen.cli.facts.rows import LAYOUT, Refused, Statement, statements
from dunghen.cli.sheets import Cell, Row
from dunghen.contracts.facts import Fact, FactBook
from dunghen.domain.days import date, day_number
from dunghen.domain.policy import Policy

WORDS = {"name_vi": "a", "name_en": "a", "meaning_vi": "a", "meaning_en": "a"}
SETS = [{"code": "TEST", "name_vi": "a", "name_en": "a", "indicators": [{"code": "TEST.TOLD", "kind": "ratio", **WORDS}]}]
UNITS = [
    {"code": "20242", "name": "Hải Châu", "kind": "locality", "type": "Phường", "wire_codes": ["H17.31"]},
    {"code": "20194", "name": "Hải Vân", "kind": "locality", "type": "Phường"},
    {"code": "20195", "name": "Hải Vân", "kind": "locality", "type": "Xã"},
]
POLICY = Policy.from_bodies(1, {"city": {"code": "H17", "name": "Đà Nẵng"}, "units": {"units": UNITS}, "indicators": {"sets": SETS}})
TODAY = day_number(date(2026, 11, 16))
GOOD = {"unit": "20242", "code": "TEST.TOLD", "period": "2026-10", "numerator": "41", "denominator": "44"}


def rows(*given: dict[str, str]) -> list[Row]:
    return [Row(i, {name: Cell(text) for name, text in {**GOOD, **one}.items()}) for i, one in enumerate(given, 2)]


def read(*given: dict[str, str]) -> tuple[list[Statement], list[Refused]]:
    return statements(rows(*given), POLICY, TODAY)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("20242", "20242"),
        ("000.00.31.H17", "20242"),
        ("UBND P. Hải Châu", "20242"),
        ("phuong hai chau", "20242"),
        ("H17", "H17"),
        ("TP Đà Nẵng", "H17"),
    ],
)
def test_a_unit_is_known_by_its_codes_and_by_its_name_however_it_is_spelt(given: str, code: str) -> None:
    (one,), refused = read({"unit": given})
    assert (one.unit, one.numerator, one.denominator, refused) == (code, 41, 44, [])


@pytest.mark.parametrize(
    ("given", "column", "why"),
    [
        ({"unit": "Hải Vân"}, "column unit", "several units have this name"),
        ({"unit": "Hội An"}, "column unit", "is no unit of this city"),
        ({"unit": ""}, "column unit", "is missing"),
        ({"code": "TEST.OTHER"}, "column code", "no indicator in force is made of it, or nobody tells it"),
        ({"period": "10/2026"}, "column period", "is none like 2026, 2026-Q3, 2026-10 or 2026-10-03"),
        ({"period": "2026-12"}, "column period", "has not begun"),
        ({"numerator": "1.234"}, "column numerator", "has separators: write 1234, not 1.234 or 1,234"),
        ({"numerator": "1.234,5"}, "column numerator", "has separators: write 1234, not 1.234 or 1,234"),
        ({"numerator": "12,5"}, "column numerator", "is no whole number from 0 to 9007199254740991"),
        ({"numerator": "-1"}, "column numerator", "is no whole number from 0 to 9007199254740991"),
        ({"numerator": "9007199254740992"}, "column numerator", "is no whole number from 0 to 9007199254740991"),
        ({"numerator": "٤١"}, "column numerator", "is no whole number from 0 to 9007199254740991"),
        ({"numerator": ""}, "column numerator", "is missing"),
        ({"kind": "maybe"}, "column kind", "is none of value, not_assessed, withdrawn"),
        ({"kind": "withdrawn"}, "column numerator", "must be empty where the kind is withdrawn, and the denominator too"),
    ],
)
def test_a_row_that_cannot_be_told_says_where_and_why(given: dict[str, str], column: str, why: str) -> None:
    told, (refused,) = read({"period": "2026-09"}, given)
    assert (refused.row, refused.column, refused.why) == (3, column, why)
    assert [one.row for one in told] == [2]


def test_a_row_may_say_that_something_is_not_assessed_or_taken_back_in_both_languages() -> None:
    nothing = {"numerator": "", "denominator": ""}
    told, refused = read(
        *({**nothing, "kind": kind, "period": f"2026-0{n}"} for n, kind in enumerate(("Không đánh giá", "Rút lại", "withdrawn"), 1))
    )
    assert ([one.kind for one in told], refused) == (["not_assessed", "withdrawn", "withdrawn"], [])


def test_rows_that_contradict_each_other_are_all_refused_and_a_repetition_counts_once() -> None:
    told, refused = read({}, {"numerator": "40"}, {"period": "2026-09"}, {"period": "2026-09"})
    assert [one.row for one in told] == [4]
    assert [(one.row, one.column) for one in refused] == [(2, "the row"), (3, "the row")]


def test_a_row_with_a_formula_or_too_many_cells_is_refused() -> None:
    formula = Row(2, {**rows({})[0].cells, "denominator": Cell("", "is a formula: put the value there")})
    _, refused = statements([formula, Row(3, rows({})[0].cells, extra=True)], POLICY, TODAY)
    assert [one.line() for one in refused] == [
        "! row 2, column denominator: is a formula: put the value there",
        "! row 3, the row: has more cells than there are columns",
    ]


def fact(period: str, numerator: int, **other: object) -> Fact:
    given = {
        "id": "0" * 16,
        "unit": "20242",
        "code": "TEST.TOLD",
        "denominator": 44,
        "source": "H17",
        "occurred_at": 1_795_395_600,
        "arrived_at": 5,
    }
    return Fact(**{**given, "period": period, "numerator": numerator, **other})  # type: ignore[arg-type]


def test_only_what_says_something_new_is_told_with_what_it_replaces() -> None:
    book = FactBook()
    for one in (fact("2026-08", 41), fact("2026-09", 40, by="k1"), fact("2026-07", 0, denominator=None, kind="withdrawn")):
        book.take(one)
    nothing = {"numerator": "", "denominator": "", "kind": "withdrawn"}
    told, refused = read(
        {"period": "2026-08"}, {"period": "2026-09"}, {}, {**nothing, "period": "2026-07"}, {**nothing, "period": "2026-06"}
    )
    changes = changes_of(told, refused, book)
    assert list(changes.lines(POLICY.zone)) == [
        "~ row 3  20242 TEST.TOLD 2026-09: 40/44 → 41/44  (told 2026-11-23 08:00:00, by H17 with key k1)",
        "+ row 4  20242 TEST.TOLD 2026-10: 41/44",
    ]
    assert changes.summary() == "1 new, 1 changed, 3 as they were, 0 refused"


def test_an_item_says_when_it_was_said_so_that_every_correction_is_kept() -> None:
    (one,), _ = read({"evidence": "https://a.example/x"})
    assert item_of(one, 0) == {
        "unit": "20242",
        "code": "TEST.TOLD",
        "period": "2026-10",
        "kind": "value",
        "numerator": 41,
        "denominator": 44,
        "occurred_at": "1970-01-01T00:00:00+00:00",
        "evidence": "https://a.example/x",
    }


def test_the_vietnamese_heads_name_the_same_columns() -> None:
    heads = ("Đơn vị", "Chỉ tiêu", "Kỳ", "Tử số", "Mẫu số", "Loại", "Minh chứng")
    assert [LAYOUT.named(head) for head in heads] == list(LAYOUT.columns)
