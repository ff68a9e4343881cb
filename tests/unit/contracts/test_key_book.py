"""Keys: a secret opens while its record says so, and no record says the secret."""

from __future__ import annotations

from itertools import permutations

from dunghen.contracts.keys import Grant, KeyBook, bearer_of, make_key, state_of
from dunghen.contracts.messages import KeyRecord, encode

NOW = 1_795_900_000


def book_of(*records: KeyRecord) -> KeyBook:
    book = KeyBook()
    for record in records:
        book.take(record.id.encode(), encode(record))
    return book


def test_a_secret_opens_until_it_expires_or_is_revoked() -> None:
    made = make_key(Grant("source", "H17.31", NOW, NOW + 100))
    book = book_of(made.record)
    assert book.holder(made.text, NOW + 99) == made.record
    assert book.holder(made.text, NOW + 100) is None
    assert state_of(made.record, NOW + 100) == "expired"
    made.record.revoked_at = NOW + 10
    book.take(made.record.id.encode(), encode(made.record))
    assert book.holder(made.text, NOW + 10) is None
    assert book.holder(made.text, NOW + 9) is None, "a clock that is put back opens nothing again"


def test_neither_the_digest_nor_the_id_nor_nothing_opens() -> None:
    made = make_key(Grant("operator", "", NOW, NOW + 100))
    book = book_of(made.record)
    assert [book.holder(text, NOW) for text in (made.record.digest, made.record.id, "", made.text[:-1], made.text + "x")] == [None] * 5


def test_the_record_of_a_key_does_not_hold_its_secret() -> None:
    made = make_key(Grant("reader", "20242", NOW, NOW + 100))
    assert made.text.split("_", 2)[2] not in encode(made.record).decode()
    assert len(made.text) > 50
    assert made.text != make_key(Grant("reader", "20242", NOW, NOW + 100)).text


def test_records_of_different_keys_give_the_same_book_in_any_order_and_twice() -> None:
    made = [make_key(Grant("source", f"H17.{n}", NOW, NOW + 100 + n)) for n in range(3)]
    wanted = list(book_of(*(m.record for m in made)))
    for order in permutations(made):
        assert list(book_of(*(m.record for m in order), *(m.record for m in order))) == wanted


def test_a_tombstone_and_what_is_no_record_of_ours_open_nothing() -> None:
    made = make_key(Grant("source", "H17", NOW, NOW + 100))
    for value in (None, b"{", b'{"id":"abcdef"}'):
        book = book_of(made.record)
        book.take(made.record.id.encode(), value)
        assert book.holder(made.text, NOW) is None
        assert list(book) == []


def test_only_a_bearer_header_gives_a_secret() -> None:
    assert [bearer_of(given) for given in ("Bearer a", "bearer  a ", "Basic a", "a", "")] == ["a", "a", "", "", ""]
