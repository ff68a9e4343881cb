import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunghen.contracts.event_ids import event_id
from dunghen.contracts.messages import DossierEvent
from services.ingest.wire.allow_list import ALLOWED

Make = Callable[..., dict[str, Any]]
EVENT = DossierEvent(id="", dossier="d", unit="u", kind="synced", occurred_at=0, arrived_at=0, source="H17.31", status=2, due=1768212000)


async def test_the_same_delivery_has_the_same_id_whenever_it_arrives(ingest: Any, dossier: Make) -> None:
    await ingest.sync(dossier())
    ingest.ports.clock.at += 86400
    await ingest.sync(dossier(), session="another")
    first, second = ingest.events.kept
    assert first.id == second.id
    assert first.arrived_at < second.arrived_at


async def test_neither_style_of_date_nor_form_of_envelope_changes_the_id(ingest: Any, dossier: Make) -> None:
    await ingest.sync(dossier())
    await ingest.post("/sync/DongBoHoSoMC?MaDinhDanhDV=000.00.31.H17", [dossier(NgayTiepNhan="2026-01-05T01:00:00Z", TrangThaiHoSo=2)])
    assert len({event.id for event in ingest.events.kept}) == 1


@pytest.mark.parametrize(
    "field", ["ChuHoSo", "SoDienThoai", "SoGiayToChuHoSo", "Email", "TrichYeuHoSo", "GhiChu", "ThongTinTra", "TenTTHC", "NoiNopHoSo"]
)
async def test_a_personal_field_never_changes_the_id(ingest: Any, dossier: Make, field: str) -> None:
    assert field not in ALLOWED
    await ingest.sync(dossier(), dossier(**{field: "Trần Văn Mít"}), dossier(**{field: {"x": ["0905123456"]}}))
    assert len({event.id for event in ingest.events.kept}) == 1


CHANGES = {
    "NgayNopHoSo": "20260105071501",
    "NgayTiepNhan": "20260105075959",
    "NgayHenTra": "20260113170000",
    "TrangThaiHoSo": "4",
    "NgayTra": "20260105075000",
    "NgayKetThucXuLy": "20260105075000",
    "KenhThucHien": "1",
    "MaTTHC": "1.004223",
    "MaLinhVuc": "G01",
    "DonViXuLy": "Sở Tài chính",
    "HoSoCoThanhPhanSoHoa": "0",
    "DanhSachHoSoBoSung": [{"NgayBoSung": "20260105075000"}],
    "MaHoSo": "H17.31-260105-0002",
}


async def test_every_kept_fact_changes_the_id(ingest: Any, dossier: Make) -> None:
    assert (await ingest.sync(dossier(), *(dossier(**{k: v}) for k, v in CHANGES.items()))).json()["error_code"] == "0"
    assert len({event.id for event in ingest.events.kept}) == 1 + len(CHANGES)


def test_the_id_is_the_digest_of_the_facts_as_sorted_compact_json() -> None:
    said = {"dossier": "d", "due": 1768212000, "kind": "synced", "source": "H17.31", "status": 2, "unit": "u"}
    canonical = json.dumps({**said, "id": "", "arrived_at": 0, "occurred_at": 0}, sort_keys=True, separators=(",", ":"))
    assert event_id(EVENT, 0) == sha256(canonical.encode()).hexdigest()[:16]
    assert event_id(msgspec.structs.replace(EVENT, id="f" * 16, arrived_at=7, occurred_at=9), 0) == event_id(EVENT, 0)
    assert event_id(EVENT, 1767600000) != event_id(EVENT, 0)


noise = st.dictionaries(
    st.text(min_size=1).filter(lambda k: k not in ALLOWED), st.text() | st.integers() | st.lists(st.text(), max_size=2), max_size=4
)


@given(extra=noise)
@settings(max_examples=40)
def test_whatever_else_an_item_says_the_event_is_the_same(extra: dict[str, Any]) -> None:
    from services.ingest.wire.allow_list import DossierItem, decode_item

    kept = {"MaHoSo": "H17.31-260105-0001", "TrangThaiHoSo": "2"}
    mixed = json.dumps({**extra, **kept}).encode()
    assert decode_item(msgspec.Raw(mixed), DossierItem) == decode_item(msgspec.Raw(json.dumps(kept).encode()), DossierItem)
