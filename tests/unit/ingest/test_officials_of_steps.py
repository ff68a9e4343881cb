"""A step's NguoiXuLy is matched to the directory and kept as an internal id only; whatever it holds, it refuses nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ingest_world import PERSON, people_of

from dunghen.contracts.messages import NOT_IN_THE_DIRECTORY

STEP = {"MaHoSo": "H17.31-260105-0001", "ThoiDiemXuLy": "20260105080000", "TrangThai": "4"}


async def sent(ingest: Any, *items: dict[str, Any], sender: str = "H17.31") -> list[Any]:
    answer = await ingest.post("/sync/CapNhatTienDoHoSoMC", {"session": "s", "madonvi": sender, "data": items})
    assert (answer.status_code, answer.json()["error_code"]) == (200, "0")
    return [event.handler for event in ingest.events.kept]


@pytest.fixture
def known(start: Callable[..., Any]) -> Any:
    built = start()
    built.ports.people = people_of("20242", "Trần Văn Mít", valid_to="2026-06-30")
    return built


@pytest.mark.parametrize("name", ["Trần Văn Mít", "tran van mit", "  TRẦN  VĂN MÍT "])
async def test_a_known_name_becomes_the_internal_id_and_is_nowhere_in_the_event(known: Any, name: str) -> None:
    assert await sent(known, {**STEP, "NguoiXuLy": name}) == [PERSON]
    assert "Mít" not in repr(known.events.kept)


@pytest.mark.parametrize("name", ["", None, 7, True, ["Trần Văn Mít"], {"ten": "Trần Văn Mít"}, "x" * 5000])
async def test_what_is_no_name_is_nobody_and_refuses_nothing(known: Any, name: Any) -> None:
    assert await sent(known, {**STEP, "NguoiXuLy": name}) == [""]


async def test_a_name_that_the_directory_does_not_know_is_a_stranger_and_is_nowhere_in_the_event(known: Any) -> None:
    assert await sent(known, {**STEP, "NguoiXuLy": "Lê Thị Bưởi"}) == [NOT_IN_THE_DIRECTORY]
    assert "Bưởi" not in repr(known.events.kept)


async def test_the_same_name_in_another_unit_or_after_the_post_ended_is_somebody_else(known: Any) -> None:
    elsewhere = {**STEP, "MaHoSo": "H17.32-260105-0001", "NguoiXuLy": "Trần Văn Mít"}
    assert await sent(known, elsewhere, sender="H17.32") == [NOT_IN_THE_DIRECTORY]
    known.clock.at = 1_788_000_000  # 2026-08-29
    known.events.kept.clear()
    assert await sent(known, {**STEP, "ThoiDiemXuLy": "20260801080000", "NguoiXuLy": "Trần Văn Mít"}) == [NOT_IN_THE_DIRECTORY]


async def test_a_step_is_of_the_unit_whose_system_says_it_whatever_unit_received_the_dossier(known: Any) -> None:
    moved = {**STEP, "MaHoSo": "H17.32-260105-0001", "NguoiXuLy": "Trần Văn Mít"}
    assert await sent(known, moved, sender="H17.31") == [PERSON]
    known.events.kept.clear()
    assert await sent(known, {**STEP, "NguoiXuLy": "Trần Văn Mít"}, sender="H17") == [PERSON]


async def test_an_event_has_the_same_id_whether_its_official_was_known_or_not(known: Any, ingest: Any) -> None:
    step = {**STEP, "NguoiXuLy": "Trần Văn Mít"}
    assert (await sent(known, step), await sent(ingest, step)) == ([PERSON], [NOT_IN_THE_DIRECTORY])
    assert known.events.kept[0].id == ingest.events.kept[0].id


async def test_nothing_is_taken_before_the_directory_is_known(known: Any) -> None:
    known.ports.people.directory = None
    answer = await known.post("/sync/CapNhatTienDoHoSoMC", {"session": "s", "madonvi": "H17.31", "data": [STEP]})
    assert answer.status_code == 503
