"""Sending what is pending: lease → level → still true? → send → remember (`architecture.md` §7). One letter after the other."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

import msgspec

from dunghen.contracts.messages import Notice
from dunghen.platform.logs import get_logger
from services.alerts.channels import in_turn
from services.alerts.desk import Desk, Means
from services.alerts.digests import FAULTS, Digests, Fault, goes_together
from services.alerts.letter import linked
from services.alerts.lines import Lines
from services.alerts.metrics import Metrics
from services.alerts.ports import PENDING, Letter, LineAway, RefusedForGood, RefusedForNow, Row, Way
from services.alerts.waiting import Waiting

log = get_logger("delivery")
LEVEL_SECONDS = 1.0  # so old may the knowledge be that nothing newer about a dossier waits in Kafka
SOON, NOT_YET_SECONDS = 0.2, 1.0


@dataclass
class Delivery:
    """The attempts of one partition, and when the next ones may be made."""

    means: Means
    desk: Desk
    metrics: Metrics
    lines: Lines = field(default_factory=Lines)
    digests: Digests = field(default_factory=Digests)
    outcomes: dict[str, Row] = field(default_factory=dict)  # known here, not yet in the outbox
    _not_before: dict[str, float] = field(default_factory=dict)
    _failures: dict[str, int] = field(default_factory=dict)
    _in_hand: set[str] = field(default_factory=set)  # an attempt is under way, perhaps that of another partition's digest
    _ahead: Collection[bytes] | None = None
    _level_until: float = 0.0

    waiting: Waiting = field(init=False)
    lost: list[Row] = field(default_factory=list)  # settled or leased by another worker: to be read again

    def __post_init__(self) -> None:
        self.waiting = Waiting(self.desk.waits)

    async def run(self, rows: Iterable[Row]) -> list[Row]:
        """Tries what may be tried now, the earliest crossing first; gives the rows that changed. Raises StoreAwayError."""
        began = monotonic()
        changed = await self._remember()
        known, now = {row.notice.key for row in changed}, self.means.clock.seconds()
        due = [row for row in self._due(self.waiting.free(rows, now)) if row.notice.key not in known]
        self.metrics.oldest.labels(str(self.partition)).set(self.waiting.oldest)
        if not due:
            self.digests.looked(self, began)
            return changed
        try:
            for row in due:
                if not self.desk.held():
                    break
                changed += await self._one(row, now)
            self.digests.looked(self, began)
            self.metrics.digests.inc(await self.digests.send_ripe(self))
            changed += await self._remember()
        finally:
            for channel in self.means.channels:
                await channel.rest()
        return changed

    async def _one(self, row: Row, now: int) -> list[Row]:
        """By itself, or put to what goes together to the same recipient."""
        way = self._way(row.notice)
        if row.notice.key in self.outcomes:
            return []
        if way is not None and goes_together(row, now, self.digests.after_seconds, self.desk.joins):
            self.digests.take(self, row, way, self.desk.recipient(row.notice).id)
            return []
        if self.may_go(way) and (letter := await self.prepared(row, way, "")) and way is not None:
            await self._send(row, letter, way)
        return await self._remember()

    def _due(self, rows: Iterable[Row]) -> list[Row]:
        """The earliest crossing first; behind them what failed before: one bad letter must not keep the others."""
        now = monotonic()
        waiting = (row for row in rows if self._not_before.get(row.notice.key, 0) <= now)
        due = [r for r in waiting if (way := self._way(r.notice)) is None or not self.lines.closed(way.line)]
        return sorted(due, key=lambda r: (self._failures.get(r.notice.key, 0), r.crossed_at))

    def _way(self, notice: Notice) -> Way | None:
        """The first channel that can reach the recipient and has not refused this notice for good."""
        recipient, refused = self.desk.recipient(notice), {each.partition(":")[0] for each in notice.refused}
        wanted = in_turn(self.means.channels, notice.channels)
        ways = ((channel, channel.line(recipient)) for channel in wanted if channel.name not in refused)
        return next((Way(channel, line) for channel, line in ways if line), None)

    def may_go(self, way: Way | None) -> bool:
        """Whether the line is open still, and its channel has not sent enough for now."""
        if way is None:
            return True
        if self.lines.closed(way.line):
            return False
        if self.lines.take(way.channel.name, way.line):
            return True
        self.metrics.retries.labels("PACE").inc()
        return False

    async def _remember(self) -> list[Row]:
        """Notes in the outbox how attempts ended. Where the lease was lost meanwhile, another worker has the last word.

        Not of one that is under way: its lease would be given back, and the outbox say that nothing is known to have gone.
        """
        done = []
        for key, row in [(key, row) for key, row in self.outcomes.items() if key not in self._in_hand]:
            if await self.means.outbox.settle(row):
                done.append(row)
            else:
                log.warning("lease_lost", stage=row.notice.stage, state=row.notice.state)
                self.lost.append(row)
            if self.outcomes.get(key) is row:  # else it has ended otherwise meanwhile
                del self.outcomes[key]
        return done

    @property
    def partition(self) -> int:
        return self.desk.partition

    def held(self) -> bool:
        return self.desk.held()

    async def prepared(self, row: Row, way: Way | None, digest: str) -> Letter | None:
        """The letter of a row that is now under lease, as its dossier stands, in hand until `let_go`; None if it is not to be sent, or not
        now.
        """
        key, bound, letter = row.notice.key, replace(row, digest=digest), None
        if key in self._in_hand or key in self.outcomes:
            return None
        self._in_hand.add(key)
        try:
            lease = await self.means.outbox.lease(bound)
            if lease == "settled":
                self.lost.append(row)
            elif lease == "busy":
                self._later(row, SOON)
            else:
                self.outcomes[key] = row  # whatever happens, the lease is given back
                letter = await self._under_lease(row, way)
            if letter:
                self._begun(bound)
            return letter
        finally:
            if not letter:
                self.let_go(row)

    def let_go(self, row: Row) -> None:
        """Its attempt is over, however it ended."""
        self._in_hand.discard(row.notice.key)

    async def _under_lease(self, row: Row, way: Way | None) -> Letter | None:
        if not await self._level(row.notice):
            self._later(row, SOON)
            return None
        verdict = await self.desk.judge(row.notice, self.means.clock.seconds())
        if verdict.letter is not None and way is not None:
            return linked(verdict.letter, self.means.link)
        if verdict.letter is not None:
            self._no_way(row)
        elif verdict.state == PENDING:
            self.waiting.held(row.notice, self.means.clock.seconds())
            self._later(row, 0 if self.desk.waits(row.notice) else NOT_YET_SECONDS)
        else:
            self._end(row, unknown=row.unknown, state=verdict.state, reason=verdict.reason)  # decided anew it would be a repeat
        return None

    def _no_way(self, row: Row) -> None:
        """No channel is left, or none reaches this recipient any more."""
        if row.notice.refused:
            self._end(row, state="failed", reason=f"REFUSED_{row.notice.refused[-1].partition(':')[2]}")
        else:
            self._end(row, state="suppressed", reason="NO_ADDRESS")

    async def _level(self, notice: Notice) -> bool:
        """Whether nothing newer about this dossier waits in Kafka; known at most `LEVEL_SECONDS` ago."""
        if monotonic() > self._level_until:
            until = monotonic() + LEVEL_SECONDS
            self._ahead = await self.means.ahead.keys(self.desk.partition, self.desk.next())
            self._level_until = until
        return self._ahead is not None and notice.dossier.encode() not in self._ahead

    def _begun(self, row: Row) -> None:
        if not row.notice.attempts:
            self.metrics.dwell.observe(max(0, self.means.clock.seconds() - row.crossed_at))
        if row.unknown:
            self.metrics.repeats.inc()
        self.outcomes[row.notice.key] = replace(row, unknown=True)  # until it is known how it ended

    async def _send(self, row: Row, letter: Letter, way: Way) -> None:
        began = monotonic()
        try:
            await way.channel.send(letter)
            self.metrics.sending.observe(monotonic() - began)
            self.line_ended(way, None)
            self.ended(row, way, None, letter)
        except FAULTS as fault:
            self.line_ended(way, fault)
            self.ended(row, way, fault, letter)
        finally:
            self.let_go(row)

    def line_ended(self, way: Way, fault: Fault | None) -> None:
        """What an attempt said of the line, however many notices were in it."""
        if not isinstance(fault, LineAway):
            self.lines.answered(way.line)
            return
        self.lines.away(way.line, fault.after)
        self._level_until = 0.0  # what was known before the wait is not what is sent by after it
        log.warning("line_away", channel=way.channel.name, code=str(fault), failures=self.lines.failures[way.line])

    def ended(self, row: Row, way: Way, fault: Fault | None, letter: Letter) -> None:
        """How an attempt ended for a notice: with this fault, or taken."""
        if isinstance(fault, LineAway):
            self._line_away(row, fault)
        elif isinstance(fault, RefusedForNow):
            self._put_off(row, fault, way)
        elif isinstance(fault, RefusedForGood):
            self._refused(row, fault, way)
        else:
            now = self.means.clock.seconds()
            told = {"attempts": row.notice.attempts + 1, "sent_at": now}
            self.metrics.handed.observe(self.waiting.seconds(row, now))
            self._end(row, state="delivered", channel=way.channel.name, message_id=letter.message_id, **told)

    def _line_away(self, row: Row, fault: LineAway) -> None:
        key = row.notice.key
        self._failures[key] = self._failures.get(key, 0) + 1
        self.metrics.retries.labels("LINE_AWAY").inc()
        self.outcomes[key] = _changed(row, row.unknown or fault.unknown, attempts=row.notice.attempts + 1)

    def _put_off(self, row: Row, fault: RefusedForNow, way: Way) -> None:
        key = row.notice.key
        self._failures[key] = self._failures.get(key, 0) + 1
        self._later(row, self.lines.retries.wait(self._failures[key]))
        self.metrics.retries.labels("REFUSED_FOR_NOW").inc()
        log.warning("put_off", channel=way.channel.name, code=str(fault), failures=self._failures[key])
        self.outcomes[key] = _changed(row, attempts=row.notice.attempts + 1)

    def _refused(self, row: Row, fault: RefusedForGood, way: Way) -> None:
        """Only this, never a failure that may pass, lets the next channel begin; where there is none the notice has failed."""
        self.metrics.refusals.labels(way.channel.name).inc()
        log.error("refused_for_good", channel=way.channel.name, code=str(fault), stage=row.notice.stage)
        told: dict[str, Any] = {"attempts": row.notice.attempts + 1, "refused": (*row.notice.refused, f"{way.channel.name}:{fault}"[:60])}
        after = _changed(row, **told)
        self._failures.pop(row.notice.key, None)
        if self._way(after.notice) is None:
            self._end(row, state="failed", reason=f"REFUSED_{fault}"[:60], channel=way.channel.name, **told)
        else:
            self.outcomes[row.notice.key] = after

    def _later(self, row: Row, seconds: float) -> None:
        self._not_before[row.notice.key] = monotonic() + seconds

    def _end(self, row: Row, **changes: Any) -> None:
        self.metrics.outcomes.labels(changes["state"]).inc()
        self._not_before.pop(row.notice.key, None)
        self._failures.pop(row.notice.key, None)
        self.outcomes[row.notice.key] = replace(_changed(row, **changes), published=False)


def _changed(row: Row, unknown: bool = False, **changes: Any) -> Row:
    """A digest of which nobody got anything is none: what it held may go with more."""
    notice = msgspec.structs.replace(row.notice, **changes)
    return replace(row, notice=notice, unknown=unknown, digest=row.digest if unknown else "")
