"""Who is told of a dossier: one pure function of the dossier, the roles of a stage, the directory and the day (`product.md`, Alerts)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from dunghen.domain.directory import Directory, Person, Role

Why = Literal[
    "HANDLER", "SECTION_HEAD", "UNIT_HEAD", "LEADER", "OPERATOR", "NOBODY_FOUND", "UNIT_ADDRESS", "OPERATOR_INSTEAD", "NOBODY_AT_ALL"
]
_WHY: dict[Role, Why] = {
    "official": "HANDLER",
    "section_head": "SECTION_HEAD",
    "unit_head": "UNIT_HEAD",
    "leader": "LEADER",
    "operator": "OPERATOR",
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """One who is told: a person's internal id, or a unit's code. `covers`: for whom, where it is somebody on leave ("" otherwise)."""

    id: str
    unit: str
    why: Why
    covers: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """The directory, and who of it can be reached at all by any channel: `person`, and a unit by its own address: `unit`."""

    directory: Directory
    person: Callable[[Person], bool]
    unit: Callable[[str], bool]
    city: str = ""


@dataclass(frozen=True, slots=True)
class Whose:
    """The facts of a dossier that say whose it is: the competent unit, and the official whom the newest step named ("" nobody)."""

    unit: str
    handler: str = ""


def recipients(whose: Whose, roles: Sequence[Role], reach: Reach, day: int) -> tuple[Recipient, ...]:
    """Everybody who is told, each once, in the order of the roles; never empty. The rules:

    1. `official` is the dossier's handler while holding any post in the competent unit; `section_head` heads the handler's section there;
       `unit_head` heads the unit; `leader` leads the unit or the city; `operator` runs the software, wherever the post is.
    2. Posts and leave count on the local day of the telling: after a reorganisation the old holder is told no more.
    3. Somebody on leave, or who cannot be reached, is replaced by the cover that was named, and that one's cover, and so on; a chain that
       comes back to itself or breaks off reaches nobody.
    4. A role that reaches nobody is taken over by the unit head (or that one's cover): NOBODY_FOUND.
    5. No unit head either: the unit's own address, UNIT_ADDRESS; it has none: the operators, OPERATOR_INSTEAD.
    6. Nobody at all: the unit, though it cannot be reached, NOBODY_AT_ALL: it stands in the ledger and is counted, never dropped.
    7. Who is found twice is told once, for the first reason.
    """
    found: dict[str, Recipient] = {}
    missing = not roles
    for role in roles:
        reached = list(_reached(_holders(role, whose, reach, day), _WHY[role], reach, day))
        missing = missing or not reached
        for each in reached:
            found.setdefault(each.id, each)
    if missing:
        for each in _instead(whose.unit, reach, day):
            found.setdefault(each.id, each)
    return tuple(found.values())


def owners_of(feed: str, reach: Reach, day: int) -> tuple[Recipient, ...]:
    """Who is told that a source is silent: those who answer for it, else the operators. Empty where there is neither."""
    found = _reached(reach.directory.owners_of(feed), "OPERATOR", reach, day)
    return _once(found) or _once(_reached(_operators(reach, day), "OPERATOR_INSTEAD", reach, day))


def _holders(role: Role, whose: Whose, reach: Reach, day: int) -> list[Person]:
    directory = reach.directory
    if role == "operator":
        return _operators(reach, day)
    if role == "leader":
        return directory.holding(whose.unit, role, day) + (directory.holding(reach.city, role, day) if reach.city != whose.unit else [])
    if role == "unit_head":
        return directory.holding(whose.unit, role, day)
    handler = directory.get(whose.handler)
    posts = [post for post in handler.posts_on(day) if post.unit == whose.unit] if handler else []
    if role == "official":
        return [handler] if handler and posts else []
    return [head for post in posts if post.section for head in directory.holding(whose.unit, role, day, post.section)]


def _operators(reach: Reach, day: int) -> list[Person]:
    return sorted(
        (person for person in reach.directory if any(post.role == "operator" for post in person.posts_on(day))), key=lambda p: p.id
    )


def _reached(holders: Iterable[Person], why: Why, reach: Reach, day: int) -> Iterator[Recipient]:
    for holder in holders:
        there = _there(holder, reach, day)
        if there:
            unit = next((post.unit for post in there.posts_on(day)), "")
            yield Recipient(there.id, unit, why, "" if there is holder else holder.id)


def _there(person: Person, reach: Reach, day: int) -> Person | None:
    """The person, or whoever stands in along the chain of leave."""
    seen, now = set[str](), person
    while now.id not in seen:
        seen.add(now.id)
        leave = now.leave_on(day)
        if leave is None:
            return now if reach.person(now) and any(True for _ in now.posts_on(day)) else None
        stands_in = reach.directory.get(leave.cover)
        if stands_in is None:
            return None
        now = stands_in
    return None


def _instead(unit: str, reach: Reach, day: int) -> tuple[Recipient, ...]:
    heads = _once(_reached(reach.directory.holding(unit, "unit_head", day), "NOBODY_FOUND", reach, day))
    if heads:
        return heads
    if reach.unit(unit):
        return (Recipient(unit, unit, "UNIT_ADDRESS"),)
    operators = _once(_reached(_operators(reach, day), "OPERATOR_INSTEAD", reach, day))
    return operators or (Recipient(unit, unit, "NOBODY_AT_ALL"),)


def _once(found: Iterable[Recipient]) -> tuple[Recipient, ...]:
    return tuple({each.id: each for each in reversed(list(found))}.values())[::-1]
