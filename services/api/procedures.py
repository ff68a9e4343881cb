"""The catalogue of procedures as it stands on the shown day, pure; and its words."""

from __future__ import annotations

import msgspec

from dunghen.domain.days import date_of
from dunghen.domain.deadline import LimitUnit
from dunghen.domain.policy_parts import ALWAYS, Level, Procedure
from services.api.items import names_of
from services.api.views import Scene

LEVELS = {
    "full": ("Toàn trình", "Wholly online"),
    "partial": ("Một phần", "Partly online"),
    "rest": ("Còn lại", "Information only"),
}
LIMIT_UNITS = {
    "hours": ("Giờ làm việc", "Working hours"),
    "working_days": ("Ngày làm việc", "Working days"),
    "days": ("Ngày", "Calendar days"),
    "months": ("Tháng", "Months"),
}


class Limit(msgspec.Struct):
    """How long a procedure may take."""

    amount: int
    unit: LimitUnit


class ProcedureRow(msgspec.Struct):
    """One procedure. `limit`, `level` null: not known; `valid_from`: the limit's first day, null: always."""

    code: str
    name: dict[str, str | None]
    field: str
    limit: Limit | None
    level: Level | None
    integrated: bool
    online_payment: bool
    kinds: tuple[str, ...]
    valid_from: str | None


class ProceduresAnswer(msgspec.Struct):
    """All procedures, by code; how many are on the national portal."""

    as_of: str
    policy: int
    count: int
    integrated: int
    procedures: list[ProcedureRow]


def procedures_answer(scene: Scene) -> ProceduresAnswer:
    """As of the shown day."""
    rows = [_row(one) for one in scene.policy.procedures.on_day(scene.meta.day)] if scene.policy else []
    return ProceduresAnswer(date_of(scene.meta.day).isoformat(), scene.meta.policy, len(rows), sum(row.integrated for row in rows), rows)


def _row(one: Procedure) -> ProcedureRow:
    return ProcedureRow(
        code=one.code,
        name=names_of(one) or {},
        field=one.field,
        limit=Limit(one.limit.amount, one.limit.unit) if one.limit else None,
        level=one.level,
        integrated=one.integrated,
        online_payment=one.online_payment,
        kinds=one.kinds,
        valid_from=None if one.valid_from == ALWAYS else date_of(one.valid_from).isoformat(),
    )
