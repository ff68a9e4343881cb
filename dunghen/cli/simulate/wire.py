"""A life's moments in the real wire format of the one-stop systems (`domain.md` §2): everything is a string, personal fields included."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from dunghen.cli.simulate.lives import Life, Moment

OFFICIALS = 6  # who handle dossiers in each unit, by number instead of name; the first is in the demo's list of people
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Hoàng", "Phan", "Võ", "Đặng", "Bùi")
_GIVEN = ("An", "Bình", "Châu", "Dung", "Hà", "Hải", "Khánh", "Lan", "Minh", "Ngọc", "Phúc", "Quân", "Thảo", "Tuấn", "Vy")


class Wire:
    """Builds dossiers and steps; `names` gives, for a unit code, its name as systems write it, `procedures` (name, field) by code."""

    def __init__(self, zone: str, names: dict[str, str], procedures: dict[str, tuple[str, str]]) -> None:
        self._zone, self._names, self._procedures = ZoneInfo(zone), names, procedures

    def stamp(self, at: int) -> str:
        """yyyyMMddHHmmss in the city's time; empty for 0."""
        return datetime.fromtimestamp(at, UTC).astimezone(self._zone).strftime("%Y%m%d%H%M%S") if at else ""

    def dossier(self, life: Life, moment: Moment) -> dict[str, Any]:
        """The whole dossier as it stands at a moment (DongBoHoSoMC)."""
        name, field = self._procedures[life.procedure]
        over = bool(life.ended) and moment.at >= life.ended and moment.status not in (2, 4, 5, 6)
        person = Random(life.code)
        return {
            "MaHoSo": life.code,
            "MaTTHC": life.procedure,
            "TenTTHC": name,
            "MaLinhVuc": field,
            "KenhThucHien": str(life.channel),
            "ChuHoSo": f"{person.choice(_FAMILY)} {person.choice(_GIVEN)} {person.choice(_GIVEN)}",
            "SoGiayToChuHoSo": f"0480{person.randrange(10**8):08d}",
            "SoDienThoai": f"09{person.randrange(10**8):08d}",
            "LoaiDoiTuong": "1",
            "TrichYeuHoSo": f"{name} của công dân",
            "NgayNopHoSo": self.stamp(life.submitted),
            "NgayTiepNhan": self.stamp(life.received),
            "NgayHenTra": self.stamp(life.due_said_at(moment.at)),
            "TrangThaiHoSo": str(moment.status),
            "NgayTra": self.stamp(life.returned) if life.returned and moment.at >= life.returned else "",
            "NgayKetThucXuLy": self.stamp(life.ended) if over and moment.status != 3 else "",
            "NgayTuChoi": self.stamp(life.ended) if moment.status == 3 else "",
            "HinhThuc": life.form,
            "DonViXuLy": self._names[life.unit],
            "NoiNopHoSo": "1",
            "HoSoCoThanhPhanSoHoa": "1" if life.digitised else "0",
            "DuocThanhToanTrucTuyen": ("1" if person.random() < 0.7 else "2") if life.paid_online else "0",
            "TaiLieuNop": [],
            "DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", "HinhThucThu": "1", "Gia": "50000"}] if life.fee else [],
            "DanhSachHoSoBoSung": [
                {
                    "NgayBoSung": self.stamp(asked),
                    "NguoiYeuCauBoSung": "Chuyên viên",
                    "NoiDungBoSung": "Bổ sung giấy tờ",
                    "NgayTiepNhanBoSung": self.stamp(brought) if brought <= moment.at else "",
                }
                for asked, brought in life.supplements
                if asked <= moment.at
            ],
            "DanhSachGiayToKetQua": [{"TenGiayTo": "Kết quả", "MaGiayToKetQua": "KQ"}]
            if over and life.digitised and moment.status != 3
            else [],
        }

    def step(self, life: Life, moment: Moment) -> dict[str, Any]:
        """One step (CapNhatTienDoHoSoMC)."""
        return {
            "MaHoSo": life.code,
            "NguoiXuLy": f"Chuyên viên {1 + zlib.crc32(life.code.encode()) % OFFICIALS}",
            "ThoiDiemXuLy": self.stamp(moment.at),
            "NoiDungXuLy": "Xử lý hồ sơ",
            "TrangThai": str(moment.status),
        }
