"""Webhooks as the Standard Webhooks specification has them: signed with every secret in force, so that a secret can be changed without a
gap: give the new one first, the old one second, let the receivers change, then drop the old one."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from dunghen.contracts.webhooks import NoticedDossier, Notices, NoticesPosted
from dunghen.platform.clock import RealClock
from dunghen.platform.outward import networks
from dunghen.platform.outward_http import Outward
from dunghen.platform.signing import signed
from services.alerts.channels import Needs
from services.alerts.letter import MOST_LINES
from services.alerts.ports import Letter, Recipient, RefusedForGood
from services.alerts.settings import AlertsSettings


def open_channel(needs: Needs) -> WebhookChannel:
    settings = needs.settings
    return WebhookChannel(settings, Outward(networks(settings.alerts_private_networks), settings.outward_seconds))


class WebhookChannel:
    """The first webhook that is for the recipient's unit gets it. A line is one webhook."""

    name, most = "webhook", MOST_LINES

    def __init__(self, settings: AlertsSettings, outward: Outward) -> None:
        self._webhooks, self._outward = settings.webhooks, outward

    def line(self, recipient: Recipient) -> str:
        return next((f"webhook:{place}" for place, hook in enumerate(self._webhooks) if hook.is_for(recipient.unit)), "")

    async def send(self, letter: Letter) -> str:
        hook = next((each for each in self._webhooks if each.is_for(letter.recipient.unit)), None)
        if hook is None:
            raise RefusedForGood("NO_WEBHOOK")
        now, body = RealClock().now().astimezone(UTC), payload(letter)
        return await self._outward.post(
            hook.url, body, {"Content-Type": "application/json", **signed(hook.secrets, letter.message_id, body, now)}
        )

    async def rest(self) -> None:
        pass


def payload(letter: Letter) -> bytes:
    """JSON: what the letter says and each dossier of it; instants in UTC (RFC 3339)."""
    items = [NoticedDossier(item.dossier, item.procedure, item.unit, item.stage, item.left, _utc(item.due_at)) for item in letter.items]
    data = Notices(letter.recipient.id, letter.subject, letter.words.link, items)
    return msgspec.json.encode(NoticesPosted(data, RealClock().now().astimezone(UTC).isoformat()))


def _utc(instant: int) -> str:
    return datetime.fromtimestamp(instant, UTC).isoformat().replace("+00:00", "Z")
