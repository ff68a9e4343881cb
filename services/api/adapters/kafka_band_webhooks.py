"""The topic `band-webhooks`, decided on beside `keys`."""

from __future__ import annotations

from collections.abc import Callable

from dunghen.contracts.band_webhooks import BandWebhookBook
from dunghen.contracts.keys import KeyBook
from dunghen.contracts.topics import BAND_WEBHOOKS, KEYS
from dunghen.platform.clock import real_milliseconds
from services.api.adapters.fenced_book import FencedBook, Kept
from services.api.book_changes import Change
from services.api.settings import ApiSettings
from services.api.webhook_records import Decide, swept


class KafkaBandWebhooks(FencedBook[BandWebhookBook, KeyBook]):
    """The port `Webhooks`; `run` takes out those whose key is gone. `keys`: None before they are known."""

    def __init__(self, settings: ApiSettings, keys: Callable[[], KeyBook | None]) -> None:
        super().__init__(settings, Kept(BAND_WEBHOOKS, KEYS, BandWebhookBook, KeyBook, keys, _swept))

    async def change(self, decide: Decide) -> tuple[BandWebhookBook, str]:
        """What there is then, and why. Raises NotStored."""
        book, change = await self.decided(decide)
        return book, change.reason


def _swept(book: BandWebhookBook, keys: KeyBook) -> Change:
    return swept(book, keys, real_milliseconds() // 1000)
