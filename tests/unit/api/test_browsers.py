"""What becomes of an official's browsers: one browser is one person's, ten of one at most, and none of who is gone."""

from __future__ import annotations

import pytest

from dunghen.contracts.people import PeopleBook, PersonRecord, PostRecord, encode_person
from dunghen.contracts.subscriptions import MOST_BROWSERS, Subscription, SubscriptionBook, encode_subscription
from services.api.book_changes import Change
from services.api.browsers import known_as, swept, switched_off, switched_on

MIT, BUOI = "p00000000000000aa", "p00000000000000bb"


def browser(name: str, person: str = MIT, made_at: int = 100) -> Subscription:
    return Subscription(person=person, endpoint=f"https://push.example/{name}", p256dh="B" + "A" * 86, auth="A" * 22, made_at=made_at)


def book_of(*browsers: Subscription) -> SubscriptionBook:
    book = SubscriptionBook()
    for each in browsers:
        book.take(each.id.encode(), encode_subscription(each))
    return book


def after(book: SubscriptionBook, change: Change) -> SubscriptionBook:
    for key, value in change.records:
        book.take(key, value)
    return book


def people_of(**signed_out_at: int) -> PeopleBook:
    book = PeopleBook()
    for person, at in signed_out_at.items():
        record = PersonRecord(id=person, ref="0" * 32, posts=(PostRecord(unit="20242", role="official"),), signed_out_at=at)
        book.take(person.encode(), encode_person(record))
    return book


def test_a_browser_that_asks_again_is_there_once_and_newer() -> None:
    book = after(book_of(browser("a", made_at=1), browser("b", made_at=2)), switched_on(book_of(browser("a")), browser("a", made_at=3)))
    assert [(each.endpoint[-1], each.made_at) for each in book.of(MIT)] == [("a", 3), ("b", 2)]


def test_a_browser_in_which_somebody_else_asks_is_no_longer_the_first_one_s() -> None:
    book = book_of(browser("shared"))
    after(book, switched_on(book, browser("shared", BUOI, 200)))
    assert (book.of(MIT), [each.person for each in book.of(BUOI)]) == ((), [BUOI])


def test_of_more_than_ten_the_one_that_asked_first_leaves_and_nobody_else_s() -> None:
    book = book_of(browser("other", BUOI, 1), *(browser(f"n{n}", made_at=10 + n) for n in range(MOST_BROWSERS)))
    after(book, switched_on(book, browser("new", made_at=99)))
    assert [each.endpoint.rpartition("/")[2] for each in book.of(MIT)] == ["new", *(f"n{n}" for n in range(MOST_BROWSERS - 1, 0, -1))]
    assert len(book.of(BUOI)) == 1


def test_only_one_s_own_browser_is_switched_off_and_a_second_time_is_no_fault() -> None:
    book = book_of(browser("a"), browser("b", BUOI))
    assert switched_off(book, MIT, browser("b").id) == Change([], "NOT_OWN")
    after(book, switched_off(book, MIT, browser("a").id))
    assert (book.of(MIT), len(book.of(BUOI))) == ((), 1)
    assert switched_off(book, MIT, browser("a").id) == Change([], "NOT_OWN")


def test_who_left_or_was_signed_out_since_has_no_browser_any_more() -> None:
    book = book_of(browser("a", MIT, 100), browser("b", MIT, 101), browser("c", BUOI, 100))
    assert swept(book, people_of(**{MIT: 0, BUOI: 0})).records == []
    assert swept(book, people_of(**{MIT: 100, BUOI: 0})).records == [(browser("a").id.encode(), None)]
    assert {key for key, _ in swept(book, people_of(**{BUOI: 0})).records} == {browser(name).id.encode() for name in "ab"}


def test_a_directory_that_is_empty_has_lost_its_people_they_have_not_left() -> None:
    assert swept(book_of(browser("a")), PeopleBook()).records == []


def test_a_record_that_cannot_be_read_is_nobody_s_and_noted() -> None:
    book = book_of(browser("a"))
    book.take(browser("a").id.encode(), b'{"person":1}')
    assert (book.of(MIT), book.unreadable) == ((), {browser("a").id.encode()})
    book.take(browser("a").id.encode(), None)
    assert (list(book), book.unreadable) == ([], set())


@pytest.mark.parametrize(
    ("user_agent", "told"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (like Gecko) Chrome/142.0 Safari/537.36", ("chrome", "windows")),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", ("edge", "windows")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", ("firefox", "linux")),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36", ("chrome", "android")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15", ("safari", "macos")),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1", ("safari", "ios")),
        ("Trần Văn Mít", ("other", "other")),
        ("", ("other", "other")),
    ],
)  # fmt: skip
def test_of_what_a_browser_says_of_itself_two_words_are_kept(user_agent: str, told: tuple[str, str]) -> None:
    assert known_as(user_agent) == told
