"""What the owner of a feed hears: that it is silent, and that somebody disputes its data (`product.md`, 9).

Rows of the same ledger and outbox as all others: `SOURCE:feed:LAST_CONTACT:silent:WHO` once a silence, `DOSSIER:feed:SAID_AT:disputed:WHO`.
Where all fall silent together it is us, and the operators hear it instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from dunghen.contracts.messages import Notice
from dunghen.contracts.topics import partition_of
from dunghen.domain.manners import Action, Ruling, Telling, covers, goes_at
from dunghen.domain.matrix import Stage
from dunghen.domain.recipients import Recipient, owners_of
from services.alerts.ports import Ledger, Row
from services.alerts.watch import Watch

FEED, SILENT, ALL_SILENT, DISPUTED = "feed", "silent", "all_silent", "disputed"
STAGE = Stage(FEED, "long", 100, None, ("operator",))  # in quiet hours it waits like any other
LOOK_SECONDS = 15  # of the city's time
GATHER_SECONDS = 120  # so long a silence waits: the others may fall silent, too, or the topic `feeds` be behind
Disputes = Callable[[int], tuple[Sequence[tuple[str, Action]], int]]


class Feeds(Protocol):
    """What is known of the sending systems. Instants are those of the city's clock."""

    def stale(self, unit: str, now: int) -> bool: ...  # whether all feeds of a unit are silent
    def silent(self, now: int) -> Iterable[tuple[str, int]]: ...  # each source that is, and its last contact
    def all_silent(self, now: int) -> int: ...  # where all are, the last contact of any; 0: not so
    def seen_at(self, source: str) -> int: ...  # its last contact; 0: it is not known any more
    def sources_of(self, unit: str) -> Sequence[str]: ...  # those that ever spoke of it
    def units_of(self, source: str) -> int: ...  # of how many it ever spoke


class Subject(NamedTuple):
    """One silence of a source, or of all (`of` is the city), since the last contact; one dispute about a dossier, said at an instant."""

    of: str
    at: int
    stage: str


@dataclass
class Owners:
    """For the sources and dossiers of one partition out of `place[1]`. State: the subjects that are decided; the ledger has them, too."""

    place: tuple[int, int]
    feeds: Feeds
    disputes: Disputes
    watch: Callable[[], Watch]
    _known: set[Subject] = field(default_factory=set)
    _read: int = 0
    _look_at: int = 0
    _looked: int = 0

    async def take_over(self, ledger: Ledger, now: int) -> None:
        """What was decided before is decided no second time, whoever owns the feed by now. Raises StoreAwayError."""
        said, _ = self.disputes(0)
        subjects = {source for source, _ in self.feeds.silent(now)} | {dossier for dossier, _ in said}
        found = await ledger.spoken([each.encode() for each in {*subjects, self.watch().policy.city.code} if self._mine(each)])
        self._known = {
            Subject(of, row.notice.due_at, row.notice.stage) for of, some in found.items() for row in some if row.notice.clock == FEED
        }

    def look(self, now: int) -> list[Row]:
        """Rows for every silence and dispute that is new; a feed silent at the first start is told of, too."""
        since, (said, self._read) = self.watch().live.since, self.disputes(self._read)
        subjects = [Subject(dossier, action.at, DISPUTED) for dossier, action in said if action.at >= since]
        if not self._looked <= now < self._look_at:
            self._looked, self._look_at = now, now + LOOK_SECONDS
            subjects += self._silences(now)
        new = [each for each in dict.fromkeys(subjects) if each not in self._known and self._mine(each.of)]
        self._known.update(new)
        return [row for each in new for row in self.rows(each, self._about(each), now)]

    def _silences(self, now: int) -> list[Subject]:
        if last := self.feeds.all_silent(now):
            return [Subject(self.watch().policy.city.code, last, ALL_SILENT)]
        return [Subject(source, seen_at, SILENT) for source, seen_at in self.feeds.silent(now)]

    def rows(self, subject: Subject, about: tuple[str, str], now: int) -> list[Row]:
        """One for each owner of the feed, else for the operators; nobody: NO_ADDRESS, in the city's name. `about`: unit and procedure."""
        watch = self.watch()
        city = watch.policy.city.code
        told = self._owners(subject, about[0], now) or [Recipient(city, city, "NOBODY_AT_ALL")]
        return [Row(self._notice(subject, about, who, now), now) for who in told]

    def _owners(self, subject: Subject, unit: str, now: int) -> list[Recipient]:
        reach, day = self.watch().live.reach((), self.watch().policy.city.code), self.watch().policy.zone.day_of(now)
        named = [subject.of] if subject.stage == SILENT else self.feeds.sources_of(unit) if subject.stage == DISPUTED else ()
        found = {each.id: each for source in named or [""] for each in owners_of(source, reach, day)}
        return list(found.values())

    def _about(self, subject: Subject) -> tuple[str, str]:
        """Unit and procedure of what it is about; a source is of the city."""
        case = self.watch().case_of(subject.of)[0] if subject.stage == DISPUTED else None
        return (case.facts.whose.unit, case.facts.procedure) if case else (self.watch().policy.city.code, "")

    def _notice(self, subject: Subject, about: tuple[str, str], who: Recipient, now: int) -> Notice:
        key, live = f"{subject.of}:{FEED}:{subject.at}:{subject.stage}:{who.id}", self.watch().live
        reason = "NO_ADDRESS" if who.why == "NOBODY_AT_ALL" else "SHADOW" if live.shadow else REASON[subject.stage]
        return Notice(
            key=key,
            dossier=subject.of,
            unit=about[0],
            procedure=about[1],
            clock="feed",
            stage=subject.stage,
            due_at=subject.at,
            decided_at=now,
            state="pending" if reason in REASON.values() else "suppressed",
            reason=reason,
            recipient=who.id,
            why=who.why,
            covers=who.covers,
            message_id=live.message_id(key),
        )

    def ruling(self, notice: Notice, now: int) -> Ruling:
        """What becomes of a pending one now: `send`, `hold` till an instant, or `drop`: the feed is back, or all is silenced."""
        policy, gathered = self.watch().policy, notice.decided_at + GATHER_SECONDS
        if self._is_over(notice, now):
            return Ruling("drop", "FEED_BACK")
        if notice.stage == SILENT and (now < gathered or self.feeds.all_silent(now)):
            return Ruling("hold", "ALL_SILENT" if gathered <= now else "GATHERING", gathered if now < gathered else 0)
        of_all = Telling(notice.dossier, "", "", "dossier", STAGE, notice.recipient, notice.decided_at)
        if notice.stage != DISPUTED and any(covers(silence, of_all, now) for silence in policy.manners.silences):
            return Ruling("drop", "SILENCED")
        at = max(goes_at(STAGE, notice.decided_at, policy), goes_at(STAGE, now, policy, late=True))
        return Ruling("hold", "QUIET_HOURS", at) if at > now else Ruling("send")

    def _is_over(self, notice: Notice, now: int) -> bool:
        if notice.stage == SILENT:
            return self.feeds.seen_at(notice.dossier) != notice.due_at
        return notice.stage == ALL_SILENT and self.feeds.all_silent(now) != notice.due_at

    def instead(self, notice: Notice, now: int) -> list[Row]:
        """Rows for those who answer for the feed by now, where this recipient does not any more; else none."""
        subject = Subject(notice.dossier, notice.due_at, notice.stage)
        rows = self.rows(subject, (notice.unit, notice.procedure), now)
        return [] if any(row.notice.recipient == notice.recipient for row in rows) else rows

    def reason_of(self, notice: Notice) -> str:
        """The code that the dispute gave; "" where it is forgotten."""
        said, _ = self.disputes(0)
        return next((action.reason for dossier, action in said if (dossier, action.at) == (notice.dossier, notice.due_at)), "")

    def _mine(self, subject: str) -> bool:
        return partition_of(subject, self.place[1]) == self.place[0]


REASON = {SILENT: "FEED_SILENT", ALL_SILENT: "ALL_FEEDS_SILENT", DISPUTED: "DISPUTED"}
