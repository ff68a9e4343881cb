"""F6: a city that is counted anew out of the topics that scoring does not write tells the same of every day; out of a backup, on a new
Kafka and with new stores, also what was known when, and nobody hears twice. Monday 2026-11-16 from 09:00.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from dunghen.cli.data_folder import DataFolder
from tests.e2e.mail_server import MailServer
from tests.e2e.running_city import FRESH, HANOI, PATIENCE, RunningCity, dossier, plain, stamp
from tests.e2e.signed_in import link_of, sign_in
from tests.e2e.traces import files, redis_dump, traces
from tests.eventually import eventually

pytestmark = pytest.mark.timeout(1800)
MONDAY_9_00 = "2026-11-16T09:00"
FIRST, DAYS = date(2026, 11, 6), 11  # the days that have a history, up to the Monday
HAI_CHAU, AN_KHE = "20242", "20305"
PEOPLE = "ref,unit,role,address\nno-1,20242,unit_head,truong@danang.example\nno-2,H17,leader,lanh-dao@danang.example\n"
RATES = ("official", "resolved", "due_cohort", "statutory")
WINDOWS = ("7d", "30d", "month", "2026-11", "2026-Q4")
GUARD = 300  # seconds: a wait that is longer hangs
OWED = "H17.31.01-261113-90001"


@dataclass
class Lived:
    """A city with some days behind it, as it was when its backup was made. `known`: an instant before its last changes."""

    city: RunningCity
    mail: MailServer
    backup: Path
    leader: httpx.Cookies = field(default_factory=httpx.Cookies)
    known: str = ""
    known_then: Any = None
    seen: dict[str, Any] = field(default_factory=dict)
    audited: str = ""
    mails: dict[str, int] = field(default_factory=dict)

    @property
    def clock(self) -> str:
        """Where its clock stopped, as `--clock` takes it."""
        at = int((self.city.data / "clock.last").read_text()) // 1_000_000
        return datetime.fromtimestamp(at, HANOI).replace(tzinfo=None).isoformat()


def everything(city: RunningCity) -> dict[str, Any]:
    """The live map, and of every day each rate and window; each indicator of all sets now and at three days. By question."""
    days = [(FIRST + timedelta(days=n)).isoformat() for n in range(DAYS)]
    with httpx.Client(base_url=f"{city.page}/api/v1", timeout=PATIENCE, limits=FRESH) as http:
        eventually(lambda: http.get("/map", params={"as_of": days[0]}).status_code == 200, within=GUARD)  # 503 while the days are written
        sets = http.get("/indicators").json()["sets"]
        codes = [one["code"] for of in sets for one in (of, *of["indicators"])]
        asked = [{"rate": rate, "window": w, **of} for rate in RATES for w in WINDOWS for of in ({}, *({"as_of": day} for day in days))]
        asked += [{"indicator": code, "window": "month", **of} for code in codes for of in ({}, *({"as_of": day} for day in days[2::4]))]
        found = {json.dumps(query): http.get("/map", params=query) for query in asked}
    assert len([answer for answer in found.values() if answer.status_code == 200]) > len(RATES) * len(WINDOWS) * (DAYS + 1) + 20
    return {query: (answer.status_code, plain(answer.json())) for query, answer in found.items()}


def now_in(city: RunningCity) -> datetime:
    return DataFolder(city.data).clock().now().astimezone(UTC)


def a_past(city: RunningCity) -> list[dict[str, Any]]:
    """Received over ten days at two offices: kept, late, still open, paused, moved, opened again."""
    made = []
    for n in range(60):
        received = datetime(2026, 11, 6 + n % 8, 8, n % 60, tzinfo=HANOI)
        code = f"H17.31.01-2611{received.day:02d}-{n:05d}"
        times = {"NgayNopHoSo": stamp(received), "NgayTiepNhan": stamp(received), "NgayHenTra": stamp(received + timedelta(days=2 + n % 9))}
        ended = {"TrangThaiHoSo": "9", "NgayKetThucXuLy": stamp(received + timedelta(days=1 + n % 5, hours=1))} if n % 3 == 0 else {}
        made.append(dossier(code, **times, **(ended if received.day + 1 + n % 5 < 16 else {}), MaTTHC=f"1.00422{n % 4}"))
    return made


def tell(city: RunningCity, *dossiers: dict[str, Any]) -> None:
    answer = city.post(*dossiers)
    assert (answer.status_code, answer.json()["error_code"]) == (200, "0"), answer.text


def tell_of_units(city: RunningCity) -> None:
    """What is told of units, twice: the second statement holds; and what happened at a desk."""
    for numerator in (30, 41):
        fact = {"unit": HAI_CHAU, "code": "QD766.PETITION_ON_TIME", "period": "2026-10", "numerator": numerator, "denominator": 44}
        answer = httpx.post(f"{city.ingest}/facts", json={"source": "H17", "facts": [fact]}, timeout=PATIENCE)
        assert answer.json()["error_code"] == "0", answer.text
    at = now_in(city).isoformat()
    events = [
        {"unit": HAI_CHAU, "desk": "Q01", "number": 17, "occurred_at": at, "kind": kind} for kind in ("ticket_taken", "ticket_called")
    ]
    assert httpx.post(f"{city.ingest}/desk-events", json={"source": "H17", "events": events}, timeout=PATIENCE).json()["error_code"] == "0"


def received(city: RunningCity, window: str) -> int | None:
    """What the map says of a window; None while its days are being written (503)."""
    answer = httpx.get(f"{city.page}/api/v1/map", params={"window": window}, timeout=PATIENCE)
    assert answer.status_code in (200, 503), answer.text
    return int(answer.json()["city"]["received"]) if answer.status_code == 200 else None


def settled(city: RunningCity, count: int) -> None:
    eventually(lambda: received(city, "month") == count, within=GUARD)
    eventually(lambda: received(city, "2026-11") == count, within=GUARD)
    city.until_history_is_level()


def live(lived: Lived) -> None:
    """Its past, then a minute later some of it otherwise."""
    city, now = lived.city, now_in(lived.city)
    past = a_past(city)
    tell(city, *past)
    tell_of_units(city)
    owed = {"NgayTiepNhan": stamp(now - timedelta(days=3)), "NgayNopHoSo": stamp(now - timedelta(days=3))}
    tell(city, dossier(OWED, **owed, NgayHenTra=stamp(now_in(city) + timedelta(seconds=4))))
    eventually(lambda: lived.mail.raw, within=GUARD)
    settled(city, len(past) + 1)
    finished = city.map(window="month")["city"]["finished"]
    known = now_in(city)
    lived.known = known.isoformat()
    eventually(lambda: now_in(city).minute != known.minute, within=GUARD)
    tell(city, {**past[1], "DonViXuLy": "UBND phường An Khê"}, {**past[0], "TrangThaiHoSo": "4", "NgayKetThucXuLy": ""})
    tell(
        city, dossier("H17.31.01-261116-70001", NgayTiepNhan=stamp(now), NgayNopHoSo=stamp(now), NgayHenTra=stamp(now + timedelta(days=4)))
    )
    eventually(lambda: city.unit(AN_KHE, window="month")["received"] == 1, within=GUARD)
    eventually(lambda: city.map(window="month")["city"]["finished"] == finished - 1, within=GUARD)
    settled(city, len(past) + 2)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder, mail, surroundings = tmp_path_factory.mktemp("lived"), MailServer().start(), pytest.MonkeyPatch()
    surroundings.setenv("DUNGHEN_PARTITIONS", "2")
    city = RunningCity(
        folder / "city", ("--city", "danang", "--clock", MONDAY_9_00), env={**mail.as_environment(), "DUNGHEN_HISTORY_SECONDS": "0.5"}
    )
    here = Lived(city.start(), mail, folder / "backup")
    try:
        (folder / "people.csv").write_text(PEOPLE)
        city.command("people", "import", str(folder / "people.csv"))
        listed = city.command("people", "list").stdout.splitlines()
        leader = next(line.split()[0] for line in listed if "leader" in line)
        live(here)
        with closing(sign_in(city, link_of(city, leader))) as client:
            eventually(lambda: client.get(f"/api/v1/dossiers/{OWED}").status_code == 200, within=GUARD)
            here.leader.update(client.cookies)
        here.known_then = plain(city.map(window="month", known_at=here.known))
        here.seen = everything(city)
        city.command("backup", str(here.backup))
        here.audited = city.command("audit", "verify").stdout
        city.stop()
        here.mails = dict(mail.times_by_message_id())
        yield here
    finally:
        city.stop()
        mail.stop()
        surroundings.undo()


def states(leader: httpx.Client, stage: str) -> list[str]:
    """Of what was owed: how the notices of this stage stand, as the leader reads it."""
    answer = leader.get("/api/v1/notices", params={"limit": 200}).raise_for_status().json()
    return [n["state"] for n in answer["notices"] if (n["dossier"], n["stage"]) == (OWED, stage)]


def differing(was: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """The questions that are answered otherwise."""
    assert was.keys() == found.keys()
    return [query for query in was if was[query] != found[query]]


def test_what_was_told_before_is_told_after_a_restore_on_a_new_cluster(lived: Lived, tmp_path: Path) -> None:
    assert lived.known_then["city"]["received"] == 61
    assert lived.seen[json.dumps({"rate": "official", "window": "month"})][1]["city"]["received"] == 62
    new = RunningCity(tmp_path / "new", ("--city", "danang", "--clock", lived.clock), env=dict(lived.city.env))
    new.command("restore", str(lived.backup))
    new.start()
    try:
        settled(new, 62)
        assert differing(lived.seen, everything(new)) == []
        assert plain(new.map(window="month", known_at=lived.known)) == lived.known_then
        gap = datetime.fromtimestamp(json.loads((lived.backup / "manifest.json").read_text())["manifest"]["known_to"], UTC)
        lost = httpx.get(f"{new.page}/api/v1/map", params={"known_at": gap.isoformat()}, timeout=PATIENCE)
        assert (lost.status_code, lost.json()["code"]) == (404, "HISTORY_LOST")
        assert "\n0 differences" in new.command("reconcile").stdout
        with httpx.Client(base_url=new.page, cookies=lived.leader, timeout=PATIENCE, limits=FRESH) as leader:
            eventually(lambda: leader.get(f"/api/v1/dossiers/{OWED}").status_code == 200, within=GUARD)
            eventually(lambda: states(leader, "breach") == ["delivered"], within=GUARD)
        head = lived.audited.split()[-1]
        assert new.command("audit", "verify", "--head", head).stdout.startswith("0 faults")
        told_once(new, lived)
        assert new.command("restore", str(lived.backup), check=False).returncode == 1
    finally:
        new.stop()


def told_once(new: RunningCity, lived: Lived) -> None:
    """A new breach is told, and with it no old one again: what there was has been looked at."""
    now = now_in(new)
    times = {"NgayTiepNhan": stamp(now - timedelta(days=1)), "NgayNopHoSo": stamp(now - timedelta(days=1))}
    tell(new, dossier("H17.31.01-261115-80001", **times, NgayHenTra=stamp(now + timedelta(seconds=3))))
    eventually(lambda: any("80001" in str(mail) for mail in lived.mail.mails), within=GUARD)
    after = lived.mail.times_by_message_id()
    assert lived.mails
    assert {message: after[message] for message in lived.mails} == lived.mails


def test_what_is_counted_anew_into_nothing_tells_the_same_of_every_day(lived: Lived) -> None:
    city = lived.city
    for file in city.data.glob("api.db*"):
        file.unlink()
    said = city.command("rebuild").stdout
    assert "derived topics begin anew" in said
    city.options = ("--city", "danang")
    city.start()
    try:
        settled(city, 62)
        assert differing(lived.seen, everything(city)) == []
        lost = httpx.get(f"{city.page}/api/v1/map", params={"known_at": lived.known}, timeout=PATIENCE)
        assert (lost.status_code, lost.json()["code"]) == (404, "HISTORY_LOST")
        before = httpx.get(f"{city.page}/api/v1/map", params={"known_at": "2026-11-01T08:00:00+07:00"}, timeout=PATIENCE)
        assert before.json()["code"] == "NO_HISTORY"
    finally:
        city.stop()


def test_a_dossier_that_is_erased_is_found_nowhere(lived: Lived) -> None:
    """The last: the city is another one afterwards."""
    city = lived.city
    assert places_with(city, OWED)
    said = city.command("erase", OWED).stdout
    assert OWED not in said
    assert "still holds it" in said
    assert "access/audit: 1 readings without the code" in said
    city.options = ("--city", "danang")
    city.start()
    try:
        settled(city, 61)
        assert "\n0 differences" in city.command("reconcile").stdout
        assert city.command("audit", "verify").stdout.startswith("0 faults")
        assert "erased" in city.command("audit", "list").stdout
        eventually(lambda: not places_with(city, OWED), within=GUARD)  # the broker removes the files of deleted topics a minute later
    finally:
        city.stop()


def places_with(city: RunningCity, code: str) -> list[str]:
    """Every file of the data folder in which a code can be found, however it is written, and Redis."""
    url = DataFolder(city.data).running()["redis"]
    live = [("redis", redis_dump(url))] if city.process is not None and city.process.poll() is None else []
    found = []
    for name, content in [*files(city.data), *live]:
        if traces(content, [code]):
            found.append(name)
    return found
