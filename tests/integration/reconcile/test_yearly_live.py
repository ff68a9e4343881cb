"""A yearly ranking from end to end: told over HTTP, a draft nobody sees, published, equal to the batch path, closed, withdrawn."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from test_indicators_live import CITY_FILE, Running, differences

from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.rankings.command import Change, change, show
from dunghen.contracts.city_files import read_city
from dunghen.domain.publications import SetYear
from tests.e2e.running_city import HANOI
from tests.eventually import eventually

THIS = datetime.now(UTC).astimezone(HANOI).year
LAST = str(THIS - 1)
FIELDS = [one["code"] for one in next(s for s in read_city("danang")["indicators"]["sets"] if s["code"] == "PAR_AGENCIES")["indicators"]]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("yearly")
    (data / "city" / "sets").mkdir(parents=True)
    (data / "city" / "city.toml").write_text(CITY_FILE)
    running = Running(data, ("--city", str(data / "city" / "city.toml")))
    running.start()
    yield running
    running.stop()


def points(unit: str, tenths: int, year: str = LAST, **other: Any) -> list[dict[str, Any]]:
    return [{"unit": unit, "code": code, "period": year, "numerator": tenths, "denominator": 10, **other} for code in FIELDS]


def ask(city: Running, path: str, **query: str) -> httpx.Response:
    return httpx.get(f"{city.page}/api/v1{path}", params=query, timeout=60)


def shown(city: Running, **query: str) -> dict[str, dict[str, Any]]:
    answer = ask(city, "/rankings/PAR_AGENCIES", **query).json()
    return {row["code"]: row for group in answer["rankings"] for row in group["units"]}


def publish(city: Running, public: bool, year: str = LAST, of: str = "PAR_AGENCIES") -> None:
    asyncio.run(change(DataFolder(city.data), Change(SetYear(of, year), public, "test"), lambda _: None))


def test_a_draft_is_shown_to_nobody_and_a_published_year_to_everybody(city: Running) -> None:
    told = [*points("20242", 90), *points("20263", 80), *points("20242", 95, stage="self"), *points("H17.03", 70)[:3]]
    told += [{"unit": "H17", "code": "NATIONAL.PARINDEX", "period": "2021", "numerator": 3, "denominator": 63}]
    assert city.facts(*told, *points("20263", 99, str(THIS))).status_code == 200
    eventually(lambda: city.get("/indicators")["city_places"] == [{"code": "NATIONAL.PARINDEX", "period": "2021", "place": 3, "of": 63}])
    assert ask(city, "/rankings/PAR_AGENCIES").json()["code"] == "NOT_PUBLISHED"
    assert ask(city, "/officials/rankings/PAR_AGENCIES").status_code == 401
    assert city.by("PAR_AGENCIES")["20242"]["reason"] == "NO_INPUTS"
    assert differences(city) == []

    publish(city, True)
    eventually(lambda: ask(city, "/rankings/PAR_AGENCIES").status_code == 200, within=60)
    found = shown(city)
    row = found["20242"]
    assert (row["rank"], row["of"], row["points"], row["maximum"], row["self_points"]) == (1, 2, 72, 100, 76)
    assert row["gap"] == pytest.approx(4)
    assert (found["20263"]["rank"], found["H17.03"]["rank"], found["H17.03"]["complete"]) == (2, None, False)
    assert city.by("PAR_AGENCIES")["20242"]["points"] == 72  # the newest published year holds on the map
    assert city.map(indicator="NATIONAL.PARINDEX")["city"]["numerator"] == 3
    assert ask(city, "/rankings/PAR_AGENCIES", period=str(THIS)).json()["code"] == "NOT_PUBLISHED"
    (of,) = (one for one in city.get("/indicators")["sets"] if one["code"] == "PAR_AGENCIES")
    assert (of["yearly"], of["published"]) == (True, [LAST])
    assert differences(city) == []


def test_a_published_year_is_closed_until_it_is_withdrawn(city: Running) -> None:
    refused = city.facts(*points("20242", 10)[:1]).json()
    assert refused["results"][0]["code"] == "PUBLISHED"
    publish(city, False)
    eventually(lambda: ask(city, "/rankings/PAR_AGENCIES").status_code == 404, within=60)
    eventually(lambda: city.facts(*points("20263", 100)).json().get("accepted") == len(FIELDS))
    publish(city, True)
    eventually(lambda: ask(city, "/rankings/PAR_AGENCIES").status_code == 200, within=60)
    eventually(lambda: shown(city)["20263"]["rank"] == 1)
    assert differences(city) == []


def test_what_cannot_be_published_is_refused(city: Running) -> None:
    for of, year in (("PAR_AGENCIES", LAST), ("PAR_AGENCIES", "1999"), ("QD766", LAST)):
        with pytest.raises(CommandError):
            publish(city, True, year, of)
    lines: list[str] = []
    asyncio.run(show(DataFolder(city.data), lines.append))
    assert [line.split()[0] for line in lines] == ["IT_RATING", "PAR_AGENCIES", "PARINDEX"]
    assert ask(city, "/rankings/QD766").json()["code"] == "UNKNOWN_INDICATOR"
