"""Indicators from end to end: dossiers and facts over HTTP, on the map, on the score card, and equal to the batch path; sets are files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.reconcile.command import City, reconcile
from tests.e2e.running_city import HANOI, RunningCity, stamp
from tests.e2e.running_city import dossier as sent
from tests.eventually import eventually

NOW = datetime(2026, 11, 17, 10, tzinfo=HANOI)  # when the city's clock begins to run: no test sees a day turn
TODAY = NOW.date()
MONTH = f"{TODAY:%Y-%m}"
CITY_FILE = """
code = "H17"
name = "Đà Nẵng"
time_zone = "Asia/Ho_Chi_Minh"
indicator_folders = ["shipped", "sets"]
[[units]]
code = "20242"
name = "Hải Châu"
kind = "locality"
type = "Phường"
wire_codes = ["H17.31"]
[[units]]
code = "20263"
name = "Sơn Trà"
kind = "locality"
type = "Phường"
wire_codes = ["H17.32"]
[[units]]
code = "H17.03"
name = "Sở Tài chính"
kind = "department"
wire_codes = ["H17.03"]
[[procedures]]
code = "1.1"
name = "Khai sinh"
kinds = ["locality"]
level = "full"
integrated = true
[[procedures]]
code = "1.2"
name = "Cấp phép"
kinds = ["department"]
level = "partial"
[[procedures]]
code = "1.3"
name = "Xác nhận"
level = "rest"
[result_forms]
0 = "counter"
1 = "post"
"""
WORDS = 'name_vi = "Thử"\nname_en = "Test"\n'
MEANING = 'meaning_vi = "Thử"\nmeaning_en = "Test"\n'


def dossier(code: str, **changed: Any) -> dict[str, Any]:
    """As the other tests send it, by this city's clock."""
    days = {"NgayNopHoSo": NOW - timedelta(days=3, hours=1), "NgayTiepNhan": NOW - timedelta(days=3), "NgayHenTra": NOW + timedelta(days=3)}
    return sent(code, **{**{name: stamp(at) for name, at in days.items()}, **changed})


def set_file(code: str, *indicators: str) -> str:
    return f'code = "{code}"\n{WORDS}' + "".join(f"\n[[indicators]]\n{WORDS}{MEANING}{one}\n" for one in indicators)


KINDS = set_file(
    "TEST",
    'code = "TEST.FAST"\nkind = "ratio"\nnumerator = ["early"]\ndenominator = ["early", "on_day", "late"]',
    'code = "TEST.REVENUE"\nkind = "plan_actual"\nmaximum = 10',
    'code = "TEST.TEAMS"\nkind = "sum"\nfacts_over = "latest"\nthreshold = 20\nmaximum = 5',
    'code = "TEST.REVIEWED"\nkind = "manual"\nmaximum = 10',
    'code = "TEST.POOR"\nkind = "ratio"\ndirection = "lower"\nfacts_over = "latest"\nbands = { green = 2, yellow = 5, orange = 10 }',
    'code = "TEST.MIXED"\nkind = "ratio"\nnumerator = ["received"]\ndenominator = ["fact:TEST.REVENUE"]',
)


class Running(RunningCity):
    """With a city file in a folder of its own, beside the folder of its sets."""

    @property
    def sets(self) -> Path:
        return self.data / "city" / "sets"

    @property
    def now(self) -> datetime:
        """By the city's clock."""
        return DataFolder(self.data).clock().now()

    def facts(self, *facts: dict[str, Any], **lists: list[dict[str, Any]]) -> httpx.Response:
        return httpx.post(f"{self.ingest}/facts", json={"source": "H17", "facts": list(facts), **lists}, timeout=20)

    def by(self, indicator: str, **query: str) -> dict[str, dict[str, Any]]:
        """Rows by unit, and the city's."""
        answer = self.map(indicator=indicator, window="month", **query)
        return {**{row["code"]: row for row in answer["units"]}, "city": answer["city"]}

    def get(self, path: str, **query: str) -> dict[str, Any]:
        answer = httpx.get(f"{self.page}/api/v1{path}", params=query, timeout=60)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def apply(self) -> None:
        self.command("policies", "apply", str(self.data / "city" / "city.toml"), "--reason", "test")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("indicators")
    (data / "city" / "sets").mkdir(parents=True)
    (data / "city" / "city.toml").write_text(CITY_FILE)
    (data / "city" / "sets" / "test.toml").write_text(KINDS)
    running = Running(data, ("--city", str(data / "city" / "city.toml"), "--clock", f"{NOW:%Y-%m-%dT%H:%M}", "--speed", "1"))
    running.start()
    try:
        received = stamp(NOW - timedelta(seconds=20))
        ended = {"TrangThaiHoSo": "9", "NgayKetThucXuLy": stamp(NOW - timedelta(seconds=10)), "NgayTiepNhan": received}
        running.post(
            dossier("H17.31-261101-00001", **ended),
            dossier("H17.31-261101-00002", **ended, NgayHenTra=stamp(NOW - timedelta(days=1))),
            dossier("H17.31-261101-00003", NgayTiepNhan=received, KenhThucHien="1"),
        )
        eventually(lambda: running.unit("20242")["received"] == 3)
        yield running
    finally:
        running.stop()


def differences(city: Running) -> list[Any]:
    said: list[str] = []
    asyncio.run(reconcile(City.of(DataFolder(city.data)), said.append, as_json=True))
    found: list[Any] = msgspec.json.decode(said[0])["differences"]
    return found


def told(code: str, unit: str = "20242", **other: Any) -> dict[str, Any]:
    return {"unit": unit, "code": code, "period": MONTH, **other}


def test_facts_told_over_http_are_on_the_map_and_equal_the_batch_path(city: Running) -> None:
    answer = city.facts(
        told("TEST.REVENUE", numerator=1743, denominator=1000),
        told("TEST.REVENUE", "20263", numerator=50, denominator=100),
        told("TEST.TEAMS", numerator=10, period="2025-03"),
        told("TEST.REVIEWED", numerator=17, denominator=2),
        told("TEST.POOR", numerator=1, denominator=50),
        told("TEST.POOR", "20263", numerator=3, denominator=10),
        told("QN2022.INTEGRATED", numerator=1398, denominator=1459),
        told("QD766.PETITION_ON_TIME", kind="not_assessed"),
        told("QN2022.INTEGRATED", "H17", numerator=521, denominator=1273),
    )
    assert answer.status_code == 200, answer.text
    eventually(lambda: city.by("TEST.POOR")["20263"]["numerator"] == 3)
    revenue, integrated, poor = city.by("TEST.REVENUE"), city.by("QN2022.INTEGRATED"), city.by("TEST.POOR")
    assert (revenue["20242"]["value"], revenue["20242"]["points"], revenue["20242"]["maximum"]) == (1.743, 10, 10)
    assert (revenue["city"]["numerator"], revenue["city"]["denominator"]) == (1793, 1100)
    assert (integrated["20242"]["band"], integrated["H17.03"]["reason"], integrated["H17.03"]["value"]) == ("green", "NO_INPUTS", None)
    assert (integrated["city"]["numerator"], integrated["city"]["denominator"]) == (521, 1273)  # the city's own fact
    assert [(poor[unit]["rank"], poor[unit]["band"]) for unit in ("20242", "20263")] == [(1, "green"), (2, "red")]
    assert city.by("TEST.TEAMS")["20242"]["points"] == 2.5
    assert city.by("TEST.REVIEWED")["20242"]["points"] == 8.5
    assert city.by("TEST.MIXED")["20242"]["numerator"] == 3
    assert city.by("QD766.PETITION_ON_TIME")["20242"]["reason"] == "NOT_ASSESSED"
    assert differences(city) == []


def test_dossiers_feed_their_indicators_and_the_total_by_themselves(city: Running) -> None:
    row, total = city.by("QD766.PROGRESS")["20242"], city.by("QD766")["20242"]
    assert (row["numerator"], row["denominator"], row["few"], row["rank"]) == (2, 3, True, None)
    card = city.get("/units/20242/indicators", window="month")
    of = next(one for one in card["sets"] if one["code"] == "QD766")
    groups = {group["code"]: group for group in of["groups"]}
    assert groups["openness"] == {**groups["openness"], "points": None, "counted": 0, "reason": "NO_INPUTS", "maximum": 18}
    assert groups["progress"]["points"] == 13.333333
    assert of["total"]["value"] == total["value"]
    assert (of["total"]["exact"], of["total"]["numerator"]) == (total["exact"], total["numerator"])
    assert of["total"]["maximum"] == total["maximum"] == 20 + 12 + 6 + 4  # progress, online, e-result, digitised
    line = next(one for one in of["indicators"] if one["code"] == "QD766.PROGRESS")
    assert line["inputs"] == [{"term": "official", "numerator": 2, "denominator": 3}]


def test_a_correction_holds_and_an_older_statement_does_not_come_back(city: Running) -> None:
    late = (NOW - timedelta(days=20)).isoformat()
    city.facts(told("TEST.TEAMS", numerator=12, period="2025-03"))
    eventually(lambda: city.by("TEST.TEAMS")["20242"]["numerator"] == 12)
    city.facts(told("TEST.TEAMS", numerator=99, period="2025-03", occurred_at=late), told("TEST.TEAMS", "20263", numerator=1))
    eventually(lambda: city.by("TEST.TEAMS")["20263"]["numerator"] == 1)
    assert city.by("TEST.TEAMS")["20242"]["numerator"] == 12
    city.facts(told("TEST.TEAMS", "20263", kind="withdrawn"))
    eventually(lambda: city.by("TEST.TEAMS")["20263"]["reason"] == "NO_INPUTS")
    assert differences(city) == []


def test_desk_events_told_over_http_are_figures_of_the_unit_and_equal_the_batch_path(city: Running) -> None:
    def said(kind: str, number: int, ago: float, **other: Any) -> dict[str, Any]:
        at = NOW - timedelta(minutes=ago)
        return {"unit": "20242", "desk": "Q01", "kind": kind, "number": number, "occurred_at": at.isoformat(), "on": str(TODAY), **other}

    events = [said("ticket_taken", n, 40) for n in range(1, 8)]
    events += [said("ticket_called", n, 40 - 4 * n) for n in range(1, 6)] + [said("ticket_served", n, 2) for n in range(1, 6)]
    events += [said("ticket_abandoned", 6, 3), said("answered", 1, 1, channel="kiosk", score=2)]
    events += [said("answered", n, 1, channel="kiosk", score=5) for n in range(2, 6)]
    events += [said("appointment_booked", 1, 90, on=str(TODAY + timedelta(days=1)))]
    for part in (events, events[3:9]):  # some of it twice
        answer = httpx.post(f"{city.ingest}/desk-events", json={"source": "H17", "events": part}, timeout=20)
        assert (answer.status_code, answer.json()["error_code"]) == (200, "0"), answer.text
    eventually(lambda: city.by("DESK.SATISFIED")["20242"]["denominator"] == 5)
    waited, left, satisfied = (city.by(f"DESK.{name}")["20242"] for name in ("WAIT_15", "ABANDONED", "SATISFIED"))
    assert (waited["numerator"], waited["denominator"]) == (3, 5)
    assert (left["numerator"], left["denominator"]) == (1, 6)
    assert satisfied["value"] == 0.8
    page = city.get("/units/20242/desks", window="today")
    assert (page["tickets"]["taken"], page["tickets"]["served"], page["waiting"], page["desks"]) == (7, 5, 1, [])
    assert differences(city) == []


def test_tasks_told_over_http_are_on_the_board_and_the_map_and_equal_the_batch_path(city: Running) -> None:
    def task(unit: str, bloc: str, code: str, due_on: date, **other: Any) -> dict[str, Any]:
        told = {"unit": unit, "bloc": bloc, "year": TODAY.year, "plan": "KH02", "code": code, "vi": "Số hóa", "due_on": due_on.isoformat()}
        return {**told, **other}

    yesterday = TODAY - timedelta(days=1)
    new_year = {"done_on": f"{TODAY.year}-01-01"}
    answer = city.facts(
        tasks=[
            task("20242", "party", "D-1", yesterday, done_on=TODAY.isoformat()),
            task("20242", "party", "D-2", yesterday),
            task("20242", "committee", "UB-1", TODAY, **new_year),
            task("20263", "party", "D-1", TODAY, **new_year),
            {"unit": "20263", "bloc": "front", "year": TODAY.year, "kind": "not_assessed"},
            task("20242", "committee", "CT-1", TODAY, plan="CT-UBND", **new_year),
        ],
        follow_ups=[{"unit": "20242", "code": "VP-1", "violation": "late_result", "opened_on": yesterday.isoformat()}],
    )
    assert (answer.status_code, answer.json()["accepted"]) == (200, 7), answer.text
    eventually(lambda: city.by("RES57.FRONT")["20263"]["reason"] == "NOT_ASSESSED")
    of_all, of_party, given = city.by("RES57.ALL"), city.by("RES57.PARTY"), city.by("TASKS.ALL")
    assert [(of_all[u]["numerator"], of_all[u]["denominator"], of_all[u]["band"]) for u in ("20242", "20263", "city")] == [
        (2, 3, "red"), (1, 1, "green"), (3, 4, "red"),
    ]  # fmt: skip
    assert (of_party["20242"]["value"], of_party["H17.03"]["reason"]) == (0.5, "NOT_FOR_KIND")
    assert [(given[u]["numerator"], given[u]["denominator"]) for u in ("20242", "20263", "city")] == [(3, 4), (1, 1), (4, 5)]
    board = city.get("/tasks/board", plan="KH02")
    assert [(unit["code"], unit["rank"], unit["overdue"], unit["colour"]) for unit in board["units"]] == [
        ("20263", 1, 0, "green"), ("20242", 2, 1, "red"),
    ]  # fmt: skip
    assert city.get("/tasks", status="overdue")["tasks"][0]["days_over"] == 1
    card = next(one for one in city.get("/units/20242/indicators")["sets"] if one["code"] == "RES57")
    assert card["indicators"][0]["inputs"] == [{"term": "tasks@KH02", "numerator": 2, "denominator": 3}]
    assert differences(city) == []
    city.facts(tasks=[task("20242", "party", "D-2", yesterday, kind="withdrawn"), task("20242", "committee", "UB-1", TODAY)])
    eventually(lambda: city.by("RES57.ALL")["20242"]["denominator"] == 2)
    assert city.by("RES57.ALL")["20242"]["numerator"] == 1
    assert differences(city) == []


def test_what_is_no_answer_is_refused_by_its_code(city: Running) -> None:
    def code(path: str, **query: str) -> tuple[int, str]:
        answer = httpx.get(f"{city.page}/api/v1{path}", params=query, timeout=60)
        return answer.status_code, answer.json()["code"]

    assert code("/map", indicator="QD766.NOTHING") == (404, "UNKNOWN_INDICATOR")
    assert code("/map", indicator="QD766", window="fortnight") == (422, "INVALID_PARAMETER")
    assert code("/stream", indicator="QD766", window="2026-10") == (422, "INVALID_PARAMETER")
    assert code("/stream", indicator="NOTHING") == (404, "UNKNOWN_INDICATOR")
    assert code("/map", indicator="QN2022") == (404, "UNKNOWN_INDICATOR")  # a set without points has no total
    assert code("/map", indicator="QD766", rate="official") == (422, "INVALID_PARAMETER")
    before = (NOW - timedelta(days=2)).isoformat()
    assert code("/map", indicator="TEST.POOR", known_at=before) == (404, "NO_HISTORY")
    assert code("/units/20242/indicators", known_at=before) == (404, "NO_HISTORY")
    assert code("/facts", unit="20242", known_at=before) == (404, "NO_HISTORY")


def test_a_figure_that_was_corrected_is_still_told_as_it_was_known(city: Running) -> None:
    """Over the real ingest, Kafka and store: what was said first, until the correction arrived."""

    def at(known_at: str, path: str = "/map", **query: str) -> httpx.Response:
        return httpx.get(f"{city.page}/api/v1{path}", params={"known_at": known_at, **query}, timeout=60)

    def value(known_at: str) -> Any:
        answer = at(known_at, indicator="TEST.POOR").json()
        return next((row["value"] for row in answer.get("units", ()) if row["code"] == "20263"), answer.get("code"))

    def tell(numerator: int) -> str:
        told = {"unit": "20263", "code": "TEST.POOR", "period": MONTH, "numerator": numerator, "denominator": 1000}
        assert city.facts(told).json()["accepted"] == 1
        eventually(lambda: city.by("TEST.POOR")["20263"]["value"] == numerator / 1000)
        return city.now.isoformat()

    first = tell(31)
    eventually(lambda: value(first) == 0.031)
    eventually(lambda: city.now > datetime.fromisoformat(first) + timedelta(seconds=1))
    second = tell(17)
    eventually(lambda: value(second) == 0.017)
    assert value(first) == 0.031
    facts = [at(then, "/facts", unit="20263", code="TEST.POOR").json()["facts"] for then in (first, second)]
    assert [one["numerator"] for of in facts for one in of] == [31, 17]
    card = at(first, "/units/20263/indicators").json()
    lines = {one["code"]: one for of in card["sets"] for one in of["indicators"]}
    assert (lines["TEST.POOR"]["value"], lines["DESK.KEPT"]["reason"]) == (0.031, "NO_HISTORY")


def test_recompute_says_every_indicator_as_the_map_does(city: Running) -> None:
    assert differences(city) == []
    said = json.loads(city.command("recompute", "--json").stdout)
    members = ("value", "numerator", "denominator", "points", "maximum", "reason", "exact")
    compared = 0
    for answer in said["indicators"]:
        shown = city.map(indicator=answer["indicator"], window=answer["window"])
        rows = {**{row["code"]: row for row in shown["units"]}, "city": shown["city"]}
        for row in [*answer["units"], {"code": "city", **answer["city"]}]:
            compared += 1
            assert {name: row[name] for name in members} == {name: rows[row["code"]][name] for name in members}, answer["indicator"]
    assert compared > 500


def test_a_named_month_counts_its_facts_and_days(city: Running) -> None:
    named = city.map(indicator="TEST.REVENUE", window=MONTH)
    assert next(row for row in named["units"] if row["code"] == "20242")["value"] == 1.743
    assert city.get("/units/20242/indicators", window=MONTH)["first"] == f"{MONTH}-01"


def test_one_file_more_is_one_set_more_everywhere(city: Running) -> None:
    file = city.sets / "more.toml"
    file.write_text(
        set_file(
            "MORE",
            'code = "MORE.SHARE"\nkind = "ratio"\nmaximum = 3',
        )
        + ""
    )
    city.apply()
    eventually(lambda: "MORE" in [one["code"] for one in city.get("/indicators")["sets"]], within=60)
    eventually(lambda: city.facts(told("MORE.SHARE", numerator=1, denominator=3)).status_code == 200)
    eventually(lambda: city.by("MORE.SHARE")["20242"]["numerator"] == 1)
    card = city.get("/units/20242/indicators")
    assert next(one for one in card["sets"] if one["code"] == "MORE")["indicators"][0]["points"] == 1
    assert differences(city) == []


def test_after_a_change_of_definition_old_days_count_by_the_old_and_new_ones_by_the_new(city: Running) -> None:
    yesterday = TODAY - timedelta(days=1)
    city.post(
        dossier(
            "H17.31-261101-00009",
            TrangThaiHoSo="9",
            NgayKetThucXuLy=stamp(NOW - timedelta(days=2)),
            NgayTiepNhan=stamp(NOW - timedelta(days=2, hours=1)),
        )
    )
    eventually(lambda: city.unit("20242")["received"] == 4)
    old = f'valid_to = {yesterday}\ncode = "TEST.FAST"\nkind = "ratio"\nnumerator = ["early"]\ndenominator = ["early", "on_day", "late"]'
    new = f'version = 2\nvalid_from = {TODAY}\ncode = "TEST.FAST"\nkind = "ratio"\nnumerator = ["late"]\ndenominator = ["early", "late"]'
    file = city.sets / "test.toml"
    file.write_text(
        KINDS.replace('code = "TEST.FAST"\nkind = "ratio"\nnumerator = ["early"]\ndenominator = ["early", "on_day", "late"]', old)
        + f"\n[[indicators]]\n{WORDS}{MEANING}{new}\n"
    )
    before = city.map()["policy"]
    city.apply()
    eventually(lambda: city.map()["policy"] > before, within=60)
    row = next(row for row in city.map(indicator="TEST.FAST", window="30d")["units"] if row["code"] == "20242")
    early_before, late_today, ended_today = 1, 1, 2
    assert (row["numerator"], row["denominator"]) == (early_before + late_today, 1 + ended_today)
    versions = next(one for one in city.get("/indicators")["sets"] if one["code"] == "TEST")["indicators"][0]["versions"]
    assert [(one["version"], one["valid_from"], one["valid_to"]) for one in versions] == [
        (1, None, yesterday.isoformat()),
        (2, TODAY.isoformat(), None),
    ]
    assert set(city.get("/units/20242")["windows"]) == {"today", "7d", "30d", "90d", "month", "quarter", "year"}
    assert differences(city) == []


def test_gateway_form_of_result_groups_and_the_catalogue_are_on_the_map_and_equal_the_batch_path(city: Running) -> None:
    received = NOW - timedelta(seconds=30)
    ended = {"TrangThaiHoSo": "9", "NgayKetThucXuLy": stamp(NOW - timedelta(seconds=5)), "NgayTiepNhan": stamp(received)}
    ended["DonViXuLy"] = "UBND phường Sơn Trà"
    city.post(
        dossier("H17.32-261101-00001", **ended, DuocThanhToanTrucTuyen="1", HinhThuc="1"),
        dossier("H17.32-261101-00002", **ended, DuocThanhToanTrucTuyen="2", HinhThuc="0"),
        dossier("H17.32-261101-00003", **ended, HinhThuc="7"),  # a code that the city's file does not name
    )
    eventually(lambda: city.by("QNX.RESULT_BY_POST")["20263"]["denominator"] == 2)

    def share(indicator: str, unit: str = "20263") -> tuple[int, int]:
        row = city.by(indicator)[unit]
        return row["numerator"], row["denominator"]

    assert (share("QN2022.PAID_ONLINE"), share("QD766.PAID_ONLINE"), share("QNX.RESULT_BY_POST")) == ((1, 2), (2, 2), (1, 2))
    assert [share(f"QN2022.{code}", "city") for code in ("SERVICES", "SERVICES_CITY", "SERVICES_LOCALITY", "ONLINE")] == [
        (1, 2), (0, 1), (1, 1), (2, 3),
    ]  # fmt: skip
    assert city.by("QN2022.SERVICES")["20263"]["reason"] == "NOT_FOR_KIND"
    payment, progress = city.by("QD766.PAYMENT")["20263"], city.by("QD766.PROGRESS")["20263"]
    assert (payment["points"], payment["maximum"]) == (6, 6), "the part of the group that has a value"
    assert progress["maximum"] == 20
    city.facts(told("DTI.GOVERNMENT_SERVICES", "20263", numerator=450, denominator=10))
    eventually(lambda: city.by("DTI.GOVERNMENT")["20263"]["points"] == 45)
    assert (city.by("DTI.ACTIVITY")["20263"]["points"], city.by("DTI")["20263"]["maximum"]) == (45, 60)
    assert city.facts(told("QN2022.SERVICES", "H17", numerator=1, denominator=1)).json()["accepted"] == 0, "nobody tells it"
    assert differences(city) == []
