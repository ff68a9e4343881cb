"""What the projector and the HTTP workers need of the outside world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dunghen.contracts.band_webhooks import BandWebhookBook
from dunghen.contracts.desks import DeskBook, DeskDay, DeskKey
from dunghen.contracts.facts import Fact, FactBook
from dunghen.contracts.justifications import Justification
from dunghen.contracts.messages import Level, PolicyRecord, UnitScore
from dunghen.contracts.people import NoticeAction
from dunghen.contracts.statements import Statement, StatementBook
from dunghen.contracts.subscriptions import SubscriptionBook
from dunghen.platform.store import Store
from services.api import webhook_records
from services.api.board_messages import NOWHERE, Entry, FeedView, Generation, Meta, News, Position, Pulse
from services.api.browsers import Decide
from services.api.oidc import Attempt, Client, Metadata

Offsets = dict[tuple[str, int], int]  # (topic, partition) -> the next record to read


class DisplacedError(Exception):
    """The board is not where this projector left it: emptied, restored, or written by another. Read it again before going on."""


class BoardUnreachableError(Exception):
    """The board cannot be reached now; the text says why."""


@dataclass(slots=True)
class Stored:
    """The whole picture as it is on the board, with what waits for its generation and the topic offsets that all this contains."""

    position: Position = NOWHERE
    meta: Meta | None = None
    scores: dict[str, UnitScore] = field(default_factory=dict)
    feeds: dict[str, FeedView] = field(default_factory=dict)
    policies: dict[tuple[str, int], PolicyRecord] = field(default_factory=dict)
    staged: dict[Generation, dict[str, UnitScore]] = field(default_factory=dict)
    levels: dict[Generation, dict[int, Level]] = field(default_factory=dict)
    offsets: Offsets = field(default_factory=dict)
    facts: FactBook = field(default_factory=FactBook)
    desks: DeskBook = field(default_factory=DeskBook)
    statements: StatementBook = field(default_factory=StatementBook)


@dataclass(slots=True)
class Commit:
    """One step of the picture: all of it is written, or nothing."""

    after: Position
    position: Position
    entry: Entry | None  # None before the first generation is complete: nothing to show yet
    staged: Mapping[tuple[Generation, str], UnitScore | None]
    levels: Mapping[tuple[Generation, int], Level | None]
    policies: Sequence[PolicyRecord]
    feeds: Sequence[FeedView]
    offsets: Offsets
    facts: Sequence[Fact] = ()
    desks: Mapping[DeskKey, DeskDay | None] = field(default_factory=dict)  # None: no longer kept
    statements: Sequence[Statement] = ()


class BoardWriter(Protocol):
    """The projector's side. Raises BoardUnreachableError."""

    async def load(self) -> Stored: ...
    async def publish(self, commit: Commit) -> None: ...  # raises DisplacedError where the board does not stand at `commit.after`
    async def pulse(self, pulse: Pulse) -> Position: ...
    async def last_pulse(self) -> Pulse | None: ...
    async def clear(self) -> None: ...


class NewsWriter(Protocol):
    """Where the projector says what the store has newly. Raises BoardUnreachableError."""

    async def tell(self, news: News) -> None: ...


class NewsReader(Protocol):
    """Where a worker hears it, from a place in it on. Raises BoardUnreachableError."""

    async def last_news(self) -> str: ...  # the place where it stands now
    async def news(self, after: str, seconds: float) -> list[tuple[str, News]]: ...  # waits at most so long for the first


class BoardReader(NewsReader, Protocol):
    """A worker's side. Raises BoardUnreachableError."""

    async def load(self) -> Stored: ...
    async def entries(self, after: Position, seconds: float) -> list[tuple[Position, Entry]]: ...  # waits at most so long for the first
    async def last_pulse(self) -> Pulse | None: ...
    async def geometry_id(self) -> str | None: ...  # None: nothing is known; "": as shipped
    async def geometry(self) -> bytes: ...


class GeometryBoard(Protocol):
    """What the map is drawn with, on the board. Raises BoardUnreachableError."""

    async def geometry_id(self) -> str | None: ...
    async def put_geometry(self, id_: str, body: bytes) -> None: ...


class Lag(Protocol):
    """How far this process is, and how far the sources are."""

    async def ends(self, topic: str, partitions: int) -> dict[int, int]: ...
    async def commit(self, offsets: Offsets) -> None: ...


class Said(Protocol):
    """Where it goes what people say by our pages. Returns once it is stored; raises NotStored where that is not certain."""

    async def action(self, action: NoticeAction) -> None: ...
    async def justification(self, said: Justification) -> None: ...


class Browsers(Protocol):
    """The browsers of officials that get notices."""

    def book(self) -> SubscriptionBook | None: ...  # None before all is known
    async def change(self, decide: Decide) -> SubscriptionBook: ...  # all that is stored then; raises NotStored where that is not certain


class Webhooks(Protocol):
    """Who is told by webhooks that bands change."""

    def book(self) -> BandWebhookBook | None: ...  # None before all is known
    async def change(self, decide: webhook_records.Decide) -> tuple[BandWebhookBook, str]: ...  # what is stored then, why; raises NotStored


class Provider(Protocol):
    """The city's own sign-on. Raises SignInRefusedError."""

    client: Client

    async def metadata(self) -> Metadata: ...
    async def claims(self, code: str, attempt: Attempt, now: int) -> Mapping[str, Any]: ...  # now: real seconds


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where it goes what people and programs want of us. `told`: how the messages of `webhooks` fare, to be read."""

    said: Said
    browsers: Browsers
    webhooks: Webhooks
    told: Store
