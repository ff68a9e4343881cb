"""A browser that wants notices by web push: the value of `push-subscriptions`, keyed by the browser (`Subscription.id`).

What a browser gives is the PushSubscription of the Push API. The endpoint is a secret address: who has it and the two keys can show a
message in that browser, though none that this server's key has not signed. It is kept, and never logged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from dunghen.contracts.messages import Code, Instant

MOST_BROWSERS = 10  # of one person: where there are more, the one that asked first is told nothing any more
Browser = Literal["chrome", "edge", "firefox", "safari", "other"]
System = Literal["windows", "macos", "linux", "android", "ios", "other"]
BrowserId = Annotated[str, Meta(pattern=r"^[0-9a-f]{20}$")]
Endpoint = Annotated[str, Meta(max_length=2000, pattern=r"^https?://[!-~]+$")]
Point = Annotated[str, Meta(pattern=r"^B[A-Za-z0-9_-]{86}$")]
Secret = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22}$")]


class Subscription(msgspec.Struct, gc=False, frozen=True, omit_defaults=True, kw_only=True):
    """One browser of one person, by internal id. `p256dh` (a point of P-256, uncompressed) and `auth` (16 bytes): base64url, no padding.

    `made_at`: real seconds. `browser` and `system` are what its person knows it by.
    """

    person: Code
    endpoint: Endpoint
    p256dh: Point
    auth: Secret
    made_at: Instant = 0
    browser: Browser = "other"
    system: System = "other"

    @property
    def id(self) -> str:
        """The same browser that asks anew with another endpoint is another id; 20 hex digits that say nothing of the address."""
        return hashlib.sha256(self.endpoint.encode()).hexdigest()[:20]


decode_subscription = msgspec.json.Decoder(Subscription).decode
encode_subscription = msgspec.json.Encoder().encode


@dataclass
class SubscriptionBook:
    """Every record of the topic that was read. A browser is one person's: the last who asked for messages in it."""

    unreadable: set[bytes] = field(default_factory=set)
    _owners: dict[str, str] = field(default_factory=dict)  # browser -> person
    _by_person: dict[str, dict[str, Subscription]] = field(default_factory=dict)

    def take(self, key: bytes | None, value: bytes | None) -> None:
        """One record of the topic; no value removes the browser. One that cannot be read is nobody's."""
        if key is None:
            return
        self.unreadable.discard(key)
        self._forget(key.decode(errors="replace"))
        if value is None:
            return
        try:
            record = decode_subscription(value)
        except msgspec.DecodeError:
            self.unreadable.add(key)
            return
        self._owners[record.id] = record.person
        self._by_person.setdefault(record.person, {})[record.id] = record

    def of(self, person: str) -> tuple[Subscription, ...]:
        """A person's browsers, the one that asked last first."""
        return tuple(sorted(self._by_person.get(person, {}).values(), key=lambda each: (each.made_at, each.id), reverse=True))

    def __iter__(self) -> Iterator[Subscription]:
        return (each for browsers in self._by_person.values() for each in browsers.values())

    def _forget(self, browser: str) -> None:
        owner = self._owners.pop(browser, None)
        if owner is not None:
            del self._by_person[owner][browser]
