"""A list of people is taken as a whole or not at all, and every fault says where it is and never what stands there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dunghen.cli.data_folder import CommandError
from dunghen.cli.people.command import change_of, read_list
from dunghen.contracts.city_files import read_city
from dunghen.contracts.people import PeopleBook, PersonRecord, encode_person
from dunghen.domain.days import day_number
from dunghen.domain.policy import Policy

HEAD = "ref,unit,role,section,address,wire_name,feeds,valid_from,valid_to,leave\n"
GOOD = HEAD + (
    "CB-1,20242,official,tu-phap,can-bo-1@danang.example,Trần Văn Mít,,,,2026-12-01..2026-12-05=CB-2\n"
    "CB-2,20242,section_head,tu-phap,can-bo-2@danang.example,,,,2026-12-31,\n"
    "CB-2,20263,unit_head,,,,H17.31,2027-01-01,,\n"
    "QT-1,H17,operator,,van-hanh@danang.example,,,,,\n"
)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.from_bodies(1, read_city("danang"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


def imported(file: Path, text: str, policy: Policy, book: PeopleBook | None = None) -> list[PersonRecord]:
    file.write_text(text, encoding="utf-8-sig")
    return read_list(file, policy, book or PeopleBook())


def faults(file: Path, text: str, policy: Policy) -> list[str]:
    with pytest.raises(CommandError) as told:
        imported(file, text, policy)
    return str(told.value).splitlines()[1:]


def book_of(records: list[PersonRecord]) -> PeopleBook:
    book = PeopleBook()
    for record in records:
        book.take(record.id.encode(), encode_person(record))
    return book


def test_lines_of_one_ref_are_one_person_with_several_posts(file: Path, policy: Policy) -> None:
    official, head, operator = imported(file, GOOD, policy)
    assert [(p.unit, p.role, p.valid_from, p.valid_to) for p in head.posts] == [
        ("20242", "section_head", None, day_number(date(2026, 12, 31))),
        ("20263", "unit_head", day_number(date(2027, 1, 1)), None),
    ]
    assert official.leave[0].cover == head.id
    assert (head.feeds, operator.posts[0].unit) == (("H17.31",), "H17")


def test_nobody_is_known_by_a_name_or_number_of_the_list(file: Path, policy: Policy) -> None:
    stored = b"".join(map(encode_person, imported(file, GOOD, policy)))
    assert not any(text in stored for text in (b"CB-1", "Trần".encode(), b"Mit", b"mit"))
    assert [r.id for r in imported(file, GOOD, policy)] != [r.id for r in imported(file, GOOD, policy)], "an id is random"


def test_who_is_there_already_keeps_the_id(file: Path, policy: Policy) -> None:
    first = imported(file, GOOD, policy)
    again = imported(file, GOOD.replace("can-bo-1@", "can-bo-9@"), policy, book_of(first))
    change = change_of(book_of(first).records, again, whole=False)
    assert [r.id for r in again] == [r.id for r in first]
    assert (len(change.added), len(change.changed), len(change.removed), change.same) == (0, 1, 0, 2)
    assert change.lines()[0] == f"~ {first[0].id}  other address"


def test_only_a_whole_list_removes_who_is_not_in_it(file: Path, policy: Policy) -> None:
    book = book_of(imported(file, GOOD, policy))
    fewer = imported(file, HEAD + "QT-1,H17,operator,,van-hanh@danang.example,,,,,\n", policy, book)
    assert change_of(book.records, fewer, whole=False).removed == ()
    removed = change_of(book.records, fewer, whole=True)
    assert len(removed.removed) == 2
    assert sum(value is None for _, value in removed.records()) == 2


def test_the_words_for_the_operator_hold_no_address_and_no_name(file: Path, policy: Policy) -> None:
    lines = "\n".join(change_of({}, imported(file, GOOD, policy), whole=False).lines())
    assert [text for text in ("@", "Mít", "CB-1") if text in lines] == []
    assert [text for text in ("official of 20242/tu-phap", "3 added") if text not in lines] == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (",20242,official,,,,,,,", "line 2: ref: is missing"),
        ("A,99999,official,,,,,,,", "line 2: unit: is no unit of this city"),
        ("A,,official,,,,,,,", "line 2: unit: is missing"),
        ("A,20242,mayor,,,,,,,", "line 2: role: must be one of official, section_head, unit_head, leader, operator"),
        ("A,20242,official,,Trần Văn Mít,,,,,", "line 2: address: does not have the form name@host in plain letters"),
        ("A,20242,official,,,,,31/12/2026,,", "line 2: valid_from: is not a date like 2026-01-31"),
        ("A,20242,official,,,,,2026-02-01,2026-01-01,", "line 2: valid_to: lies before valid_from"),
        ("A,20242,official,,,,,,,tomorrow", "line 2: leave: must be like 2026-12-01..2026-12-05=REF, several with ; between them"),
        ("A,20242,official,,,,,,,2026-12-05..2026-12-01", "line 2: leave: ends before it begins"),
        ("A,20242,official,,,,,,,2026-13-05..2026-13-06", "line 2: leave: is not a date like 2026-01-31"),
        ("A,20242,official,,,,,,,2026-12-01..2026-12-05=B", "line 2: leave: who stands in is neither in this list nor in the directory"),
        ("A,20242,official,,,,,,,2026-12-01..2026-12-05=A", "line 2: leave: nobody stands in for themselves"),
        ("A,20242,official,phòng,,,,,,", "line 2: section: must be short and in plain letters"),
        ("A,20242,official,,,,,,,,more", "line 2: the line: has more cells than columns"),
    ],
)
def test_a_fault_says_where_and_what(file: Path, policy: Policy, line: str, fault: str) -> None:
    assert fault in faults(file, HEAD + line + "\n", policy)


def test_all_faults_are_told_at_once(file: Path, policy: Policy) -> None:
    found = faults(file, HEAD + "A,20242,mayor,,,,,,,\nB,1,official,,,,,,,\nC,20242,official,,x,,,,,\n", policy)
    assert [text.split(":")[0] for text in found] == ["line 2", "line 3", "line 4"]


def test_two_with_one_name_in_one_unit_are_refused_and_in_two_units_taken(file: Path, policy: Policy) -> None:
    lines = "A,20242,official,,,Trần Văn Mít,,,,\nB,{},official,,,Tran Van Mit,,,,\n"
    assert faults(file, HEAD + lines.format("20242"), policy) == ["line 3: wire_name: is that of line 2 too, in the same unit"]
    assert len(imported(file, HEAD + lines.format("20263"), policy)) == 2


def test_a_person_who_moves_is_known_by_the_same_name_in_the_new_unit(file: Path, policy: Policy) -> None:
    text = HEAD + "A,20242,official,,,Trần Văn Mít,,,2026-12-31,\nA,20263,official,,,,,2027-01-01,,\n"
    directory = book_of(imported(file, text, policy)).directory
    last, first = day_number(date(2026, 12, 31)), day_number(date(2027, 1, 1))
    found = [
        directory.named(unit, "TRAN VAN MIT", day) for unit, day in (("20242", last), ("20263", last), ("20242", first), ("20263", first))
    ]
    (person,) = directory
    assert found == [person.id, "", "", person.id]


def test_one_person_with_two_addresses_is_refused(file: Path, policy: Policy) -> None:
    text = HEAD + "A,20242,official,,a@b.example,,,,,\nA,20242,section_head,,c@d.example,,,,,\n"
    assert faults(file, text, policy) == ["line 3: address: differs from that of line 2, which is the same person"]


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        ("ref,unit\n", "line 1: column role is missing"),
        ("ref,unit,role,telephone\n", "line 1: a column of position 4 is not known"),
        ("ref,unit,role,role\n", "line 1: column role stands there twice"),
        ("", "line 1: column ref is missing"),
    ],
)
def test_a_list_of_other_columns_is_refused(file: Path, policy: Policy, head: str, fault: str) -> None:
    assert fault in faults(file, head + "A,20242,official,x\n", policy)


def test_an_empty_list_is_no_directory(file: Path, policy: Policy) -> None:
    assert faults(file, HEAD, policy) == ["nobody is in this list"]


def test_what_is_not_text_is_refused(file: Path, policy: Policy) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match="UTF-8"):
        read_list(file, policy, PeopleBook())
