"""What stands in `dead-letters`, and what becomes of a letter that is replayed. Reading and deciding; nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from dunghen.contracts import topics
from dunghen.contracts.dead_letters import Origin, Reason, is_dossier_key, origin_of
from dunghen.contracts.messages import DeadLetter, DossierEvent, decode_dead_letter, decode_event
from dunghen.platform import kafka
from dunghen.platform.settings import PlatformSettings


class Outcome(StrEnum):
    """What becomes of a letter."""

    REPLAYED = "REPLAYED"
    STILL_UNREADABLE = "STILL_UNREADABLE"
    STILL_UNUSABLE = "STILL_UNUSABLE"
    FROZEN = "FROZEN"
    GONE = "GONE"


OUTCOMES: dict[Outcome, str] = {
    Outcome.REPLAYED: "appended to dossier-events again",
    Outcome.STILL_UNREADABLE: "left: this release cannot read it either",
    Outcome.STILL_UNUSABLE: "left: no dossier may have this code",
    Outcome.FROZEN: "left: only the counts of their dossiers are left, nothing can be added to them",
    Outcome.GONE: "left: the record is no longer in the topic",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """`event`: what is to be appended, under its dossier's key; None where the letter is left as it is."""

    outcome: Outcome
    event: DossierEvent | None = None


def decide_replay(letter: DeadLetter, value: bytes | None) -> Decision:
    """`value`: the bytes that still stand at the letter's place, None if there are none; a letter that holds its event needs none.

    The event keeps its id and its arrival, so the fold of its dossier is what it would have been. What would only be set aside again stays.
    """
    event = letter.event
    if letter.reason == Reason.BEYOND_HORIZON:
        return Decision(Outcome.FROZEN)
    if event is None:
        if value is None:
            return Decision(Outcome.GONE)
        try:
            event = decode_event(value)
        except msgspec.MsgspecError:
            return Decision(Outcome.STILL_UNREADABLE)
    if not is_dossier_key(event.dossier.encode(), event.dossier):
        return Decision(Outcome.STILL_UNUSABLE)
    return Decision(Outcome.REPLAYED, event)


def newest(letters: Iterable[DeadLetter]) -> dict[Origin, DeadLetter]:
    """One letter a place. Once replayed is replayed, whatever is said of the place later: scoring that begins anew says it again."""
    found: dict[Origin, DeadLetter] = {}
    for letter in letters:
        before = found.get(origin_of(letter))
        if before is None or letter.replayed_as or not before.replayed_as:
            found[origin_of(letter)] = letter
    return found


async def read_letters(settings: PlatformSettings, reason: str = "") -> list[DeadLetter]:
    """All letters of this reason, or of any, in the order of their places. Raises what `platform.kafka.read_all` raises."""
    letters: list[DeadLetter] = []

    def take(_key: bytes | None, value: bytes | None, *_: int) -> None:
        if value is not None:
            letters.append(decode_dead_letter(value))

    for partition in range(settings.partitions):
        await kafka.read_all(settings, (topics.DEAD_LETTERS, partition), take)
    found = sorted(newest(letters).items(), key=lambda item: (item[0].topic, item[0].partition, item[0].offset))
    return [letter for _, letter in found if letter.reason == (reason or letter.reason)]
