"""The main job as a user sees it: a dossier is posted, and the map says so (issue acceptance A1, A3)."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.running_city import RunningCity, dossier, stamp
from tests.eventually import eventually

HAI_CHAU, HOANG_SA = "20242", "20333"


def finished(code: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    return dossier(code, TrangThaiHoSo="9", NgayKetThucXuLy=stamp(now - timedelta(minutes=1)))


def test_every_unit_of_the_city_is_on_the_map_and_nothing_is_not_zero_per_cent(city: RunningCity) -> None:
    units = city.map()["units"]
    kinds = [u["kind"] for u in units]
    assert kinds.count("locality") == 94
    assert kinds.count("department") >= 18
    assert kinds.count("land_office") >= 12
    hoang_sa = next(u for u in units if u["code"] == HOANG_SA)
    assert (hoang_sa["value"], hoang_sa["band"], hoang_sa["rank"]) == (None, "none", None)


def test_a_posted_dossier_is_on_the_map_and_posted_again_changes_nothing(city: RunningCity, new_code: Callable[[], str]) -> None:
    one, before = dossier(new_code()), city.unit(HAI_CHAU)
    assert city.post(one).json()["error_code"] == "0"
    after = eventually(lambda: (u := city.unit(HAI_CHAU))["received"] == before["received"] + 1 and u)
    assert after["pending"] == before["pending"] + 1
    assert city.post(one).json()["error_code"] == "0"
    assert city.post(another := dossier(new_code())).json()["error_code"] == "0"
    eventually(lambda: city.unit(HAI_CHAU)["received"] == before["received"] + 2)
    assert another["MaHoSo"] != one["MaHoSo"]


def test_a_dossier_that_is_reopened_counts_as_open_again(city: RunningCity, new_code: Callable[[], str]) -> None:
    before, code = city.unit(HAI_CHAU), new_code()
    city.post(dossier(code))
    eventually(lambda: city.unit(HAI_CHAU)["pending"] == before["pending"] + 1)
    city.post(finished(code))
    done = eventually(lambda: (u := city.unit(HAI_CHAU))["finished"] == before["finished"] + 1 and u)
    assert done["pending"] == before["pending"]
    city.post(dossier(code))
    again = eventually(lambda: (u := city.unit(HAI_CHAU))["pending"] == before["pending"] + 1 and u)
    assert again["finished"] == before["finished"]


def test_the_stream_tells_of_a_posted_dossier_in_growing_versions(city: RunningCity, new_code: Callable[[], str]) -> None:
    frames = city.stream()
    first = next(frame for frame in frames if frame["event"] != "tick")
    assert first["event"] == "snapshot"
    assert len(first["data"]["units"]) >= 120
    known = {u["code"]: u for u in first["data"]["units"]}
    version, waits = int(first["id"]), []
    for _ in range(50):
        began = time.monotonic()
        threading.Thread(target=city.post, args=(dossier(new_code()),)).start()
        for frame in frames:
            if frame["event"] == "change":
                assert int(frame["id"]) > version
                version = int(frame["id"])
                row = next((u for u in frame["data"]["units"] if u["code"] == HAI_CHAU), known[HAI_CHAU])
                grown, known[HAI_CHAU] = row["received"] > known[HAI_CHAU]["received"], row
                if grown:
                    break
        waits.append(time.monotonic() - began)
    print(f"posted to seen in /stream, seconds: median {statistics.median(waits):.3f}, longest {max(waits):.3f}")
    assert city.unit(HAI_CHAU)["received"] == known[HAI_CHAU]["received"]


def test_what_comes_in_is_still_there_after_a_restart(city: RunningCity, new_code: Callable[[], str]) -> None:
    before = city.unit(HAI_CHAU)
    assert city.post(dossier(new_code())).status_code == 200
    city.stop()
    city.start()
    assert eventually(lambda: city.unit(HAI_CHAU)["received"] == before["received"] + 1)
