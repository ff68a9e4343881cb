"""The topic `push-subscriptions`, decided on beside `people`."""

from __future__ import annotations

from collections.abc import Callable

from dunghen.contracts.people import PeopleBook
from dunghen.contracts.subscriptions import SubscriptionBook
from dunghen.contracts.topics import PEOPLE, PUSH_SUBSCRIPTIONS
from services.api import metrics
from services.api.adapters.fenced_book import FencedBook, Kept
from services.api.book_changes import Change
from services.api.browsers import Decide, swept
from services.api.settings import ApiSettings


class KafkaBrowsers(FencedBook[SubscriptionBook, PeopleBook]):
    """The port `Browsers`; `run` takes out those of who left. `people`: the directory, None before it is known."""

    def __init__(self, settings: ApiSettings, people: Callable[[], PeopleBook | None]) -> None:
        super().__init__(settings, Kept(PUSH_SUBSCRIPTIONS, PEOPLE, SubscriptionBook, PeopleBook, people, swept))

    async def change(self, decide: Decide) -> SubscriptionBook:
        """What there is then. Raises NotStored."""
        return (await self.decided(decide))[0]

    async def decided(self, decide: Decide) -> tuple[SubscriptionBook, Change]:
        """And counts it, also what was swept."""
        book, change = await super().decided(decide)
        _count(change)
        return book, change


def _count(change: Change) -> None:
    on = sum(value is not None for _, value in change.records)
    metrics.BROWSERS.labels(change="on").inc(on)
    metrics.BROWSERS.labels(change="swept" if change.reason == "SWEPT" else "off").inc(len(change.records) - on)
