"""What `dunghen kafka-rights` finds missing and what it finds too much, without a broker."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dunghen.cli.kafka_rights.command import show
from dunghen.cli.kafka_rights.comparing import acls_of, compare
from dunghen.contracts.kafka_users import User, all_users
from dunghen.contracts.topics import all_topics
from dunghen.platform.kafka_acls import Acl, Operation, Pattern, Resource
from dunghen.platform.settings import PlatformSettings

USER = User("scoring", "services.scoring", frozenset({"facts"}), frozenset(), ("scoring",), ("fold-*",))
SETTINGS = PlatformSettings(namespace="hue-")
WANTED = acls_of([USER], SETTINGS)
OF_A_STRANGER = Acl("User:x", Resource.TOPIC, "hue-facts", Operation.READ)


def test_the_namespace_is_before_users_topics_groups_and_fences() -> None:
    assert {
        Acl("User:hue-scoring", Resource.TOPIC, "hue-facts", Operation.READ),
        Acl("User:hue-scoring", Resource.GROUP, "hue-scoring", Operation.READ),
        Acl("User:hue-scoring", Resource.TRANSACTIONAL_ID, "hue-fold-", Operation.WRITE, Pattern.PREFIXED),
    } == WANTED


def test_what_is_given_is_not_missing_and_what_is_missing_is_said() -> None:
    first, *others = sorted(WANTED)
    assert compare(WANTED, WANTED, []) == compare(WANTED, [*others, first], [])
    assert (compare(WANTED, others, []).missing, compare(WANTED, WANTED, []).foreign) == ((first,), ())


@pytest.mark.parametrize(
    "acl",
    [
        OF_A_STRANGER,
        replace(OF_A_STRANGER, name="*"),
        replace(OF_A_STRANGER, name="hu", pattern=Pattern.PREFIXED),
        replace(OF_A_STRANGER, name="hue-keys"),  # ours, though nobody was given anything
        replace(OF_A_STRANGER, resource=Resource.TRANSACTIONAL_ID, name="hue-fold-7"),  # one of those that begin so
        replace(OF_A_STRANGER, host="10.0.0.1", denies=True),
        Acl("User:hue-scoring", Resource.CLUSTER, "kafka-cluster", Operation.ALTER),
        Acl("User:hue-scoring", Resource.TOPIC, "their-own", Operation.READ),
    ],
    ids=str,
)
def test_a_right_of_our_users_or_on_what_is_ours_is_named(acl: Acl) -> None:
    assert compare(WANTED, [*WANTED, acl], ["hue-keys"]).foreign == (acl,)


@pytest.mark.parametrize(
    "acl",
    [
        replace(OF_A_STRANGER, name="facts"),
        replace(OF_A_STRANGER, name="danang-", pattern=Pattern.PREFIXED),
        replace(OF_A_STRANGER, resource=Resource.GROUP),
        Acl("User:x", Resource.CLUSTER, "kafka-cluster", Operation.DESCRIBE),
    ],
    ids=str,
)
def test_what_others_have_on_their_own_is_theirs(acl: Acl) -> None:
    assert compare(WANTED, [*WANTED, acl], ["hue-keys"]).foreign == ()


def test_an_entry_is_said_in_words() -> None:
    denied = replace(OF_A_STRANGER, host="10.0.0.1", denies=True, pattern=Pattern.PREFIXED)
    assert (str(OF_A_STRANGER), str(denied)) == ("User:x  read  topic hue-facts", "User:x  denied: read  topic hue-facts… from 10.0.0.1")


def test_the_whole_matrix_is_shown_without_asking_anybody() -> None:
    lines: list[str] = []
    show(lines.append)
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == list(all_users())
    named = " ".join(lines)
    assert all(topic in named for topic in all_topics())
