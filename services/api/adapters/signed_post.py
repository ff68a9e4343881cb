"""One signed POST to a subscriber, by the guarded client, and how it ended."""

from __future__ import annotations

from datetime import UTC

from dunghen.contracts.band_webhooks import BandWebhook
from dunghen.domain.deliveries import Outcome
from dunghen.platform.clock import RealClock
from dunghen.platform.logs import get_logger
from dunghen.platform.outward import LineAway, RefusedForGood, networks
from dunghen.platform.outward_http import Outward
from dunghen.platform.retries import LONGEST_PEACE
from dunghen.platform.signing import signed
from services.api.settings import ApiSettings
from services.api.webhook_states import Message

log = get_logger("webhooks")


class SignedPost:
    """The port `Post`."""

    def __init__(self, settings: ApiSettings) -> None:
        self._outward = Outward(networks(settings.alerts_private_networks), settings.webhook_seconds)

    async def post(self, hook: BandWebhook, message: Message) -> Outcome:
        """Once; whatever became of it."""
        body = message.body.encode()
        headers = signed([hook.secret], message.id, body, RealClock().now().astimezone(UTC))
        try:
            return Outcome(await self._outward.post(hook.url, body, {"Content-Type": "application/json", **headers}), taken=True)
        except LineAway as fault:
            return Outcome(str(fault), taken=False, after=min(fault.after, LONGEST_PEACE))
        except RefusedForGood as fault:
            return Outcome(str(fault), taken=False)
        except Exception as fault:  # one receiver's oddity must not end the process, and with it everybody's messages
            log.error("webhook_post_failed", webhook=hook.id, error=type(fault).__name__, exc_info=True)
            return Outcome(type(fault).__name__, taken=False)
