"""Sessions of people, in a store of their own: by a one-time link, once, or a sign-in at the city's provider. Times are real seconds.

Kept are digests: of the cookie as the session's id, of the link in the topic `keys`. Whoever reads the store can sign in as nobody.
Of a sign-in at the provider nothing is kept but the roles in which it lets one act.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from dunghen.contracts.keys import digest_of
from dunghen.contracts.messages import KeyRecord
from dunghen.domain.directory import ROLES, Role
from dunghen.domain.sign_on import ALL_ROLES, Way
from dunghen.platform.store import Between, Collection, Document, Put, Store, StoreAwayError

SESSIONS, LINKS = "sessions", "links"
COLLECTIONS = (Collection(SESSIONS, (("seen_at",), ("made_at",))), Collection(LINKS, (("expires_at",),)))
First = Callable[[], Awaitable[None]]  # what has to be done before a cookie goes out
SEEN_EVERY_SECONDS = 60  # how exactly it is known when a session was last used
AHEAD_SECONDS = 60  # at most so far is the clock of one machine ahead of another's


class Session(NamedTuple):
    """Whose, by internal id, since when, how it began, and in which roles of the directory it may act."""

    person: str
    made_at: int
    way: Way = Way.LINK
    roles: frozenset[Role] = ALL_ROLES


async def _nothing_first() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Sessions:
    """`idle`: a session that was not used for so long ends; `longest`: any ends so long after its beginning."""

    store: Store
    idle: int
    longest: int

    async def begin(self, link: KeyRecord, now: int, first: First = _nothing_first) -> str | None:
        """The cookie of a new session of the link's person; None where the link has been used. Raises StoreAwayError, and as `first`.

        The session first, then the link is taken for it, then `first` (which notes it), then that its cookie goes out: where that breaks
        off nobody has got a cookie, and whoever tries again takes the link over, with which the former session ends. Of one link there is
        one session at most.
        """
        cookie, mine = await self._new(Session(link.code, now))
        if not await self._take(link, mine, now):
            await self.store.remove(SESSIONS, {"id": mine})
            return None
        await first()
        if not await self.store.update((LINKS, link.id), {"session": mine}, {"told": True}):
            await self.store.remove(SESSIONS, {"id": mine})
            return None
        await self._clear(now)
        return cookie

    async def begin_for(self, session: Session, first: First = _nothing_first) -> str:
        """The cookie of a new session of somebody whom the provider vouches for. Raises StoreAwayError, and as `first`."""
        cookie, _ = await self._new(session)
        await first()
        await self._clear(session.made_at)
        return cookie

    async def _new(self, session: Session) -> tuple[str, str]:
        cookie = secrets.token_urlsafe(32)
        body: dict[str, Any] = {"person": session.person, "made_at": session.made_at, "seen_at": session.made_at, "way": session.way.value}
        if session.roles != ALL_ROLES:
            body["roles"] = ",".join(sorted(session.roles))
        await self.store.insert(Put(SESSIONS, mine := digest_of(cookie), 1, body))
        return cookie, mine

    async def _clear(self, now: int) -> None:
        with suppress(StoreAwayError):
            await self._forget(now)

    async def _take(self, link: KeyRecord, mine: str, now: int) -> bool:
        """Whether the link is for this session now: nobody had it, or nobody was told the cookie that it was for."""
        taken = {"used_at": now, "expires_at": link.expires_at, "session": mine, "told": False}
        if await self.store.insert(Put(LINKS, link.id, 1, taken)):
            return True
        found = await self.store.get(LINKS, link.id)
        former = found.body.get("session", "") if found is not None else ""
        if not former or not await self.store.update((LINKS, link.id), {"session": former, "told": False}, {"session": mine}):
            return False
        await self.store.remove(SESSIONS, {"id": former})
        return True

    async def of(self, cookie: str, now: int, used: bool = True) -> Session | None:
        """Whose session a cookie is; None where there is none any more. Raises StoreAwayError.

        `used`: somebody asks, so it does not end by silence; a page that only listens is no use of it.
        """
        found = await self.store.get(SESSIONS, digest_of(cookie)) if cookie else None
        if found is None or not self._lasts(found, now):
            if found is not None and _is_ahead(found, now):
                await self.store.remove(SESSIONS, {"id": found.id})  # else it opened again when that time has come
            return None
        if used and now - found.body["seen_at"] >= SEEN_EVERY_SECONDS:
            await self.store.update((SESSIONS, found.id), {}, {"seen_at": now})
        return _session_of(found)

    async def end(self, cookie: str) -> None:
        """From now on the cookie is nobody's."""
        await self.store.remove(SESSIONS, {"id": digest_of(cookie)})

    def _lasts(self, session: Document, now: int) -> bool:
        """What a clock dated that has since been put back does not last by that for longer: it ends."""
        unused, since = now - session.body["seen_at"], now - session.body["made_at"]
        return bool(unused < self.idle and since < self.longest and not _is_ahead(session, now))

    async def _forget(self, now: int) -> None:
        """What has ended by itself. A used link is remembered as long as it would open otherwise."""
        for date, lasts in (("seen_at", self.idle), ("made_at", self.longest)):
            await self.store.remove(SESSIONS, {date: Between(high=now - lasts)})
            await self.store.remove(SESSIONS, {date: Between(low=now + AHEAD_SECONDS + 1)})
        await self.store.remove(LINKS, {"expires_at": Between(high=now)})


def _is_ahead(session: Document, now: int) -> bool:
    """Whether it is dated in a time that has not come yet, by more than two clocks may differ."""
    return bool(max(session.body["seen_at"], session.body["made_at"]) > now + AHEAD_SECONDS)


def _session_of(found: Document) -> Session:
    """As it was kept; one of an older release began by a link, in all roles."""
    kept = str(found.body.get("roles", "")).split(",")
    roles = frozenset(role for role in ROLES if role in kept) if "roles" in found.body else ALL_ROLES
    return Session(str(found.body["person"]), int(found.body["made_at"]), Way(found.body.get("way", Way.LINK)), roles)
