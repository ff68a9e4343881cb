"""The directory: who works where, who stands in for whom, and who is told of a dossier. Days are local day numbers, both ends included."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from dunghen.domain.units import fold_text

Role = Literal["official", "section_head", "unit_head", "leader", "operator"]
ROLES: tuple[Role, ...] = ("official", "section_head", "unit_head", "leader", "operator")


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody is, where, and for how long: a reorganisation ends one post and begins another. None: without a bound."""

    unit: str
    role: Role
    section: str = ""
    valid_from: int | None = None
    valid_to: int | None = None

    def holds_on(self, day: int) -> bool:
        """Whether it is held on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Leave:
    """Away from `first` to `last`; `cover` is the id of who stands in, "" where nobody was named."""

    first: int
    last: int
    cover: str = ""

    def holds_on(self, day: int) -> bool:
        """Whether it is a day of this leave."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Person:
    """One person by internal id. `names`: digests (`name_digest`) of what one-stop systems call them; `feeds`: sources they answer for."""

    id: str
    posts: tuple[Post, ...]
    address: str = ""
    names: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    leave: tuple[Leave, ...] = ()

    def posts_on(self, day: int) -> Iterator[Post]:
        """The posts held on a day."""
        return (post for post in self.posts if post.holds_on(day))

    def leave_on(self, day: int) -> Leave | None:
        """The leave that a day belongs to."""
        return next((leave for leave in self.leave if leave.holds_on(day)), None)


def name_digest(unit: str, name: str) -> str:
    """By what a NguoiXuLy is recognised without being kept: 32 hex digits over the unit and the name without case and diacritics.

    It is a pseudonym, not a secret: whoever has a list of names can try them. It stands in `people` alone. Nothing remembers the name.
    """
    return hashlib.blake2b(f"{unit}\0{fold_text.__wrapped__(name)}".encode(), digest_size=16).hexdigest()


class Directory:
    """Everybody, by id, by unit and by the names that one-stop systems use. Immutable."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self._people = {person.id: person for person in people}
        self._by_unit: dict[str, list[Person]] = {}
        self._by_name: dict[str, list[Person]] = {}
        self._by_feed: dict[str, list[Person]] = {}
        for person in sorted(self._people.values(), key=lambda p: p.id):
            for unit in dict.fromkeys(post.unit for post in person.posts):
                self._by_unit.setdefault(unit, []).append(person)
            for name in person.names:
                self._by_name.setdefault(name, []).append(person)
            for feed in person.feeds:
                self._by_feed.setdefault(feed, []).append(person)

    def __len__(self) -> int:
        return len(self._people)

    def __iter__(self) -> Iterator[Person]:
        return iter(self._people.values())

    def get(self, person: str) -> Person | None:
        """Who has this id."""
        return self._people.get(person)

    def holding(self, unit: str, role: Role, day: int, section: str = "") -> list[Person]:
        """Who holds a role in a unit on a day, in the order of their ids; with a section, in that one only."""
        return [p for p in self._by_unit.get(unit, ()) if any(_is(post, unit, role, section) for post in p.posts_on(day))]

    def named(self, unit: str, name: str, day: int) -> str:
        """The id of whom a one-stop system of this unit means by a NguoiXuLy; "" where nobody, or more than one, has that name there."""
        found = [p.id for p in self._by_name.get(name_digest(unit, name), ()) if any(post.unit == unit for post in p.posts_on(day))]
        return found[0] if len(found) == 1 else ""

    def owners_of(self, feed: str) -> list[Person]:
        """Who answers for a source."""
        return list(self._by_feed.get(feed, ()))


def _is(post: Post, unit: str, role: Role, section: str) -> bool:
    return post.unit == unit and post.role == role and section in ("", post.section)
