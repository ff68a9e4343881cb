"""Users of the brokers and what each may do there, by `kafka_users.toml` and the files in `topics/`: the matrix of `architecture.md` §6.

Names are bare: the namespace of a city is put before users, topics, groups and transactional ids where they are given to Kafka.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

from dunghen.contracts.topics import Topic, all_topics

Kind = Literal["topic", "group", "transactional_id"]
Deed = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class User:
    """One process, as the brokers know it."""

    name: str
    service: str
    reads: frozenset[str]
    writes: frozenset[str]
    groups: tuple[str, ...]
    transactional_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One cell of the matrix; `prefixed`: for all names that begin with `name`."""

    user: str
    kind: Kind
    name: str
    deed: Deed
    prefixed: bool = False


def all_users() -> dict[str, User]:
    """Every user by name, in the order of the file."""
    file = resources.files("dunghen.contracts") / "kafka_users.toml"
    topics = all_topics()
    return {name: _user(name, raw, topics) for name, raw in tomllib.loads(file.read_text(encoding="utf-8")).items()}


def rights_of(user: User) -> frozenset[Right]:
    """All that a user may do; what is not here is refused."""
    read = {Right(user.name, "topic", topic, "read") for topic in user.reads}
    write = {Right(user.name, "topic", topic, "write") for topic in user.writes}
    member = {Right(user.name, "group", group, "read") for group in user.groups}
    fenced = {Right(user.name, "transactional_id", i.removesuffix("*"), "write", i.endswith("*")) for i in user.transactional_ids}
    return frozenset(read | write | member | fenced)


def _user(name: str, raw: Mapping[str, Any], topics: Mapping[str, Topic]) -> User:
    service = raw["service"]
    return User(
        name=name,
        service=service,
        reads=frozenset(raw.get("reads", [t.name for t in topics.values() if service in t.readers])),
        writes=frozenset(raw.get("writes", [t.name for t in topics.values() if service == t.owner])),
        groups=tuple(raw.get("groups", ())),
        transactional_ids=tuple(raw.get("transactional_ids", ())),
    )
