from collections.abc import Callable
from typing import Any

import pytest
from conftest import MONDAY_8

from dunghen.contracts.refusals import MEANINGS, Refusal

Make = Callable[..., dict[str, Any]]
Start = Callable[..., Any]


def value_of(ingest: Any, metric: str, **labels: str) -> float:
    return ingest.ports.metrics.registry.get_sample_value(metric, labels) or 0.0


async def test_ten_thousand_dossiers_with_three_bad_ones_lose_exactly_three(ingest: Any, dossier: Make) -> None:
    items = [dossier(MaHoSo=f"H17.31-260105-{i:05d}") for i in range(10_000)]
    items[7]["TrangThaiHoSo"], items[4999]["NgayTiepNhan"], items[9999] = "99", "20270101000000", ["Nguyễn"]
    answer = (await ingest.sync(*items)).json()
    assert (answer["error_code"], answer["accepted"], answer["refused"]) == ("1", 9997, 3)
    bad = [(line["index"], line["code"], line.get("path")) for line in answer["results"] if not line["accepted"]]
    assert bad == [(7, "BAD_CHOICE", "TrangThaiHoSo"), (4999, "IN_THE_FUTURE", "NgayTiepNhan"), (9999, "NOT_AN_OBJECT", None)]
    assert len(ingest.events.kept) == 9997


async def test_a_promise_by_date_lasts_until_the_end_of_that_day_s_work(ingest: Any, dossier: Make) -> None:
    await ingest.sync(dossier(NgayNopHoSo="20260105", NgayTiepNhan="2026-01-05", NgayHenTra="20260112"))
    step = {
        "MaHoSo": "H17.31-260105-0001",
        "ThoiDiemXuLy": "20260105",
        "TrangThai": "4",
        "NgayKetThucTheoQuyDinh": "2026-01-10",
    }  # a Saturday
    await ingest.post("/sync/CapNhatTienDoHoSoMC", {"madonvi": "H17.31", "data": [step]})
    synced, progressed = ingest.events.kept
    midnight, five_o_clock = MONDAY_8 - 8 * 3600, MONDAY_8 + 9 * 3600
    assert (synced.submitted, synced.received, synced.due) == (midnight, midnight, five_o_clock + 7 * 86400)
    assert (progressed.occurred_at, progressed.step_due) == (midnight, five_o_clock + 5 * 86400)


async def test_a_dry_run_says_what_would_happen_and_nothing_happens(ingest: Any, dossier: Make) -> None:
    body = {"madonvi": "H17.31", "data": [dossier(), dossier(MaHoSo="")]}
    answer = await ingest.post("/sync/DongBoHoSoMC?dry_run=true", body)
    assert (answer.json()["accepted"], answer.json()["refused"], answer.json()["dry_run"]) == (1, 1, True)
    assert (ingest.events.kept, ingest.ports.feeds.take_changed()) == ([], [])
    assert (await ingest.post("/sync/DongBoHoSoMC?dry_run=ja", body)).status_code == 400
    assert ingest.events.kept == []


async def test_nothing_is_counted_before_kafka_has_it(ingest: Any, dossier: Make) -> None:
    ingest.events.away = True
    answer = await ingest.sync(dossier())
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "KAFKA_AWAY", "5")
    assert ingest.ports.feeds.take_changed() == []
    assert value_of(ingest, "dunghen_ingest_records_accepted_total", kind="synced") == 0
    ingest.events.away = False
    assert (await ingest.sync(dossier())).json()["error_code"] == "0"
    assert value_of(ingest, "dunghen_ingest_records_accepted_total", kind="synced") == 1


async def test_what_is_refused_as_a_whole_does_not_need_kafka(ingest: Any, dossier: Make) -> None:
    ingest.events.away = True
    assert (await ingest.sync(dossier(TrangThaiHoSo=""))).status_code == 422


async def test_without_policies_nobody_is_told_success(ingest: Any, dossier: Make) -> None:
    desk, ingest.desks.desk = ingest.desks.desk, None
    answer = await ingest.client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "missing: policy\n")
    answer = await ingest.sync(dossier())
    assert (answer.status_code, answer.json()["code"]) == (503, "NOT_READY")
    ingest.desks.desk = desk
    assert (await ingest.client.get("/readyz")).text == "ok\n"
    ingest.events.away = True
    answer = await ingest.client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ok\nwithout: kafka\n"), "it tells senders itself when to come again"
    assert (await ingest.client.get("/livez")).status_code == 200


async def test_an_empty_delivery_is_a_success(ingest: Any) -> None:
    assert (await ingest.sync()).json() == {"error_code": "0", "message": "Thành công", "accepted": 0, "refused": 0}


async def test_the_success_word_is_the_source_s_own(start: Start, dossier: Make) -> None:
    ingest = start(ingest_success_words="000.00.31.H17=00, H17.32=0")
    assert (await ingest.sync(dossier())).json()["error_code"] == "00"
    assert (await ingest.sync(dossier(), madonvi="H17.32")).json()["error_code"] == "0"
    assert (await ingest.sync(dossier(MaHoSo=None), dossier())).json()["error_code"] == "1"


async def test_bodies_that_are_too_large_are_refused_whether_or_not_they_say_so(start: Start) -> None:
    ingest = start(ingest_body_bytes=2000)

    async def unannounced() -> Any:
        for _ in range(30):
            yield b" " * 100

    told = await ingest.post("/sync/DongBoHoSoMC", content=b" " * 2001)
    untold = await ingest.client.post("/sync/DongBoHoSoMC", content=unannounced(), headers={"content-type": "application/json"})
    assert [(a.status_code, a.json()["code"]) for a in (told, untold)] == [(413, "TOO_LARGE")] * 2


async def test_all_bodies_together_are_bounded_and_given_back(start: Start, dossier: Make) -> None:
    ingest = start(ingest_held_bytes=1 << 20)
    assert (await ingest.post("/sync/DongBoHoSoMC", content=b" " * (1 << 20) + b"  ")).json()["code"] == "BUSY"
    assert (await ingest.sync(dossier())).json()["error_code"] == "0"


async def test_a_body_that_does_not_come_is_given_up(start: Start) -> None:
    import asyncio

    ingest = start(ingest_body_seconds=0.01)

    async def endless() -> Any:
        yield b"["
        await asyncio.Event().wait()

    answer = await ingest.client.post("/events", content=endless(), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (408, "TOO_SLOW")


async def test_an_error_of_ours_is_told_without_what_was_received(ingest: Any, dossier: Make, capsys: pytest.CaptureFixture[str]) -> None:
    async def broken(events: Any) -> None:
        raise RuntimeError(f"cannot take {events}")

    ingest.events.publish = broken
    answer = await ingest.sync(dossier())
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL")
    logged = "".join(capsys.readouterr())
    assert "RuntimeError" in logged
    assert "H17.31-260105-0001" not in logged


async def test_the_form_of_items_that_repeat_a_field_is_refused_and_named(ingest: Any, dossier: Make) -> None:
    import json

    good = json.dumps(dossier())
    twice = good.replace('"TrangThaiHoSo"', '"TrangThaiHoSo":"9","TrangThaiHoSo"')
    body = f'{{"madonvi":"H17.31","data":[{good},{twice},{good.replace(chr(34) + "TenTTHC", chr(34) + "ChuHoSo")}]}}'
    lines = (await ingest.post("/sync/DongBoHoSoMC", content=body.encode())).json()["results"]
    assert [(line.get("code"), line.get("path")) for line in lines] == [(None, None), ("DUPLICATE_KEY", "TrangThaiHoSo"), (None, None)]


async def test_metrics_are_there_from_the_start_and_bounded(ingest: Any, dossier: Make) -> None:
    before = (await ingest.client.get("/metrics")).text.count("\n")
    await ingest.sync(dossier(), dossier(TrangThaiHoSo="77"))
    await ingest.post("/sync/DongBoHoSoMC", content=b"{")
    assert value_of(ingest, "dunghen_ingest_refusals_total", code="BAD_CHOICE") == 1
    assert value_of(ingest, "dunghen_ingest_requests_total", route="DongBoHoSoMC", status="4xx") == 1
    assert (await ingest.client.get("/metrics")).text.count("\n") == before


def test_every_code_has_a_meaning_in_both_languages() -> None:
    assert set(MEANINGS) == set(Refusal)
    assert all(english and vietnamese for english, vietnamese in MEANINGS.values())
