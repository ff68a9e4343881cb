"""What `make up` shows whoever tries it: officials have dossiers of their own, past rankings are public and this year's a draft, and every
address that docs/seeds.md names has something to show.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.e2e.running_city import FRESH, PATIENCE, RunningCity
from tests.e2e.signed_in import sign_in
from tests.eventually import NotInTime, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
SEEDS = Path(__file__).parents[2] / "docs" / "seeds.md"
TODAY = date(2026, 12, 4)  # so that the days told reach into a month that is over
SMALL = ("--city", "demo", "--days", "12", "--per-day", "4000", "--clock", f"{TODAY}T09:00")
SOON = {"DUNGHEN_BREAKDOWN_SETTLE_SECONDS": "5"}  # else break-downs come ten minutes after the first load
WITHIN = 600  # the comparison takes one to four minutes
MAY_BE_EMPTY = ("withdrawn", "ungrouped")  # a publication that was taken back is an exception; so are units in no group
OFFICIAL, LEADER = "an official of Hải Châu", "a leader of the city"
FIGURES = ("value", "at_least", "numerator", "points", "rank")  # members of answers that are null or 0 where there is nothing
Claim = Callable[[Any], Any]  # true where it holds
CLAIMS: Mapping[str, Claim] = {  # of rows that say more than that there are figures, or that there are none
    "/api/v1/units/20333": lambda body: not any(rate["denominator"] for of in body["windows"].values() for rate in of["rates"].values()),
    "/api/v1/rankings?period=2025": lambda body: any(unit["mapped_from"] for unit in units_of(body)),
    "/api/v1/rankings?period=7d": lambda body: any(unit["before"]["rank"] for unit in units_of(body)),
    f"/api/v1/rankings/PAR_AGENCIES?period={TODAY.year - 2}": lambda body: {
        "NOT_ASSESSED": {"department"}, "VALUE": {"land_office"},
    } == {reason: {unit["kind"] for unit in units_of(body) if unit["reason"] == reason} for reason in ("NOT_ASSESSED", "VALUE")},
    "/api/v1/rankings/PARINDEX": lambda body: body["city"]["points"] and body["city"]["before"],
    "/api/v1/rankings/IT_RATING": lambda body: any(unit["before"] for unit in units_of(body)),
    "/api/v1/tasks/board?bloc=front": lambda body: any(unit["state"] == "not_assessed" for unit in body["units"]),
    "/api/v1/tasks/board?plan=CT-UBND": lambda body: {unit["kind"] for unit in body["units"]} == {"locality", "department"},
    "/api/v1/units/20242/breakdowns?by=weekday&window={month}": lambda body: not _on_sunday_at_a_desk(body) and body["categories"],
    "/api/v1/reconciliations": lambda body: body["state"] == "reconciled",
}  # fmt: skip


def _on_sunday_at_a_desk(body: Any) -> bool:
    return any(one["category"] in ("7|1", "7|3") for one in body["categories"])


def units_of(ranking: Any) -> list[Any]:
    """Of all its groups."""
    return [unit for group in ranking["rankings"] for unit in group["units"]]


class Address(NamedTuple):
    """One that docs/seeds.md names, and who may read it: "" everybody."""

    path: str
    who: str


def addresses() -> list[Address]:
    """All that stand in the last column of a table."""
    text = dated(SEEDS.read_text(encoding="utf-8"))
    cells = [line.rstrip(" |").rpartition(" | ")[2] for line in text.splitlines() if line.startswith("| ")]
    found = [Address(*one) for cell in cells for one in re.findall(r"`(/[^`]*)`(?: \((official|leader)\))?", cell)]
    assert len(found) > 90
    assert {one.who for one in found} == {"", "official", "leader"}
    return sorted(set(found))


def dated(text: str) -> str:
    """With the run's month and years."""
    named = {"{month}": f"{TODAY.replace(day=1) - timedelta(days=1):%Y-%m}", "{year}": f"{TODAY.year}", "{year-2}": f"{TODAY.year - 2}"}
    for name, means in named.items():
        text = text.replace(name, means)
    return text


def link_in(said: str, who: str) -> str:
    """The link that `up` says for somebody."""
    return next(line.split()[-1] for line in said.splitlines() if who in line)


def faults_of(address: Address, asked: Mapping[str, httpx.Client]) -> Iterator[str]:
    """What is wrong with an answer: whoever may not, may; who may, gets none; or it is empty."""
    try:
        yield from _faults_of(address, asked)
    except httpx.HTTPError as fault:
        yield f"no answer: {type(fault).__name__}"


def _faults_of(address: Address, asked: Mapping[str, httpx.Client]) -> Iterator[str]:
    if address.who and (status := asked[""].get(address.path).status_code) != 401:
        yield f"{status} without signing in"
    answer = asked[address.who].get(address.path)
    if answer.status_code != 200:
        yield f"{answer.status_code} {answer.text[:200]}"
    elif claim := next((claim for path, claim in CLAIMS.items() if dated(path) == address.path), None):
        if not claim(answer.json()):
            yield "not what the row says"
    elif address.path.startswith("/api/") and answer.headers["content-type"].startswith("application/json"):
        yield from empty_in(answer.json())


def empty_in(body: dict[str, Any]) -> Iterator[str]:
    """Lists without anything in them, and an answer all of whose figures are null or 0."""
    yield from (f"no {name}" for name, part in body.items() if part == [] and name not in MAY_BE_EMPTY)
    figures = list(figures_in(body))
    if figures and not any(figures):
        yield "no figure"


def figures_in(part: Any) -> Iterator[Any]:
    """All members of an answer by these names, however deep."""
    if isinstance(part, dict):
        yield from (part[name] for name in FIGURES if name in part and not isinstance(part[name], dict | list))
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from figures_in(inner)


def test_an_answer_without_lists_or_figures_is_found_empty() -> None:
    assert list(empty_in({"units": [{"value": None, "numerator": 0}], "months": []})) == ["no months", "no figure"]
    assert list(empty_in({"units": [{"value": None, "numerator": 0}, {"value": 0.5}], "reason": None})) == []


def test_the_demo_has_officials_rankings_a_desk_and_all_that_the_articles_describe(tmp_path: Path) -> None:
    city = RunningCity(tmp_path / "city", SMALL, env=SOON)
    try:
        said = city.start().data.joinpath("up.log").read_text(encoding="utf-8")
        look_around(city, said)
    finally:
        city.stop()


def look_around(city: RunningCity, said: str) -> None:
    """`said`: by `up`, until it was ready."""
    with ExitStack() as stack:
        public = stack.enter_context(httpx.Client(base_url=city.page, timeout=PATIENCE, limits=FRESH))
        official, leader = (stack.enter_context(closing(sign_in(city, link_in(said, who)))) for who in (OFFICIAL, LEADER))
        the_official_has_dossiers_and_rankings_have_their_years(official)
        the_key_opens_the_board_of_its_desk(public, link_in(said, "desk Q01 of Hải Châu"))
        asked = {"": public, "official": official, "leader": leader}
        left = set(addresses())
        assert {dated(path) for path in CLAIMS} <= {address.path for address in left}

        def wrong() -> dict[Address, list[str]]:
            """What is wrong still: a comparison and break-downs of months come a while after the rest."""
            found = {address: faults for address in sorted(left) if (faults := list(faults_of(address, asked)))}
            left.intersection_update(found)
            return found

        with suppress(NotInTime):
            eventually(lambda: not wrong(), within=WITHIN, every=1)
        assert wrong() == {}


def the_official_has_dossiers_and_rankings_have_their_years(official: httpx.Client) -> None:
    assert eventually(lambda: official.get("/api/v1/session/dossiers").json()["dossiers"])
    eventually(lambda: official.get("/api/v1/rankings/PAR_AGENCIES").status_code == 200)
    public = official.get("/api/v1/rankings/PAR_AGENCIES").json()
    draft = official.get("/api/v1/officials/rankings/PAR_AGENCIES").json()
    assert (public["period"], draft["period"], draft["publication"]) == ("2025", "2026", "draft")
    assert [one["year"] for one in public["years"]] == ["2025", "2024"]
    assert all(unit["complete"] and unit["self_points"] for unit in units_of(public))
    assert not all(unit["complete"] for unit in units_of(draft))
    assert official.get("/api/v1/rankings/PARINDEX").json()["city"]["points"]


def the_key_opens_the_board_of_its_desk(public: httpx.Client, link: str) -> None:
    """As the page does: the place from the address, the key from behind the `#`."""
    page, _, key = link.partition("#key=")
    place = page.partition("?desk=")[2]
    path = f"/api/v1/desks/{place}/board"
    assert public.get(path).status_code == 401
    assert eventually(lambda: public.get(path, headers={"authorization": f"Bearer {key}"}).status_code == 200)
