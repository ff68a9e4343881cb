"""Sessions end by themselves and by signing out; what is read is in one chain before it is answered, however many read at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from dunghen.contracts.audit import BLOCKS, HEAD, HEADS, AuditEntry, Place, Verification
from dunghen.contracts.keys import Grant, MadeKey, digest_of, make_key
from dunghen.domain.sign_on import Way
from dunghen.platform.store import Put, Query, StoreAwayError
from dunghen.platform.store.in_memory import InMemoryStore
from services.api import audit_log, sessions
from services.api.audit_log import AuditLog
from services.api.sessions import Session, Sessions

NOW, HOUR, DAY = 1_795_900_000, 3600, 86400


@pytest.fixture
async def store() -> InMemoryStore:
    made = InMemoryStore()
    await made.prepare((*sessions.COLLECTIONS, *audit_log.COLLECTIONS))
    return made


@pytest.fixture
def kept(store: InMemoryStore) -> Sessions:
    return Sessions(store, idle=HOUR, longest=DAY)  # type: ignore[arg-type]


def link(person: str = "p0123456789abcdef") -> MadeKey:
    return make_key(Grant("link", person, NOW, NOW + HOUR))


async def begun(kept: Sessions, now: int = NOW) -> str:
    cookie = await kept.begin(link().record, now)
    assert cookie is not None
    return cookie


async def test_a_link_opens_once_also_when_two_use_it_at_the_same_moment(kept: Sessions) -> None:
    made = link()
    cookies = await asyncio.gather(*(kept.begin(made.record, NOW) for _ in range(5)))
    assert [cookie is not None for cookie in cookies].count(True) == 1
    assert await kept.begin(made.record, NOW + 1) is None


class BreaksOff(InMemoryStore):
    """The n-th write fails: before it took effect, or behind it."""

    at, behind = 0, False

    async def _breaking(self, write: Callable[[], Awaitable[Any]]) -> Any:
        self.at -= 1
        if self.at == 0 and not self.behind:
            raise StoreAwayError
        done = await write()
        if self.at == 0:
            raise StoreAwayError
        return done

    async def insert(self, document: Put) -> bool:
        return bool(await self._breaking(lambda: super(BreaksOff, self).insert(document)))

    async def update(self, *given: Any) -> bool:
        return bool(await self._breaking(lambda: super(BreaksOff, self).update(*given)))

    async def remove(self, *given: Any) -> int:
        return int(await self._breaking(lambda: super(BreaksOff, self).remove(*given)))


@pytest.mark.parametrize(("at", "behind"), [(1, False), (1, True), (2, False), (2, True), (3, False)])
async def test_a_link_is_not_burnt_by_a_store_that_breaks_off_and_never_gives_two_sessions(at: int, behind: bool) -> None:
    store, made = BreaksOff(), link()
    await store.prepare(sessions.COLLECTIONS)
    kept = Sessions(store, idle=HOUR, longest=DAY)  # type: ignore[arg-type]
    store.at, store.behind = at, behind
    with pytest.raises(StoreAwayError):
        await kept.begin(made.record, NOW)
    cookie = await kept.begin(made.record, NOW + 60)
    assert cookie is not None
    assert await kept.of(cookie, NOW + 60) == Session("p0123456789abcdef", NOW + 60)
    assert await kept.begin(made.record, NOW + 61) is None
    unknown = (at, behind) in ((1, True), (2, False))  # a session whose cookie nobody has, until it ends by itself
    assert len((await store.find(Query("sessions"))).documents) == 1 + unknown


async def test_a_link_whose_use_could_not_be_noted_opens_again(kept: Sessions, store: InMemoryStore) -> None:
    made = link()

    async def away() -> None:
        raise StoreAwayError

    with pytest.raises(StoreAwayError):
        await kept.begin(made.record, NOW, away)
    cookie = await kept.begin(made.record, NOW + 1)
    assert cookie is not None
    assert len((await store.find(Query("sessions"))).documents) == 1  # that of the first attempt ended with the second
    with pytest.raises(StoreAwayError):
        await kept.begin_for(Session("p0123456789abcdef", NOW, Way.CITY), away)


async def test_a_session_is_kept_with_how_it_began_and_what_it_may(kept: Sessions, store: InMemoryStore) -> None:
    for session in (
        Session("p0123456789abcdef", NOW, Way.CITY),
        Session("p0123456789abcdef", NOW, Way.CITY, frozenset({"official", "unit_head"})),
        Session("p0123456789abcdef", NOW, Way.CITY, frozenset()),
    ):
        assert await kept.of(await kept.begin_for(session), NOW) == session
    assert await kept.of(await begun(kept), NOW) == Session("p0123456789abcdef", NOW, Way.LINK)
    older = {"person": "p0123456789abcdef", "made_at": NOW, "seen_at": NOW}  # as the release before kept them
    await store.insert(Put("sessions", digest_of("cookie"), 1, older))
    assert await kept.of("cookie", NOW) == Session("p0123456789abcdef", NOW)


async def test_what_is_cleared_away_after_signing_in_keeps_nobody_out() -> None:
    store = BreaksOff()
    await store.prepare(sessions.COLLECTIONS)
    store.at = 4
    assert await Sessions(store, idle=HOUR, longest=DAY).begin(link().record, NOW)  # type: ignore[arg-type]


async def test_a_session_ends_when_it_is_not_used(kept: Sessions) -> None:
    cookie = await begun(kept)
    assert await kept.of(cookie, NOW + HOUR - 1) == Session("p0123456789abcdef", NOW)
    assert await kept.of(cookie, NOW + 2 * HOUR - 2) is not None
    assert await kept.of(cookie, NOW + 3 * HOUR) is None


async def test_a_session_ends_at_its_longest_however_much_it_is_used(kept: Sessions) -> None:
    cookie = await begun(kept)
    for at in range(NOW, NOW + DAY, HOUR // 2):
        assert await kept.of(cookie, at) is not None
    assert await kept.of(cookie, NOW + DAY) is None


async def test_no_session_lasts_longer_by_a_clock_that_ran_ahead_and_is_put_back(kept: Sessions) -> None:
    of_before = await begun(kept)
    assert await kept.of(of_before, NOW + HOUR - 10) is not None
    assert await kept.of(of_before, NOW) is None, "it was last used in an hour that has not come yet"
    assert await kept.of(await begun(kept, NOW + DAY), NOW + 10) is None, "its longest would be a day later"
    assert await kept.of(await begun(kept, NOW + 30), NOW) is not None, "another worker's clock may be a little ahead"


async def test_a_session_that_ended_as_a_clock_was_put_back_does_not_open_again_when_that_time_has_come(kept: Sessions) -> None:
    used, of_ahead = await begun(kept), await begun(kept, NOW + HOUR - 10)
    assert await kept.of(used, NOW + HOUR - 10) is not None
    assert [await kept.of(cookie, NOW) for cookie in (used, of_ahead)] == [None] * 2
    assert [await kept.of(cookie, NOW + HOUR - 10) for cookie in (used, of_ahead)] == [None] * 2


async def test_what_is_dated_ahead_is_forgotten_by_whoever_signs_in_though_nobody_asks_for_it(kept: Sessions) -> None:
    used, of_ahead, a_little = await begun(kept), await begun(kept, NOW + HOUR - 10), await begun(kept, NOW + sessions.AHEAD_SECONDS)
    assert await kept.of(used, NOW + HOUR - 10) is not None
    await begun(kept, NOW)
    assert [await kept.of(cookie, NOW + HOUR - 10) for cookie in (used, of_ahead)] == [None] * 2
    assert await kept.of(a_little, NOW) is not None, "another worker's clock may be so far ahead"


async def test_signing_out_ends_this_session_and_no_other(kept: Sessions) -> None:
    cookie, other = await begun(kept), await begun(kept)
    await kept.end(cookie)
    assert await kept.of(cookie, NOW) is None
    assert await kept.of(other, NOW) is not None


async def test_neither_another_text_nor_the_kept_digest_is_a_cookie(kept: Sessions, store: InMemoryStore) -> None:
    cookie = await begun(kept)
    (document,) = (await store.find(Query("sessions"))).documents
    assert cookie not in repr(document)
    assert [await kept.of(text, NOW) for text in ("", document.id, cookie + "x")] == [None] * 3


async def test_what_has_ended_is_forgotten_and_a_used_link_is_remembered_while_it_would_open(kept: Sessions, store: InMemoryStore) -> None:
    used = link()
    await kept.begin(used.record, NOW)
    await begun(kept, NOW + HOUR - 1)
    assert len((await store.find(Query("links"))).documents) == 2
    await begun(kept, NOW + 3 * HOUR)
    assert len((await store.find(Query("sessions"))).documents) == 1
    assert used.record.id not in [d.id for d in (await store.find(Query("links"))).documents]


def entry(n: int) -> AuditEntry:
    return AuditEntry(at=NOW, who=f"p{n}", role="official", route="/api/v1/dossiers/{code}", reason="OWN_UNIT", dossiers=(f"d{n}",))


async def verified(store: InMemoryStore) -> Verification:
    head = await store.get(HEADS, HEAD)
    assert head is not None
    walk = Verification(head=Place(head.body["seq"], head.body["hash"]))
    blocks = (await store.find(Query(BLOCKS, {}, ("seq",), limit=1000))).documents
    assert [fault for block in blocks for fault in walk.take(block.id, block.body)] == []
    assert list(walk.end()) == []
    return walk


class TakesTime(InMemoryStore):
    async def insert(self, document: Put) -> bool:
        await asyncio.sleep(0)
        return await super().insert(document)


async def test_all_who_wait_are_written_in_one_block() -> None:
    store = TakesTime()
    await store.prepare(audit_log.COLLECTIONS)
    log = AuditLog(store)  # type: ignore[arg-type]
    await asyncio.gather(*(log.record(entry(n)) for n in range(200)))
    walk = await verified(store)
    assert walk.entries == 200
    assert walk.place.seq <= 3


async def test_two_workers_write_one_chain(store: InMemoryStore) -> None:
    one, two = AuditLog(store), AuditLog(store)  # type: ignore[arg-type]
    for n in range(0, 40, 4):
        await asyncio.gather(one.record(entry(n)), two.record(entry(n + 1)), one.record(entry(n + 2)), two.record(entry(n + 3)))
    assert (await verified(store)).entries == 40


class SometimesAway(InMemoryStore):
    away = False

    async def insert(self, document: Put) -> bool:
        if self.away:
            raise StoreAwayError
        return await super().insert(document)


async def test_what_is_not_durable_is_not_said_to_be(store: InMemoryStore) -> None:
    away = SometimesAway()
    await away.prepare(audit_log.COLLECTIONS)
    log = AuditLog(away)  # type: ignore[arg-type]
    await log.record(entry(0))
    away.away = True
    results = await asyncio.gather(*(log.record(entry(n)) for n in (1, 2, 3)), return_exceptions=True)
    assert [type(result) for result in results] == [StoreAwayError] * 3
    away.away = False
    await log.record(entry(4))
    walk = await verified(away)
    assert walk.entries == 2
