"""What an owner, or an operator, is shown of subscriptions to changes of band."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from dunghen.contracts.band_webhooks import BandWebhook
from dunghen.domain.deliveries import Course
from services.api.rows import instant_text
from services.api.views import Scene
from services.api.webhook_states import Kept


class WebhookShown(msgspec.Struct, kw_only=True):
    """One subscription. `url`: to others than its owner only the host. `state`: starting (the bands to begin with are not known yet),
    delivering, retrying, failing (given up: try it), unknown (it cannot be read now).

    `sequence`: of the last message; `waiting_since`: when the one that was not taken yet was made; `code`: how the last attempt ended, an
    HTTP status or a word; `failures` in a row, since `failing_since`; `retry_at`: not tried again before.
    """

    id: str
    url: str
    window: str
    rate: str | None
    indicator: str | None
    kind: str
    units: tuple[str, ...]
    since: str | None
    state: str
    sequence: int
    code: str
    failures: int
    failing_since: str | None
    retry_at: str | None
    delivered_at: str | None
    waiting_since: str | None
    tried_at: str | None


class MadeWebhook(WebhookShown, kw_only=True):
    """A new one. `secret`: verifies its messages; shown this once."""

    secret: str


class WebhooksAnswer(msgspec.Struct):
    """One's subscriptions."""

    webhooks: list[WebhookShown]


def shown(hook: BandWebhook, kept: Kept | None, scene: Scene, *, own: bool) -> WebhookShown:
    """`kept` None: how it fares cannot be read. Instants are real ones, written in the city's zone."""
    course = kept.course if kept else Course()

    def at(milliseconds: int) -> str | None:
        return instant_text(milliseconds // 1000 or None, scene.looks.zone)

    return WebhookShown(
        id=hook.id,
        url=hook.url if own else urlsplit(hook.url).hostname or "",
        window=hook.window,
        rate=None if hook.indicator else hook.rate,
        indicator=hook.indicator or None,
        kind=hook.kind,
        units=hook.units,
        since=at(1000 * hook.made_at),
        state=course.state.value if kept else "unknown",
        sequence=kept.sequence if kept else 0,
        code=course.code,
        failures=course.failures,
        failing_since=at(course.failing_since),
        retry_at=at(course.next_at),
        delivered_at=at(course.delivered_at),
        waiting_since=at(kept.message.made_at if kept and kept.message else 0),
        tried_at=at(1000 * hook.tried_at),
    )
