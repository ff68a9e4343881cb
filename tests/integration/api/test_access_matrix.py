"""Who may see what, every cell: routes × everybody × units, asked over HTTP and compared with what is declared (issue 6, D4)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from access_world import ALL, DESK, DOSSIERS_OF, HAI_CHAU, OTHER_DESKS, Actor, post, settle
from api_world import Opened, World
from fastapi import APIRouter

from dunghen.contracts.audit import BLOCKS, STORE, entries_of
from dunghen.domain.access import FOR_EVERYBODY, RIGHTS, Reach, What
from dunghen.platform.store import Query, open_store
from services.api.access_table import ROUTES, UndeclaredRouteError, check_declared, routes_of
from services.api.app import build_app
from services.api.ports import Outlets

PUSH_KEY = "B" + "A" * 86
WITH_A_BODY = (What.ACT, What.JUSTIFY, What.OWN_BROWSERS, What.OWN_WEBHOOKS, What.WEBHOOKS)  # asked without one here
OF_UNITS = {unit: unit for unit in ALL}
IN_PATH = {
    **dict.fromkeys((What.UNIT_DOSSIERS, What.MONTHLY_SHEET, What.JUSTIFY), OF_UNITS),
    **dict.fromkeys((What.DOSSIER, What.ACT), DOSSIERS_OF),
    What.DESK_BOARD: {place: place for place in (DESK, *OTHER_DESKS)},
}


@dataclass(frozen=True)
class Cell:
    """One question: which route, who asks, and of which unit, "" where the route names none."""

    method: str
    path: str
    name: str
    unit: str

    @property
    def what(self) -> What:
        return ROUTES[self.method, self.path]

    def expected(self, actor: Actor) -> set[int]:
        """The answers that are right, out of the one table."""
        if self.what in FOR_EVERYBODY:
            return {200, 204, 303, 304, 403, 404, 422, 503}  # whatever is wrong with it, it is not who asks; a link that is none is 403
        if actor.role is None:
            return {401}
        reach = RIGHTS[self.what].get(actor.role)
        if reach is None:
            return {403}
        if reach is Reach.CITY:
            return {200} if actor.units == ALL else {403}
        if reach is Reach.ALL or not self.unit or self.unit in actor.units:
            bare = (
                self.what in (What.ACT, What.JUSTIFY, What.OWN_BROWSERS, What.OWN_WEBHOOKS, What.WEBHOOKS) and self.method == "POST"
            )  # a post without a body
            return {422} if bare else {404} if self.what is What.NOTICE_LINK else {200, 303}  # a link of nobody
        return {404} if self.what in (What.DOSSIER, What.ACT) else {403}


def cells(names: list[str]) -> list[Cell]:
    """Every cell; a route that names a unit or dossier is asked of each."""
    of = [(method, path, IN_PATH.get(what, {"": ""})) for (method, path), what in ROUTES.items()]
    return [Cell(method, path, name, unit) for method, path, units in of for name in names for unit in sorted(units)]


@pytest.fixture
async def settled(open_world: Opened) -> AsyncIterator[tuple[World, dict[str, Actor]]]:
    async with open_world(push_key=PUSH_KEY) as world:
        yield world, await settle(world)


async def ask(world: World, cell: Cell, actor: Actor) -> int:
    path = (
        cell.path.replace("{desk}", cell.unit)
        .replace("/rankings/{code}", "/rankings/RANKED")
        .replace("{code}", IN_PATH.get(cell.what, {}).get(cell.unit, "20242"))
        .replace("{path:path}", "nothing.js")
        .replace("{token}", "0" * 20)
    )
    path += "?month=2026-11&about=monthly-sheet&period=2026-11" if cell.what in (What.MONTHLY_SHEET, What.MONTHLY_SHEETS) else ""
    if cell.method == "POST":
        return (await post(world, path, **actor.headers)).status_code
    if path.endswith("/stream"):
        async with world.http.stream("GET", path, headers=dict(actor.headers)) as answer:
            return answer.status_code
    return (await world.http.get(path, headers=dict(actor.headers))).status_code


async def test_every_cell_is_allowed_or_refused_as_declared(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    wrong, asked, refused = [], 0, 0
    for cell in sorted(cells(list(actors)), key=lambda c: c.path == "/api/v1/session/end"):  # signs out: last
        status = await ask(world, cell, actors[cell.name])
        asked, refused = asked + 1, refused + (status in (401, 403, 404))
        if status not in cell.expected(actors[cell.name]):
            wrong.append((cell, status))
    assert wrong == []
    assert asked > 300
    assert refused > 50


async def test_of_another_unit_s_dossier_nobody_learns_whether_there_is_one(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    headers = dict(actors["official of Hải Châu"].headers)
    there = await world.http.get(f"/api/v1/dossiers/{DOSSIERS_OF['20194']}", headers=headers)
    nowhere = await world.http.get("/api/v1/dossiers/000.00.09.H17-261116-0009", headers=headers)
    assert (there.status_code, there.content) == (404, nowhere.content)
    assert {k: v for k, v in there.headers.items() if k != "date"} == {k: v for k, v in nowhere.headers.items() if k != "date"}


async def test_of_another_desk_a_screen_does_not_learn_whether_there_is_one(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    headers = dict(actors["screen of a desk"].headers)
    found = [await world.http.get(f"/api/v1/desks/{place}/board", headers=headers) for place in (*OTHER_DESKS, "nothing")]
    assert {(answer.status_code, answer.content) for answer in found} == {(403, found[0].content)}


async def test_a_screen_shows_its_desk_s_unit_by_four_digits_and_is_in_the_audit_log(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    actor = actors["screen of a desk"]
    answer = await world.http.get(f"/api/v1/desks/{DESK}/board", headers=dict(actor.headers))
    board = answer.json()
    assert (board["unit"], board["desk"], board["calling"], board["waiting"]) == (HAI_CHAU, "Q01", [], 0)
    assert [(one["digits"], one["step"]["vi"], one["ready"], one["promised_on"]) for one in board["dossiers"]] == [
        (DOSSIERS_OF[HAI_CHAU][-4:], "Đang xử lý", False, "2026-11-17")
    ]
    assert DOSSIERS_OF[HAI_CHAU] not in answer.text
    assert "access-control-allow-origin" not in answer.headers
    store = open_store(world.settings, STORE, read_only=True)
    try:
        blocks = (await store.find(Query(BLOCKS, {}, ("seq",), limit=500))).documents
    finally:
        await store.close()
    read = [e for block in blocks for e in entries_of(block.body) if e.route == "/api/v1/desks/{desk}/board"]
    assert [(e.role, e.unit, e.dossiers) for e in read] == [("desk", HAI_CHAU, (DOSSIERS_OF[HAI_CHAU],))]


async def test_a_route_that_nobody_declared_is_found_also_in_a_router(settled: tuple[World, dict[str, Actor]]) -> None:
    world, _ = settled
    assert world.follower is not None
    app = build_app(world.follower, None, None, Outlets(None, None, None, None))  # type: ignore[arg-type]
    assert set(routes_of(app)) == set(ROUTES)
    router = APIRouter(prefix="/api/v1")
    router.add_api_route("/everything", lambda: "", methods=["GET"])
    app.include_router(router)
    with pytest.raises(UndeclaredRouteError, match="GET /api/v1/everything"):
        check_declared(app)


def test_every_right_is_of_some_route_and_every_route_says_what_it_is() -> None:
    assert set(ROUTES.values()) == set(What)
    assert set(RIGHTS) == set(What) - set(FOR_EVERYBODY)
