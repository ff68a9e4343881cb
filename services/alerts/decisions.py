"""Who is told what, or why not: pure, each decision with its reason (`product.md`, Alerts)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dunghen.contracts.messages import Notice
from dunghen.domain.warnings import Crossing, Facts, is_breach
from services.alerts.ports import Row

NOT_YET = "NOT_YET"
REASONS = ("WARNING", "BREACH", "OVERTAKEN", "HISTORICAL", "NO_ADDRESS", "SHADOW")


@dataclass(frozen=True, slots=True)
class Live:
    """How this process decides: from when on (`since`, go-live), between which instants it was away, and what it may send.

    `late_seconds`: a crossing that an event tells of later than that is history. `reachable(unit)`: whether anybody can be told there.
    """

    since: int
    away_from: int
    back_at: int
    late_seconds: int
    shadow: bool
    reachable: Callable[[str], bool]
    message_id: Callable[[str], str]

    def lateness(self, crossed_at: int, now: int) -> int:
        """Seconds between a crossing and now during which this process ran: what fell into an outage of ours is not late."""
        return now - max(crossed_at, self.back_at) + max(0, self.away_from - crossed_at)


@dataclass(frozen=True, slots=True)
class Case:
    """One dossier, all its crossings in order, and the names of the stages that were decided before."""

    dossier: str
    facts: Facts
    crossings: Sequence[Crossing]
    told: frozenset[str]


def decide(case: Case, live: Live, now: int, *, by_event: bool) -> tuple[list[Row], int]:
    """One row for each stage newly crossed since go-live, of which only the last one is told; and how many were crossed before go-live.

    `by_event`: an event, not the clock, told us of it.
    """
    fresh = [c for c in case.crossings if c.at <= now and c.stage.name not in case.told]
    since = [c for c in fresh if c.at >= live.since]
    last = max((c for c in case.crossings if c.at <= now), default=None)
    rows = []
    for crossing in since:
        if crossing != last:
            reason = "OVERTAKEN"
        elif by_event and live.lateness(crossing.at, now) > live.late_seconds:
            reason = "HISTORICAL"
        else:
            reason = _reason(case.facts.unit, crossing, live)
        rows.append(_row(case, crossing, reason, (live, now)))
    return rows, len(fresh) - len(since)


def _reason(unit: str, crossing: Crossing, live: Live) -> str:
    if not live.reachable(unit):
        return "NO_ADDRESS"
    if live.shadow:
        return "SHADOW"
    return "BREACH" if is_breach(crossing.stage) else "WARNING"


def _row(case: Case, crossing: Crossing, reason: str, by: tuple[Live, int]) -> Row:
    facts, (live, now) = case.facts, by
    key = f"{case.dossier}:dossier:{facts.due_at}:{crossing.stage.name}:{facts.unit}"
    notice = Notice(
        key=key,
        dossier=case.dossier,
        unit=facts.unit,
        procedure=facts.procedure,
        stage=crossing.stage.name,
        due_at=facts.due_at,
        decided_at=now,
        state="pending" if reason in ("WARNING", "BREACH") else "suppressed",
        reason=reason,
        message_id=live.message_id(key),
    )
    return Row(notice, crossing.at)


def supersession(notice: Notice, facts: Facts, all_crossings: Sequence[Crossing], now: int) -> str:
    """Why a notice about an open dossier is not sent after all: UNIT_MOVED, DUE_MOVED, STAGE_GONE, OVERTAKEN; "" if it still holds.

    NOT_YET: its stage lies ahead again (another policy, a clock that was put back): it waits.
    """
    if facts.unit != notice.unit:
        return "UNIT_MOVED"
    if facts.due_at != notice.due_at:
        return "DUE_MOVED"
    crossed = [c.stage.name for c in all_crossings if c.at <= now]
    if notice.stage not in crossed:
        return NOT_YET if any(c.stage.name == notice.stage for c in all_crossings) else "STAGE_GONE"
    return "" if crossed[-1] == notice.stage else "OVERTAKEN"
