"""How the columns of a file become fields of the wire format: a TOML file (`docs/operations.md`, A city's first load)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from dunghen.cli.data_folder import CommandError

DATES = frozenset(
    (
        "NgayNopHoSo",
        "NgayTiepNhan",
        "NgayHenTra",
        "NgayTra",
        "NgayKetThucXuLy",
        "NgayTuChoi",
        "ThoiDiemXuLy",
        "NgayKetThucTheoQuyDinh",
        "time",
    )
)
PROMISES = frozenset(("NgayHenTra", "NgayKetThucTheoQuyDinh"))
_TIME = re.compile(r"%[HIMSfpcXTR]")  # what of a strptime pattern tells a time of day


class RowRefused(Exception):
    """A row cannot be read: a code and the field, never the value."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(f"{code} {field}")
        self.code = code


class Ended(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row whose `column` is filled has ended with `status`, whatever its status column says."""

    column: str
    status: str = "10"


class MappingFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file as it stands on disk. `columns`: wire field → column; `values`: wire field → column value → wire value, "*": all others.

    `exported_at`: when the last words in the file were said, for rows without a `time` of their own; without an offset in `time_zone`.
    """

    source: str
    columns: dict[str, str]
    kind: Literal["synced", "progressed"] = "synced"
    time_zone: str = "Asia/Ho_Chi_Minh"
    dates: list[str] = []  # strptime patterns tried in order; none: as ingest reads them
    values: dict[str, dict[str, str]] = {}
    ended: Ended | None = None
    city: str = ""
    exported_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FileMapping:
    """A mapping ready for use."""

    file: MappingFile
    zone: ZoneInfo

    def event(self, row: Mapping[str, str], number: int) -> dict[str, Any]:
        """One row as a CloudEvent. Raises RowRefused."""
        data = {field: self._value(field, row.get(column) or "") for field, column in self.file.columns.items()}
        if (ended := self.file.ended) is not None and row.get(ended.column):
            data["TrangThaiHoSo"] = ended.status
        time = data.pop("time", "") or self._exported
        event = {
            "specversion": "1.0",
            "id": str(number),
            "source": self.file.source,
            "type": f"vn.dunghen.dossier.{self.file.kind}",
            "data": data,
        }
        return {**event, "time": time} if time else event

    @property
    def undated(self) -> bool:
        """Whether rows are last words of dossiers, and nothing says of when."""
        return self.file.kind == "synced" and "time" not in self.file.columns and self.file.exported_at is None

    @property
    def _exported(self) -> str:
        at = self.file.exported_at
        return "" if at is None else (at if at.tzinfo else at.replace(tzinfo=self.zone)).isoformat()

    def _value(self, field: str, given: str) -> str:
        given = given.strip()
        if known := self.file.values.get(field):
            return known.get(given, known.get("*", given))
        return self._date(field, given) if field in DATES and given and self.file.dates else given

    def _date(self, field: str, given: str) -> str:
        for pattern in self.file.dates:
            try:
                at = datetime.strptime(given, pattern).replace(tzinfo=self.zone)
            except ValueError:
                continue
            by_date = field in PROMISES and not _TIME.search(pattern)  # ingest knows when that day's work ends
            return at.date().isoformat() if by_date else at.isoformat()
        raise RowRefused("BAD_DATE", field)


def read_mapping(path: Path) -> FileMapping:
    """Raises CommandError that says what is wrong and where."""
    try:
        file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), MappingFile)
        if file.exported_at and file.kind != "synced":
            raise CommandError(f'{path}: exported_at is of last words (kind = "synced"): a step has its own time')
        return FileMapping(file, ZoneInfo(file.time_zone))
    except OSError as fault:
        raise CommandError(f"{path}: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{path}: not UTF-8") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as fault:
        raise CommandError(f"{path}: {fault}") from None
    except (ZoneInfoNotFoundError, ValueError):
        raise CommandError(f"{path}: time_zone is not a time zone like America/New_York") from None
