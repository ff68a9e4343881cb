"""Bodies of webhooks, as the Standard Webhooks specification has them: `type`, `timestamp`, `data`."""

from __future__ import annotations

import secrets
from base64 import b64encode
from typing import Literal

import msgspec

from dunghen.domain.bands import Band

SECRET_BYTES = 32


def new_secret() -> str:
    """A random one, as Standard Webhooks writes it."""
    return "whsec_" + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


class NoticedDossier(msgspec.Struct):
    """One dossier of a notice. `due_at`: RFC 3339 in UTC; `left`: the working time left, in words."""

    dossier: str
    procedure: str
    unit: str
    stage: str
    left: str
    due_at: str


class Notices(msgspec.Struct):
    """Notices to one person, by internal id."""

    recipient: str
    subject: str
    link: str
    dossiers: list[NoticedDossier]


class NoticesPosted(msgspec.Struct):
    """`timestamp`: when it was posted, RFC 3339 in UTC."""

    data: Notices
    timestamp: str
    type: Literal["dossier.notice"] = "dossier.notice"


class BandChange(msgspec.Struct, kw_only=True):
    """A unit that has another band than the subscriber was told last. `exact`, `reason`: as in `/map`."""

    unit: str
    name: str
    kind: str
    before: Band = msgspec.field(name="from")
    now: Band = msgspec.field(name="to")
    value: float | None
    numerator: int
    denominator: int
    few: bool
    exact: str | None = None
    reason: str | None = None


class BandChanges(msgspec.Struct, kw_only=True):
    """What changed, and of which picture: as `/map` says it. `sequence`: 1, 2, 3 … of this subscription."""

    subscription: str
    sequence: int
    as_of: str
    known_at: str
    version: int
    policy: int
    window: str
    first: str
    last: str
    rate: str | None
    indicator: str | None
    kind: str
    changes: list[BandChange]


class BandsChanged(msgspec.Struct):
    """`timestamp`: when the message was made, RFC 3339 in UTC; a repetition has the same."""

    data: BandChanges
    timestamp: str
    type: Literal["unit.bands_changed"] = "unit.bands_changed"


class Tried(msgspec.Struct):
    """Which subscription was asked to try."""

    subscription: str
    sequence: int


class WebhookTried(msgspec.Struct):
    """A message that says nothing, at its owner's wish."""

    data: Tried
    timestamp: str
    type: Literal["webhook.test"] = "webhook.test"
