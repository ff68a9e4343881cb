"""Where a dossier stands: received, ended, due and first promised, by `domain.md` §3 and §4. A pure function of its record."""

from __future__ import annotations

from dataclasses import dataclass

from dunghen.domain.flags import flags_of
from dunghen.domain.reckoning import last_word, reckon
from dunghen.domain.rules import DossierRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Instants are seconds since 1970 UTC, 0: none; days are local day numbers, None: none.

    While the clock is stopped (`paused`) there is no due date, though there is a first promise. `otherwise`: ended by 3, 7 or 8.
    """

    unit: str
    procedure: str
    status: int  # the last word, as TrangThaiHoSo
    channel: int
    submitted_at: int
    received_at: int
    ended_at: int
    due_at: int
    first_due_at: int
    step_due_at: int  # NgayKetThucTheoQuyDinh of the newest step that gave one
    received_day: int
    ended_day: int | None
    due_day: int | None
    first_due_day: int | None
    otherwise: bool
    paused: bool
    pauses: tuple[tuple[int, int], ...]  # (began, ended) of those that had an effect; ended 0: still
    flags: frozenset[str]  # names in `flags.FLAGS`

    @property
    def judged(self) -> str:
        """`early`, `on_day` (also what has no due date) or `late`; "" while it is open."""
        if self.ended_day is None:
            return ""
        if self.due_day is None or self.ended_day == self.due_day:
            return "on_day"
        return "early" if self.ended_day < self.due_day else "late"

    def overdue_on(self, day: int) -> bool:
        """Whether it was open and past its due day at the end of a local day: rates compare dates (`domain.md` §4)."""
        if self.due_day is None or day <= self.due_day or day < self.received_day:
            return False
        return self.ended_day is None or max(self.ended_day, self.received_day) > day


def standing(record: bytes, rules: DossierRules) -> Standing | None:
    """None for what is outside every rate (see `reckoning.reckon`). Raises ValueError for a record that cannot be read."""
    found = reckon(record, rules)
    if found is None:
        return None
    head, day_of = found.head, rules.zone.day_of
    return Standing(
        unit=head.unit,
        procedure=head.procedure,
        status=last_word(head, found.instants, found.statuses),
        channel=head.channel,
        submitted_at=head.submitted,
        received_at=found.received_at,
        ended_at=found.end.at,
        due_at=found.due_at,
        first_due_at=found.first_due_at,
        step_due_at=head.step_due,
        received_day=day_of(found.received_at),
        ended_day=day_of(found.end.at) if found.end.at else None,
        due_day=day_of(found.due_at) if found.due_at else None,
        first_due_day=day_of(found.first_due_at) if found.first_due_at else None,
        otherwise=found.end.otherwise,
        paused=found.stopped,
        pauses=tuple((pause.began, pause.ended) for pause in found.pauses),
        flags=flags_of(found, rules.zone),
    )
