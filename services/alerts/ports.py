"""What alerts needs of the outside. The adapters are in `adapters/`, the fakes in `tests/unit/alerts/`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from dunghen.contracts.messages import Notice
from dunghen.contracts.subscriptions import Subscription
from dunghen.platform.outward import LineAway as LineAway  # not a word about the recipient: the next channel does not begin
from dunghen.platform.outward import RefusedForGood as RefusedForGood  # of a recipient: the next channel may begin (`product.md`, Alerts)
from services.alerts.words import Words


@dataclass(frozen=True, slots=True)
class Progress:
    """Every crossing up to instant `decided_to`, of dossiers as of source offset `next` and under policy `policy`, stands in the ledger."""

    next: int
    decided_to: int
    policy: int


@dataclass(frozen=True, slots=True)
class Row:
    """One notice in the outbox. `unknown`: an attempt began whose end was never noted; `published`: `notices` has this state of it;
    `digest`: the Message-ID of a digest with which it goes or may have gone. `known_to`, of a dossier that is over: it is written only if
    the ledger has nothing of its stage by this due date, nor by another if it was crossed up to this instant; 0: it is written.
    `entered`: the dossier came into the stage with it; not where it was handed on, or takes another's place. `asks`: it is written only
    if by the ledger its recipient has not heard of its stage yet (of an escalation: of what it follows).
    """

    notice: Notice
    crossed_at: int
    published: bool = False
    unknown: bool = False
    digest: str = ""
    known_to: int = 0
    entered: bool = True
    asks: bool = False


PENDING = "pending"
Lease = Literal["ours", "busy", "settled"]  # busy: another worker is at it


class Ledger(Protocol):
    """What was ever decided. Raises StoreAwayError when it cannot be reached; every call may be repeated."""

    async def go_live(self, now: int) -> int: ...  # the instant of the first start: `now` if there was none
    async def retire(self) -> None: ...  # alerts is off: the next start is a first one
    async def progress(self, partition: int) -> Progress | None: ...
    async def note_progress(self, partition: int, progress: Progress) -> None: ...
    async def record(self, partition: int, rows: Sequence[Row]) -> list[Row]:
        """Adds what is absent, and under a further key (`…~2`) what was superseded, so never sent, and is not published here yet: decided
        anew; also where what stands there waits in the name of another unit, for that is about to be superseded. Gives those of them that
        are unsettled.
        """
        ...

    async def spoken(self, dossiers: Sequence[bytes]) -> dict[str, list[Row]]: ...  # every notice of each dossier that has any
    async def of(self, dossier: str) -> Sequence[Row]: ...  # every notice of one dossier
    async def unsettled(self, partition: int) -> list[Row]: ...  # pending, or not published as they are


class Outbox(Protocol):
    """The sending of what was decided. Raises StoreAwayError."""

    async def lease(self, row: Row) -> Lease: ...  # and notes that an attempt begins, with which digest
    async def settle(self, row: Row) -> bool: ...  # notes how the attempt ended and gives the lease back; False: the lease was lost
    async def note_published(self, partition: int, rows: Sequence[Row]) -> None: ...


class RefusedForNow(Exception):
    """This letter was refused, but may be taken later. Its text is a code."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told, by an internal id, and where: `unit` a unit's code, `mail` an address or "". Only channels read the address."""

    id: str
    unit: str
    mail: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One dossier of a letter, for channels that speak to programs. `left`: working time in words; `due_at`: an instant."""

    dossier: str
    procedure: str
    unit: str
    stage: str
    due_at: int
    left: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, ready to be sent through any channel. No personal value is in its words."""

    message_id: str
    recipient: Recipient
    subject: str
    words: Words
    items: Sequence[Item] = ()

    @property
    def to(self) -> str:
        return self.recipient.mail

    @property
    def text(self) -> str:
        return self.words.plain()


class Channel(Protocol):
    """One way to people (`adapters/NAME_channel.py`)."""

    name: str
    most: int  # so many dossiers can be named in one message: what goes together is sent in several

    def line(self, recipient: Recipient) -> str: ...  # what this recipient shares with others: while it is away none is tried; "": no way
    async def send(self, letter: Letter) -> str: ...  # the code by which it was taken; raises LineAway, RefusedForNow, RefusedForGood
    async def rest(self) -> None: ...  # nothing more to send for now


@dataclass(frozen=True, slots=True)
class Way:
    """The channel whose turn it is for a notice, and the line that it takes."""

    channel: Channel
    line: str


class Subscriptions(Protocol):
    """The browsers of a person. Raises StoreAwayError where something is to be kept."""

    def of(self, person: str) -> Sequence[Subscription]: ...
    async def gone(self, subscription: Subscription) -> None: ...  # its service knows it no more


class Ahead(Protocol):
    """Which dossiers have committed records at or after an offset; None if that cannot be known now."""

    async def keys(self, partition: int, after: int) -> Collection[bytes] | None: ...


class NoticeTopic(Protocol):
    """The topic `notices`, written under the fence of the partition: a write that succeeds proves that the partition is still ours."""

    async def publish(self, notices: Sequence[Notice]) -> None: ...
