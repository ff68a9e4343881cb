"""Who is told by webhooks that bands change: the value of `band-webhooks`, keyed by the subscription (decision 0035).

The secret with which messages are signed has to be known to who signs, so it is in the topic, as the keys of browsers are in theirs. It is
never logged, and answered once: to who subscribed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from dunghen.contracts.messages import Code, Instant

MOST_WEBHOOKS = 20  # of one owner
MOST_UNITS = 1000  # of one subscription that names them
LiveWindow = Literal["today", "7d", "30d", "90d", "month", "quarter", "year"]
RateName = Literal["official", "resolved", "due_cohort", "statutory"]
KindName = Literal["all", "locality", "department", "land_office", "health"]
IndicatorCode = Annotated[str, Meta(pattern=r"^[A-Z0-9_.]{0,61}$")]
WebhookId = Annotated[str, Meta(pattern=r"^[0-9a-f]{20}$")]
WebhookUrl = Annotated[str, Meta(max_length=500, pattern=r"^https?://[!-~]+$")]
WebhookSecret = Annotated[str, Meta(pattern=r"^whsec_[A-Za-z0-9+/]{32,88}={0,2}$")]
Units = Annotated[tuple[Code, ...], Meta(max_length=MOST_UNITS)]


class BandWebhook(msgspec.Struct, gc=False, frozen=True, omit_defaults=True, kw_only=True):
    """One subscription. `owner`: id of the key that made it; `indicator` "": the rate; `units` empty: all of the kind.

    Instants are real seconds; `tried_at`: when its owner last asked for a message at once.
    """

    id: WebhookId
    owner: Code
    url: WebhookUrl
    secret: WebhookSecret
    made_at: Instant
    window: LiveWindow = "month"
    rate: RateName = "official"
    kind: KindName = "all"
    indicator: IndicatorCode = ""
    units: Units = ()
    tried_at: Instant = 0


decode_band_webhook = msgspec.json.Decoder(BandWebhook).decode


@dataclass
class BandWebhookBook:
    """Every record of the topic that was read."""

    unreadable: set[bytes] = field(default_factory=set)
    _by_id: dict[str, BandWebhook] = field(default_factory=dict)

    def take(self, key: bytes | None, value: bytes | None) -> None:
        """One record of the topic; no value ends the subscription. One that cannot be read is told nothing."""
        if key is None:
            return
        self.unreadable.discard(key)
        self._by_id.pop(key.decode(errors="replace"), None)
        if value is None:
            return
        try:
            record = decode_band_webhook(value)
        except msgspec.DecodeError:
            self.unreadable.add(key)
            return
        self._by_id[record.id] = record

    def get(self, webhook: str) -> BandWebhook | None:
        return self._by_id.get(webhook)

    def of(self, owners: Collection[str]) -> list[BandWebhook]:
        """Those of these keys, the oldest first."""
        return [record for record in self if record.owner in owners]

    def __iter__(self) -> Iterator[BandWebhook]:
        return iter(sorted(self._by_id.values(), key=lambda record: (record.made_at, record.id)))
