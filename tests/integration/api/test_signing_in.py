"""Signing in by a link, being seen by the audit log, signing out; and that nothing of all this stands where the public can read."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import msgspec
import pytest
import structlog
from access_world import ADDRESS, DOSSIERS_OF, HAI_CHAU, HAI_VAN, Actor, key_of, person_of, post, settle, signed_in
from api_world import Listener, Opened, World, score
from playwright.async_api import async_playwright

from dunghen.cli.audit.command import Wanted, show, verify
from dunghen.cli.data_folder import DataFolder
from dunghen.contracts.audit import BLOCKS, STORE, entries_of
from dunghen.contracts.people import encode_person
from dunghen.contracts.topics import KEYS, PEOPLE
from dunghen.domain.access import What
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.store import Query, open_store
from services.api.access_table import ROUTES
from tests.browser.chromium import FLAGS, PATIENCE_MS, program
from tests.eventually import eventually_async as eventually

Settled = tuple[World, dict[str, Actor]]
OFFICIAL = "official of Hải Châu"


@pytest.fixture
async def settled(open_world: Opened) -> AsyncIterator[Settled]:
    async with open_world() as world:
        yield world, await settle(world)


async def get(world: World, path: str, actor: Actor) -> Any:
    return await world.http.get(path, headers=dict(actor.headers))


async def fresh_link(world: World, seconds: int = 3600) -> tuple[str, str]:
    """The secret of a link that nobody has used, and whose it is."""
    person, made = person_of(HAI_CHAU, "official"), None
    await world.say(PEOPLE, person.id, encode_person(person))
    made = key_of("link", person.id, seconds)
    await world.say(KEYS, made.record.id, made.record)
    return made.text, person.id


async def test_a_link_becomes_a_session_once_and_by_a_post_from_our_own_page_only(settled: Settled) -> None:
    world, _ = settled
    link, person = await fresh_link(world)
    for headers in ({"origin": "https://elsewhere.example"}, {}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        answer = await world.http.post("/api/v1/session", content=f"link={link}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "CROSS_SITE")
    for _ in range(3):
        page = await world.http.get(f"/login?link={link}")
        assert (page.status_code, page.headers["referrer-policy"], "set-cookie" in page.headers) == (200, "same-origin", False)

    async def opened() -> Any:
        answer = await post(world, "/api/v1/session", content=f"link={link}")
        return answer if answer.status_code == 303 else None

    first = await eventually(opened)  # the link reaches the worker over Kafka
    said = first.headers["set-cookie"].lower()
    assert (first.headers["location"], "httponly" in said, "samesite=lax" in said, "secure" in said) == ("/officials", True, True, False)
    world.http.cookies.clear()
    again = await post(world, "/api/v1/session", content=f"link={link}")
    assert (again.status_code, again.json()["code"]) == (403, "LINK_INVALID")

    cookie = first.headers["set-cookie"].partition(";")[0]
    me = (await world.http.get("/api/v1/session", headers={"cookie": cookie})).json()
    assert me == {"id": person, "grants": [{"role": "official", "units": [HAI_CHAU]}]}
    page = await world.http.get("/officials", headers={"cookie": cookie})
    assert (page.status_code, page.headers["cache-control"], page.headers["referrer-policy"]) == (200, "no-store", "same-origin")
    assert all(
        word in page.headers["content-security-policy"] for word in ("default-src 'none'", "frame-ancestors 'none'", "connect-src 'self'")
    )
    assert (await post(world, "/api/v1/session/end", origin="https://elsewhere.example", cookie=cookie)).status_code == 403
    assert (await post(world, "/api/v1/session/end", cookie=cookie)).status_code == 303
    assert (await world.http.get("/api/v1/session", headers={"cookie": cookie})).status_code == 401


async def test_away_from_this_machine_the_cookie_is_for_https_only(settled: Settled) -> None:
    world, _ = settled
    link, _ = await fresh_link(world)

    async def opened() -> Any:
        answer = await post(world, "/api/v1/session", content=f"link={link}", host="map.example", origin="https://map.example")
        return answer if answer.status_code == 303 else None

    said = (await eventually(opened)).headers["set-cookie"]
    assert said.startswith("__Host-dunghen=")
    assert "Secure" in said
    assert "Path=/" in said


async def test_a_cookie_that_another_host_of_the_domain_could_have_set_is_nobody_s(settled: Settled) -> None:
    world, actors = settled
    secret = actors[OFFICIAL].secrets[1]
    for host, name, status in (
        ("map.example", "__Host-dunghen", 200),
        ("map.example", "dunghen_session", 401),
        ("127.0.0.1", "dunghen_session", 200),
    ):
        answer = await world.http.get("/api/v1/session", headers={"host": host, "cookie": f"{name}={secret}"})
        assert (host, name, answer.status_code) == (host, name, status)


async def test_what_is_no_link_opens_nothing(settled: Settled) -> None:
    world, actors = settled
    late, _ = await fresh_link(world, seconds=-1)
    source = actors["source"].secrets[0]
    for text in ("", "x", late, source, actors[OFFICIAL].secrets[0], "x" * 5000):
        answer = await post(world, "/api/v1/session", content=f"link={text}")
        assert (answer.status_code, "set-cookie" in answer.headers) in ((403, False), (422, False))


async def test_who_leaves_the_directory_and_whose_key_is_revoked_sees_nothing_from_then_on(settled: Settled) -> None:
    world, actors = settled
    path = f"/api/v1/units/{HAI_CHAU}/dossiers"
    official, reader = actors[OFFICIAL], actors["reader of Hải Châu"]
    assert [(await get(world, path, actor)).status_code for actor in (official, reader)] == [200, 200]
    await world.say(PEOPLE, official.secrets[2], None)
    await world.say(KEYS, reader.secrets[0].split("_")[1], None)

    async def gone() -> bool:
        return [(await get(world, path, actor)).status_code for actor in (official, reader)] == [401, 401]

    await eventually(gone)


async def test_who_is_signed_out_or_whose_post_has_ended_sees_nothing_from_then_on(settled: Settled) -> None:
    world, actors = settled
    link, person = await fresh_link(world)
    cookie = await eventually(lambda: signed_in(world, link))
    await world.say(KEYS, (unused := key_of("link", person)).record.id, unused.record)
    record = msgspec.structs.replace(person_of(HAI_CHAU, "official"), id=person)
    headers, path = {"cookie": cookie}, f"/api/v1/units/{HAI_CHAU}/dossiers"
    assert (await world.http.get(path, headers=headers)).status_code == 200

    async def gone() -> bool:
        return (await world.http.get(path, headers=headers)).status_code == 401

    ended = msgspec.structs.replace(record.posts[0], valid_to=1)
    await world.say(PEOPLE, person, encode_person(msgspec.structs.replace(record, posts=(ended,))))
    await eventually(gone)
    await world.say(PEOPLE, person, encode_person(record))
    await eventually(lambda: _opens(world, path, headers))
    await world.say(PEOPLE, person, encode_person(msgspec.structs.replace(record, signed_out_at=real_milliseconds() // 1000)))
    await eventually(gone)
    assert await signed_in(world, unused.text) == ""
    assert (await get(world, path, actors[OFFICIAL])).status_code == 200


async def _opens(world: World, path: str, headers: dict[str, str]) -> bool:
    return (await world.http.get(path, headers=headers)).status_code == 200


async def test_pages_follow_by_link_and_hold_each_dossier_once(settled: Settled) -> None:
    world, actors = settled
    leader = actors["leader of the city"]
    found, path = [], "/api/v1/notices?limit=1"
    while path:
        answer = await get(world, path, leader)
        found += [notice["dossier"] for notice in answer.json()["notices"]]
        path = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert sorted(found) == sorted(DOSSIERS_OF.values())
    one = (await get(world, f"/api/v1/units/{HAI_CHAU}/dossiers?open=true&status=4", actors[OFFICIAL])).json()
    assert [(d["code"], d["status"], d["open"], d["due_at"]) for d in one["dossiers"]] == [
        (DOSSIERS_OF[HAI_CHAU], 4, True, "2026-11-17T08:00:00+07:00")
    ]
    assert (await get(world, f"/api/v1/units/{HAI_CHAU}/dossiers?open=false", actors[OFFICIAL])).json()["dossiers"] == []
    assert (await get(world, f"/api/v1/units/{HAI_CHAU}/dossiers?after=x", actors[OFFICIAL])).status_code == 422


async def test_every_reading_is_in_the_audit_log_and_tampering_shows(settled: Settled) -> None:
    world, actors = settled
    official, own, other = actors[OFFICIAL], DOSSIERS_OF[HAI_CHAU], DOSSIERS_OF[HAI_VAN]
    for path in (
        f"units/{HAI_CHAU}/dossiers",
        f"dossiers/{own}",
        f"dossiers/{other}",
        "dossiers/x",
        f"units/{HAI_VAN}/dossiers",
        "notices",
    ):
        await get(world, f"/api/v1/{path}", official)
    folder, said = DataFolder(world.settings.data), list[str]()
    environ = pytest.MonkeyPatch()
    for name in ("data", "namespace"):
        environ.setenv(f"DUNGHEN_{name.upper()}", str(getattr(world.settings, name)))
    with environ.context():
        await show(folder, Wanted(who=official.secrets[2]), said.append)
        entries = [line.split("  ")[3:] for line in said]
        assert entries == [
            ["SIGNED_IN", "/api/v1/session", "-"],
            ["OWN_UNIT", "/api/v1/units/{code}/dossiers", HAI_CHAU, own],
            ["OWN_UNIT", "/api/v1/dossiers/{code}", HAI_CHAU, own],
            ["OTHER_UNIT", "/api/v1/dossiers/{code}", "-"],
            ["NOT_FOUND", "/api/v1/dossiers/{code}", "-"],
            ["OTHER_UNIT", "/api/v1/units/{code}/dossiers", HAI_VAN],
            ["OWN_SCOPE", "/api/v1/notices", "-", own],
        ]
        assert await verify(folder, "", said.append) == 0
        head = said[-1].rpartition(" ")[2]
        assert await verify(folder, head, said.append) == 0
        file = world.settings.data / f"{world.settings.named('access')}.db"
        with closing(sqlite3.connect(file)) as db:
            table = next(name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'") if name.endswith("audit"))
            db.execute(f"DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table})")
            db.commit()
        assert await verify(folder, "", said.append) == 1
        assert "is missing" in said[-2]
    environ.undo()


async def test_who_signs_in_and_out_and_what_is_tried_in_vain_is_in_the_audit_log(settled: Settled) -> None:
    world, _ = settled
    link, person = await fresh_link(world)
    cookie = await eventually(lambda: signed_in(world, link))
    for text in (link, "nobody-s", ""):
        assert await signed_in(world, text) == ""
    assert (await post(world, "/api/v1/session/end", cookie=cookie)).status_code == 303
    store = open_store(world.settings, STORE, read_only=True)
    try:
        blocks = (await store.find(Query(BLOCKS, {}, ("seq",), limit=500))).documents
    finally:
        await store.close()
    entries = [entry for block in blocks for entry in entries_of(block.body)]
    began = next(n for n, entry in enumerate(entries) if (entry.who, entry.reason) == (person, "SIGNED_IN"))
    assert [(entry.who, entry.role, entry.reason, entry.route) for entry in entries[began:]] == [
        (person, "public", "SIGNED_IN", "/api/v1/session"),
        (link.split("_")[1], "public", "LINK_INVALID", "/api/v1/session"),  # a link of somebody, known by its own id
        ("", "public", "LINK_INVALID", "/api/v1/session"),
        ("", "public", "LINK_INVALID", "/api/v1/session"),
        (person, "official", "SIGNED_OUT", "/api/v1/session/end"),
    ]
    assert link.split("_", 2)[2] not in repr(blocks)


async def test_where_the_audit_log_cannot_be_written_nothing_is_shown(settled: Settled) -> None:
    world, actors = settled
    own = DOSSIERS_OF[HAI_CHAU]
    assert (await get(world, f"/api/v1/dossiers/{own}", actors[OFFICIAL])).status_code == 200
    file = world.settings.data / f"{world.settings.named('access')}.db"
    with closing(sqlite3.connect(file, timeout=60)) as db:
        db.execute("BEGIN IMMEDIATE")  # another holds the file: every write of the log has to wait, and gives up
        for path in (f"dossiers/{own}", f"units/{HAI_CHAU}/dossiers", "notices"):
            answer = await world.http.get(f"/api/v1/{path}", headers=dict(actors[OFFICIAL].headers), timeout=60)
            assert answer.status_code == 503
            assert own not in answer.text
        db.rollback()
    assert (await get(world, f"/api/v1/dossiers/{own}", actors[OFFICIAL])).status_code == 200


async def test_nothing_planted_stands_in_any_public_answer_stream_log_or_metric(settled: Settled) -> None:
    world, actors = settled
    planted = {*DOSSIERS_OF.values(), ADDRESS, *(secret for actor in actors.values() for secret in actor.secrets)}
    parts = planted | {part for secret in planted if len(part := secret.split("_", 2)[-1]) >= 12}  # of a key also what is secret alone
    with structlog.testing.capture_logs() as logs:
        answers = [await get(world, f"/api/v1/dossiers/{DOSSIERS_OF[HAI_VAN]}", actors[OFFICIAL])]
        assert DOSSIERS_OF[HAI_CHAU] in (await get(world, "/api/v1/notices", actors[OFFICIAL])).text  # what is searched for can be found
        await signed_in(world, actors[OFFICIAL].secrets[0])
        for (method, path), what in ROUTES.items():
            if method == "GET" and what in (What.OPEN, What.SIGN_IN) and path not in ("/api/v1/stream", "/{path:path}"):
                for headers in ({}, dict(actors["operator"].headers)):
                    answers.append(await world.http.get(path.replace("{code}", HAI_CHAU), headers=headers))
        async with Listener(world) as listener:
            await listener.first("snapshot")
            await world.scores(score(HAI_CHAU, 96, 5))
            await world.levels(10)
            await listener.first("change")
            await listener.first("tick")
            frames = repr(listener.events)
    assert len(answers) > 30
    heads = [repr(answer.headers.raw) for answer in answers]
    said = {"answers": "\n".join(answer.text for answer in answers), "heads": "\n".join(heads), "frames": frames, "logs": repr(logs)}
    assert [(place, value) for place, text in said.items() for value in parts if value and value in text] == []


async def test_a_key_of_somebody_else_s_city_is_nobody(settled: Settled) -> None:
    world, _ = settled
    stranger = key_of("operator", "")
    answer = await world.http.get("/api/v1/notices", headers={"authorization": f"Bearer {stranger.text}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")


@pytest.mark.browser
async def test_in_a_browser_the_link_s_button_signs_in_and_the_next_one_out(settled: Settled) -> None:
    world, _ = settled
    origin = str(world.http.base_url).rstrip("/")
    (link, _), (later, _) = await fresh_link(world), await fresh_link(world)
    await eventually(lambda: signed_in(world, later))  # so the one before has reached the worker too
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program(), args=list(FLAGS))
        page = await browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(f"{origin}/login#{link}")
        assert (page.url, await page.locator("input").input_value()) == (f"{origin}/login", link)
        await page.get_by_role("button").click()
        await page.get_by_role("link", name="Hồ sơ của tôi").wait_for()
        await page.get_by_role("link", name="Hải Châu").click()
        await page.get_by_text(DOSSIERS_OF[HAI_CHAU]).wait_for()
        await page.get_by_role("button", name="Đăng xuất").click()
        await page.get_by_role("heading", name="Đăng nhập").wait_for()
        assert await page.get_by_role("button").is_disabled()
        await page.goto(f"{origin}/officials")
        await page.get_by_role("heading", name="Trang dành cho cán bộ").wait_for()
        await browser.close()
