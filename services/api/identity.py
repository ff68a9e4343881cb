"""Who is asking: the person of a session, the machine of a key, or nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from starlette.requests import Request

from dunghen.contracts.keys import KeyBook, bearer_of
from dunghen.contracts.messages import KeyRecord
from dunghen.contracts.people import PeopleBook, ref_digest
from dunghen.domain.access import Grant, Role, Who
from dunghen.domain.directory import Person, Post
from dunghen.domain.directory import Role as PostRole
from dunghen.domain.sign_on import ALL_ROLES
from dunghen.domain.units import Catalogue
from dunghen.platform.near import is_loopback
from services.api.sessions import Sessions

COOKIES = ("__Host-dunghen", "dunghen_session")  # the second on loopback, where there is no https
MACHINES = {"reader": Role.READER, "operator": Role.OPERATOR, "source": Role.SOURCE, "desk": Role.DESK, "consumer": Role.CONSUMER}
PEOPLE = {
    "official": Role.OFFICIAL,
    "section_head": Role.OFFICIAL,
    "unit_head": Role.OFFICIAL,
    "leader": Role.LEADER,
    "operator": Role.OPERATOR,
}


class Known(Protocol):
    """Keys and directory as they are now."""

    def books(self) -> tuple[KeyBook, PeopleBook] | None:
        """None as long as they have not been read to their end."""


@dataclass(frozen=True, slots=True)
class Identity:
    """`now`: real seconds, by which keys and sessions end. `https`: officials reach these pages by it, whatever a request says."""

    known: Known
    sessions: Sessions
    now: Callable[[], int]
    https: bool = False

    async def who(self, request: Request, of: tuple[Catalogue, int], used: bool = True) -> Who | None:
        """By the key if one is given, else by the cookie; a post counts on its days. `of`: the units, and the local day.

        `used`: as `Sessions.of` has it. Raises LookupError before anything is known.
        """
        catalogue, day = of
        authorization, cookie = request.headers.get("authorization", ""), self.cookie_of(request)
        if not authorization and not cookie:
            return None
        keys, people = self._books()
        if authorization:
            found = keys.holder(bearer_of(authorization), self.now())
            return machine(found, catalogue) if found is not None and found.scope in MACHINES else None
        session = await self.sessions.of(cookie, self.now(), used)
        if session is None or not people.opens(session.person, session.made_at):
            return None
        person = people.directory.get(session.person)
        return who_is(person, catalogue, day, session.roles) if person is not None else None

    def cookie_of(self, request: Request) -> str:
        """The session's cookie, "" without one. Another host of the same domain can set the second of COOKIES, so that is read
        on this machine alone.
        """
        return request.cookies.get(COOKIES[self.near(request)], "")

    def near(self, request: Request) -> bool:
        """Whether the browser itself speaks to this machine's own address: there alone a cookie goes without https.

        A proxy may call us by such an address for a browser that is elsewhere.
        """
        return not self.https and is_loopback(urlsplit("//" + request.headers.get("host", "")).hostname or "")

    def person_of(self, number: str) -> Person | None:
        """Whom the operator's list knows by this number. Raises LookupError before anything is known."""
        _, people = self._books()
        found = people.by_ref(ref_digest(number)) if number else None
        return people.directory.get(found.id) if found is not None else None

    def link(self, text: str) -> KeyRecord | None:
        """The record of a one-time link that is still open as to its time. Raises LookupError before anything is known."""
        keys, people = self._books()
        found = keys.holder(text, self.now())
        return found if found is not None and found.scope == "link" and people.opens(found.code, found.made_at) else None

    def _books(self) -> tuple[KeyBook, PeopleBook]:
        books = self.known.books()
        if books is None:
            raise LookupError("keys and people")
        return books


def machine(key: KeyRecord, catalogue: Catalogue) -> Who:
    """A machine by its key: a reader reaches the units under its code, a desk's screen that desk, a consumer of open data none."""
    if key.scope == "desk":
        under = frozenset({key.code})
    else:
        under = catalogue.under(key.code) if key.code and key.scope != "consumer" else frozenset()
    return Who(key.id, (Grant(MACHINES[key.scope], under),))


def who_is(person: Person, catalogue: Catalogue, day: int, roles: frozenset[PostRole] = ALL_ROLES) -> Who | None:
    """A person with those posts of this day in which the session may act; None for somebody who holds none."""
    grants = tuple(_grants((post for post in person.posts_on(day) if post.role in roles), catalogue))
    return Who(person.id, grants) if grants else None


def _grants(posts: Iterator[Post], catalogue: Catalogue) -> Iterator[Grant]:
    for post in posts:
        role = PEOPLE[post.role]
        yield Grant(role, catalogue.under(post.unit) if role is Role.LEADER else frozenset({post.unit}))
