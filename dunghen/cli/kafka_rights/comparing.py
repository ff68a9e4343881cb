"""What of the matrix is missing on the brokers, and what is there beside it. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from dunghen.contracts.kafka_users import Right, User, rights_of
from dunghen.platform.kafka_acls import Acl, Operation, Pattern, Resource
from dunghen.platform.settings import PlatformSettings

ALL_NAMES = "*"  # as a literal name: every resource of its kind


@dataclass(frozen=True, slots=True)
class Comparison:
    """`missing`: in the matrix, not on the brokers; `foreign`: the other way round, of our users or on what is ours."""

    missing: tuple[Acl, ...]
    foreign: tuple[Acl, ...]


def acls_of(users: Collection[User], settings: PlatformSettings) -> frozenset[Acl]:
    """The matrix in Kafka's words, names with the namespace before them."""
    return frozenset(_acl(right, settings) for user in users for right in rights_of(user))


def compare(wanted: frozenset[Acl], found: Collection[Acl], topics: Collection[str]) -> Comparison:
    """`topics`: full names of all of ours, those too on which nobody is given anything.

    What others have on their own topics of the same brokers is not ours to judge.
    """
    ours = [(acl.resource, acl.name, acl.pattern) for acl in wanted]
    ours += [(Resource.TOPIC, topic, Pattern.LITERAL) for topic in topics]
    principals = {acl.principal for acl in wanted}

    def concerns_us(acl: Acl) -> bool:
        return acl.principal in principals or any(
            acl.resource is resource and _meet((acl.name, acl.pattern), (name, pattern)) for resource, name, pattern in ours
        )

    foreign = {acl for acl in found if acl not in wanted and concerns_us(acl)}
    return Comparison(tuple(sorted(wanted - set(found))), tuple(sorted(foreign)))


def _acl(right: Right, settings: PlatformSettings) -> Acl:
    return Acl(
        principal=f"User:{settings.named(right.user)}",
        resource=Resource[right.kind.upper()],
        name=settings.named(right.name),
        operation=Operation[right.deed.upper()],
        pattern=Pattern.PREFIXED if right.prefixed else Pattern.LITERAL,
    )


def _meet(one: tuple[str, Pattern], other: tuple[str, Pattern]) -> bool:
    """Whether there is a name that both mean."""
    if (ALL_NAMES, Pattern.LITERAL) in (one, other):
        return True
    (a, a_pattern), (b, b_pattern) = one, other
    return a == b or (a_pattern is Pattern.PREFIXED and b.startswith(a)) or (b_pattern is Pattern.PREFIXED and a.startswith(b))
