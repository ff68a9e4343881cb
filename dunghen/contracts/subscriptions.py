"""A browser that wants notices by web push: what it gives (PushSubscription of the Push API), under the internal id of its person.

The endpoint is a secret address: who has it can send to that browser, though nothing it would show. It is kept, and never logged.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

import msgspec
from msgspec import Meta

from dunghen.contracts.messages import Code, Instant


class Subscription(msgspec.Struct, gc=False, frozen=True, kw_only=True):
    """One browser of one person. `p256dh` (a point of P-256, uncompressed) and `auth` (16 bytes) in base64url without padding."""

    person: Code
    endpoint: Annotated[str, Meta(max_length=2000, pattern=r"^https?://[!-~]+$")]
    p256dh: Annotated[str, Meta(pattern=r"^B[A-Za-z0-9_-]{86}$")]
    auth: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22}$")]
    made_at: Instant = 0

    @property
    def id(self) -> str:
        """The same browser subscribed again is another id; 20 hex digits that say nothing of the address."""
        return hashlib.sha256(self.endpoint.encode()).hexdigest()[:20]
