"""What becomes of an official's browsers when one is switched on or off, or its person goes: what is to be written to
`push-subscriptions`, and why: ON, OFF, NOT_OWN (nothing is written), SWEPT. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dunghen.contracts.people import PeopleBook
from dunghen.contracts.subscriptions import MOST_BROWSERS, Browser, Subscription, SubscriptionBook, System, encode_subscription
from services.api.book_changes import Change, Records

Decide = Callable[[SubscriptionBook, PeopleBook], Change]  # by the directory as it was behind the last of these subscriptions


def switched_on(book: SubscriptionBook, wanted: Subscription) -> Change:
    """The browser is this person's from now on, whoever had it before; of more than MOST_BROWSERS the ones that asked first leave."""
    others = [each for each in book.of(wanted.person) if each.id != wanted.id]
    leaving = _removed(each.id for each in others[MOST_BROWSERS - 1 :])
    return Change([(wanted.id.encode(), encode_subscription(wanted)), *leaving], "ON")


def switched_off(book: SubscriptionBook, person: str, browser: str) -> Change:
    """Only one's own browser; of another's, or one that is off already, nothing is written and nothing said."""
    own = any(each.id == browser for each in book.of(person))
    return Change(_removed([browser]), "OFF") if own else Change([], "NOT_OWN")


def swept(book: SubscriptionBook, people: PeopleBook) -> Change:
    """The browsers of who left the directory or was signed out since; none while the directory is empty, which is nobody's leaving."""
    gone = [each.id for each in book if not people.opens(each.person, each.made_at)] if people.records else []
    return Change(_removed(gone), "SWEPT")


def _removed(browsers: Iterable[str]) -> Records:
    return [(browser.encode(), None) for browser in browsers]


BROWSERS: tuple[tuple[str, Browser], ...] = (("Edg", "edge"), ("Firefox/", "firefox"), ("Chrome/", "chrome"), ("Safari/", "safari"))
SYSTEMS: tuple[tuple[str, System], ...] = (
    ("Android", "android"),
    ("iPhone", "ios"),
    ("iPad", "ios"),
    ("Windows", "windows"),
    ("Macintosh", "macos"),
    ("Linux", "linux"),
)


def known_as(user_agent: str) -> tuple[Browser, System]:
    """By which two words its person knows a browser again: nothing more of what it says about itself is kept."""
    return (
        next((name for mark, name in BROWSERS if mark in user_agent), "other"),
        next((name for mark, name in SYSTEMS if mark in user_agent), "other"),
    )
