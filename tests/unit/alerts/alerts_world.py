"""Alerts composed as in production, over fakes of what is outside: one partition, a clock that stands still, a mailbox that remembers.

The official of Hải Châu handles the dossiers; An Khê is another unit and must never be told; Vĩnh Điện has no address.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import structs
from prometheus_client import CollectorRegistry

from dunghen.contracts.messages import DossierEvent, Notice, encode
from dunghen.contracts.people import PeopleBook
from dunghen.contracts.policies import Applied, PolicyBook, policy_key, policy_records
from dunghen.domain.directory import Directory
from dunghen.domain.manners import Action
from dunghen.domain.record import fold
from dunghen.platform.clock import FixedClock
from dunghen.platform.store import Query
from dunghen.platform.store.in_memory import InMemoryStore
from services.alerts.adapters.store_outbox import StoreOutbox
from services.alerts.digests import Digests
from services.alerts.handlers import Handlers, Holding, Ports
from services.alerts.lines import Pace
from services.alerts.metrics import Metrics
from services.alerts.ports import Letter, Recipient
from services.alerts.settings import AlertsSettings
from services.alerts.watch import Newest

HAI_CHAU, AN_KHE, VINH_DIEN = "20242", "20263", "20551"
LONG, SHORT = "1.004222", "2.000815"  # ten working days; one
DOSSIER = "H17.31-261116-0001"
SOURCE = "H17.31"
BODIES: dict[str, Any] = {
    "city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"},
    "units": {
        "units": [
            {"code": HAI_CHAU, "name": "Hải Châu", "kind": "locality", "type": "Phường", "notice_address": "hai-chau@danang.example"},
            {"code": AN_KHE, "name": "An Khê", "kind": "locality", "type": "Phường", "notice_address": "an-khe@danang.example"},
            {"code": VINH_DIEN, "name": "Vĩnh Điện", "kind": "locality", "type": "Phường"},
        ]
    },
    "procedures": {
        "procedures": [
            {"code": LONG, "name": "Đăng ký thường trú", "limit": 10, "unit": "working_days"},
            {"code": SHORT, "name": "Chứng thực bản sao", "limit": 1, "unit": "working_days"},
        ]
    },
    "stages": {
        "short_hours": 8,
        "stages": [
            {"stage": "half", "terms": "long", "percent": 50, "roles": ["official"]},
            {"stage": "nine_tenths", "terms": "long", "percent": 90, "roles": ["official"]},
            {"stage": "breach", "terms": "long", "percent": 100, "roles": ["official"]},
            {"stage": "four_hours_left", "terms": "short", "remaining_working_hours": 4, "roles": ["official"]},
            {"stage": "breach", "terms": "short", "remaining_working_hours": 0, "roles": ["official"]},
        ],
    },
}


def local(text: str) -> int:
    """The instant of a local time like `2026-11-16 08:00`, a Monday."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")).timestamp())


def synced(at: int, **facts: Any) -> DossierEvent:
    """What a sync of the dossier says; 7 hex digits of its instant make its id differ."""
    given = {"dossier": DOSSIER, "unit": HAI_CHAU, "procedure": LONG, "status": 4, "received": at, **facts}
    return DossierEvent(id=f"{at:016x}", kind="synced", occurred_at=at, arrived_at=at * 1_000_000, **given)


def stepped(at: int, status: int, dossier: str = DOSSIER) -> DossierEvent:
    return DossierEvent(
        id=f"{at:016x}", kind="progressed", dossier=dossier, unit=HAI_CHAU, status=status, occurred_at=at, arrived_at=at * 1_000_000
    )


def book_of(bodies: dict[str, Any], version: int = 1, book: PolicyBook | None = None) -> PolicyBook:
    book = book or PolicyBook()
    for record in policy_records(version, bodies, Applied(1)):
        book.take(policy_key(record.kind, version), encode(record))
    return book


@dataclass
class RecordingMailer:
    """Takes letters. `faults` are raised by the next sends, one each. `name` and `reach` make it any channel."""

    letters: list[Letter] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    name: str = "mail"
    most: int = 100
    reach: Callable[[Recipient], str] = lambda recipient: recipient.mail and "mail"

    def line(self, recipient: Recipient) -> str:
        return self.reach(recipient)

    async def send(self, letter: Letter) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.letters.append(letter)

    async def rest(self) -> None:
        pass


@dataclass
class FakeAhead:
    """What waits in Kafka; None: nobody knows. `asked`: how often it was asked."""

    waiting: set[bytes] | None = field(default_factory=set)
    asked: int = 0

    async def keys(self, partition: int, after: int) -> set[bytes] | None:
        self.asked += 1
        return self.waiting


@dataclass
class FakeFeeds:
    """The feeds of Hải Châu: those that are silent, with their last contact; a unit's are silent as a test says."""

    sources: tuple[str, ...] = (SOURCE,)
    silences: dict[str, int] = field(default_factory=dict)
    units: set[str] = field(default_factory=set)

    def stale(self, unit: str, _now: int) -> bool:
        return unit in self.units

    def silent(self, _now: int) -> list[tuple[str, int]]:
        return list(self.silences.items())

    def all_silent(self, _now: int) -> int:
        return max(self.silences.values(), default=0) if len(self.silences) == 3 else 0

    def seen_at(self, source: str) -> int:
        return self.silences.get(source, 1)

    def sources_of(self, unit: str) -> tuple[str, ...]:
        return self.sources if unit == HAI_CHAU else ()

    def units_of(self, _source: str) -> int:
        return 1


@dataclass
class RecordingTopic:
    notices: list[Notice] = field(default_factory=list)

    async def publish(self, notices: Any) -> None:
        self.notices += notices


class Killed(BaseException):
    """kill −9 at this very place."""


@dataclass
class Trap:
    """Kills, or raises `fault`, at the n-th call from now on of anything behind it, before or after the call has had its effect."""

    left: int = -1
    after: bool = False
    place: str = ""
    fault: type[BaseException] = Killed

    def around(self, thing: Any) -> Any:
        return _Trapped(thing, self)

    def strike(self, name: str) -> None:
        self.place = name
        raise self.fault("")


class _Trapped:
    def __init__(self, thing: Any, trap: Trap) -> None:
        self._thing, self._trap = thing, trap

    def __getattr__(self, name: str) -> Any:
        real, trap = getattr(self._thing, name), self._trap
        if not inspect.iscoroutinefunction(real):
            return real

        async def call(*args: Any, **options: Any) -> Any:
            trap.left -= 1
            if trap.left == 0 and not trap.after:
                trap.strike(name)
            answer = await real(*args, **options)
            if trap.left == 0:
                trap.strike(name)
            return answer

        return call


class World:
    """One partition. `start` after `kill` is a new process over the same database and the same topic."""

    def __init__(self, at: str = "2026-11-16 08:00", **settings: Any) -> None:
        self.clock, self.store, self.mailer, self.ahead, self.topic = (
            FixedClock(local(at)),
            InMemoryStore(),
            RecordingMailer(),
            FakeAhead(),
            RecordingTopic(),
        )
        self.settings = AlertsSettings(
            **{
                "alerts_mode": "on",
                "mail_from": "dung-hen@danang.example",
                "retry_shortest": 1e-6,
                "retry_longest": 2e-6,
                "partitions": 1,
                **settings,
            }
        )
        self.book = book_of(BODIES)
        self.topic_records: dict[bytes, tuple[bytes, int]] = {}
        self.next = 0
        self.events: list[DossierEvent] = []  # as the topic `dossier-events` has them
        self.held = self.alone = True
        self.trap = Trap()
        self.registry = CollectorRegistry()
        self.channels: list[Any] = [self.mailer]
        self.paces: dict[str, Pace] = {}
        self.people = PeopleBook()
        self.directories: list[tuple[int, Directory]] = []  # as it was told, from which instant on; none: as it is
        self.done: list[Action] = []  # what people did about the dossier
        self.feeds = FakeFeeds()
        self.digests = Digests()
        self.partition = 0

    async def start(self, **settings: Any) -> World:
        self.settings = self.settings.model_copy(update=settings)
        self.registry = CollectorRegistry()
        around = self.trap.around
        outbox = StoreOutbox(around(self.store), alone=self.alone, lease_seconds=60)
        await outbox.prepare()
        ports = Ports(
            outbox, outbox, self.ahead, self.clock, self.book, Metrics(self.registry), self.paces, self.people,
            lambda _: self.done, self.feeds.stale, self.digests, self.feeds,
            lambda after: ([(DOSSIER, each) for each in self.done[after:] if each.kind == "dispute"], len(self.done)),
        )  # fmt: skip
        held = Holding(
            self.partition, lambda: self.held, lambda: self.next, around(self.topic), [around(channel) for channel in self.channels]
        )
        self.handlers = Handlers(self.settings, ports, held)
        await self.handlers.on_takeover(self._read)
        return self

    async def _read(self, since: int) -> Newest:
        records = {key: record for key, (record, _) in self.topic_records.items()}
        return Newest(records, {key for key, (_, offset) in self.topic_records.items() if offset >= since})

    def say(self, event: DossierEvent, *, handled: bool = True) -> None:
        """A record as the fold writes it; `handled=False`: while alerts is down."""
        key = event.dossier.encode()
        self.events.append(structs.replace(event, arrived_at=self.clock.seconds() * 1_000_000))
        old = self.topic_records.get(key, (None, 0))[0]
        record = fold(old, event)
        assert record is not None
        self.topic_records[key] = (record, self.next)
        self.next += 1
        if handled:
            self.handlers.on_record(key, record)

    async def at(self, when: str, **settings: Any) -> None:
        """The clock moves there, then everything takes its course."""
        self.clock.at = local(when)
        self.handlers.on_tick()
        await self.settle()

    async def settle(self) -> None:
        for _ in range(4):
            await self.handlers.courier.round()

    def metric(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"dunghen_alerts_{name}", labels) or 0

    @property
    def subjects(self) -> list[str]:
        return [letter.subject for letter in self.mailer.letters]

    def last(self, **what: Any) -> list[Notice]:
        """Of each notice the last state in the topic, where it is so."""
        newest = {n.key: n for n in self.topic.notices}
        return [n for n in newest.values() if all(getattr(n, k) == v for k, v in what.items())]

    async def states(self) -> list[tuple[str, str]]:
        """(stage, state) of every row of the outbox."""
        page = await self.store.find(Query("notices", limit=1000))
        return [(d.body["stage"], d.body["state"]) for d in page.documents]
