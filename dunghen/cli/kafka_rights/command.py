"""`dunghen kafka-rights show|diff|apply`."""

from __future__ import annotations

from collections.abc import Callable

from aiokafka.errors import ClusterAuthorizationFailedError, KafkaError, SecurityDisabled

from dunghen.cli.data_folder import CommandError
from dunghen.cli.kafka_rights.comparing import Comparison, acls_of, compare
from dunghen.contracts.kafka_users import all_users
from dunghen.contracts.topics import all_topics
from dunghen.platform.kafka_acls import create_acls, delete_acls, read_acls
from dunghen.platform.settings import PlatformSettings

Say = Callable[[str], None]


def show(say: Say) -> None:
    """The matrix, without asking anybody."""
    for user in all_users().values():
        say(f"{user.name}  ({user.service})")
        for word, names in (
            ("reads", sorted(user.reads)),
            ("writes", sorted(user.writes)),
            ("groups", user.groups),
            ("transactional ids", user.transactional_ids),
        ):
            if names:
                say(f"  {word}: {', '.join(names)}")


async def diff(settings: PlatformSettings, say: Say) -> int:
    """What `apply` would do; exit code 1 where something differs. Raises CommandError, Unreachable."""
    found = await _compared(settings)
    _tell(found, say)
    return 1 if found.missing or found.foreign else 0


async def apply(settings: PlatformSettings, say: Say, *, revoke: bool = False) -> int:
    """Gives what is missing; with `revoke` takes away what is not in the matrix. Exit code 1 where such is left. Raises as `diff`."""
    found = await _compared(settings)
    _tell(found, say)
    try:
        await create_acls(settings, found.missing)
        if revoke:
            await delete_acls(settings, found.foreign)
    except KafkaError as fault:
        raise _mendable(fault) from None
    rest = f"{len(found.foreign)} that nobody declared {'taken away' if revoke else 'left (--revoke)'}"
    say(f"{len(found.missing)} rights given" + (f", {rest}" if found.foreign else ""))
    return 1 if found.foreign and not revoke else 0


async def _compared(settings: PlatformSettings) -> Comparison:
    try:
        found = await read_acls(settings)
    except KafkaError as fault:
        raise _mendable(fault) from None
    return compare(acls_of(all_users().values(), settings), found, [settings.named(topic) for topic in all_topics()])


def _mendable(fault: KafkaError) -> CommandError:
    if isinstance(fault, SecurityDisabled):
        return CommandError("the brokers give no rights: set authorizer.class.name and super.users there (docs/operations.md)")
    if isinstance(fault, ClusterAuthorizationFailedError):
        return CommandError("this user may not give rights: DUNGHEN_KAFKA_USER must be one of the brokers' super.users")
    return CommandError(f"Kafka: {fault}")


def _tell(found: Comparison, say: Say) -> None:
    for acl in found.missing:
        say(f"missing  {acl}")
    for acl in found.foreign:
        say(f"not declared  {acl}")
