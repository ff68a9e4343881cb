"""What one partition does with a record, a tick and a takeover: load → decide (`watch`) → hand over to the courier. No Kafka in here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dunghen.contracts.messages import Notice
from dunghen.contracts.people import PeopleBook
from dunghen.contracts.policies import PolicyBook
from dunghen.contracts.topics import OWN_KEY
from dunghen.domain.feeds import Patience
from dunghen.domain.manners import Action, Ruling, ruling
from dunghen.domain.matrix import ESCALATED, Stage
from dunghen.domain.recipients import Reach
from dunghen.platform.clock import Clock
from dunghen.platform.retries import Retries
from services.alerts.channels import in_turn
from services.alerts.courier import Courier
from services.alerts.decisions import NOT_YET, Live, asked_since, crossing_of, telling_of, unit_since
from services.alerts.delivery import Delivery
from services.alerts.desk import Desk, Means, Verdict
from services.alerts.digests import Digests
from services.alerts.feeds import UnitFeeds
from services.alerts.letter import letter, message_id
from services.alerts.lines import Lines, Pace
from services.alerts.metrics import Metrics
from services.alerts.owner_letter import owner_letter
from services.alerts.owners import ALL_SILENT, FEED, SILENT, Disputes, Feeds, Owners
from services.alerts.ports import PENDING, Ahead, Channel, Ledger, NoticeTopic, Outbox, Progress, Recipient, Row
from services.alerts.settings import AlertsSettings
from services.alerts.watch import STOPPED, Newest, Watch

LOOK_AGAIN_SECONDS = 60  # of the city's time, at what is held back until something happens
TURN = 500  # dossiers of a takeover, between which others of the process get their turn
STANDING = 1 << 62  # until something happens
REPLACED = ("DUE_MOVED", "RECIPIENT_CHANGED", "HANDED_OVER")  # and never sent: the stage holds on, somebody is to hear of it


@dataclass(frozen=True, slots=True)
class Ports:
    """All that the partitions of a process use together."""

    ledger: Ledger
    outbox: Outbox
    ahead: Ahead
    clock: Clock
    book: PolicyBook
    metrics: Metrics
    paces: Mapping[str, Pace] = field(default_factory=dict)
    people: PeopleBook = field(default_factory=PeopleBook)
    actions: Callable[[str], Sequence[Action]] = lambda _dossier: ()  # what people did about a dossier
    stale: Callable[[str, int], bool] = lambda _unit, _now: False  # whether a unit's feeds are silent
    digests: Digests = field(default_factory=Digests)
    feeds: Feeds = field(default_factory=lambda: UnitFeeds(Patience(1, 1), lambda: None))
    disputes: Disputes = lambda after: ((), after)


@dataclass(frozen=True, slots=True)
class Holding:
    """One partition as its stage has it: whether it is ours now, the source offset after all that was handled, and its ways out."""

    partition: int
    held: Callable[[], bool]
    next: Callable[[], int]
    topic: NoticeTopic
    channels: Sequence[Channel]


class Handlers:
    """State: the open dossiers and the stages they have crossed (`watch`), the notices that are not settled yet (`courier`)."""

    def __init__(self, settings: AlertsSettings, ports: Ports, holding: Holding) -> None:
        self.settings, self.ports, self.holding = settings, ports, holding
        means = Means(ports.outbox, holding.channels, ports.ahead, ports.clock, settings.alerts_link)
        desk = Desk(holding.partition, holding.held, holding.next, self.judge, self._recipient, self._waits, self._joins)
        lines = Lines(Retries(settings.retry_shortest, settings.retry_longest), ports.paces)
        delivery = Delivery(means, desk, ports.metrics, lines, ports.digests)
        self._held_till: dict[str, int] = {}  # notice -> the city's instant up to which the manners hold it back
        self._reached = 0  # the furthest that the city's clock was since it was last put back
        self._standing: dict[str, set[str]] = {}  # dossier -> its notices that wait until its clock goes on
        self._replaced: dict[str, set[str]] = {}  # notice -> those that were handed over in its place
        place = (holding.partition, settings.partitions)
        self.owners = Owners(place, ports.feeds, ports.disputes, lambda: self.watch)
        self.courier = Courier(holding.partition, ports.ledger, ports.outbox, holding.topic, delivery)

    async def on_takeover(self, read: Callable[[int], Awaitable[Newest]]) -> None:
        """`read(offset)` gives the dossiers; all that fell into an outage is decided now. Raises StoreAwayError, and what `read` raises."""
        ledger, now, partition = self.ports.ledger, self.ports.clock.seconds(), self.holding.partition
        since, progress = await ledger.go_live(now), await ledger.progress(partition)
        self.watch = Watch(self.ports.book.latest, self._live(since, min(progress.decided_to if progress else since, now), now))
        dossiers = self.watch.start(await read(progress.next if progress else 0), progress)
        for some in _in_turns(dossiers):
            if unsure := self.watch.sort(some):
                self._hand_over(self.watch.recall(unsure, await ledger.spoken([each.key for each in unsure]), now))
            await asyncio.sleep(0)
        self._hand_over(self.watch.resume(now))
        await self.owners.take_over(ledger, now)
        self._note_progress()
        await self.courier.resume()
        self.watch.forget_outside(but={row.notice.dossier for row in self.courier.rows.values()})
        self.ports.digests.join(self.courier.delivery)

    def on_record(self, key: bytes | None, value: bytes | None) -> bool:
        """A record of `dossiers`. True if it led to a decision."""
        if key is None or key.startswith(OWN_KEY):
            return False
        if self._standing:
            self._goes_on(key.decode(errors="replace"))
        return self._hand_over(self.watch.put(key, value, self.ports.clock.seconds()))

    def on_tick(self) -> bool:
        """What the clock has brought, and a new policy. To be called when every record before `holding.next` was handled."""
        now, latest = self.ports.clock.seconds(), self.ports.book.latest
        self._look_back(now)
        rows = self.watch.look(now)
        if latest.version != self.watch.policy.version:
            rows += self.watch.adopt(latest, now)
            self._held_till.clear()
            self._standing.clear()
        rows += self.owners.look(now)
        decided = self._hand_over(rows)
        self._note_progress()
        return decided

    async def judge(self, notice: Notice, now: int) -> Verdict:
        """A pending notice at the moment of sending. Behind the ledger's answer nothing is awaited. Raises StoreAwayError.

        What was decided before alerts was switched off is the past by now; a feed that was silent then is told of if it still is.
        """
        if notice.decided_at < self.watch.live.since and notice.stage not in (SILENT, ALL_SILENT):
            return Verdict(None, "suppressed", "HISTORICAL")
        if notice.clock == FEED:
            return self._to_an_owner(notice, now)
        asks = notice.stage.endswith(ESCALATED) or notice.reason == "HANDED_OVER"
        known = await self.ports.ledger.of(notice.dossier) if asks else ()
        if why := self.watch.supersession(notice, now):
            return self._no_longer(notice, why, now, await self._in_its_place(notice, why, now))
        if self.settings.alerts_mode != "on":
            return Verdict(None, "suppressed", "SHADOW")
        told = self._ruling(notice, known, now)
        if told.what == "hold":
            return self._held(notice, told, now)
        if told.what == "drop":
            return Verdict(None, "suppressed", told.reason)
        if why := self.watch.lost(notice, known, now):
            return self._no_longer(notice, why, now, await self._in_its_place(notice, why, now))
        return Verdict(letter(notice, self._recipient(notice), self.watch.policy, now))

    def _to_an_owner(self, notice: Notice, now: int) -> Verdict:
        told = self.owners.ruling(notice, now) if self.settings.alerts_mode == "on" else Ruling("drop", "SHADOW")
        if told.what == "hold":
            return self._held(notice, told, now)
        if told.what == "drop":
            return Verdict(None, "superseded" if told.reason == "FEED_BACK" else "suppressed", told.reason)
        if rows := self.owners.instead(notice, now):
            return self._no_longer(notice, "RECIPIENT_CHANGED", now, rows)
        return Verdict(owner_letter(notice, self._recipient(notice), self.owners, self.watch.policy))

    def _held(self, notice: Notice, told: Ruling, now: int) -> Verdict:
        self._held_till[notice.key] = told.until or now + LOOK_AGAIN_SECONDS
        self._reached = max(self._reached, now)
        return Verdict(None, PENDING, told.reason)

    async def _in_its_place(self, notice: Notice, why: str, now: int) -> list[Row]:
        """Whoever was decided for beside this recipient has a row of this stage, and hears of it by that, unless it was superseded. Raises
        StoreAwayError.
        """
        if why not in REPLACED:
            return []
        known = await self.ports.ledger.of(notice.dossier)
        rows = (row.notice for row in known if row.notice.state != "superseded" and _same_stage(row.notice, notice))
        beside = {each.recipient for each in rows} - {notice.recipient}
        return [row for row in self.watch.instead(notice, known, now) if row.notice.recipient not in beside]

    def _no_longer(self, notice: Notice, why: str, now: int, rows: list[Row]) -> Verdict:
        """It is not sent as it stands. What takes its place is in the ledger before it is superseded: a kill in between loses nothing."""
        if why == STOPPED:
            self._held_till[notice.key] = STANDING
            self._standing.setdefault(notice.dossier, set()).add(notice.key)
        if why in (STOPPED, NOT_YET):
            return Verdict(None, PENDING, why)
        if rows and notice.key not in self._replaced:
            self._replaced[notice.key] = {row.notice.key for row in rows}
            self._hand_over(rows)
        if not self._replaced.get(notice.key, set()).isdisjoint(row.notice.key for row in self.courier.decided):
            return Verdict(None, PENDING, why)
        self._replaced.pop(notice.key, None)
        return Verdict(None, "superseded", why)

    def _ruling(self, notice: Notice, known: Sequence[Row], now: int) -> Ruling:
        """What the manners say of a notice that still holds. Raises LookupError for none of ours: supersession comes first."""
        case, _ = self.watch.case_of(notice.dossier)
        crossing = crossing_of(notice, case) if case else None
        if case is None or crossing is None:
            raise LookupError(notice.stage)
        of, stale = telling_of(crossing, case, notice.recipient or notice.unit), self.ports.stale(notice.unit, now)
        telling = replace(of, stale=stale, unit_since=unit_since(notice, known))
        said = ruling(telling, self.ports.actions(notice.dossier), self.watch.policy, now)
        return said if crossing.base is None or said.what != "send" else self._beyond(crossing.base, asked_since(notice, known), now)

    def _beyond(self, base: Stage, since: int | None, now: int) -> Ruling:
        """Whether an escalation may go: only where somebody was asked (`since`) and has had all the time to answer."""
        if since is None:
            return Ruling("drop", "NOBODY_TOLD")
        at = self.watch.policy.calendar.add(since, base.acknowledge_seconds) if since else 0
        return Ruling("send") if 0 < at <= now else Ruling("hold", "NOT_ASKED_YET", at)

    def _waits(self, notice: Notice) -> bool:
        till = self._held_till.get(notice.key, 0)
        if till and till <= self.ports.clock.seconds():
            del self._held_till[notice.key]
            return False
        return till > 0

    def _look_back(self, now: int) -> None:
        """Where the clock was put back, what was held by the time ahead is judged anew; what waits for an event waits on."""
        if now < self._reached:
            self._held_till = {key: till for key, till in self._held_till.items() if till == STANDING}
        self._reached = now

    def _goes_on(self, dossier: str) -> None:
        """An event: what waited for the dossier's clock is looked at again."""
        for key in self._standing.pop(dossier, ()):
            self._held_till.pop(key, None)

    def _joins(self, notice: Notice) -> bool:
        return any(stage.digest and stage.name == notice.stage for stage in self.watch.policy.stages)

    def _live(self, since: int, away_from: int, now: int) -> Live:
        chosen = self.settings
        return Live(
            since=since,
            away_from=away_from,
            back_at=now,
            late_seconds=chosen.historical_hours * 3600,
            shadow=chosen.alerts_mode != "on",
            reach=self._reach,
            message_id=lambda key: message_id(key, chosen.mail_from),
        )

    def _reach(self, wanted: Sequence[str], unit: str) -> Reach:
        """The directory as it is now; somebody can be reached where a channel that the stage may take has a way to them in a notice of this
        unit (the city's, to owners of feeds).
        """
        return Reach(
            self.ports.people.directory,
            lambda person: self._has_way(Recipient(person.id, unit, person.address), wanted),
            lambda of: self._has_way(self._unit(of), wanted),
            self.watch.policy.city.code,
        )

    def _has_way(self, recipient: Recipient, wanted: Sequence[str]) -> bool:
        return any(channel.line(recipient) for channel in in_turn(self.holding.channels, wanted))

    def _unit(self, unit: str) -> Recipient:
        found = self.watch.policy.catalogue.get(unit)
        return Recipient(unit, unit, found.notice_address if found else "")

    def _recipient(self, notice: Notice) -> Recipient:
        """A person of the directory, else the unit itself (so also all that an older release wrote)."""
        if notice.recipient in ("", notice.unit):
            return self._unit(notice.unit)
        person = self.ports.people.directory.get(notice.recipient)
        unit = self.watch.policy.city.code if notice.clock == FEED else notice.unit  # a unit's endpoint is not where an owner is
        return Recipient(notice.recipient, unit, person.address if person else "")

    def _hand_over(self, rows: list[Row]) -> bool:
        self.courier.decided += rows
        for row in rows:
            if not (row.known_to or row.asks):  # else the ledger is asked first
                self.ports.metrics.decided.labels(row.notice.reason).inc()
        return bool(rows)

    def _note_progress(self) -> None:
        watch, metrics = self.watch, self.ports.metrics
        self.courier.progress = Progress(self.holding.next(), watch.decided_to, watch.policy.version)
        metrics.before_live.inc(watch.before_live)
        metrics.unreadable.inc(watch.unreadable)
        metrics.looks.inc(watch.looks)
        watch.before_live = watch.unreadable = watch.looks = 0
        metrics.watched.labels(str(self.holding.partition)).set(len(watch.dossiers))


def _in_turns(dossiers: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (dossiers[i : i + TURN] for i in range(0, len(dossiers), TURN))


def _same_stage(one: Notice, other: Notice) -> bool:
    return (one.clock, one.stage, one.due_at) == (other.clock, other.stage, other.due_at)
