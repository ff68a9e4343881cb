"""Bodies of webhooks, as the Standard Webhooks specification has them: `type`, `timestamp`, `data`."""

from __future__ import annotations

from typing import Literal

import msgspec


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
