"""Subscriptions to changes of band: each its owner's, over the rotation of a key too, twenty at most, gone with the key."""

from __future__ import annotations

from typing import Any

import pytest

from dunghen.contracts.band_webhooks import MOST_WEBHOOKS, BandWebhook, BandWebhookBook
from dunghen.contracts.keys import KeyBook
from dunghen.contracts.messages import KeyRecord, encode
from services.api.book_changes import Change
from services.api.webhook_records import TRY_SECONDS, ended, subscribed, swept, tried

NOW = 1_794_790_800
SECRET = "whsec_" + "A" * 43 + "="


def hook(name: str, owner: str = "consumer1", **more: Any) -> BandWebhook:
    given: dict[str, Any] = {"made_at": NOW, "url": f"https://a.example/{name}", "secret": SECRET, **more}
    return BandWebhook(id=name.encode().hex().ljust(20, "0"), owner=owner, **given)


def book_of(*hooks: BandWebhook) -> BandWebhookBook:
    book = BandWebhookBook()
    for each in hooks:
        book.take(each.id.encode(), encode(each))
    return book


def after(book: BandWebhookBook, change: Change) -> BandWebhookBook:
    for key, value in change.records:
        book.take(key, value)
    return book


def keys_of(*records: tuple[str, int, str, int]) -> KeyBook:
    """(id, expires_at, replaces, revoked_at)."""
    book = KeyBook()
    for n, (key_id, expires_at, replaces, revoked_at) in enumerate(records):
        digest = f"{n:064x}"
        made = KeyRecord(
            id=key_id, digest=digest, scope="consumer", made_at=1, expires_at=expires_at, replaces=replaces, revoked_at=revoked_at
        )
        book.take(key_id.encode(), encode(made))
    return book


def test_one_subscribes_until_there_are_twenty_and_none_ends_for_it() -> None:
    book, keys = BandWebhookBook(), keys_of(("consumer1", NOW + 9, "", 0), ("consumer2", NOW + 9, "", 0))
    for n in range(MOST_WEBHOOKS):
        change = subscribed(book, hook(f"n{n}"), keys)
        assert change.reason == "ON"
        after(book, change)
    assert subscribed(book, hook("more"), keys) == Change([], "TOO_MANY")
    assert subscribed(book, hook("more", "consumer2"), keys).reason == "ON"
    assert len(list(book)) == MOST_WEBHOOKS


@pytest.mark.parametrize(
    ("first", "then"), [("formerkey", "newerkey"), ("newerkey", "formerkey"), ("newerkey", "anotherkey"), ("newestkey", "anotherkey")]
)
def test_while_a_key_is_being_rotated_both_together_have_twenty(first: str, then: str) -> None:
    """`formerkey` was replaced twice, by `newerkey` and by `anotherkey`; of `newerkey` there is a successor, too."""
    replaced = [("formerkey", ""), ("newerkey", "formerkey"), ("anotherkey", "formerkey"), ("newestkey", "newerkey"), ("strangerkey", "")]
    keys = keys_of(*((key_id, NOW + 9, replaces, 0) for key_id, replaces in replaced))
    book = book_of(*(hook(f"n{n}", first) for n in range(MOST_WEBHOOKS - 1)))
    assert after(book, subscribed(book, hook("last", then), keys)).of(["formerkey", "newerkey", "anotherkey", "newestkey"])
    assert [subscribed(book, hook("more", key_id), keys).reason for key_id, _ in replaced] == ["TOO_MANY"] * 4 + ["ON"]


def test_another_s_is_as_if_it_were_not_there_and_an_operator_reaches_all() -> None:
    book, mine = book_of(hook("a")), hook("a").id
    assert ended(book, mine, {"consumer2"}).reason == tried(book, mine, {"consumer2"}, NOW).reason == "UNKNOWN"
    assert ended(book, "0" * 20, None).reason == "UNKNOWN"
    assert list(after(book, ended(book, mine, None))) == []


def test_one_may_try_again_after_ten_seconds() -> None:
    book, mine = book_of(hook("a")), hook("a").id
    after(book, tried(book, mine, {"consumer1"}, NOW))
    assert [each.tried_at for each in book] == [NOW]
    assert tried(book, mine, {"consumer1"}, NOW + TRY_SECONDS - 1).reason == "TOO_SOON"
    assert tried(book, mine, {"consumer1"}, NOW + TRY_SECONDS).reason == "TRIED"


def test_a_key_that_was_rotated_hands_its_subscriptions_to_the_new_one() -> None:
    keys = keys_of(("consumer1", NOW - 1, "", 0), ("consumer2", NOW + 9, "consumer1", 0), ("another1", NOW + 9, "", 0))
    assert keys.line("consumer2") == {"consumer1", "consumer2"}
    assert keys.line("another1") == {"another1"}
    assert swept(book_of(hook("a")), keys, NOW).records == []
    assert [each.id for each in book_of(hook("a"), hook("b", "another1")).of(keys.line("consumer2"))] == [hook("a").id]


def test_with_a_key_that_opens_nothing_any_more_its_subscriptions_go_and_no_others() -> None:
    keys = keys_of(("expired1", NOW, "", 0), ("revoked1", NOW + 9, "", NOW - 1), ("goodkey1", NOW + 9, "", 0))
    book = book_of(hook("a", "expired1"), hook("b", "revoked1"), hook("c", "goodkey1"), hook("d", "neverwas"))
    assert [each.id for each in after(book, swept(book, keys, NOW))] == [hook("c", "goodkey1").id]


def test_while_no_key_is_known_nobody_s_subscription_goes() -> None:
    assert swept(book_of(hook("a")), KeyBook(), NOW).records == []


def test_keys_that_replace_each_other_in_a_ring_end() -> None:
    assert keys_of(("consumer1", NOW, "consumer2", 0), ("consumer2", NOW, "consumer1", 0)).line("consumer1") == {"consumer1", "consumer2"}


def test_a_record_that_cannot_be_read_is_told_nothing_and_named() -> None:
    book = book_of(hook("a"))
    book.take(hook("a").id.encode(), b'{"id": 1}')
    assert (list(book), book.unreadable) == ([], {hook("a").id.encode()})
