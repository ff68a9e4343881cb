"""The topic `notice-actions` as alerts needs it: what people did about a dossier's notices, as long as that can still matter."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from dunghen.contracts.people import decode_action
from dunghen.domain.answering import bounded
from dunghen.domain.manners import Action

KEPT_SECONDS = 60 * 86400  # of the city's time, behind the newest: an answer ends an escalation within days, a snooze ends by itself


@dataclass
class ActionBook:
    """Every action of the last two months, by dossier; the same record taken twice is one action.

    `now`: the city's clock, by which the times that a record gives are bounded.
    """

    now: Callable[[], int]
    unreadable: int = 0
    _by_dossier: dict[str, tuple[Action, ...]] = field(default_factory=dict)
    _order: deque[tuple[int, str, Action]] = field(default_factory=deque)
    _newest: int = 0
    _disputes: deque[tuple[str, Action]] = field(default_factory=deque)
    _dropped: int = 0  # of the disputes, from the front

    def take(self, _key: bytes | None, value: bytes | None) -> None:
        """One record of the topic; what cannot be read is counted and does nothing."""
        if value is None:
            return
        try:
            said = decode_action(value)
        except msgspec.DecodeError:
            self.unreadable += 1
            return
        at, until = bounded(said.at, said.until, self.now())
        action = Action(said.kind, said.person, said.clock, said.stage, at, until, said.reason)
        if action not in self.of(said.dossier):
            self._by_dossier[said.dossier] = (*self.of(said.dossier), action)
            self._order.append((max(at, until), said.dossier, action))
            if said.kind == "dispute":
                self._disputes.append((said.dossier, action))
        self._newest = max(self._newest, at)
        self._forget()

    def of(self, dossier: str) -> Sequence[Action]:
        """What people did about a dossier, in the order in which it was said."""
        return self._by_dossier.get(dossier, ())

    def disputes(self, after: int) -> tuple[Sequence[tuple[str, Action]], int]:
        """(dossier, dispute) of all behind place `after` (0: from the first that is kept), and the place to go on from."""
        end = self._dropped + len(self._disputes)
        return ([] if after >= end else list(self._disputes)[max(0, after - self._dropped) :]), end

    def _forget(self) -> None:
        while self._disputes and self._disputes[0][1].at < self._newest - KEPT_SECONDS:
            self._disputes.popleft()
            self._dropped += 1
        while self._order and self._order[0][0] < self._newest - KEPT_SECONDS:
            _, dossier, action = self._order.popleft()
            left = tuple(each for each in self._by_dossier[dossier] if each != action)
            if left:
                self._by_dossier[dossier] = left
            else:
                del self._by_dossier[dossier]
