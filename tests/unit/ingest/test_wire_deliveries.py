from collections.abc import Callable
from typing import Any

import pytest

from dunghen.contracts.messages import DIGITISED, E_RESULT, FEE, PAID_ONLINE, DossierEvent, decode_event, encode

Make = Callable[..., dict[str, Any]]
Any_ = Any
STEP = {
    "MaHoSo": "H17.31-260105-0001",
    "NguoiXuLy": "Trần Văn Mít",
    "ThoiDiemXuLy": "20260105080500",
    "NoiDungXuLy": "Chuyển ông Mít",
    "TrangThai": "4",
}


def only(ingest: Any) -> DossierEvent:
    (event,) = ingest.events.kept
    assert decode_event(encode(event)) == event  # within the bounds of the contract
    return event


async def test_a_dossier_becomes_one_event_with_the_city_s_instants(ingest: Any, dossier: Make) -> None:
    answer = await ingest.sync(dossier())
    assert (answer.status_code, answer.json()["error_code"]) == (200, "0")
    event = only(ingest)
    assert (event.dossier, event.unit, event.kind, event.source, event.status) == ("H17.31-260105-0001", "20242", "synced", "H17.31", 2)
    assert (event.submitted, event.received, event.due) == (1767572100, 1767574800, 1768212000)
    assert (event.channel, event.procedure, event.field, event.receiving_unit, event.flags) == (
        2,
        "1.004222",
        "G01-CT01",
        "20242",
        DIGITISED,
    )


async def test_the_bare_form_takes_its_sender_from_the_query_in_either_order(ingest: Any, dossier: Make) -> None:
    answer = await ingest.post("/sync/DongBoHoSoMC?MaDinhDanhDV=000.00.31.H17&isUpdating=True", [dossier()])
    assert answer.json()["error_code"] == "0"
    assert only(ingest).source == "H17.31"


async def test_a_byte_order_mark_and_numbers_for_strings_are_understood(ingest: Any, dossier: Make) -> None:
    import json

    body = json.dumps({"madonvi": "H17.31", "data": [dossier(TrangThaiHoSo=2, KenhThucHien=None, HoSoCoThanhPhanSoHoa=True)]})
    assert (await ingest.post("/sync/DongBoHoSoMC", content=b"\xef\xbb\xbf" + body.encode())).json()["error_code"] == "0"
    assert (only(ingest).status, only(ingest).channel, only(ingest).flags) == (2, 1, DIGITISED)


async def test_a_step_happens_when_it_was_done(ingest: Any) -> None:
    body = {"service": "CapNhatTienDoHoSoMC", "madonvi": "H17.31", "data": [{**STEP, "NgayKetThucTheoQuyDinh": "2026-01-08 17:00:00"}]}
    assert (await ingest.post("/sync/CapNhatTienDoHoSoMC", body)).json()["error_code"] == "0"
    event = only(ingest)
    assert (event.kind, event.status, event.occurred_at, event.step_due) == ("progressed", 4, 1767575100, 1767866400)


async def test_a_step_is_kept_where_only_the_later_sync_can_tell_the_unit(ingest: Any) -> None:
    body = {"madonvi": "H17", "data": [{**STEP, "MaHoSo": "G09.20-20260105-0092637"}]}
    assert (await ingest.post("/sync/CapNhatTienDoHoSoMC", body)).json()["error_code"] == "0"
    assert only(ingest).unit == ""


async def test_a_sync_without_a_time_states_the_dossier_when_it_arrives(ingest: Any, dossier: Make) -> None:
    await ingest.sync(dossier(NgayKetThucXuLy="20260104100000", TrangThaiHoSo="9"))
    assert only(ingest).occurred_at == ingest.ports.clock.seconds()


async def test_a_sync_with_a_time_states_the_dossier_at_that_time(ingest: Any, dossier: Make) -> None:
    await ingest.sync(dossier(), time="2026-01-05T07:59:00+07:00")
    assert only(ingest).occurred_at == 1767574740


async def test_arrivals_grow_strictly_though_the_clock_stands_still(ingest: Any, dossier: Make) -> None:
    for _ in range(2):
        await ingest.sync(dossier(), dossier(), dossier())
    arrived = [event.arrived_at for event in ingest.events.kept]
    assert arrived == sorted(set(arrived))
    assert arrived[0] == ingest.ports.clock.micros()


async def test_supplements_become_steps_and_empty_ones_do_not(ingest: Any, dossier: Make) -> None:
    listed = [
        {"NgayBoSung": "20260104090000", "NgayTiepNhanBoSung": "20260105075000", "NoiDungBoSung": "Bổ sung bản sao"},
        {"NgayBoSung": "2026-01-05 07:55:00", "NgayTiepNhanBoSung": ""},
        {},
    ]
    await ingest.sync(dossier(DanhSachHoSoBoSung=listed, TrangThaiHoSo="5"))
    assert only(ingest).steps == ((5, 1767492000), (4, 1767574200), (5, 1767574500))


@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        ({"HoSoCoThanhPhanSoHoa": ""}, 0),
        ({"HoSoCoThanhPhanSoHoa": "False", "DuocThanhToanTrucTuyen": "3"}, 0),
        ({"HoSoCoThanhPhanSoHoa": "0", "DuocThanhToanTrucTuyen": "2"}, FEE | PAID_ONLINE),
        ({"DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí"}]}, FEE | DIGITISED),
        ({"DanhSachGiayToKetQua": [{"TenGiayTo": "Giấy của bà Bưởi"}]}, E_RESULT | DIGITISED),
        ({"DanhSachLePhi": None, "DanhSachGiayToKetQua": ""}, DIGITISED),
        ({"DanhSachLePhi": [{}], "DanhSachGiayToKetQua": [None]}, DIGITISED),
    ],
)
async def test_flags_say_what_the_lists_and_choices_say(ingest: Any, dossier: Make, fields: dict[str, Any], flags: int) -> None:
    assert (await ingest.sync({**dossier(), **fields})).json()["error_code"] == "0"
    assert only(ingest).flags == flags


@pytest.mark.parametrize(("given", "gateway"), [("", 3), ("0", 3), ("1", 1), ("2", 2), ("3", 3)])
async def test_an_event_says_through_which_gateway_it_was_paid(ingest: Any, dossier: Make, given: str, gateway: int) -> None:
    await ingest.sync(dossier(DuocThanhToanTrucTuyen=given))
    assert (only(ingest).gateway, bool(only(ingest).flags & PAID_ONLINE)) == (gateway, gateway < 3)


@pytest.mark.parametrize(
    ("given", "form"),
    [
        ("0", "counter"),
        ("1", "post"),
        (1, "post"),
        ("2", "online"),
        ("7", ""),
        ("", ""),
        (None, ""),
        (["Bưởi"], ""),
        ("Lê Thị Bưởi" * 9, ""),
    ],
)
async def test_how_a_result_is_handed_over_is_read_by_the_citys_codes_and_refuses_nothing(
    ingest: Any, dossier: Make, given: Any, form: str
) -> None:
    answer = await ingest.sync(dossier(HinhThuc=given))
    assert (answer.json()["error_code"], only(ingest).form) == ("0", form)
    assert "Bưởi" not in encode(only(ingest)).decode()


@pytest.mark.parametrize(("status", "ended"), [("3", 1767571200), ("7", 1767572000), ("9", 1767572000)])
async def test_a_refused_dossier_ended_when_it_was_refused(ingest: Any, dossier: Make, status: str, ended: int) -> None:
    await ingest.sync(dossier(TrangThaiHoSo=status, NgayTuChoi="20260105070000", NgayKetThucXuLy="20260105071320"))
    assert only(ingest).ended == ended


async def test_a_dossier_code_of_unknown_shape_is_kept_counted_and_not_echoed(ingest: Any, dossier: Make) -> None:
    answer = await ingest.sync(dossier(MaHoSo="x7/2026"), dossier(TrangThaiHoSo="77"))
    assert only(ingest).dossier == "x7/2026"
    assert "x7/2026" not in answer.text
    assert [line.get("MaHoSo") for line in answer.json()["results"]] == [None, "H17.31-260105-0001"]
    assert ingest.ports.feeds.take_changed()[0].odd_code_count == 1


@pytest.mark.parametrize("planted", ["Nguyễn Thị Bưởi", "0905.123.456", "048090001234", "NguyenThiBuoi", "buoi@thu.vn"])
async def test_personal_values_in_fields_for_codes_are_left_out(ingest: Any, dossier: Make, planted: str) -> None:
    await ingest.sync(dossier(MaTTHC=planted, MaLinhVuc=planted))
    assert (only(ingest).procedure, only(ingest).field) == ("", "")


@pytest.mark.parametrize("code", ["1.004222", "2.000635.000.00.00.H17", "G01-CT01", "NOISE-STREET"])
async def test_codes_of_procedures_are_kept(ingest: Any, dossier: Make, code: str) -> None:
    await ingest.sync(dossier(MaTTHC=code))
    assert only(ingest).procedure == code


def cloud(kind: str, data: Any, **fields: Any) -> dict[str, Any]:
    return {"specversion": "1.0", "id": "7", "source": "/H17.31", "type": f"vn.dunghen.dossier.{kind}", "data": data, **fields}


async def test_cloud_events_carry_the_three_kinds_alone_or_in_a_batch(ingest: Any, dossier: Make) -> None:
    batch = [
        cloud("synced", dossier(), time="2026-01-05T07:00:00+07:00"),
        cloud("progressed", STEP),
        cloud("retracted", {"MaHoSo": STEP["MaHoSo"]}, time="2026-01-05T07:58:20+07:00"),
    ]
    answer = await ingest.client.post("/events", json=batch, headers={"content-type": "application/cloudevents-batch+json"})
    assert answer.json()["accepted"] == 3
    told = [(e.kind, e.source, e.occurred_at) for e in ingest.events.kept]
    assert told == [("synced", "H17.31", 1767571200), ("progressed", "H17.31", 1767575100), ("retracted", "H17.31", 1767574700)]
    assert (await ingest.post("/events", batch[2])).json()["accepted"] == 1


async def test_a_bad_cloud_event_does_not_keep_the_others(ingest: Any, dossier: Make) -> None:
    bad = [
        cloud("burnt", {}),
        cloud("synced", [1]),
        {"type": 3},
        7,
        cloud("synced", dossier(), source="Trần Văn Mít"),
        cloud("synced", dossier(), specversion="0.3"),
    ]
    answer = (await ingest.post("/events", [*bad, cloud("synced", dossier())])).json()
    assert [line.get("code") for line in answer["results"]] == [
        "BAD_EVENT",
        "BAD_EVENT",
        "BAD_EVENT",
        "BAD_EVENT",
        "BAD_SOURCE",
        "BAD_EVENT",
        None,
    ]
    assert only(ingest).unit == "20242"
