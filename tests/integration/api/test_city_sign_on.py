"""Signing in by the city's own provider: a real one, by its own pages, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import httpx
import msgspec
import pytest
import structlog
from access_world import HAI_CHAU, HAI_VAN, key_of, post, signed_in
from api_world import Opened, World

from dunghen.contracts.audit import BLOCKS, STORE, AuditEntry, entries_of
from dunghen.contracts.people import PersonRecord, PostRecord, encode_person, new_id, ref_digest
from dunghen.contracts.topics import KEYS, PEOPLE
from dunghen.domain.sign_on import Reason
from dunghen.platform.local.servers import HOST, free_port
from dunghen.platform.store import Query, open_store
from services.api import metrics
from tests.city_sign_on import CityProvider, Visitor
from tests.eventually import eventually_async as eventually

NUMBERS = {"official": "CB-20242-017", "two-posts": "CB-20194-003", "former": "CB-20242-099"}
ACCOUNTS = {
    **{login: {"employee_number": number, "groups": ["staff"], "name": "Nguyễn Thị Bưởi"} for login, number in NUMBERS.items()},
    "two-posts": {"employee_number": NUMBERS["two-posts"], "groups": ["staff", "leads"]},
    "stranger": {"employee_number": "CB-0", "groups": ["staff"]},
    "visitor": {"employee_number": NUMBERS["official"], "groups": ["visitors"]},
}
WHOM = "Tổ CNTT, số máy lẻ 17"
ON = {"oidc_person_claim": "employee_number", "oidc_contact": WHOM}


class SignOnWorld:
    """A city whose directory knows three officials, and its provider."""

    def __init__(self, world: World, provider: CityProvider) -> None:
        self.world, self.provider = world, provider
        self.people: dict[str, PersonRecord] = {}
        self.visitors: list[Visitor] = []

    async def fill(self) -> None:
        posts = {
            "official": (PostRecord(unit=HAI_CHAU, role="official"),),
            "two-posts": (PostRecord(unit=HAI_VAN, role="official"), PostRecord(unit="H17", role="leader")),
            "former": (PostRecord(unit=HAI_CHAU, role="official", valid_to=1),),
        }
        for login, held in posts.items():
            self.people[login] = PersonRecord(id=new_id(), posts=held, ref=ref_digest(NUMBERS[login]))
            await self.world.say(PEOPLE, self.people[login].id, encode_person(self.people[login]))
        await eventually(self._known)

    async def _known(self) -> bool:
        """The worker has read the directory: a link opens, which is said after it."""
        made = key_of("link", self.people["official"].id)
        await self.world.say(KEYS, made.record.id, made.record)
        return bool(await eventually(lambda: signed_in(self.world, made.text)))

    def visitor(self, login: str) -> Visitor:
        self.visitors.append(Visitor(self.provider.page, login))
        return self.visitors[-1]

    async def entries(self) -> list[AuditEntry]:
        store = open_store(self.world.settings, STORE, read_only=True)
        try:
            blocks = (await store.find(Query(BLOCKS, {}, ("seq",), limit=500))).documents
        finally:
            await store.close()
        return [entry for block in blocks for entry in entries_of(block.body)]

    async def last_entry(self) -> tuple[str, str, str]:
        entry = (await self.entries())[-1]
        return entry.who, entry.reason, entry.route


OpenedSignOn = Callable[..., Any]


@pytest.fixture
def open_sign_on(open_world: Opened, tmp_path: Path) -> OpenedSignOn:
    @asynccontextmanager
    async def opened(more: dict[str, Any] | None = None, page: str = "", **settings: Any) -> AsyncIterator[SignOnWorld]:
        port = free_port()
        provider = CityProvider(page or f"http://{HOST}:{port}", tmp_path, ACCOUNTS, **(more or {}))
        provider.start()
        try:
            async with open_world(port=port, **provider.settings(), **{**ON, **settings}) as world:
                made = SignOnWorld(world, provider)
                await made.fill()
                try:
                    yield made
                finally:
                    for visitor in made.visitors:
                        await visitor.http.aclose()
        finally:
            provider.stop()

    return opened


def changed(address: str, **parts: str) -> str:
    """The same address with other values in its query."""
    split = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(split.query).items()} | parts
    return urlunsplit(split._replace(query=urlencode(query)))


def counted(reason: Reason) -> float:
    return float(metrics.SIGN_INS.labels(way="city", reason=reason.value)._value.get())


def assert_refused(answer: httpx.Response, reason: Reason, status: int = 403) -> None:
    assert (answer.status_code, f'data-reason="{reason.value}"' in answer.text) == (status, True), answer.text
    assert "dunghen_session" not in answer.headers.get("set-cookie", "")


async def session_of(visitor: Visitor) -> dict[str, Any]:
    answer = await visitor.http.get(f"{visitor.page}/api/v1/session")
    return {"status": answer.status_code, **(answer.json() if answer.status_code == 200 else {})}


async def test_an_official_signs_in_and_out_and_it_is_in_the_audit_log(open_sign_on: OpenedSignOn) -> None:
    async with open_sign_on() as city:
        visitor, person, before = city.visitor("official"), city.people["official"].id, counted(Reason.SIGNED_IN)
        asked = await visitor.http.get(f"{visitor.page}/officials")
        assert (asked.status_code, f'href="{visitor.page}/login/city"' in asked.text) == (401, True)
        with structlog.testing.capture_logs() as logs:
            answer = await visitor.signs_in()
        said = [cookie.lower() for cookie in answer.headers.get_list("set-cookie")]
        assert (answer.status_code, answer.headers["location"], answer.headers["cache-control"]) == (303, "/officials", "no-store")
        assert [("httponly" in cookie, "samesite=lax" in cookie) for cookie in said] == [(True, True)] * 2
        assert await session_of(visitor) == {"status": 200, "id": person, "grants": [{"role": "official", "units": [HAI_CHAU]}]}
        assert await city.last_entry() == (person, "SIGNED_IN", "/login/city/back")
        assert counted(Reason.SIGNED_IN) == before + 1

        ended = await visitor.http.post(f"{visitor.page}/api/v1/session/end", headers={"origin": visitor.page})
        assert (ended.status_code, ended.headers["location"]) == (303, "/login/city/out")
        assert (await session_of(visitor))["status"] == 401
        assert await city.last_entry() == (person, "SIGNED_OUT", "/api/v1/session/end")
        left = await visitor.http.get(f"{visitor.page}/login/city/out")
        onward = left.text.partition('content="0;url=')[2].partition('"')[0].replace("&amp;", "&")
        assert onward.startswith(f"{city.provider.issuer}/session/end?client_id=")
        assert (await visitor.http.get(onward)).status_code == 200

        kept = await everything_kept(city.world)
        for value in (NUMBERS["official"], "Bưởi", "eyJ"):
            assert value not in kept + repr(logs)
        assert person in kept


async def everything_kept(world: World) -> str:
    """All of the store of sessions and the log."""
    store = open_store(world.settings, STORE, read_only=True)
    try:
        return "".join([repr((await store.find(Query(name, limit=500))).documents) for name in ("sessions", "links", BLOCKS)])
    finally:
        await store.close()


async def test_what_this_browser_did_not_begin_signs_nobody_in(open_sign_on: OpenedSignOn) -> None:
    async with open_sign_on() as city:
        victim, other = city.visitor("official"), city.visitor("official")
        back = await victim.vouched(await victim.away())
        assert_refused(await other.http.get(back), Reason.STATE_WRONG)  # nothing begun there
        await other.away()
        assert_refused(await other.http.get(back), Reason.STATE_WRONG)  # begun, and another
        assert_refused(await victim.http.get(changed(back, state="x")), Reason.STATE_WRONG)
        assert_refused(await victim.http.get(back), Reason.STATE_WRONG)  # an attempt ends with its first answer
        assert (await session_of(victim))["status"] == (await session_of(other))["status"] == 401
        assert await city.last_entry() == ("", "STATE_WRONG", "/login/city/back")


async def test_what_was_changed_on_the_way_to_the_provider_signs_nobody_in(open_sign_on: OpenedSignOn) -> None:
    async with open_sign_on() as city:
        visitor = city.visitor("official")
        back = await visitor.vouched(changed(await visitor.away(), nonce="of-another-attempt"))
        assert_refused(await visitor.http.get(back), Reason.NONCE_WRONG)
        back = await visitor.vouched(changed(await visitor.away(), code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"))
        assert_refused(await visitor.http.get(back), Reason.CODE_REFUSED)
        assert (await visitor.signs_in()).status_code == 303


async def test_a_code_signs_in_once(open_sign_on: OpenedSignOn) -> None:
    async with open_sign_on() as city:
        visitor = city.visitor("official")
        back = await visitor.vouched(await visitor.away())
        cookies = httpx.Cookies(visitor.http.cookies)
        assert (await visitor.http.get(back)).status_code == 303
        async with httpx.AsyncClient(cookies=cookies, timeout=30) as copied:  # also where the attempt's cookie was copied before
            assert_refused(await copied.get(back), Reason.CODE_REFUSED)


async def test_who_is_not_in_the_directory_or_in_no_group_is_told_whom_to_ask(open_sign_on: OpenedSignOn) -> None:
    async with open_sign_on(oidc_groups="staff=>official; leads=>leader") as city:
        for login, reason, who in (
            ("stranger", Reason.PERSON_UNKNOWN, ""),
            ("nobody-has-this-account-s-number", Reason.GROUP_NOT_ALLOWED, ""),
            ("visitor", Reason.GROUP_NOT_ALLOWED, city.people["official"].id),
            ("former", Reason.NO_POST, city.people["former"].id),
        ):
            answer = await city.visitor(login).signs_in()
            assert_refused(answer, reason)
            assert WHOM in answer.text
            assert await city.last_entry() == (who, reason.value, "/login/city/back")


async def test_groups_narrow_what_the_directory_gives_and_its_changes_hold_from_the_next_request(open_sign_on: OpenedSignOn) -> None:
    async with open_sign_on(oidc_groups="staff=>official; leads=>leader") as city:
        both, record = city.visitor("two-posts"), city.people["two-posts"]
        assert (await both.signs_in()).status_code == 303
        assert [grant["role"] for grant in (await session_of(both))["grants"]] == ["official", "leader"]
        city.provider.accounts = {**ACCOUNTS, "two-posts": {**ACCOUNTS["two-posts"], "groups": ["staff"]}}
        city.provider.restart()
        staff = city.visitor("two-posts")
        assert (await staff.signs_in()).status_code == 303
        assert (await session_of(staff))["grants"] == [{"role": "official", "units": [HAI_VAN]}]

        moved = msgspec.structs.replace(record, posts=(PostRecord(unit=HAI_CHAU, role="official"), record.posts[1]))
        await city.world.say(PEOPLE, record.id, encode_person(moved))
        await eventually(lambda: _grants(staff, [{"role": "official", "units": [HAI_CHAU]}]))
        leads = msgspec.structs.replace(record, posts=(record.posts[1],))
        await city.world.say(PEOPLE, record.id, encode_person(leads))
        await eventually(lambda: _grants(staff, None))
        assert (await session_of(both))["status"] == 200
        await city.world.say(PEOPLE, record.id, None)
        await eventually(lambda: _grants(both, None))


async def _grants(visitor: Visitor, wanted: object) -> bool:
    return (await session_of(visitor)).get("grants") == wanted


async def test_a_provider_that_is_away_is_said_and_links_still_sign_in(open_sign_on: OpenedSignOn) -> None:
    async with open_sign_on() as city:
        visitor = city.visitor("official")
        back = await visitor.vouched(await visitor.away())
        city.provider.stop()
        answer = await visitor.http.get(back)
        assert_refused(answer, Reason.PROVIDER_AWAY, 503)
        assert answer.headers["retry-after"] == "30"
        assert (await visitor.http.get(f"{visitor.page}/officials")).status_code == 401
        made = key_of("link", city.people["official"].id)
        await city.world.say(KEYS, made.record.id, made.record)
        assert await eventually(lambda: signed_in(city.world, made.text))
        assert await city.last_entry() == (city.people["official"].id, "SIGNED_IN", "/api/v1/session")
        used = await post(city.world, "/api/v1/session", content=f"link={made.text}")
        assert used.status_code == 403
        assert await city.last_entry() == (made.record.id, "LINK_INVALID", "/api/v1/session")
        city.provider.start()
        assert (await visitor.signs_in()).status_code == 303


async def test_a_city_whose_provider_was_never_there_says_so_at_the_first_step(open_sign_on: OpenedSignOn) -> None:
    async with open_sign_on() as city:
        city.provider.stop()
        visitor = city.visitor("official")
        assert_refused(await visitor.http.get(f"{visitor.page}/login/city"), Reason.PROVIDER_AWAY, 503)
        left = await visitor.http.get(f"{visitor.page}/login/city/out")
        assert (left.status_code, "refresh" in left.text) == (200, False)


async def test_a_key_that_the_provider_changed_is_fetched_when_it_is_met(open_sign_on: OpenedSignOn) -> None:
    async with open_sign_on() as city:
        assert (await city.visitor("official").signs_in()).status_code == 303
        city.provider.restart()
        assert (await city.visitor("official").signs_in()).status_code == 303


async def test_a_token_that_has_ended_by_our_clock_signs_nobody_in(open_sign_on: OpenedSignOn) -> None:
    async with open_sign_on({"more": {"id_token_seconds": 60, "clock_seconds": -400}}) as city:
        assert_refused(await city.visitor("official").signs_in(), Reason.TOKEN_EXPIRED)


async def test_claims_that_only_userinfo_has_and_a_client_without_a_secret_sign_in_too(open_sign_on: OpenedSignOn) -> None:
    public = {"more": {"claims_by_userinfo": True}, "client": {"token_endpoint_auth_method": "none"}}
    async with open_sign_on(public, oidc_groups="staff") as city:
        visitor = city.visitor("official")
        assert (await visitor.signs_in()).status_code == 303
        assert (await session_of(visitor))["id"] == city.people["official"].id


async def test_one_worker_writes_only_so_many_refusals_into_a_log_that_is_never_cut(open_sign_on: OpenedSignOn) -> None:
    async with open_sign_on() as city:
        visitor, before = city.visitor("official"), counted(Reason.STATE_WRONG)
        for _ in range(100):
            assert (await visitor.http.get(f"{visitor.page}/login/city/back?state=x")).status_code == 403
        written = [entry for entry in await city.entries() if entry.reason == "STATE_WRONG"]
        assert counted(Reason.STATE_WRONG) == before + 100
        assert 60 <= len(written) < 100


async def test_behind_a_proxy_that_does_not_say_which_host_was_called_cookies_are_for_https_all_the_same(
    open_sign_on: OpenedSignOn,
) -> None:
    async with open_sign_on(page="https://map.example") as city:
        visitor, here = city.visitor("official"), city.world.http
        begun = await here.get("/login/city", headers={"host": "127.0.0.1"})
        attempt = only_for_https(begun, "__Host-dunghen-attempt")
        back = (await visitor.vouched(begun.headers["location"])).removeprefix(visitor.page)
        answer = await here.get(back, headers={"host": "127.0.0.1", "cookie": attempt})
        assert answer.status_code == 303
        session = only_for_https(answer, "__Host-dunghen")
        mine = {"host": "127.0.0.1", "cookie": session}
        assert (await here.get("/api/v1/session", headers=mine)).json()["id"] == city.people["official"].id
        planted = {"host": "127.0.0.1", "cookie": session.replace("__Host-dunghen", "dunghen_session")}
        assert (await here.get("/api/v1/session", headers=planted)).status_code == 401
        ended = await here.post("/api/v1/session/end", headers={**mine, "origin": "http://127.0.0.1"})
        assert (ended.status_code, only_for_https(ended, "__Host-dunghen")) == (303, '__Host-dunghen=""')


def only_for_https(answer: httpx.Response, name: str) -> str:
    """What a browser sends back of the cookie of this name."""
    said = next(cookie for cookie in answer.headers.get_list("set-cookie") if cookie.startswith(f"{name}="))
    assert "Secure" in said
    return str(said.partition(";")[0])


async def test_without_a_provider_there_is_no_such_way_in(open_world: Opened) -> None:
    async with open_world() as world:
        for path in ("/login/city", "/login/city/back?code=x&state=y", "/login/city/out"):
            assert (await world.http.get(path)).status_code == 404
        assert "/login/city" not in (await world.http.get("/officials")).text
