"""Makes `dunghen/domain/data/danang-localities.json` from the package vietnamadminunits (MIT): `python tools/make_localities.py`.

Codes, names and kinds are the package's. Wire codes are made up in the official form, since no public source lists them:
H17.nn for the former district (Hải Châu first), .mm for the locality; those of former Quảng Nam also keep an H47 code.
Former wards that went into one locality as a whole are predecessors (`code@last day`, because codes were used again) and,
where the name is plain, aliases. `setting` and what it is read from: decision 0047.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dunghen.domain.units import fold_text

PROVINCE, SINCE, LAST_DAY_BEFORE = "thanhphodanang", "2025-07-01", "2025-06-30"
OUTPUT = Path(__file__).parents[1] / "dunghen" / "domain" / "data" / "danang-localities.json"
FIRST_GROUP = 31
SPELLINGS = {"20458": ("Xã A Vương",)}
# The nine mountain districts (huyện miền núi) of Quảng Nam. The ninth, Nông Sơn, was part of Quế Sơn again on the last day: its wards.
MOUNTAIN_DISTRICTS = frozenset(
    (
        *("huyennamgiang", "huyendonggiang", "huyentaygiang", "huyenphuocson"),
        *("huyenbactramy", "huyennamtramy", "huyenhiepduc", "huyentienphuoc"),
    )
)
NONG_SON = frozenset(("20656", "20668", "20669", "20671", "20692"))
ISLAND_COMMUNES = frozenset(("20434", "20992"))  # xã đảo: Tân Hiệp, Tam Hải
# Former communes outside those districts that lie, or may lie, in the region of ethnic minorities and mountains (vùng dân tộc và miền núi).
FOOTHILLS = frozenset(
    {
        *("20299", "20317"),  # Hòa Vang: Hòa Ninh, Hòa Phú
        *("20395",),  # Phú Ninh: Tam Lãnh
        *("20503", "20506", "20509", "20512", "20515", "20518", "20527", "20530", "20533"),  # Đại Lộc: nine from Đại Sơn to Đại Tân
        *("20605", "20620"),  # Duy Xuyên: Duy Phú, Duy Sơn
        *("20683",),  # Quế Sơn: Quế Phong
        *("20815", "20827"),  # Thăng Bình: Bình Lãnh, Bình Phú
        *("20977", "20980", "21004", "21005", "21007"),  # Núi Thành: Tam Sơn, Tam Thạnh, Tam Mỹ Tây, Tam Mỹ Đông, Tam Trà
    }
)
Row = dict[str, Any]


def localities() -> list[Row]:
    """One unit a locality, in the order of their codes."""
    folder = _package_data()
    database = sqlite3.connect(folder / "dataset.db")
    database.row_factory = sqlite3.Row
    wards = database.execute("select * from admin_units where provinceKey = ? order by wardCode", (PROVINCE,)).fetchall()
    former = {
        _key(w): w for w in database.execute("select * from admin_units_legacy where provinceKey in (?, 'tinhquangnam')", (PROVINCE,))
    }
    database.close()
    merged = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))["DICT_PROVINCE_WARD_NO_DIVIDED"][PROVINCE]
    sources = {w["wardCode"]: [former[key] for key in merged.get(w["wardKey"], ()) if key in former] for w in wards}
    groups = _groups(sources, {w["wardCode"]: w for w in former.values()})
    names = _plain_names(wards, list(former.values()))
    return [_unit(w, groups[w["wardCode"]], sources[w["wardCode"]], names) for w in wards]


def _package_data() -> Path:
    spec = find_spec("vietnamadminunits")
    assert spec is not None, "pip install vietnamadminunits"
    assert spec.origin is not None
    return Path(spec.origin).parent / "data"


def _key(ward: sqlite3.Row) -> str:
    return f"{ward['provinceKey']}_{ward['districtKey']}_{ward['wardKey'] or ''}"


def _groups(sources: dict[str, list[sqlite3.Row]], former: dict[str, sqlite3.Row]) -> dict[str, tuple[str, str]]:
    """Of each locality, the wire codes (H17, H47 or "")."""
    districts: dict[str, int] = {"quanhaichau": FIRST_GROUP}
    members: Counter[str] = Counter()
    codes = {}
    for code, wards in sources.items():
        home = former.get(code) or (wards[0] if wards else None)
        district = home["districtKey"] if home else "huyenhoangsa"
        group = districts.setdefault(district, FIRST_GROUP + len(districts))
        members[district] += 1
        place = f"{group}.{members[district]:02d}"
        codes[code] = (f"H17.{place}", f"H47.{place}" if home and home["provinceKey"] == "tinhquangnam" else "")
    return codes


def _plain_names(wards: list[sqlite3.Row], former: list[sqlite3.Row]) -> set[str]:
    """Folded names of former wards that no other ward bore and no locality bears."""
    counts = Counter(fold_text(w["ward"]) for w in former if w["ward"])
    return {name for name, count in counts.items() if count == 1} - {fold_text(w["ward"]) for w in wards}


def _setting(ward: sqlite3.Row, old: list[sqlite3.Row]) -> str | None:
    """Of a unit, by its type and the former wards that it is made of; None where no public fact says it of the unit as a whole."""
    former = {w["wardCode"] for w in old}
    if ward["wardType"] == "Đặc khu" or (former and former <= ISLAND_COMMUNES):
        return "island"
    if ward["wardType"] == "Phường":
        return "urban"
    if old and all(w["districtKey"] in MOUNTAIN_DISTRICTS or w["wardCode"] in NONG_SON for w in old):
        return "mountain"
    return None if not former or former & FOOTHILLS else "rural"


def _unit(ward: sqlite3.Row, codes: tuple[str, str], sources: list[sqlite3.Row], plain: set[str]) -> Row:
    old = [w for w in sources if w["wardCode"]]
    setting = _setting(ward, old)
    return {
        "code": ward["wardCode"],
        "name": ward["wardShort"],
        "kind": "locality",
        "type": ward["wardType"],
        **({"setting": setting} if setting else {}),
        "wire_codes": [code for code in codes if code],
        "aliases": [*SPELLINGS.get(ward["wardCode"], ()), *(w["ward"] for w in old if fold_text(w["ward"]) in plain)],
        "valid_from": SINCE,
        "predecessors": [f"{w['wardCode']}@{LAST_DAY_BEFORE}" for w in old],
        "notice_address": f"{fold_text(ward['ward']).replace(' ', '-')}@danang.example",
    }


def text(units: list[Row]) -> str:
    """The file: one unit a line, so that a change of one shows as one."""
    return "[\n" + ",\n".join(json.dumps(unit, ensure_ascii=False) for unit in units) + "\n]\n"


if __name__ == "__main__":
    OUTPUT.write_text(text(localities()), encoding="utf-8")
