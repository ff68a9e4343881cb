"""Bad deliveries, each with personal values planted wherever it can carry one, and what has to be answered."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

NAME, FOLDED = "Nguyễn Thị Bưởi Hồng", "nguyen thi buoi hong"
PHONE, IDENTITY, MAIL, STREET = "0987654321", "048190777123", "buoi.hong@thu.example", "77 ngõ Hoa Đào"
PLANTED = (NAME, PHONE, IDENTITY, MAIL, STREET)
DOSSIERS, STEPS = "/sync/DongBoHoSoMC", "/sync/CapNhatTienDoHoSoMC"
PERSONAL: dict[str, Any] = {
    "ChuHoSo": NAME,
    "SoGiayToChuHoSo": IDENTITY,
    "Email": MAIL,
    "SoDienThoai": PHONE,
    "TrichYeuHoSo": f"Hồ sơ của {NAME}, {STREET}",
    "GhiChu": f"gọi {PHONE}",
    "ThongTinTra": NAME,
    "NguoiXuLy": NAME,
    "NoiDungXuLy": f"Chuyển cho {NAME}",
    "TenTTHC": NAME,
    "SoBienNhan": IDENTITY,
    "MaDoiTuong": IDENTITY,
    "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": IDENTITY}],
    "TaiLieuNop": [{"TenTepDinhKem": f"{NAME}.pdf"}],
    "DanhSachLePhi": [{"TenPhiLePhi": NAME}],
    "DanhSachGiayToKetQua": [{"TenGiayTo": NAME, "DuongDanTepTinKetQua": f"/tep/{IDENTITY}.pdf"}],
    NAME: PHONE,
}
GOOD: dict[str, Any] = {
    **PERSONAL,
    "MaHoSo": "H17.31-260105-0001",
    "MaTTHC": "1.004222",
    "NgayTiepNhan": "20260105080000",
    "TrangThaiHoSo": "2",
    "DonViXuLy": "Phường Hải Châu",
}
STEP: dict[str, Any] = {**PERSONAL, "MaHoSo": "H17.31-260105-0001", "ThoiDiemXuLy": "20260105080500", "TrangThai": "4"}
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": IDENTITY,
    "source": "/H17.31",
    "type": "vn.dunghen.dossier.synced",
    "subject": NAME,
    "data": GOOD,
}


@dataclass(frozen=True)
class Case:
    """A request and its answer: the status, and the code of the request or of its only item."""

    name: str
    content: bytes
    status: int
    code: str
    path: str = DOSSIERS
    headers: dict[str, str] = field(default_factory=dict)


def envelope(*items: Any, **more: Any) -> bytes:
    return json.dumps({"session": IDENTITY, "madonvi": "H17.31", "data": items, **more}, ensure_ascii=False).encode()


def dossier(name: str, code: str, **fields: Any) -> Case:
    """One dossier with a field that is wrong."""
    return Case(name, envelope({**GOOD, **fields}), 422, code)


def step(name: str, code: str, **fields: Any) -> Case:
    return Case(name, envelope({**STEP, **fields}), 422, code, STEPS)


def event(name: str, code: str, **fields: Any) -> Case:
    return Case(name, json.dumps({**EVENT, **fields}, ensure_ascii=False).encode(), 422, code, "/events")


def whole(name: str, code: str, content: bytes, **more: Any) -> Case:
    """A request that is refused as a whole."""
    return Case(name, content, more.pop("status", 400), code, **more)


def text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


_GOOD_TEXT = text(GOOD).decode()

CASES = [
    dossier("no code", "MISSING", MaHoSo=""),
    dossier("a name for a code", "BAD_CODE", MaHoSo=NAME),
    dossier("a mail address for a code", "BAD_CODE", MaHoSo=MAIL),
    dossier("a phone for a code", "BAD_CODE", MaHoSo=PHONE),
    dossier("a phone with separators for a code", "BAD_CODE", MaHoSo="098-765-4321"),
    dossier("an identity number for a code", "BAD_CODE", MaHoSo=int("1" + IDENTITY[4:])),
    dossier("a name in plain letters for a code", "BAD_CODE", MaHoSo="Nguyen-Thi-Buoi-Hong"),
    dossier("a code that is too long", "BAD_CODE", MaHoSo="H17." + "9" * 99),
    dossier("a code with a NUL", "BAD_CODE", MaHoSo=f"H17.31-260105-0001\x00{PHONE}"),
    dossier("a code with a line break", "BAD_CODE", MaHoSo=f"H17.31-260105-0001\r\n{PHONE}"),
    dossier("an object for a code", "WRONG_TYPE", MaHoSo={NAME: PHONE}),
    dossier("an array for a date", "WRONG_TYPE", NgayTiepNhan=[NAME]),
    dossier("no status", "MISSING", TrangThaiHoSo=None),
    dossier("a status that there is not", "BAD_CHOICE", TrangThaiHoSo="11"),
    dossier("a name for a status", "BAD_CHOICE", TrangThaiHoSo=NAME),
    dossier("a digit of another script for a status", "BAD_CHOICE", TrangThaiHoSo="２"),
    dossier("a fraction for a status", "BAD_CHOICE", TrangThaiHoSo=2.5),
    dossier("a number beyond all bounds for a status", "BAD_CHOICE", TrangThaiHoSo=10**40),
    dossier("a name for a date", "BAD_DATE", NgayTiepNhan=NAME),
    dossier("a phone for a date", "BAD_DATE", NgayTiepNhan=PHONE),
    dossier("the thirtieth of February", "BAD_DATE", NgayTiepNhan="20260230080000"),
    dossier("the year 1", "OUT_OF_RANGE", NgayTiepNhan="0001-01-01T00:00:00"),
    dossier("the year 2106", "OUT_OF_RANGE", NgayHenTra="21060101000000"),
    dossier("received next year", "IN_THE_FUTURE", NgayTiepNhan="21050101080000"),
    dossier("ended next year", "IN_THE_FUTURE", NgayKetThucXuLy="2105-01-01 08:00:00"),
    dossier("a name for a channel", "BAD_CHOICE", KenhThucHien=NAME),
    dossier("a channel that there is not", "BAD_CHOICE", KenhThucHien="9"),
    dossier("a name for a payment", "BAD_CHOICE", DuocThanhToanTrucTuyen=NAME),
    dossier("a name for a yes or no", "BAD_CHOICE", HoSoCoThanhPhanSoHoa=NAME),
    dossier("a person for a unit", "UNKNOWN_UNIT", DonViXuLy=NAME),
    dossier("a street for a unit", "UNKNOWN_UNIT", DonViXuLy=STREET),
    dossier("a text for the supplements", "WRONG_TYPE", DanhSachHoSoBoSung=NAME),
    dossier("an object for the supplements", "WRONG_TYPE", DanhSachHoSoBoSung={NAME: 1}),
    dossier("a text for one supplement", "WRONG_TYPE", DanhSachHoSoBoSung=[NAME]),
    dossier("a name for the date of a supplement", "BAD_DATE", DanhSachHoSoBoSung=[{"NgayBoSung": NAME, "NoiDungBoSung": NAME}]),
    dossier("more supplements than can be", "TOO_MANY", DanhSachHoSoBoSung=[{"NgayBoSung": "20260105080000"}] * 101),
    Case("a name for an item", envelope(NAME), 422, "NOT_AN_OBJECT"),
    Case("an array for an item", envelope([NAME, PHONE]), 422, "NOT_AN_OBJECT"),
    Case("null for an item", envelope(None), 422, "NOT_AN_OBJECT"),
    Case(
        "a field given twice",
        f'{{"madonvi":"H17.31","data":[{_GOOD_TEXT[:-1]},"MaHoSo":"{NAME}"}}]}}'.encode(),
        422,
        "DUPLICATE_KEY",
    ),
    step("no moment", "MISSING", ThoiDiemXuLy=""),
    step("a name for a moment", "BAD_DATE", ThoiDiemXuLy=NAME),
    step("a step that is still to come", "IN_THE_FUTURE", ThoiDiemXuLy="2105-01-05T08:00:00+07:00"),
    step("a step without a status", "MISSING", TrangThai=""),
    step("a name for the end of a step", "BAD_DATE", NgayKetThucTheoQuyDinh=NAME),
    event("a type that there is not", "BAD_EVENT", type=NAME),
    event("a person for a source", "BAD_SOURCE", source=NAME),
    event("a phone for a source", "BAD_SOURCE", source=f"/{PHONE}"),
    event("a text for data", "BAD_EVENT", data=NAME),
    event("a name for a time", "BAD_DATE", time=NAME),
    event("another version", "BAD_EVENT", specversion=NAME),
    event("no id", "BAD_EVENT", id=""),
    event("an object for a source", "BAD_EVENT", source={NAME: PHONE}),
    whole("nothing", "BAD_JSON", b""),
    whole("no JSON", "BAD_JSON", NAME.encode()),
    whole("half a JSON", "BAD_JSON", envelope(GOOD)[:-2]),
    whole("two JSONs", "BAD_JSON", envelope(GOOD) * 2),
    whole("XML", "BAD_JSON", f"<HoSo><ChuHoSo>{NAME}</ChuHoSo></HoSo>".encode()),
    whole(
        "a form", "BAD_CONTENT_TYPE", f"ChuHoSo={PHONE}".encode(), status=415, headers={"content-type": "application/x-www-form-urlencoded"}
    ),
    whole("a type that is a name", "BAD_CONTENT_TYPE", envelope(GOOD), status=415, headers={"content-type": f"text/{MAIL}"}),
    whole("UTF-16", "BAD_CONTENT_TYPE", envelope(GOOD), status=415, headers={"content-type": "application/json; charset=utf-16"}),
    whole("UTF-16 that says nothing", "BAD_JSON", envelope(GOOD).decode().encode("utf-16")),
    whole("Latin letters of another code page", "NOT_UTF8", envelope(GOOD)[:-1] + b',"x":"\xff\xfe"}'),
    whole(
        "packed", "BAD_CONTENT_TYPE", envelope(GOOD), status=415, headers={"content-type": "application/json", "content-encoding": "gzip"}
    ),
    whole("a raw NUL", "BAD_JSON", envelope(GOOD).replace(b"1.004222", b"1.00\x004222")),
    whole("a raw control character", "BAD_JSON", envelope(GOOD).replace(b"1.004222", b"1.00\x1b4222")),
    whole("half a surrogate", "BAD_JSON", envelope(GOOD).replace(b"1.004222", rb"\ud83d")),
    whole("not a number", "BAD_JSON", envelope(GOOD).replace(b'"1.004222"', b"NaN")),
    whole("deep arrays", "TOO_DEEP", b'{"madonvi":"H17.31","data":[' + b"[" * 30_000 + text(NAME) + b"]" * 30_000 + b"]}"),
    whole("deep objects", "TOO_DEEP", b'{"madonvi":"H17.31","x":' + b'{"a":' * 30_000 + text(NAME) + b"}" * 30_000 + b"}"),
    whole("a name for everything", "NO_DATA", text(NAME)),
    whole("a number for everything", "NO_DATA", PHONE.encode().lstrip(b"0")),
    whole("no data", "NO_DATA", text({"madonvi": "H17.31", "ChuHoSo": NAME})),
    whole("an object for data", "WRONG_TYPE", text({"madonvi": "H17.31", "data": GOOD})),
    whole("a name for data", "WRONG_TYPE", text({"madonvi": "H17.31", "data": NAME})),
    whole("no sender", "BAD_SOURCE", text({"data": [GOOD]})),
    whole("a person for a sender", "BAD_SOURCE", envelope(GOOD, madonvi=NAME)),
    whole("an identity number for a sender", "BAD_SOURCE", envelope(GOOD, madonvi=IDENTITY)),
    whole("a person for a sender in the address", "BAD_SOURCE", text([GOOD]), path=f"{DOSSIERS}?MaDinhDanhDV={NAME}"),
    whole("an object for a sender", "WRONG_TYPE", envelope(GOOD, madonvi={NAME: PHONE})),
    whole("two senders", "DUPLICATE_KEY", envelope(GOOD)[:-1] + f',"madonvi":"{NAME}"}}'.encode()),
    whole("another service", "WRONG_SERVICE", envelope(STEP, service="CapNhatTienDoHoSoMC")),
    whole("a person for a service", "WRONG_SERVICE", envelope(GOOD, service=NAME)),
    whole("a name for the time", "BAD_DATE", envelope(GOOD, time=NAME)),
    whole("a time to come", "IN_THE_FUTURE", envelope(GOOD, time="2105-01-01T00:00:00Z")),
    whole("a name for dry run", "BAD_CHOICE", envelope(GOOD), path=f"{DOSSIERS}?dry_run={NAME}"),
    whole("a name for a heartbeat", "BAD_SOURCE", text({"source": NAME, "sent_at": "20260105080000"}), path="/heartbeats"),
    whole("a heartbeat without a time", "MISSING", text({"source": "H17.31", "x": NAME}), path="/heartbeats", status=422),
    whole(
        "a heartbeat that counts names",
        "BAD_CHOICE",
        text({"source": "H17.31", "sent_at": "20260105080000", "sent_count": NAME}),
        path="/heartbeats",
        status=422,
    ),
    whole("larger than is taken", "TOO_LARGE", envelope(*[GOOD] * 400), status=413),
]
