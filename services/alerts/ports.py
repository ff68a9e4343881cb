"""What alerts needs of the outside. The adapters are in `adapters/`, the fakes in `tests/unit/alerts/`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from dunghen.contracts.messages import Notice


@dataclass(frozen=True, slots=True)
class Progress:
    """Every crossing up to instant `decided_to`, of dossiers as of source offset `next` and under policy `policy`, stands in the ledger."""

    next: int
    decided_to: int
    policy: int


@dataclass(frozen=True, slots=True)
class Row:
    """One notice in the outbox. `unknown`: an attempt began whose end was never noted; `published`: `notices` has this state of it."""

    notice: Notice
    crossed_at: int
    published: bool = False
    unknown: bool = False


PENDING = "pending"
Lease = Literal["ours", "busy", "settled"]  # busy: another worker is at it


class Ledger(Protocol):
    """What was ever decided. Raises StoreAwayError when it cannot be reached; every call may be repeated."""

    async def go_live(self, now: int) -> int: ...  # the instant of the first start: `now` if there was none
    async def retire(self) -> None: ...  # alerts is off: the next start is a first one
    async def progress(self, partition: int) -> Progress | None: ...
    async def note_progress(self, partition: int, progress: Progress) -> None: ...
    async def record(
        self, partition: int, rows: Sequence[Row]
    ) -> list[Row]: ...  # adds what is absent; gives those of them that are unsettled
    async def spoken(
        self, dossiers: Sequence[bytes]
    ) -> dict[str, frozenset[tuple[str, str]]]: ...  # {dossier: (stage, unit)} of every notice
    async def unsettled(self, partition: int) -> list[Row]: ...  # pending, or not published as they are


class Outbox(Protocol):
    """The sending of what was decided. Raises StoreAwayError."""

    async def lease(self, row: Row) -> Lease: ...
    async def settle(self, row: Row) -> bool: ...  # notes how the attempt ended and gives the lease back; False: the lease was lost
    async def note_published(self, partition: int, rows: Sequence[Row]) -> None: ...


class MailAway(Exception):
    """No mail at all can be sent now: the server cannot be reached or refuses us as such. Its text is a code."""

    def __init__(self, code: str, *, unknown: bool) -> None:
        """`unknown`: this mail may have got through all the same."""
        super().__init__(code)
        self.unknown = unknown


class RefusedForNow(Exception):
    """This mail was refused, but may be taken later."""


class RefusedForGood(Exception):
    """This mail will never be taken. Its text is the server's code."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, ready to be sent."""

    message_id: str
    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """Raises MailAway, RefusedForNow, RefusedForGood."""

    async def send(self, letter: Letter) -> None: ...
    async def rest(self) -> None: ...  # nothing more to send for now


class Ahead(Protocol):
    """Which dossiers have committed records at or after an offset; None if that cannot be known now."""

    async def keys(self, partition: int, after: int) -> Collection[bytes] | None: ...


class NoticeTopic(Protocol):
    """The topic `notices`, written under the fence of the partition: a write that succeeds proves that the partition is still ours."""

    async def publish(self, notices: Sequence[Notice]) -> None: ...
