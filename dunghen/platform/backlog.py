"""How far a stage is behind its source, and for how long it has stood still; and what one round was. Pure: now is given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoundDone:
    """One round that had records: how many; seconds of work and write together and of the write alone, until it was durable; seconds of
    real time from the timestamp of its oldest record until then."""

    records: int
    seconds: float
    write_seconds: float
    age_seconds: float


@dataclass(frozen=True, slots=True)
class Ends:
    """Of a source partition, as its last fetch said: `read` up to here, marks of transactions and aborted records included; what may be
    read ends before `stable`, what is written before `end`."""

    read: int
    stable: int
    end: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """`records` of the source that are not taken, `hidden` of them behind an open transaction, so that nobody may read them yet; `seconds`
    since the stage last moved, while anything waits."""

    records: int = 0
    hidden: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Outlook:
    """Looks at a stage again and again. `now` is any clock in seconds that does not jump."""

    _stood_at: int = -1
    _since: float = 0.0

    def look(self, now: float, upto: int, ends: Ends) -> Backlog:
        """`upto`: the source offset before which everything is taken; where nothing waits to be taken, that is all that was read."""
        records = max(ends.end - upto, 0)
        if not records or upto != self._stood_at:
            self._stood_at, self._since = upto if records else -1, now
        return Backlog(records, min(max(ends.end - ends.stable, 0), records), now - self._since)
