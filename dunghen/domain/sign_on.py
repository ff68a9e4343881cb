"""Whether somebody whom the city's own provider vouches for may sign in, and as what. Roles and units are the directory's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dunghen.domain.directory import ROLES, Person, Role

ALL_ROLES = frozenset(ROLES)
ARROW, BETWEEN = "=>", ";"  # names of groups may have commas and `=` in them (LDAP), and colons (URN)


class Way(StrEnum):
    """By what somebody signs in."""

    LINK = "link"
    CITY = "city"


class Reason(StrEnum):
    """How an attempt to sign in ended."""

    SIGNED_IN = "SIGNED_IN"
    LINK_INVALID = "LINK_INVALID"  # no link, a used one, or too late
    STATE_WRONG = "STATE_WRONG"  # not what this browser began, or begun too long ago
    PROVIDER_REFUSED = "PROVIDER_REFUSED"  # the provider says so, or its user did
    PROVIDER_AWAY = "PROVIDER_AWAY"  # no answer, or none that can be used
    CODE_REFUSED = "CODE_REFUSED"  # used before, too late, or of another browser's attempt
    TOKEN_INVALID = "TOKEN_INVALID"  # noqa: S105 - a reason
    TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105 - a reason
    NONCE_WRONG = "NONCE_WRONG"  # vouches for another attempt than this
    GROUP_NOT_ALLOWED = "GROUP_NOT_ALLOWED"
    PERSON_UNKNOWN = "PERSON_UNKNOWN"  # the directory knows nobody by that number
    NO_POST = "NO_POST"  # known, and without a post that day in which the groups let one act


BY_WAY: Mapping[Way, tuple[Reason, ...]] = {
    Way.LINK: (Reason.SIGNED_IN, Reason.LINK_INVALID),
    Way.CITY: tuple(reason for reason in Reason if reason is not Reason.LINK_INVALID),
}


@dataclass(frozen=True, slots=True)
class SignOn:
    """Whether somebody may sign in, why, and the roles of posts in which the session may act: never more than the directory gives."""

    reason: Reason
    roles: frozenset[Role] = frozenset()

    @property
    def allowed(self) -> bool:
        """Whether a session begins."""
        return self.reason is Reason.SIGNED_IN


def read_groups(text: str) -> dict[str, frozenset[Role]]:
    """The declared mapping: entries `GROUP` or `GROUP=>role`, `;` between them. A group without a role leaves all that the directory gives.

    Raises ValueError that says which entry, by its place, is not well formed.
    """
    found: dict[str, frozenset[Role]] = {}
    for place, entry in enumerate(filter(None, map(str.strip, text.split(BETWEEN))), 1):
        group, arrow, name = (part.strip() for part in entry.partition(ARROW))
        role = next((role for role in ROLES if role == name), None)
        if not group or (arrow and role is None):
            raise ValueError(f"entry {place}: must be GROUP or GROUP{ARROW}role, role one of {', '.join(ROLES)}")
        found[group] = found.get(group, frozenset()) | (frozenset({role}) if role is not None else ALL_ROLES)
    return found


def decide_sign_on(person: Person | None, held: Iterable[str], allowed: Mapping[str, frozenset[Role]], day: int) -> SignOn:
    """`person`: whom the directory knows by the claim; `held`: groups by the provider; `allowed`: of `read_groups`, empty: none is asked.

    Groups first: of who is in none nothing more is said, not even whether the directory knows them.
    """
    roles = frozenset[Role]().union(*(allowed.get(group, frozenset()) for group in held)) if allowed else ALL_ROLES
    if not roles:
        return SignOn(Reason.GROUP_NOT_ALLOWED)
    if person is None:
        return SignOn(Reason.PERSON_UNKNOWN)
    if not any(post.role in roles for post in person.posts_on(day)):
        return SignOn(Reason.NO_POST)
    return SignOn(Reason.SIGNED_IN, roles)
