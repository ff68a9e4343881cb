"""From an official's click to what alerts does, through everything between: a browser is switched on and shown the notice, an answer by
HTTP keeps it from going further up, and a browser that is gone is followed by a mail. Monday 2026-11-16 from 08:00, all of it in the
morning's hours: the clock goes on by a leap, not by haste that a busy machine turns into an evening.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import httpx
import pytest

from dunghen.cli.data_folder import DataFolder
from tests.e2e.mail_server import MailServer
from tests.e2e.running_city import RunningCity, dossier, stamp
from tests.e2e.signed_in import link_of, sign_in
from tests.eventually import eventually

sys.path.append(str(Path(__file__).parents[1] / "integration" / "alerts"))  # the browser and the push service of the channels' tests

from receivers import Browser, HttpReceiver

PEOPLE = "ref,unit,role,address\nno-1,20242,unit_head,truong@danang.example\nno-2,H17,leader,lanh-dao@danang.example\n"
HEAD, LEADER = "truong@danang.example", "lanh-dao@danang.example"
ANSWERED, UNANSWERED, AFTER_GONE, LATER = (f"H17.31-261109-{n:04d}" for n in (11, 12, 13, 14))
EIGHT_HOURS, ONE_HOUR = "acknowledge_working_hours = 8", "acknowledge_working_hours = 1"
SPEED = 10.0  # the city's seconds in a real one
SETTINGS = {
    "DUNGHEN_ALERTS_CHANNELS": "push,mail",
    "DUNGHEN_ALERTS_LINK": "https://dunghen.danang.example/officials?notice=",
    "DUNGHEN_ALERTS_PRIVATE_NETWORKS": "127.0.0.1/32",
    "DUNGHEN_DIGEST_AFTER_MINUTES": "0",
    "DUNGHEN_FEED_STALE_SECONDS": "864000",
    "DUNGHEN_FEED_STALE_OUTSIDE_SECONDS": "864000",
}


@dataclass
class Desk:
    """A city, who works in it, and what reaches them."""

    city: RunningCity
    mail: MailServer
    browser: Browser
    clients: dict[str, httpx.Client]

    def post(self, path: str, body: Any) -> httpx.Response:
        """As the officials' page of the unit's head posts."""
        return self.clients["unit_head"].post(f"/api/v1/{path}", json=body, headers={"origin": self.city.page})

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(DataFolder(self.city.data).clock().seconds(), UTC)

    def goes_on(self, minutes: int) -> None:
        """The city's clock leaps, and runs as before."""
        DataFolder(self.city.data).set_clock((self.now + timedelta(minutes=minutes)).isoformat(), SPEED, "UTC")

    def falls_due(self, *codes: str) -> None:
        """Dossiers of Hải Châu, a week old, that fall due in a minute of the city's time."""
        now = self.now
        times = {
            "NgayNopHoSo": now - timedelta(days=7, hours=1),
            "NgayTiepNhan": now - timedelta(days=7),
            "NgayHenTra": now + timedelta(minutes=1),
        }
        made = [dossier(code, KenhThucHien="1", **{name: stamp(at) for name, at in times.items()}) for code in codes]
        assert self.city.post(*made).json()["error_code"] == "0"

    def notices(self, code: str, stage: str) -> list[dict[str, Any]]:
        """What became of a stage, as the leader of the city reads it."""
        answer = self.clients["leader"].get("/api/v1/notices", params={"limit": 200})
        return [n for n in answer.json()["notices"] if (n["dossier"], n["stage"]) == (code, stage)] if answer.status_code == 200 else []

    def mails_of(self, address: str) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mail.mails if mail["To"] == address]


@pytest.fixture
def push_service() -> Iterator[HttpReceiver]:
    with HttpReceiver().listening() as receiver:
        yield receiver


@pytest.fixture
def desk(push_service: HttpReceiver, tmp_path: Path) -> Iterator[Desk]:
    with resources.as_file(resources.files("dunghen.domain") / "data") as shipped:
        shutil.copytree(shipped, tmp_path / "shipped")
    file = tmp_path / "shipped" / "danang.toml"
    before = file.read_text(encoding="utf-8")
    assert before.count(EIGHT_HOURS) == 1
    file.write_text(before.replace(EIGHT_HOURS, ONE_HOUR), encoding="utf-8")
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    mail = MailServer().start()
    options = ("--city", str(file), "--clock", "2026-11-16T08:00", "--speed", str(SPEED))
    city = RunningCity(tmp_path / "data", options, env={**mail.as_environment(), **SETTINGS})
    clients: dict[str, httpx.Client] = {}
    try:
        made = Desk(city.start(), mail, Browser(push_service), clients)
        city.command("people", "import", str(tmp_path / "people.csv"))
        listed = city.command("people", "list").stdout.splitlines()
        for role in ("unit_head", "leader"):
            person = next(line.split()[0] for line in listed if role in line)
            clients[role] = sign_in(city, link_of(city, person))
        yield made
    finally:
        for client in clients.values():
            client.close()
        city.stop()
        mail.stop()


def test_a_browser_that_is_switched_on_is_shown_a_notice_and_an_answer_keeps_it_from_going_further_up(desk: Desk) -> None:
    assert len(desk.clients["unit_head"].get("/api/v1/push-key").json()["key"]) == 87
    given = desk.browser.subscription("nobody's word")
    body = {"endpoint": given.endpoint, "expirationTime": None, "keys": {"p256dh": given.p256dh, "auth": given.auth}}
    answer = eventually(lambda: a if (a := desk.post("push-subscriptions", body)).status_code == 200 else None)
    (shown,) = answer.json()["browsers"]
    assert shown["id"] == given.id
    desk.falls_due(ANSWERED, UNANSWERED)
    eventually(lambda: len(desk.browser.http.requests) >= 2)
    told = {payload["dossier"]: payload for _, payload in desk.browser.messages()}
    assert set(told) == {ANSWERED, UNANSWERED}
    assert told[ANSWERED]["title"] == f"Quá giờ hẹn: hồ sơ {ANSWERED}, xong hôm nay vẫn đúng hẹn"
    assert told[ANSWERED]["link"].startswith(SETTINGS["DUNGHEN_ALERTS_LINK"])
    assert desk.mails_of(HEAD) == []

    eventually(lambda: desk.notices(ANSWERED, "breach"))
    assert desk.post(f"dossiers/{ANSWERED}/actions", {"kind": "acknowledge"}).status_code == 202
    eventually(lambda: any(n["acknowledged"] for n in desk.notices(ANSWERED, "breach")))
    desk.goes_on(minutes=61)
    eventually(lambda: desk.mails_of(LEADER))
    assert [UNANSWERED in subject for subject in desk.mails_of(LEADER)] == [True]
    (stopped,) = eventually(lambda: desk.notices(ANSWERED, "breach_escalated"))
    assert (stopped["state"], stopped["reason"]) == ("suppressed", "ACKNOWLEDGED")

    desk.browser.http.answers = [410]
    desk.falls_due(AFTER_GONE)
    eventually(lambda: any(AFTER_GONE in subject for subject in desk.mails_of(HEAD)))
    asked = len(desk.browser.http.requests)
    desk.falls_due(LATER)
    eventually(lambda: any(LATER in subject for subject in desk.mails_of(HEAD)))
    assert (asked, len(desk.browser.http.requests)) == (3, 3)
    eventually(lambda: desk.post("push-subscriptions", body).status_code == 200)
    desk.falls_due("H17.31-261109-0015")
    eventually(lambda: len(desk.browser.http.requests) == 4)  # it asked anew
    for place in (*desk.city.data.glob("logs/*"), desk.city.data / "up.log"):
        assert given.endpoint not in place.read_text(errors="replace")
