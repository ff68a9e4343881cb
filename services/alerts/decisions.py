"""Who is told what, or why not: pure, each decision with its reason (`product.md`, Alerts)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

from msgspec import structs

from dunghen.contracts.messages import Notice
from dunghen.domain.manners import Telling, goes_at
from dunghen.domain.matrix import ESCALATED
from dunghen.domain.policy import Policy
from dunghen.domain.recipients import Reach, Recipient, Whose, recipients
from dunghen.domain.warnings import Crossing, Facts, mark_of, newest_of
from services.alerts.ports import PENDING, Row

NOT_YET = "NOT_YET"
NOBODY = Recipient("", "", "NOBODY_AT_ALL")
TELLING = ("WARNING", "BREACH", "ESCALATION", "HANDED_OVER")
REASONS = (
    *TELLING,
    "OVERTAKEN",
    "ENDED",
    "HISTORICAL",
    "NO_ADDRESS",
    "SHADOW",
    "ACKNOWLEDGED",
    "ALREADY_TOLD",
    "NOBODY_TOLD",
    "FEED_SILENT",
    "ALL_FEEDS_SILENT",
    "DISPUTED",
)


@dataclass(frozen=True, slots=True)
class Live:
    """How this process decides: from when on (`since`, go-live), between which instants it was away, and what it may send.

    `late_seconds`: a crossing that an event tells of later than that is history. `reach(channels, unit)`: the directory as it is now, and
    who of it can be reached by them, () by any, with a notice of that unit.
    """

    since: int
    away_from: int
    back_at: int
    late_seconds: int
    shadow: bool
    reach: Callable[[Sequence[str], str], Reach]
    message_id: Callable[[str], str]

    def lateness(self, crossed_at: int, now: int) -> int:
        """Seconds between a crossing and now during which this process ran: what fell into an outage of ours is not late."""
        return now - max(crossed_at, self.back_at) + max(0, self.away_from - crossed_at)


@dataclass(frozen=True, slots=True)
class Case:
    """One dossier, all its crossings in order, and the marks of the stages that were decided before.

    `before`: whose it was when they were, where that has changed since.
    """

    dossier: str
    facts: Facts
    crossings: Sequence[Crossing]
    told: frozenset[str]
    before: Whose | None = None


class Moment(NamedTuple):
    """When and under what is decided; `by_event`: an event, not the clock, told us of it."""

    now: int
    policy: Policy
    by_event: bool = False


class Asking(NamedTuple):
    """At the moment of sending: when, and what the ledger has of the dossier, where that is asked for."""

    moment: Moment
    known: Sequence[Row] = ()


class Decided(NamedTuple):
    """`rows` for the ledger, each with its reason; `before_live`: so many stages were crossed before go-live, without a row."""

    rows: list[Row]
    before_live: int = 0


def decide(case: Case, live: Live, moment: Moment) -> Decided:
    """A row for each stage newly crossed since go-live and each of its recipients; of every clock only the newest stage is told.

    A stage that was decided before is decided no second time; if the dossier has passed to others since, those of them who have not
    heard are told the stage that holds: HANDED_OVER. Who has heard the ledger knows: see `unheard`, which is for the rows that ask.
    """
    rows, before_live = list[Row](), 0
    for crossing in (c for c in case.crossings if c.at <= moment.now):
        known = crossing.mark in case.told
        if known and not (case.before and crossing.base is None and _holds(crossing, case, moment.now)):
            continue
        if crossing.at < live.since:
            before_live += not known
        else:
            rows += _rows(crossing, case, live, moment)
    return Decided(rows, before_live)


def over(case: Case, live: Live, moment: Moment, known_to: int) -> list[Row]:
    """For a dossier that has ended: one row for each stage that it crossed since go-live and that nobody decided, said at once to be over.

    It is to nobody, whoever stands in the directory, so that it is the same whenever it is written. `known_to`: see `Row`.
    """
    found = [c for c in case.crossings if live.since <= c.at <= moment.now and c.mark not in case.told]
    return [replace(_row(c, case, (live, moment), (NOBODY, "ENDED")), known_to=known_to) for c in found]


def _holds(crossing: Crossing, case: Case, now: int) -> bool:
    """Whether it is the newest stage of its clock, or follows the newest."""
    newest = newest_of(case.crossings, crossing.clock, now)
    return newest is not None and newest.stage == (crossing.base or crossing.stage)


def _rows(crossing: Crossing, case: Case, live: Live, moment: Moment) -> list[Row]:
    reach = live.reach(crossing.stage.channels, case.facts.whose.unit)
    day = moment.policy.zone.day_of(max(moment.now, goes_at(crossing.stage, crossing.at, moment.policy)))
    found = recipients(case.facts.whose, crossing.stage.roles, reach, day)
    handed = crossing.mark in case.told
    what = "HANDED_OVER" if handed else "ESCALATION" if crossing.base else "BREACH" if crossing.stage.is_breach else "WARNING"
    rows = [_row(crossing, case, (live, moment), (who, _reason(crossing, case, (live, moment), (who, what)))) for who in found]
    return [replace(row, entered=not handed, asks=handed or crossing.base is not None) for row in rows]


def unheard(rows: Sequence[Row], known: Iterable[Row]) -> list[Row]:
    """Of rows of one dossier that ask: those whose recipient has not heard yet. Of an escalation that all have heard one stays, which says
    so: ALREADY_TOLD. `known`: what the ledger has of the dossier.
    """
    found, known = list[Row](), list(known)
    for _, group in groupby(rows, key=lambda row: (row.notice.clock, row.notice.due_at, row.notice.stage)):
        asking = list(group)
        first = asking[0].notice
        new = [row for row in asking if row.notice.recipient not in heard(first, known)]
        if not new and first.stage.endswith(ESCALATED):
            new = [replace(asking[0], notice=structs.replace(first, state="suppressed", reason="ALREADY_TOLD"))]
        found, known = found + new, known + new
    return found


def heard(of: Notice, known: Iterable[Row]) -> set[str]:
    """Who by the ledger was told of the stage that a notice is of (an escalation: that it follows) since the dossier came into it, or is
    about to be. Not those of whom what they were to be told was superseded, or waits in the name of another unit.
    """
    wanted = mark_of(of.clock, of.due_at, of.stage.removesuffix(ESCALATED))
    of_it = [row for row in known if mark_of(row.notice.clock, row.notice.due_at, row.notice.stage) == wanted]
    _, due_at = max(((row.notice.decided_at, row.notice.due_at) for row in of_it if row.entered), default=(0, 0))
    since = min((row.notice.decided_at for row in of_it if row.notice.due_at == due_at), default=0)
    told = (row.notice for row in of_it if row.notice.decided_at >= since and row.notice.state != "superseded")
    return {notice.recipient or notice.unit for notice in told if notice.state != PENDING or notice.unit == of.unit}


def _reason(crossing: Crossing, case: Case, by: tuple[Live, Moment], told: tuple[Recipient, str]) -> str:
    (live, moment), (who, what) = by, told
    known_since = max(crossing.at, _handed_over_at(case) if what == "HANDED_OVER" else case.facts.reopened_at)
    if not _holds(crossing, case, moment.now):
        return "OVERTAKEN"
    if moment.by_event and live.lateness(known_since, moment.now) > live.late_seconds:
        return "HISTORICAL"
    if what == "ESCALATION" and telling_of(crossing, case, who.id).asked_at < live.since:
        return "NOBODY_TOLD"  # what it follows was crossed before go-live, so nobody was asked
    if who.why == "NOBODY_AT_ALL":
        return "NO_ADDRESS"
    return "SHADOW" if live.shadow else what


def _handed_over_at(case: Case) -> int:
    """When it passed to others, as it was said, or its clock went on after that: what a backfill tells of long ago is history, however
    new it is to us.
    """
    moved = case.before is not None and case.before.unit != case.facts.whose.unit
    said_at = case.facts.unit_said_at if moved else case.facts.handler_said_at
    return max(said_at, *(ended for running in case.facts.clocks for _, ended in running.paused), 0)


def telling_of(crossing: Crossing, case: Case, recipient: str) -> Telling:
    """What the manners look at."""
    facts, base = case.facts, crossing.base
    asked = next((c.at for c in case.crossings if base and (c.clock, c.stage) == (crossing.clock, base)), crossing.at)
    pauses = next((running.paused for running in facts.clocks if running.clock == crossing.clock), ())
    of = (case.dossier, facts.whose.unit, facts.procedure, crossing.clock, crossing.stage, recipient, crossing.at)
    return Telling(*of, asked_at=asked, pauses=pauses)


def _row(crossing: Crossing, case: Case, by: tuple[Live, Moment], decided: tuple[Recipient, str]) -> Row:
    facts, (live, moment), (who, reason) = case.facts, by, decided
    key = f"{case.dossier}:{crossing.clock}:{crossing.due_at}:{crossing.stage.name}:{who.id}"
    notice = Notice(
        key=key,
        dossier=case.dossier,
        unit=facts.whose.unit,
        procedure=facts.procedure,
        clock=crossing.clock,
        stage=crossing.stage.name,
        due_at=crossing.due_at,
        decided_at=moment.now,
        state="pending" if reason in TELLING else "superseded" if reason == "ENDED" else "suppressed",
        reason=reason,
        recipient=who.id,
        why=who.why if who.id else "",
        covers=who.covers,
        handler=facts.whose.handler,
        channels=crossing.stage.channels,
        message_id=live.message_id(key),
    )
    return Row(notice, crossing.at)


def supersession(notice: Notice, case: Case, moment: Moment) -> str:
    """Why a notice about an open dossier has lost its sense; "" if it has not: UNIT_MOVED, STEP_OVER, TAKEN_IN, DUE_MOVED, STAGE_GONE,
    OVERTAKEN.

    NOT_YET: its stage lies ahead again (another policy, a clock that was put back): it waits.
    """
    facts = case.facts
    if facts.whose.unit != notice.unit:
        return "UNIT_MOVED"
    if not any(running.clock == notice.clock for running in facts.clocks):
        return "TAKEN_IN" if notice.clock == "intake" else "STEP_OVER" if notice.clock == "step" else "OUTSIDE"
    if next(running.due_at for running in facts.clocks if running.clock == notice.clock) != notice.due_at:
        return "DUE_MOVED"
    named = crossing_of(notice, case)
    if named is None:
        return "STAGE_GONE"
    if named.at > moment.now:
        return NOT_YET
    return "" if _holds(named, case, moment.now) else "OVERTAKEN"


def crossing_of(notice: Notice, case: Case) -> Crossing | None:
    """The stage that a notice tells of, as it is crossed by the present due date."""
    return next((c for c in case.crossings if (c.clock, c.stage.name) == (notice.clock, notice.stage)), None)


def lost(notice: Notice, case: Case, live: Live, at: Asking) -> str:
    """Why its recipient, asked for at the moment of sending, is not told any more: HANDED_OVER with the dossier, RECIPIENT_CHANGED by the
    directory (left, on leave, moved, out of reach); "" if that one still is. What an older release wrote goes to whom it names.
    """
    crossing = crossing_of(notice, case)
    if crossing is None or not notice.why or notice.recipient in {who.id for who in _concerned(notice, crossing, case, (live, at))}:
        return ""
    return "HANDED_OVER" if notice.handler != case.facts.whose.handler else "RECIPIENT_CHANGED"


def _concerned(notice: Notice, crossing: Crossing, case: Case, by: tuple[Live, Asking]) -> list[Recipient]:
    """Who is told of it now; of an escalation those only who by the ledger have not heard what it follows."""
    live, (moment, known) = by
    reach, day = live.reach(crossing.stage.channels, case.facts.whose.unit), moment.policy.zone.day_of(moment.now)
    told = heard(notice, known) if crossing.base else ()
    return [who for who in recipients(case.facts.whose, crossing.stage.roles, reach, day) if who.id not in told]


def instead(notice: Notice, case: Case, live: Live, at: Asking) -> list[Row]:
    """What takes the place of a notice that was never sent while its stage holds on: the same by the present due date, to the same
    recipient or to those who are told in this one's place. A row that is there already is known by its key. What was crossed before
    go-live by the present due date is the past, as if nothing had waited.
    """
    crossing, moment = crossing_of(notice, case), at.moment
    if case.facts.whose.unit != notice.unit or crossing is None or not _holds(crossing, case, moment.now):
        return []
    if not live.since <= crossing.at <= moment.now:
        return []
    found = _concerned(notice, crossing, case, (live, at))
    by, same = (live, moment), [who for who in found if who.id == notice.recipient]
    rows = [_row(crossing, case, by, (who, _reason(crossing, case, by, (who, notice.reason)))) for who in same or found]
    return [replace(row, entered=False) for row in rows]


def asked_since(notice: Notice, known: Iterable[Row]) -> int | None:
    """Since when those are asked whom an escalation goes beyond; 0: their messages still wait; None: nobody was or is to be told.

    `known`: what the ledger has of the dossier. What could not be delivered to anybody counts as told: it must not end there.
    """
    wanted = (notice.clock, notice.stage.removesuffix(ESCALATED))
    base = [row.notice for row in known if (row.notice.clock, row.notice.stage) == wanted]
    newest = max((n.due_at == notice.due_at, n.decided_at, n.due_at) for n in base)[2] if base else 0
    of_this = [n for n in base if n.due_at == newest]
    told = [n.sent_at or n.decided_at for n in of_this if n.state in ("delivered", "failed") or n.reason == "NO_ADDRESS"]
    return min(told) if told else 0 if any(n.state == PENDING for n in of_this) else None


def unit_since(notice: Notice, known: Iterable[Row]) -> int:
    """When the notice's unit was told of its stage (of an escalation: of what it follows) first since another had been; 0: none had."""
    wanted = (notice.clock, notice.stage.removesuffix(ESCALATED))
    rows = [row.notice for row in known if (row.notice.clock, row.notice.stage) == wanted]
    elsewhere = max((each.decided_at for each in rows if each.unit != notice.unit), default=0)
    return min((each.decided_at for each in rows if each.unit == notice.unit and each.decided_at >= elsewhere > 0), default=0)
