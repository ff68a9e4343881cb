"""What becomes of the subscriptions to changes of band when one is made, tried or ended, or its key goes: what is to be written to
`band-webhooks`, and why: ON, TRIED, OFF, SWEPT; where nothing is: TOO_MANY, TOO_SOON, UNKNOWN. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from dunghen.contracts.band_webhooks import MOST_WEBHOOKS, BandWebhook, BandWebhookBook
from dunghen.contracts.keys import KeyBook
from dunghen.contracts.messages import encode
from services.api.book_changes import Change

TRY_SECONDS = 10  # between two wishes to try


Decide = Callable[[BandWebhookBook, KeyBook], Change]
Owners = Collection[str] | None  # the keys whose subscriptions somebody may touch; None: all


def subscribed(book: BandWebhookBook, wanted: BandWebhook, keys: KeyBook) -> Change:
    """One more. More than MOST_WEBHOOKS of one owner are refused, by whichever of its keys: none of the others ends unseen."""
    if len(book.of(keys.family(wanted.owner))) >= MOST_WEBHOOKS:
        return Change([], "TOO_MANY")
    return Change([_record(wanted)], "ON")


def tried(book: BandWebhookBook, webhook: str, owners: Owners, now: int) -> Change:
    """Its owner wants a message now (real seconds)."""
    found = within(book, webhook, owners)
    if found is None:
        return Change([], "UNKNOWN")
    if now < found.tried_at + TRY_SECONDS:
        return Change([], "TOO_SOON")
    return Change([_record(msgspec.structs.replace(found, tried_at=now))], "TRIED")


def ended(book: BandWebhookBook, webhook: str, owners: Owners) -> Change:
    """No more messages. Of another's, or one that has ended, nothing is written and nothing said."""
    found = within(book, webhook, owners)
    return Change([(webhook.encode(), None)], "OFF") if found else Change([], "UNKNOWN")


def swept(book: BandWebhookBook, keys: KeyBook, now: int) -> Change:
    """Those whose key opens nothing at `now` (real seconds), nor one that was made for it; none while no key is known at all."""
    alive = keys.alive(now)
    return Change([(each.id.encode(), None) for each in book if each.owner not in alive] if list(keys) else [], "SWEPT")


def within(book: BandWebhookBook, webhook: str, owners: Owners) -> BandWebhook | None:
    """The subscription of this id, if it is one of these owners'."""
    found = book.get(webhook)
    return found if found is not None and (owners is None or found.owner in owners) else None


def _record(webhook: BandWebhook) -> tuple[bytes, bytes]:
    return webhook.id.encode(), encode(webhook)
