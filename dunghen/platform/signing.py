"""Signatures of webhooks as the Standard Webhooks specification has them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from standardwebhooks import Webhook as Signer


def signed(secrets: Iterable[str], message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers, with a signature a secret: any of them verifies. A repetition has the same id; `now` (UTC): of this sending."""
    signatures = [Signer(secret).sign(message_id, now, body.decode()) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
