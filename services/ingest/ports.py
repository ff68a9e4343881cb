"""What ingest needs of the outside. The adapters are in `adapters/`, the fakes in `tests/unit/ingest/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dunghen.contracts.desks import DeskEvent
from dunghen.contracts.keys import KeyBook
from dunghen.contracts.messages import DossierEvent, Form
from dunghen.contracts.statements import Told
from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import Zone
from dunghen.domain.directory import Directory
from dunghen.platform.clock import Clock
from dunghen.platform.kafka_sender import NotStored
from dunghen.platform.metrics import Readiness
from services.ingest.feeds import FeedBook
from services.ingest.metrics import Metrics
from services.ingest.wire.drafts import FindPerson, FindUnit
from services.ingest.wire.facts import NO_CODES, FactCodes

NOBODY = Directory()


Unavailable = NotStored  # the events are not certain to be stored: the sender has to send the same again, which is harmless


class Events(Protocol):
    """Where events go."""

    def connected(self) -> bool:
        """Whether it can be reached, as far as is known."""

    async def publish(self, events: Sequence[DossierEvent]) -> None:
        """Returns once every event is stored; raises Unavailable if that is not certain within the time that a sender waits."""


class Facts(Protocol):
    """Where facts, tasks and follow-ups go."""

    async def publish(self, told: Sequence[Told]) -> None:
        """Returns once every one is stored; raises Unavailable if that is not certain within the time that a sender waits."""


class DeskEvents(Protocol):
    """Where the events of one-stop desks go."""

    async def publish(self, events: Sequence[DeskEvent]) -> None:
        """Returns once every event is stored; raises Unavailable if that is not certain within the time that a sender waits."""


class FeedStore(Protocol):
    """Where the states of feeds go."""

    async def store(self) -> None:
        """Returns once everything that `FeedBook` knows is stored; raises Unavailable if that is not certain."""

    async def store_soon(self) -> None:
        """The same, together with others who wait for it."""


class InMemory:
    """Feeds that are kept nowhere else."""

    async def store(self) -> None:
        return None

    async def store_soon(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Desk:
    """What a policy version says about incoming records, in the time zone of its calendar. `days` remembers dates that were parsed.

    `units_under` gives the units of a key's prefix; `allowed` is that for one delivery, None: it may write for every unit.
    """

    version: int
    calendar: WorkingCalendar
    find_unit: FindUnit
    units_under: Callable[[str], frozenset[str]]
    allowed: frozenset[str] | None = None
    find_fact_unit: Callable[[str], str] = lambda _: ""  # the unit, or the city, of a code that a fact names; "" for none
    find_own_unit: Callable[[str], str] = lambda _: ""  # the same without the city
    fact_codes: FactCodes = NO_CODES
    city: str = ""
    precedence: Mapping[str, int] = field(default_factory=dict)  # of sources that have one
    forms: Mapping[str, Form] = field(default_factory=dict)  # what a code of HinhThuc says
    days: dict[str, int] = field(default_factory=dict, repr=False)

    @property
    def zone(self) -> Zone:
        """The city's time."""
        return self.calendar.zone


class Desks(Protocol):
    """The policy as ingest uses it."""

    def current(self) -> Desk | None:
        """The desk of the newest policy version; None as long as there is none."""


class Keys(Protocol):
    """The keys of sending systems."""

    def current(self) -> KeyBook | None:
        """All of them; None as long as they are not known."""


class People(Protocol):
    """The directory of officials."""

    def current(self) -> Directory | None:
        """Everybody; None as long as they are not known."""


class Nobody:
    """A directory without anybody, where there is none."""

    def current(self) -> Directory:
        return NOBODY


@dataclass
class Arrivals:
    """Instants in microseconds by the city's clock, each later than the one before."""

    clock: Clock
    last: int = 0

    def next(self) -> int:
        self.last = max(self.last + 1, self.clock.micros())
        return self.last


@dataclass
class Ports:
    """All that the handlers use."""

    events: Events
    facts: Facts
    desk_events: DeskEvents
    desks: Desks
    feeds: FeedBook
    clock: Clock
    metrics: Metrics
    keys: Keys
    people: People = field(default_factory=Nobody)
    feed_store: FeedStore = field(default_factory=InMemory)
    arrivals: Arrivals = field(init=False)
    feeds_known: bool = True  # whether the counts of an earlier run were read back

    def __post_init__(self) -> None:
        self.arrivals = Arrivals(self.clock)

    def ready(self) -> bool:
        """Whether records can be understood and counted, and those who send them be known."""
        return self.readiness().answer()[0] == 200

    def readiness(self) -> Readiness:
        """Kafka is only wanted: while it is away senders are told by us when to come again."""
        needed = {
            "policy": lambda: self.desks.current() is not None,
            "keys": lambda: self.keys.current() is not None,
            "people": lambda: self.people.current() is not None,
            "feeds": lambda: self.feeds_known,
        }
        return Readiness(needed, {"kafka": self.events.connected})

    def finder(self, zone: Zone) -> FindPerson:
        """Whom a NguoiXuLy of a unit means at an instant, by the directory as it is now."""
        directory = self.people.current() or NOBODY
        return lambda unit, name, at: directory.named(unit, name, zone.day_of(at)) if len(directory) else ""
