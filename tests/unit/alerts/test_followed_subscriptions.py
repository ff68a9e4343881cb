"""To which browsers notices go: as the topic has them, less what is gone and whose person left or was signed out since."""

from __future__ import annotations

import pytest

from dunghen.contracts.people import PeopleBook, PersonRecord, PostRecord, encode_person
from dunghen.contracts.subscriptions import Subscription, SubscriptionBook, encode_subscription
from dunghen.platform.store import Query
from dunghen.platform.store.in_memory import InMemoryStore
from services.alerts.adapters.followed_subscriptions import GONE, FollowedSubscriptions

MIT = "p00000000000000aa"


def browser(name: str, made_at: int = 100) -> Subscription:
    return Subscription(person=MIT, endpoint=f"https://push.example/{name}", p256dh="B" + "A" * 86, auth="A" * 22, made_at=made_at)


@pytest.fixture
def people() -> PeopleBook:
    book = PeopleBook()
    _person(book)
    return book


def _person(book: PeopleBook, signed_out_at: int = 0) -> None:
    record = PersonRecord(id=MIT, ref="0" * 32, posts=(PostRecord(unit="20242", role="official"),), signed_out_at=signed_out_at)
    book.take(MIT.encode(), encode_person(record))


def say(book: SubscriptionBook, *browsers: Subscription) -> None:
    for each in browsers:
        book.take(each.id.encode(), encode_subscription(each))


async def test_what_is_gone_stays_so_over_a_restart_until_the_browser_asks_anew(people: PeopleBook) -> None:
    store, book = InMemoryStore(), SubscriptionBook()
    say(book, browser("a"), browser("b", 101))
    first = FollowedSubscriptions(store, book, people.opens)  # type: ignore[arg-type]
    await first.load()
    await first.gone(browser("a"))
    assert [each.endpoint[-1] for each in first.of(MIT)] == ["b"]
    second = FollowedSubscriptions(store, book, people.opens)  # type: ignore[arg-type]
    await second.load()
    assert [each.endpoint[-1] for each in second.of(MIT)] == ["b"]
    say(book, browser("a", 102))
    assert [each.endpoint[-1] for each in second.of(MIT)] == ["a", "b"]


async def test_a_note_of_a_browser_that_the_topic_has_no_more_is_dropped_at_the_next_start(people: PeopleBook) -> None:
    store, book = InMemoryStore(), SubscriptionBook()
    say(book, browser("a"), browser("b"))
    first = FollowedSubscriptions(store, book, people.opens)  # type: ignore[arg-type]
    await first.load()
    for name in "ab":
        await first.gone(browser(name))
    book.take(browser("a").id.encode(), None)
    await FollowedSubscriptions(store, book, people.opens).load()  # type: ignore[arg-type]
    assert [document.id for document in (await store.find(Query(GONE))).documents] == [browser("b").id]


async def test_who_was_signed_out_since_or_left_is_shown_nothing_any_more(people: PeopleBook) -> None:
    book = SubscriptionBook()
    say(book, browser("lost", 100), browser("new", 200))
    subscriptions = FollowedSubscriptions(InMemoryStore(), book, people.opens)  # type: ignore[arg-type]
    await subscriptions.load()
    _person(people, signed_out_at=150)
    assert [each.endpoint for each in subscriptions.of(MIT)] == ["https://push.example/new"]
    people.take(MIT.encode(), None)
    assert subscriptions.of(MIT) == ()
