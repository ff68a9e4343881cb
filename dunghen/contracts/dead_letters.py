"""Why a record of `dossier-events` is set aside, for letters, metrics and the operator; and what such a letter is made of.

What the domain finds odd is no reason: a 9 without a 4, a step after the end, a sync that takes an end back are facts that a source stated.
They are folded like any other and flagged (`domain.flags`). Dead is only what no reading of the contract can take.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from dunghen.contracts.messages import DeadLetter, DossierEvent, decode_event
from dunghen.contracts.topics import OWN_KEY

LONGEST_DETAIL = 300


class Reason(StrEnum):
    """The codes of `DeadLetter.reason`."""

    UNREADABLE = "UNREADABLE"
    UNKNOWN_VERSION = "UNKNOWN_VERSION"
    UNUSABLE = "UNUSABLE"
    BEYOND_HORIZON = "BEYOND_HORIZON"


MEANINGS: dict[Reason, str] = {
    Reason.UNREADABLE: "not a JSON text of an event, or a member beyond its bounds",
    Reason.UNKNOWN_VERSION: "an event of a version that this release does not know",
    Reason.UNUSABLE: "an event, but under a key that is not its dossier, or beyond what a record can hold",
    Reason.BEYOND_HORIZON: "an event of a dossier that was over and silent for so long that only its counts are left",
}


class Misplaced(ValueError):
    """An event under a key that is not its dossier's, or under one of ours."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record stays: the bare topic, the partition, the offset."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}:{self.partition}:{self.offset}"


class _Version(msgspec.Struct):
    version: int = 1


_decode_version = msgspec.json.Decoder(_Version).decode


def is_dossier_key(key: bytes | None, dossier: str) -> bool:
    """Whether an event of this dossier may stand under this key."""
    return key == dossier.encode() and not key.startswith(OWN_KEY)


def origin_of(letter: DeadLetter) -> Origin:
    """The place that the letter speaks of; as text it is the letter's key."""
    return Origin(letter.topic, letter.partition, letter.offset)


def dead_letter(origin: Origin, value: bytes | None, fault: Exception) -> DeadLetter:
    """The reason and the place, and the event only where it decodes. No text of the letter repeats a value that was received."""
    event, reason = _read(value or b"")
    detail = text = str(fault)
    if event is None:  # only the path, which comes last: the rest may repeat a received value, whatever that looks like
        _, told, path = text.rpartition(" - at ")
        detail = path if told else ""
    return DeadLetter(
        topic=origin.topic,
        partition=origin.partition,
        offset=origin.offset,
        reason=reason.value,
        detail=detail[:LONGEST_DETAIL],
        event=event,
    )


def _read(value: bytes) -> tuple[DossierEvent | None, Reason]:
    try:
        return decode_event(value), Reason.UNUSABLE
    except msgspec.MsgspecError:
        return None, Reason.UNKNOWN_VERSION if _version(value) != 1 else Reason.UNREADABLE


def _version(value: bytes) -> int:
    try:
        return _decode_version(value).version
    except msgspec.MsgspecError:
        return 1
