"""What `make up` shows whoever tries it: officials have dossiers of their own, last year's ranking is public and this year's a draft."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.running_city import RunningCity
from tests.e2e.signed_in import sign_in
from tests.eventually import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
SMALL = ("--city", "demo", "--days", "10", "--per-day", "6000", "--clock", "2026-11-18T09:00")


def addresses() -> list[str]:
    """Those that docs/seeds.md names for what the source articles describe."""
    found = re.findall(r"\| `(/[^`]*)` \|$", (ROOT / "docs" / "seeds.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(found) > 40
    return found


def test_an_official_of_the_demo_signs_in_by_the_link_that_up_says_and_has_dossiers(tmp_path: Path) -> None:
    city = RunningCity(tmp_path / "city", SMALL)
    try:
        said = city.start().data.joinpath("up.log").read_text(encoding="utf-8")
        link = next(line.split()[-1] for line in said.splitlines() if "an official of Hải Châu" in line)
        with closing(sign_in(city, link)) as official:
            assert eventually(lambda: official.get("/api/v1/session/dossiers").json()["dossiers"])
            eventually(lambda: official.get("/api/v1/rankings/PAR_AGENCIES").status_code == 200)
            public = official.get("/api/v1/rankings/PAR_AGENCIES").json()
            draft = official.get("/api/v1/officials/rankings/PAR_AGENCIES").json()
            assert (public["period"], draft["period"], draft["publication"]) == ("2025", "2026", "draft")
            assert all(unit["complete"] and unit["self_points"] for group in public["rankings"] for unit in group["units"])
            assert not all(unit["complete"] for group in draft["rankings"] for unit in group["units"])
            assert official.get("/api/v1/rankings/PARINDEX").json()["city"]["points"]
            refused = {address: status for address in addresses() if (status := official.get(address).status_code) != 200}
            assert refused == {}
    finally:
        city.stop()
