"""Rows of a published list of procedures. Faults name row and column, never what stands there.

Columns: `code` (MaTTHC), `name`, `field`, `limit` and `unit` (`15` and `working_days`, or in one cell `15 ngày làm việc`), `level` (toàn
trình, một phần, còn lại), `integrated` (on the national portal), `online_payment`, `valid_from`, `kinds` (several with `;`), `name_en`.
An empty cell, or a column that is not there, leaves what is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dunghen.cli.sheets import Layout, Row
from dunghen.domain.deadline import LIMIT_UNITS
from dunghen.domain.policy_parts import LEVELS
from dunghen.domain.units import KINDS, fold_text

LAYOUT = Layout(
    {
        "code": ("mã tthc", "mã thủ tục", "mathutuc", "matthc"),
        "name": ("tên tthc", "tên thủ tục", "tentthc"),
        "field": ("lĩnh vực",),
        "limit": ("thời hạn", "thời hạn giải quyết"),
        "unit": ("đơn vị thời hạn", "đơn vị tính"),
        "level": ("mức độ", "mức độ dvc"),
        "integrated": ("tích hợp cổng dvcqg", "tích hợp"),
        "online_payment": ("thanh toán trực tuyến",),
        "valid_from": ("hiệu lực từ", "ngày hiệu lực"),
        "kinds": ("loại đơn vị", "cấp thực hiện"),
        "name_en": ("tên tiếng anh",),
    },
    needed=("code",),
    beside=("stt",),
)
_UNITS: dict[str, str] = {
    **{unit.replace("_", " "): unit for unit in LIMIT_UNITS},
    "gio": "hours",
    "gio lam viec": "hours",
    "ngay lam viec": "working_days",
    "ngay": "days",
    "thang": "months",
}
_LEVELS: dict[str, Any] = {**{level: level for level in LEVELS}, "toan trinh": "full", "mot phan": "partial", "con lai": "rest"}
_YES: dict[str, Any] = {
    **dict.fromkeys(("co", "x", "1", "true", "yes"), True),
    **dict.fromkeys(("khong", "0", "false", "no"), False),
}
_LIMIT = re.compile(r"(\d{1,4})\s*(.*)", re.ASCII | re.DOTALL)
_CODE = re.compile(r"[!-~]{1,60}")


@dataclass(frozen=True, slots=True)
class Listed:
    """One row: the keys of a policy body's procedure that it says. `valid_from` "": the command's day."""

    row: int
    code: str
    valid_from: str
    says: Mapping[str, Any]


def listed(rows: Iterable[Row]) -> tuple[list[Listed], list[str]]:
    """All rows that can be read, and every fault of the others. A procedure may stand there once for each day."""
    found, faults, seen = list[Listed](), list[str](), dict[tuple[str, str], int]()
    for row in rows:
        reading = _Reading(row)
        one = reading.listed()
        if (first := seen.setdefault((one.code, one.valid_from), row.number)) != row.number and one.code:
            reading.fault("code", f"stands in row {first} too, for the same day")
        faults += reading.faults
        if not reading.faults:
            found.append(one)
    return found, faults


class _Reading:
    def __init__(self, row: Row) -> None:
        self.row, self.faults = row, list[str]()
        if row.extra:
            self.faults.append(f"row {row.number}: has more cells than there are columns")

    def fault(self, column: str, what: str) -> None:
        self.faults.append(f"row {self.row.number}, column {column}: {what}")

    def listed(self) -> Listed:
        code, since = self._text("code"), self._day()
        if not _CODE.fullmatch(code):
            self.fault("code", "must be short and in plain letters" if code else "is missing")
        says: dict[str, Any] = {name: text for name in ("name", "field", "name_en") if (text := self._text(name))}
        says |= self._limit()
        says |= self._chosen("level", _LEVELS) | self._chosen("integrated", _YES) | self._chosen("online_payment", _YES) | self._kinds()
        return Listed(self.row.number, code, since, says)

    def _text(self, column: str) -> str:
        cell = self.row.cell(column)
        if cell.fault:
            self.fault(column, cell.fault)
        return cell.text

    def _day(self) -> str:
        text = self._text("valid_from")
        try:
            return date.fromisoformat(text).isoformat() if text else ""
        except ValueError:
            self.fault("valid_from", "is no date like 2026-01-31")
            return ""

    def _limit(self) -> dict[str, Any]:
        text, unit = self._text("limit"), self._text("unit")
        if not text:
            return {}
        form = _LIMIT.fullmatch(text)
        named = _UNITS.get(fold_text((form[2] if form else "") or unit) if form else "")
        if form is None or not 1 <= int(form[1]) <= 5000:
            self.fault("limit", "is no whole number from 1 to 5000, with or without its unit behind it")
        elif named is None or (form[2] and unit and named != _UNITS.get(fold_text(unit))):
            self.fault("unit", "is none of giờ, ngày, ngày làm việc, tháng (hours, days, working_days, months), or not that of the limit")
        else:
            return {"limit": int(form[1]), "unit": named}
        return {}

    def _chosen(self, column: str, words: Mapping[str, Any]) -> dict[str, Any]:
        text = self._text(column)
        if not text:
            return {}
        if fold_text(text) not in words:
            self.fault(column, f"is none of {', '.join(words)}")
            return {}
        return {column: words[fold_text(text)]}

    def _kinds(self) -> dict[str, Any]:
        kinds = [part.strip() for part in self._text("kinds").split(";") if part.strip()]
        if any(kind not in KINDS for kind in kinds):
            self.fault("kinds", f"is none of {', '.join(KINDS)}")
        return {"kinds": kinds} if kinds else {}
