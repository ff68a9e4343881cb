"""What `/dossiers/{code}/explanation` answers: the published description and the pages' types come from it, and each answer is held to it.

Instants are ISO 8601 with the city's offset, days ISO dates, minutes working minutes unless said otherwise.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import field

from dunghen.domain.account import Kind
from dunghen.domain.day_account import DayKind
from dunghen.domain.explanation import Effect, How
from dunghen.domain.rules import SupplementRule
from dunghen.domain.work_list import Group
from services.api.sources_said import SourceReason


class Answer(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """Every member is always there."""


class Words(Answer):
    """A text of ours in both languages."""

    vi: str
    en: str


class Name(Answer):
    """A name of the catalogue; `en` null: it has none in English."""

    vi: str
    en: str | None


class ItemStep(Answer):
    """The newest step's own end."""

    due_at: str


class Item(Answer):
    """A dossier as in the lists. `left_minutes`: negative behind the due instant, null without one."""

    code: str
    unit: str
    procedure: str
    procedure_name: Name | None
    status: int
    open: bool
    counted: bool
    step: ItemStep | None
    received_at: str | None
    ended_at: str | None
    due_at: str | None
    first_due_at: str | None
    left_minutes: int | None
    group: Group
    on_time_today: bool
    moved: bool


class Procedure(Answer):
    """`limit_minutes`: null where no limit is known, or it is in calendar days."""

    code: str
    name: Name | None
    limit_minutes: int | None
    limit_text: Words


class Span(Answer):
    """One working interval; the minutes of a kind add up to its total."""

    kind: Kind
    from_: str = field(name="from")
    to: str
    minutes: int


class Totals(Answer):
    """Working minutes. `limit`: what the due date allows without pauses; it and `remaining` are null where there is no end to count to."""

    counted: int
    paused: int
    remaining: int | None
    late: int
    void: int
    limit: int | None


class Day(Answer):
    """A local day of a term in calendar days."""

    day: str
    kind: DayKind


class Days(Answer):
    """A term in calendar days, by days; `limit` = counted + remaining, null without a due date."""

    counted: int
    paused: int
    remaining: int
    late: int
    limit: int | None
    each: list[Day]


class Due(Answer):
    """The date that holds, by whom and by which rule."""

    due_at: str | None
    first_due_at: str | None
    by: Literal["computed", "source", "none"]
    how: How | Literal["OUTSIDE"]
    sentence: Words


class Pause(Answer):
    """`to` null: still. `days`: of a term in calendar days. `source` said so first, heard at `arrived_at`. `denied_at`: a newer sync says
    that the dossier goes on, but no step does, so the clock stands still.
    """

    from_: str = field(name="from")
    to: str | None
    minutes: int
    days: int | None
    denied_at: str | None
    status: int
    ordinal: int
    effect: Effect
    source: str | None
    arrived_at: str | None


class TakenBack(Answer):
    """An end (3, 7, 8, 9, 10) that was said and that `source` took back: the time went on."""

    status: int
    at: str
    taken_back_at: str
    source: str


class SpecialDay(Answer):
    """A day whose hours are not those of its weekday."""

    day: str
    works: bool


class Supplement(Answer):
    """A step that a sync names in its list of supplements."""

    status: int
    at: str


class Event(Answer):
    """A raw event by both times; `late`: it came after so long that its feed would count as silent in between."""

    kind: Literal["synced", "progressed", "retracted"]
    status: int | None
    unit: str
    occurred_at: str | None
    arrived_at: str
    late: bool
    source: str
    steps: list[Supplement]


class SourceSaid(Answer):
    """What one source sent of the dossier, and whether that holds: `status` and `stated_at` (the source's time) of its last statement, null
    where it sent steps alone; `reason` as `/definitions` says (`source_reasons`).
    """

    source: str
    precedence: int
    status: int | None
    statements: int
    steps: int
    stated_at: str | None
    last_arrived_at: str
    reason: SourceReason


class Rules(Answer):
    """Versions of the policy and of its kinds; 0: as shipped."""

    policy: int
    calendar: int
    procedures: int
    rules: int
    stages: int


class Acknowledged(Answer):
    """Who answered a notice first (internal id), by what, when; `by_you`: it was who asks."""

    by: str
    by_you: bool
    kind: Literal["acknowledge", "working", "dispute"]
    at: str


class Told(Answer):
    """One notice of the dossier; `mine`: to who asks."""

    clock: str
    stage: str
    state: str
    reason: str
    channel: str
    why: str
    due_at: str | None
    decided_at: str
    sent_at: str | None
    mine: bool
    acknowledged: Acknowledged | None


class Next(Answer):
    """The next stage that will be crossed."""

    at: str
    clock: str
    stage: str


class Now(Answer):
    """Why nobody is told at this moment."""

    reason: str
    next: Next | None


class ExplanationAnswer(Answer):
    """Everything of one dossier that its page shows, as of `at`."""

    code: str
    unit: str
    at: str
    item: Item
    procedure: Procedure
    spans: list[Span]
    spans_left_off: int
    totals: Totals
    days: Days | None
    due: Due
    pauses: list[Pause]
    taken_back: list[TakenBack]
    working_hours: Words
    exceptions: list[SpecialDay]
    supplement_rule: SupplementRule | None
    events: list[Event]
    events_left_off: int
    sources: list[SourceSaid]
    rules: Rules
    why: list[Told]
    now: Now
