"""The identity of an event (`architecture.md` §4): the same delivery has the same id. A tie-break and a trace, never a filter."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from dunghen.contracts.messages import DossierEvent

_canonical = msgspec.json.Encoder(order="sorted").encode


def event_id(event: DossierEvent, given_at: int) -> str:
    """The first 16 hex digits of SHA-256 over the event's allow-listed facts as canonical JSON.

    `given_at` is `occurred_at` if the sender gave it, else 0. The event's own `id`, `occurred_at` and `arrived_at` do not count: a repeated
    delivery arrives at another time; nor do `handler`, `precedence` and `form`, which depend on what the directory and the city's file said
    then.
    Fields at their default do not count either, so a later field with a default changes no id.
    """
    facts = msgspec.structs.replace(event, id="", arrived_at=0, occurred_at=given_at, handler="", precedence=0, form="")
    return sha256(_canonical(facts)).hexdigest()[:16]
