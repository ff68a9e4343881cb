"""The way of an official: imported, given a link, signed in, shown the own unit's dossiers and no other's; what the log says of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.running_city import FRESH, PATIENCE, RunningCity, dossier
from tests.e2e.signed_in import link_of, sign_in
from tests.eventually import eventually

OWN, OTHER = "000.00.31.H17-261116-0031", "000.00.32.H17-261116-0032"
PEOPLE = "ref,unit,role,address\nno-1,20242,official,can-bo@example.invalid\nno-2,H17,leader,lanh-dao@example.invalid\n"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCity]:
    running = RunningCity(tmp_path_factory.mktemp("who") / "city").start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def browsers() -> Iterator[ExitStack]:
    """Closes what was opened in it."""
    with ExitStack() as opened:
        yield opened


def test_an_official_sees_the_own_unit_a_leader_the_city_and_the_log_has_it_all(
    city: RunningCity, tmp_path: Path, browsers: ExitStack
) -> None:
    said = (city.data / "up.log").read_text()
    assert "--insecure-ingest" in said
    assert city.post(dossier(OWN), dossier(OTHER, DonViXuLy="UBND phường Sơn Trà")).json()["accepted"] == 2
    (tmp_path / "people.csv").write_text(PEOPLE)
    city.command("people", "import", str(tmp_path / "people.csv"))
    listed = city.command("people", "list").stdout.splitlines()
    ids = {role: next(line.split()[0] for line in listed if role in line) for role in ("official", "leader")}
    link = link_of(city, ids["official"])
    official, leader = (browsers.enter_context(closing(sign_in(city, each))) for each in (link, link_of(city, ids["leader"])))

    eventually(lambda: official.get(f"/api/v1/dossiers/{OWN}").status_code == 200)
    eventually(lambda: leader.get(f"/api/v1/dossiers/{OTHER}").status_code == 200)
    assert official.get(f"/api/v1/dossiers/{OTHER}").status_code == 404
    assert [d["code"] for d in official.get("/api/v1/units/20242/dossiers").json()["dossiers"]] == [OWN]
    assert official.get("/api/v1/units/20263/dossiers").status_code == 403
    with httpx.Client(base_url=f"{city.page}/api/v1", timeout=PATIENCE, limits=FRESH) as anybody:
        assert anybody.get(f"/dossiers/{OWN}").status_code == 401
        assert anybody.post("/session", data={"link": link.partition("#")[2]}, headers={"origin": city.page}).status_code == 403

    city.kill("api")  # what it told anybody is in the log, and who was signed in stays so
    eventually(lambda: _status(official, f"/api/v1/dossiers/{OWN}") == 200)
    verified = city.command("audit", "verify").stdout
    assert verified.startswith("0 faults")
    entries = city.command("audit", "list", "--dossier", OWN).stdout
    assert ids["official"] in entries
    assert "example.invalid" not in entries


def test_a_reader_s_key_reads_until_it_is_revoked(city: RunningCity) -> None:
    key = city.command("keys", "create", "--reader", "20242").stdout.split()[-1]
    bearer = {"authorization": f"Bearer {key}"}
    with httpx.Client(base_url=f"{city.page}/api/v1/units", headers=bearer, timeout=PATIENCE, limits=FRESH) as reader:
        eventually(lambda: reader.get("/20242/dossiers").status_code == 200)
        assert reader.get("/20263/dossiers").status_code == 403
        city.command("keys", "revoke", key.split("_")[1])
        eventually(lambda: reader.get("/20242/dossiers").status_code == 401)
    for place in (*city.data.glob("logs/*"), city.data / "up.log"):
        assert key not in place.read_text(errors="replace")


def test_a_desk_s_key_opens_that_desk_s_board_and_nothing_else(city: RunningCity) -> None:
    assert city.post(dossier(OWN)).json()["accepted"] == 1
    key = city.command("keys", "create", "--desk", "20242.Q01").stdout.split()[-1]
    bearer = {"authorization": f"Bearer {key}"}
    screen = httpx.Client(base_url=f"{city.page}/api/v1", headers=bearer, timeout=PATIENCE, limits=FRESH)

    def board() -> dict[str, Any]:
        found: dict[str, Any] = screen.get("/desks/20242.Q01/board").json()
        return found

    with closing(screen):
        eventually(lambda: screen.get("/desks/20242.Q01/board").status_code == 200)
        now = datetime.now(UTC).isoformat()
        said = [
            {"unit": "20242", "desk": "Q01", "number": 17, "occurred_at": now, "kind": kind} for kind in ("ticket_taken", "ticket_called")
        ]
        answer = httpx.post(f"{city.ingest}/desk-events", json={"source": "H17", "events": said}, timeout=PATIENCE)
        assert answer.json()["error_code"] == "0"
        eventually(lambda: board().get("calling") == [17])
        eventually(lambda: OWN[-4:] in [one["digits"] for one in board().get("dossiers", ())])
        assert OWN not in screen.get("/desks/20242.Q01/board").text
        others = ("/desks/20242.Q02/board", "/desks/99999.Q01/board", "/units/20242/dossiers", f"/dossiers/{OWN}", "/notices")
        assert {screen.get(path).status_code for path in others} == {403}
        assert httpx.get(f"{city.page}/api/v1/desks/20242.Q01/board", timeout=PATIENCE).status_code == 401
    with pytest.raises(AssertionError):
        city.command("keys", "create", "--desk", "99999.Q01")


def _status(client: httpx.Client, path: str) -> int:
    try:
        return client.get(path).status_code
    except httpx.TransportError:
        return 0
