"""The allow-list: the only fields of an item that are ever decoded. All else, names and free texts above all, is skipped by the parser.

The names are those of the wire format (`domain.md` §2). `DonViXuLy` serves to find the unit and is not kept; `NguoiXuLy` of a
step to find the official in the directory, by a digest, and nothing but that internal id is kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import msgspec
from msgspec import Raw

from dunghen.contracts.refusals import Refusal
from services.ingest.wire.scalars import ItemRefused, Scalar


class Supplement(msgspec.Struct, gc=False):
    """One entry of DanhSachHoSoBoSung."""

    NgayBoSung: Scalar = None
    NgayTiepNhanBoSung: Scalar = None


class DossierItem(msgspec.Struct, gc=False):
    """One dossier of DongBoHoSoMC. The two raw lists are only asked whether they hold anything, HinhThuc whether it is a known code."""

    MaHoSo: Scalar = None
    MaTTHC: Scalar = None
    MaLinhVuc: Scalar = None
    KenhThucHien: Scalar = None
    NgayNopHoSo: Scalar = None
    NgayTiepNhan: Scalar = None
    NgayHenTra: Scalar = None
    TrangThaiHoSo: Scalar = None
    NgayTra: Scalar = None
    NgayKetThucXuLy: Scalar = None
    NgayTuChoi: Scalar = None
    DonViXuLy: Scalar = None
    HoSoCoThanhPhanSoHoa: Scalar = None
    DuocThanhToanTrucTuyen: Scalar = None
    HinhThuc: Raw = Raw(b"")
    DanhSachLePhi: Raw = Raw(b"")
    DanhSachGiayToKetQua: Raw = Raw(b"")
    DanhSachHoSoBoSung: list[Supplement] | str | None = None


class StepItem(msgspec.Struct, gc=False):
    """One step of CapNhatTienDoHoSoMC."""

    MaHoSo: Scalar = None
    ThoiDiemXuLy: Scalar = None
    TrangThai: Scalar = None
    NgayKetThucTheoQuyDinh: Scalar = None
    NguoiXuLy: Raw = Raw(b"")


class NamedItem(msgspec.Struct, gc=False):
    """What names the dossier, and nothing else: data of a retraction."""

    MaHoSo: Scalar = None


# Only ever matched, to the directory and to the codes that the city's file knows: neither kept nor a reason to refuse.
MATCHED = frozenset(("NguoiXuLy", "HinhThuc"))
ALLOWED = frozenset({*DossierItem.__struct_fields__, *StepItem.__struct_fields__, *Supplement.__struct_fields__}) - MATCHED

OF_FACTS = frozenset(("source", "facts", "unit", "code", "period", "kind", "numerator", "denominator", "occurred_at", "evidence", "stage"))
OF_TASKS = frozenset(("tasks", "unit", "bloc", "year", "plan", "code", "kind", "vi", "en", "owner", "start_on", "due_on", "done_on"))
OF_FOLLOW_UPS = frozenset(("follow_ups", "unit", "code", "kind", "violation", "opened_on", "explained_on", "closed_on"))
OF_DESK_EVENTS = frozenset(("source", "events", "unit", "desk", "kind", "on", "number", "channel", "score", "occurred_at"))
_READ = ALLOWED | {"data", "madonvi", "service", "source", "time", "type", "specversion"}
_DECODERS: dict[type[msgspec.Struct], Any] = {t: msgspec.json.Decoder(t).decode for t in (DossierItem, StepItem, NamedItem)}


def decode_item(raw: Raw, kind: type[msgspec.Struct]) -> Any:
    """One item as the given type. Raises ItemRefused: NOT_AN_OBJECT, WRONG_TYPE with the path."""
    try:
        return _DECODERS[kind](raw)
    except msgspec.ValidationError as fault:
        where = path_of(fault)
        raise ItemRefused(Refusal.WRONG_TYPE if where else Refusal.NOT_AN_OBJECT, where) from None


def path_of(fault: msgspec.ValidationError) -> str:
    """Where a value of the wrong kind stands: names that we declared, and indices."""
    _, _, where = str(fault).partition(" - at `$")
    return where.removeprefix(".").removesuffix("`")


def duplicate_in(body: bytes, read: Collection[str] = _READ) -> str | None:
    """A field that we read (one of `read`) and that some object of this JSON text gives twice: a parser would silently
    keep the last.

    Raises UnicodeDecodeError where the text is not UTF-8, ValueError where it is not JSON.
    """
    found: list[str] = []
    json.loads(body, object_pairs_hook=lambda pairs: found.extend(_twice(pairs, read)))
    return min(found, default=None)


def duplicate_on_top(body: bytes) -> str | None:
    """The same, in the outermost object alone."""
    last: list[list[tuple[str, Any]]] = []
    json.loads(body, object_pairs_hook=lambda pairs: last.__setitem__(slice(None), [pairs]))  # inner objects are told first
    return min((name for pairs in last for name in _twice(pairs, _READ)), default=None)


def _twice(pairs: list[tuple[str, Any]], read: Collection[str]) -> list[str]:
    if len(dict(pairs)) == len(pairs):
        return []
    names = [name for name, _ in pairs]
    return [name for name in read if names.count(name) > 1]
