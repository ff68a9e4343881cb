"""Sending what is pending: lease → level → still true? → send → remember (`architecture.md` §7). One letter after the other."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

import msgspec

from dunghen.contracts.messages import Notice
from dunghen.platform.clock import Clock
from dunghen.platform.logs import get_logger
from services.alerts.metrics import Metrics
from services.alerts.ports import PENDING, Ahead, Letter, MailAway, Mailer, Outbox, RefusedForGood, RefusedForNow, Row

log = get_logger("delivery")
LEVEL_SECONDS = 1.0  # so old may the knowledge be that nothing newer about a dossier waits in Kafka
SOON, NOT_YET_SECONDS = 0.2, 1.0


@dataclass(frozen=True, slots=True)
class Retries:
    """How long to wait after the n-th failure in a row: doubled each time, between two bounds, with jitter; seconds of real time."""

    shortest: float = 1.0
    longest: float = 300.0

    def wait(self, failures: int) -> float:
        return min(self.longest, self.shortest * 2.0 ** min(failures - 1, 30)) * random.uniform(0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What has become of a notice by the time it is to be sent: its letter, or the state and reason instead (`pending`: not yet)."""

    letter: Letter | None
    state: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the partition's stage knows. `next`: the source offset after all that is applied; `judge` looks at the dossier as it is."""

    partition: int
    held: Callable[[], bool]
    next: Callable[[], int]
    judge: Callable[[Notice, int], Verdict]


@dataclass(frozen=True, slots=True)
class Means:
    """What sending needs of the outside."""

    outbox: Outbox
    mailer: Mailer
    ahead: Ahead
    clock: Clock


@dataclass
class Delivery:
    """The attempts of one partition, and when the next ones may be made."""

    means: Means
    desk: Desk
    metrics: Metrics
    retries: Retries = Retries()
    _outcomes: dict[str, Row] = field(default_factory=dict)  # known here, not yet in the outbox
    _not_before: dict[str, float] = field(default_factory=dict)
    _failures: dict[str, int] = field(default_factory=dict)
    _away: int = 0  # failures of the mail server in a row
    _resume_at: float = 0.0
    _ahead: Collection[bytes] | None = None
    _level_until: float = 0.0

    lost: list[Row] = field(default_factory=list)  # settled or leased by another worker: to be read again

    async def run(self, rows: Iterable[Row]) -> list[Row]:
        """Tries what may be tried now, the earliest crossing first; gives the rows that changed. Raises StoreAwayError."""
        changed = await self._remember()
        now = monotonic()
        due = [r for r in rows if r.notice.state == PENDING and r.published and self._not_before.get(r.notice.key, 0) <= now]
        if now < self._resume_at or not due:
            return changed
        try:
            for row in sorted(due, key=lambda r: r.crossed_at):
                if not self.desk.held():
                    break
                await self._attempt(row)
                changed += await self._remember()
            self._away = 0
        except MailAway as fault:
            self._wait(fault)
            changed += await self._remember()
        finally:
            await self.means.mailer.rest()
        return changed

    def _wait(self, fault: MailAway) -> None:
        self._away += 1
        self._resume_at = monotonic() + self.retries.wait(self._away)
        self._level_until = 0.0  # what was known before the wait is not what is sent by after it
        self.metrics.retries.labels("SMTP_AWAY").inc()
        log.warning("mail_away", code=str(fault), failures=self._away)

    async def _remember(self) -> list[Row]:
        """Notes in the outbox how attempts ended. Where the lease was lost meanwhile, another worker has the last word."""
        done = []
        for key, row in list(self._outcomes.items()):
            if await self.means.outbox.settle(row):
                done.append(row)
            else:
                log.warning("lease_lost", stage=row.notice.stage, state=row.notice.state)
                self.lost.append(row)
            del self._outcomes[key]
        return done

    async def _attempt(self, row: Row) -> None:
        lease = await self.means.outbox.lease(row)
        if lease == "settled":
            self.lost.append(row)
        elif lease == "busy":
            self._later(row, SOON)
        else:
            self._outcomes[row.notice.key] = row  # whatever happens, the lease is given back
            await self._under_lease(row)

    async def _under_lease(self, row: Row) -> None:
        if not await self._level(row.notice):
            self._later(row, SOON)
            return
        verdict = self.desk.judge(row.notice, self.means.clock.seconds())
        if verdict.letter is not None:
            await self._send(row, verdict.letter)
            return
        if verdict.state == PENDING:
            self._later(row, NOT_YET_SECONDS)
            return
        self.metrics.outcomes.labels(verdict.state).inc()
        self._end(row, state=verdict.state, reason=verdict.reason)

    async def _level(self, notice: Notice) -> bool:
        """Whether nothing newer about this dossier waits in Kafka; known at most `LEVEL_SECONDS` ago."""
        if monotonic() > self._level_until:
            until = monotonic() + LEVEL_SECONDS
            self._ahead = await self.means.ahead.keys(self.desk.partition, self.desk.next())
            self._level_until = until
        return self._ahead is not None and notice.dossier.encode() not in self._ahead

    async def _send(self, row: Row, letter: Letter) -> None:
        began, now, tried = monotonic(), self.means.clock.seconds(), row.notice.attempts + 1
        if tried == 1:
            self.metrics.dwell.observe(max(0, now - row.crossed_at))
        if row.unknown:
            self.metrics.repeats.inc()
        try:
            await self.means.mailer.send(letter)
        except MailAway as fault:
            self._outcomes[row.notice.key] = _changed(row, row.unknown or fault.unknown, attempts=tried)
            raise
        except RefusedForNow as fault:
            self._put_off(row, fault, tried)
        except RefusedForGood as fault:
            self.metrics.outcomes.labels("failed").inc()
            log.error("mail_refused", code=str(fault), stage=row.notice.stage)
            self._end(row, state="failed", reason=f"REFUSED_{fault}", attempts=tried)
        else:
            self.metrics.outcomes.labels("delivered").inc()
            self.metrics.sending.observe(monotonic() - began)
            self._end(row, state="delivered", channel="mail", attempts=tried, sent_at=now)

    def _put_off(self, row: Row, fault: RefusedForNow, tried: int) -> None:
        key = row.notice.key
        self._failures[key] = self._failures.get(key, 0) + 1
        self._later(row, self.retries.wait(self._failures[key]))
        self.metrics.retries.labels("REFUSED_FOR_NOW").inc()
        log.warning("mail_put_off", code=str(fault), failures=self._failures[key])
        self._outcomes[key] = _changed(row, attempts=tried)

    def _later(self, row: Row, seconds: float) -> None:
        self._not_before[row.notice.key] = monotonic() + seconds

    def _end(self, row: Row, **changes: Any) -> None:
        self._not_before.pop(row.notice.key, None)
        self._failures.pop(row.notice.key, None)
        self._outcomes[row.notice.key] = replace(_changed(row, **changes), published=False)


def _changed(row: Row, unknown: bool = False, **changes: Any) -> Row:
    return replace(row, notice=msgspec.structs.replace(row.notice, **changes), unknown=unknown)
