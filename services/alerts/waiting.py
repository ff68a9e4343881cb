"""For how long notices have waited that nothing holds back but us and the line. Instants and seconds are those of the city's clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from dunghen.contracts.messages import Notice
from services.alerts.ports import PENDING, Row


@dataclass
class Waiting:
    """The pending notices of one partition. `waits`: whether one is held back (quiet hours, a list, a snooze, a pause)."""

    waits: Callable[[Notice], bool]
    oldest: int = 0  # as of the last look
    _held_to: dict[str, int] = field(default_factory=dict)  # notice -> when it was last seen held back

    def free(self, rows: Iterable[Row], now: int) -> list[Row]:
        """Those that may go now."""
        pending = [row for row in rows if row.notice.state == PENDING and row.published]
        held = {row.notice.key for row in pending if self.waits(row.notice)}
        before = self._held_to
        self._held_to = {key: now if key in held else before[key] for row in pending if (key := row.notice.key) in held or key in before}
        free = [row for row in pending if row.notice.key not in held]
        self.oldest = max((self.seconds(row, now) for row in free), default=0)
        return free

    def held(self, notice: Notice, now: int) -> None:
        """It was about to go, and is held back."""
        self._held_to[notice.key] = now

    def seconds(self, row: Row, now: int) -> int:
        """Since it might go: since its crossing, or since it was last held back."""
        return max(now - max(row.crossed_at, self._held_to.get(row.notice.key, 0)), 0)
