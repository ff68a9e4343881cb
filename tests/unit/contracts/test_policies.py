import asyncio
from collections.abc import Mapping
from itertools import permutations
from typing import Any

import msgspec
import pytest

from dunghen.contracts.messages import encode
from dunghen.contracts.policies import Applied, PolicyBook, check_channels, policy_key, policy_records
from dunghen.domain.policy import Policy, PolicyError

CITY = {"code": "H17", "name": "Đà Nẵng"}
Record = tuple[bytes, bytes]


def records(version: int, **bodies: Any) -> list[Record]:
    return [(policy_key(r.kind, version), encode(r)) for r in policy_records(version, bodies, Applied(1_770_000_000, "quản trị", "thử"))]


def book_of(given: list[Record]) -> PolicyBook:
    book = PolicyBook()
    for key, value in given:
        book.take(key, value)
    return book


def view(book: PolicyBook, version: int) -> tuple[int, str, int]:
    policy = book.at(version)
    return policy.version, policy.city.name, policy.bands.green


FIRST, SECOND = records(1, city=CITY, bands={"green": 95}), records(2, bands={"green": 92}, rules={"few": 7})


def test_a_policy_is_of_each_kind_the_newest_record_up_to_its_version() -> None:
    book = book_of([*FIRST, *SECOND])
    assert view(book, 1) == (1, "Đà Nẵng", 950)
    assert view(book, 2) == (2, "Đà Nẵng", 920)
    assert (book.latest.version, book.latest.few, book.at(1).few) == (2, 7, 5)
    assert (book.newest_version, book.versions) == (2, (1, 2))


def test_records_in_any_order_give_the_same_policies() -> None:
    for order in permutations([*FIRST, *SECOND]):
        book = book_of([*order, order[0]])
        assert (view(book, 1), view(book, 2), book.latest.few) == ((1, "Đà Nẵng", 950), (2, "Đà Nẵng", 920), 7)


def test_a_version_counts_only_when_all_its_kinds_have_come() -> None:
    book = book_of([*FIRST, SECOND[0]])
    assert (book.latest.version, book.versions, book.newest_version) == (1, (1,), 2)
    assert book.at(2).few == 5
    book.take(*SECOND[1])
    assert (book.latest.version, book.at(2).few) == (2, 7)


def test_the_same_version_is_read_once() -> None:
    book = book_of(FIRST)
    assert book.latest is book.latest is book.at(1)


def test_a_version_that_is_no_policy_is_passed_over_and_remembered() -> None:
    book = book_of([*FIRST, *records(2, bands={"green": "high"})])
    assert (book.latest.version, list(book.faults)) == (1, [2])
    with pytest.raises(PolicyError):
        book.at(2)
    for record in records(3, bands={"green": 91}):
        book.take(*record)
    assert (book.latest.version, book.faults) == (3, {})


def test_bytes_that_are_no_record_and_kinds_of_a_newer_writer_change_nothing() -> None:
    book = book_of([*FIRST, (b"bands|2", b"{"), (b"weather|2", b"{}")])
    book.take(None, b"{}")
    assert (book.latest.version, book.unreadable) == (1, {b"bands|2"})


def test_a_record_that_is_taken_back_is_gone() -> None:
    book = book_of([*FIRST, *SECOND])
    for key, _ in SECOND:
        book.take(key, None)
    assert (book.latest.version, book.newest_version) == (1, 1)


def test_without_a_city_there_is_no_policy() -> None:
    for book in (PolicyBook(), book_of(SECOND)):
        with pytest.raises(LookupError):
            _ = book.latest
        with pytest.raises(LookupError):
            book.at(2)


def test_the_newest_bodies_are_what_was_applied() -> None:
    assert book_of([*FIRST, *SECOND]).bodies == {"city": CITY, "bands": {"green": 92}, "rules": {"few": 7}}


def test_a_kind_that_there_is_not_is_not_written() -> None:
    wrong: Mapping[str, Any] = {"weather": {}}
    with pytest.raises(PolicyError, match="weather"):
        policy_records(1, wrong, Applied(0))


def test_a_record_says_who_applied_it_when_and_why() -> None:
    (record,) = policy_records(4, {"rules": {}}, Applied(5, "a", "b"))
    assert (record.version, record.applied_at, record.author, record.reason, record.together) == (4, 5, "a", "b", ("rules",))
    assert msgspec.json.decode(record.body) == {}


async def test_a_service_waits_for_its_first_policy() -> None:
    book = PolicyBook()
    waiting = asyncio.create_task(book.wait_for_first())
    for record in FIRST:
        await asyncio.sleep(0)
        assert not waiting.done()
        book.take(*record)
    assert (await asyncio.wait_for(waiting, 60)).version == 1


def test_a_channel_that_there_is_not_is_refused_when_a_matrix_is_applied_and_read_where_one_is_in_force() -> None:
    row = {"stage": "half", "terms": "long", "percent": 50, "roles": ["official"]}
    bodies = {"city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"}}
    known = Policy.from_bodies(1, {**bodies, "stages": {"stages": [{**row, "channels": ["push", "mail"]}]}})
    typed = Policy.from_bodies(1, {**bodies, "stages": {"stages": [{**row, "channels": ["mial"]}]}})
    check_channels(known)
    with pytest.raises(PolicyError, match=r"stages\.half\.channels: 'mial' is none of mail, push, webhook"):
        check_channels(typed)
