"""Items of the wire format to drafts of events: decoded, checked, unit found, personal fields left behind (`domain.md` §2, §6, §7).

A draft is a DossierEvent that has neither id nor arrival yet. `occurred_at` is 0 where the sender gave no time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from msgspec import Raw

from dunghen.contracts.messages import DIGITISED, E_RESULT, FEE, NOT_IN_THE_DIRECTORY, NOT_PAID_ONLINE, PAID_ONLINE, DossierEvent, Form
from dunghen.contracts.refusals import Refusal
from services.ingest.wire import scalars
from services.ingest.wire.allow_list import DossierItem, NamedItem, StepItem, decode_item
from services.ingest.wire.dates import WireDates
from services.ingest.wire.scalars import ItemRefused

REFUSED, SUPPLEMENT, WORKING = 3, 5, 4  # TrangThaiHoSo
MOST_SUPPLEMENTS = 100

FindUnit = Callable[[str, str, str], str]  # DonViXuLy, dossier code, sender -> public code of the unit, "" where none or several fit
FindPerson = Callable[
    [str, str, int], str
]  # unit, NguoiXuLy, instant -> internal id of the directory, "" where nobody is meant for certain


@dataclass(frozen=True, slots=True)
class Item:
    """One item as it was delivered. `given_at` is the time of its envelope or CloudEvent, 0 if there is none."""

    kind: str  # synced, progressed, retracted
    source: str
    given_at: int
    raw: Raw


@dataclass(frozen=True, slots=True)
class Reading:
    """What it takes to understand an item. `allowed`: the units that its sender may write for, None: all."""

    dates: WireDates
    find_unit: FindUnit
    allowed: frozenset[str] | None = None
    find_person: FindPerson = lambda _unit, _name, _at: ""
    precedence: Mapping[str, int] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)


def draft_of(item: Item, reading: Reading) -> DossierEvent:
    """The event that an item states. Raises ItemRefused with the code and the path of what cannot be understood."""
    draft = _READERS[item.kind](item, reading)
    draft.precedence = reading.precedence.get(item.source, 0)
    if reading.allowed is not None and (foreign := _foreign(draft, reading.allowed)):
        raise ItemRefused(Refusal.UNIT_NOT_ALLOWED, foreign)
    return draft


def _foreign(draft: DossierEvent, allowed: frozenset[str]) -> str:
    """The field that names a unit which the sender may not write for; "" where there is none.

    Of a sync both count: who could write for DonViXuLy alone could take another unit's dossier to itself.
    """
    synced = draft.kind == "synced"
    if draft.unit and draft.unit not in allowed:
        return "DonViXuLy" if synced else "MaHoSo"
    return "MaHoSo" if draft.receiving_unit and draft.receiving_unit not in allowed else ""


def _synced(item: Item, reading: Reading) -> DossierEvent:
    given: DossierItem = decode_item(item.raw, DossierItem)
    dossier = scalars.dossier_code(given.MaHoSo)
    status = scalars.status(given.TrangThaiHoSo, "TrangThaiHoSo")
    unit = reading.find_unit(scalars.text(given.DonViXuLy), dossier, item.source)
    if not unit:
        raise ItemRefused(Refusal.UNKNOWN_UNIT, "DonViXuLy")
    past, paid = reading.dates.past, scalars.gateway(given.DuocThanhToanTrucTuyen, "DuocThanhToanTrucTuyen")
    return DossierEvent(
        id="",
        dossier=dossier,
        unit=unit,
        kind="synced",
        occurred_at=item.given_at,
        arrived_at=0,
        source=item.source,
        status=status,
        submitted=past(given.NgayNopHoSo, "NgayNopHoSo"),
        received=past(given.NgayTiepNhan, "NgayTiepNhan"),
        due=reading.dates.promised(given.NgayHenTra, "NgayHenTra"),
        ended=past(given.NgayTuChoi, "NgayTuChoi") if status == REFUSED else past(given.NgayKetThucXuLy, "NgayKetThucXuLy"),
        returned=past(given.NgayTra, "NgayTra"),
        channel=scalars.channel(given.KenhThucHien, "KenhThucHien"),
        procedure=scalars.catalogue_code(given.MaTTHC),
        field=scalars.catalogue_code(given.MaLinhVuc),
        receiving_unit=reading.find_unit("", dossier, item.source),
        flags=_flags(given, paid != NOT_PAID_ONLINE),
        gateway=paid,
        form=reading.forms.get(scalars.code_in(bytes(given.HinhThuc)), ""),
        steps=_supplements(given, reading.dates),
    )


def _progressed(item: Item, reading: Reading) -> DossierEvent:
    given: StepItem = decode_item(item.raw, StepItem)
    dossier = scalars.dossier_code(given.MaHoSo)
    at = reading.dates.past(given.ThoiDiemXuLy, "ThoiDiemXuLy") or item.given_at
    if not at:
        raise ItemRefused(Refusal.MISSING, "ThoiDiemXuLy")
    unit = reading.find_unit("", dossier, item.source)  # may be unknown: only a sync says whose dossier it is
    return DossierEvent(
        id="",
        dossier=dossier,
        unit=unit,
        kind="progressed",
        occurred_at=at,
        arrived_at=0,
        source=item.source,
        status=scalars.status(given.TrangThai, "TrangThai"),
        step_due=reading.dates.promised(given.NgayKetThucTheoQuyDinh, "NgayKetThucTheoQuyDinh"),
        handler=_handler(bytes(given.NguoiXuLy), (reading.find_unit("", "", item.source), unit), at, reading.find_person),
    )


def _handler(raw: bytes, places: tuple[str, ...], at: int, find_person: FindPerson) -> str:
    """Whom a step names, by internal id; "": it names nobody. `places`: the unit whose system said the step, then the one that the
    dossier's code names: of a dossier that has moved the first is where he works. Where the system is the city's or an unknown one, only
    the code says where.
    """
    name = scalars.name_in(raw)
    if not name:
        return ""
    found = (find_person(unit, name, at) for unit in dict.fromkeys(places) if unit)
    return next((person for person in found if person), NOT_IN_THE_DIRECTORY)


def _retracted(item: Item, reading: Reading) -> DossierEvent:
    given: NamedItem = decode_item(item.raw, NamedItem)
    dossier = scalars.dossier_code(given.MaHoSo)
    unit = reading.find_unit("", dossier, item.source)
    return DossierEvent(id="", dossier=dossier, unit=unit, kind="retracted", occurred_at=item.given_at, arrived_at=0, source=item.source)


_READERS = {"synced": _synced, "progressed": _progressed, "retracted": _retracted}


def _flags(given: DossierItem, paid: bool) -> int:
    digitised = scalars.flag(given.HoSoCoThanhPhanSoHoa, "HoSoCoThanhPhanSoHoa")
    fee = paid or scalars.is_filled(bytes(given.DanhSachLePhi))
    return fee * FEE | paid * PAID_ONLINE | digitised * DIGITISED | scalars.is_filled(bytes(given.DanhSachGiayToKetQua)) * E_RESULT


def _supplements(given: DossierItem, dates: WireDates) -> tuple[tuple[int, int], ...]:
    listed = given.DanhSachHoSoBoSung
    if not listed:
        return ()
    if isinstance(listed, str):
        raise ItemRefused(Refusal.WRONG_TYPE, "DanhSachHoSoBoSung")
    if len(listed) > MOST_SUPPLEMENTS:
        raise ItemRefused(Refusal.TOO_MANY, "DanhSachHoSoBoSung")
    steps = []
    for i, entry in enumerate(listed):
        where = f"DanhSachHoSoBoSung[{i}]"
        steps.append((SUPPLEMENT, dates.past(entry.NgayBoSung, where + ".NgayBoSung")))
        steps.append((WORKING, dates.past(entry.NgayTiepNhanBoSung, where + ".NgayTiepNhanBoSung")))
    return tuple(step for step in steps if step[1])
