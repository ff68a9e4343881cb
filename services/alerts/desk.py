"""What sending knows of its partition, and what it needs of the outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from dunghen.contracts.messages import Notice
from dunghen.platform.clock import Clock
from services.alerts.ports import Ahead, Channel, Letter, Outbox, Recipient


@dataclass(frozen=True, slots=True)
class Verdict:
    """What has become of a notice by the time it is to be sent: its letter, or the state and reason instead (`pending`: not yet)."""

    letter: Letter | None
    state: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the partition's stage knows. `next`: the source offset after all that is applied; `judge` looks at the dossier as it is.

    `waits`: whether a notice is known to be held back still (quiet hours, a digest, a snooze), which costs no lease to ask.
    `joins`: whether its stage is for the morning's list.
    """

    partition: int
    held: Callable[[], bool]
    next: Callable[[], int]
    judge: Callable[[Notice, int], Awaitable[Verdict]]
    recipient: Callable[[Notice], Recipient]
    waits: Callable[[Notice], bool] = lambda _notice: False
    joins: Callable[[Notice], bool] = lambda _notice: False


@dataclass(frozen=True, slots=True)
class Means:
    """What sending needs of the outside. `channels`: in the order in which they are tried; `link`: what a link in a letter begins with."""

    outbox: Outbox
    channels: Sequence[Channel]
    ahead: Ahead
    clock: Clock
    link: str = ""
