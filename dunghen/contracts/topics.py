"""The topics by name, as the files in `contracts/topics/` describe them, and the one partitioner.

Every producer of ours chooses partitions with `partition_of`; every joined pair of topics has equal counts (`architecture.md` §6).
"""

from __future__ import annotations

import tomllib
import zlib
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

DOSSIER_EVENTS = "dossier-events"
DOSSIERS = "dossiers"
UNIT_DAYS = "unit-days"
UNIT_SCORES = "unit-scores"
FACTS = "facts"
DESK_EVENTS = "desk-events"
FEEDS = "feeds"
POLICIES = "policies"
GEOMETRIES = "geometries"
PEOPLE = "people"
KEYS = "keys"
NOTICES = "notices"
JUSTIFICATIONS = "justifications"
RECONCILIATIONS = "reconciliations"
NOTICE_ACTIONS = "notice-actions"
PUSH_SUBSCRIPTIONS = "push-subscriptions"
BAND_WEBHOOKS = "band-webhooks"
DEAD_LETTERS = "dead-letters"

OWN_KEY = b"~"  # keys of `dossiers`, `unit-days`, `unit-scores` and `feeds` that begin so belong to their writer's bookkeeping
LEVEL_KEY = b"~level"  # in each partition of `unit-scores`


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: what its key is, who writes and reads it, and the settings it is created with."""

    name: str
    key: str
    partitions: int
    owner: str
    readers: tuple[str, ...]
    message: str
    config: dict[str, str] = field(default_factory=dict)


def partition_of(key: str | bytes, partitions: int) -> int:
    """The partition of a dossier code or unit code: CRC-32 of its UTF-8 bytes, modulo the count."""
    return zlib.crc32(key.encode() if isinstance(key, str) else key) % partitions


def belongs(key: bytes | None, partition: int, partitions: int) -> bool:
    """Whether a record of `dossier-events` counts in the partition that it stands in; one without a key counts where it is.

    Where partitions were added, the older records of a moved dossier stay in their former partition beside their copies (decision 0009).
    """
    return not key or partition_of(key, partitions) == partition


def all_topics(partitions: int | None = None) -> dict[str, Topic]:
    """Every topic by name; `partitions` overrides the count of all that have more than one."""
    topics = {}
    folder = resources.files("dunghen.contracts") / "topics"
    for file in sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name):
        topic = _read(tomllib.loads(file.read_text(encoding="utf-8")), partitions)
        topics[topic.name] = topic
    return topics


def _read(raw: dict[str, Any], partitions: int | None) -> Topic:
    return Topic(
        name=raw["name"],
        key=raw["key"],
        partitions=raw["partitions"] if partitions is None or raw["partitions"] == 1 else partitions,
        owner=raw["owner"],
        readers=tuple(raw["readers"]),
        message=raw["message"],
        config={name: str(value) for name, value in raw.get("config", {}).items()},
    )
