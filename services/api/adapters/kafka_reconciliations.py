"""The topic `reconciliations`, followed for ever."""

from __future__ import annotations

from dunghen.contracts.reconciliations import ReconciliationBook
from dunghen.contracts.topics import RECONCILIATIONS
from dunghen.platform.whole_topics import WholeTopics
from services.api import metrics
from services.api.settings import ApiSettings


def following(settings: ApiSettings, book: ReconciliationBook) -> WholeTopics:
    """Fills the book, and says the newest in the metrics."""

    def take(key: bytes | None, value: bytes | None) -> None:
        book.take(key, value)
        metrics.on_reconciled(book.newest)

    return WholeTopics(settings, [RECONCILIATIONS], take)
