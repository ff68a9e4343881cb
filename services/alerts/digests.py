"""One letter instead of a heap: what goes out late, after an outage or a night, goes to each person together, from all partitions of a
process.

A digest has an id of its own, which stands on each of its rows before it is sent: after a kill the same rows go again under the same
Message-ID, without those that no longer hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Protocol

from services.alerts.letter import message_id, together
from services.alerts.ports import Letter, LineAway, RefusedForGood, RefusedForNow, Row, Way

PATIENCE_SECONDS = 2.0  # so long the others are waited for that may have something for the same person
FAULTS = (LineAway, RefusedForNow, RefusedForGood)
Fault = LineAway | RefusedForNow | RefusedForGood


class Sender(Protocol):
    """One partition's way out (`Delivery`)."""

    def held(self) -> bool: ...
    def may_go(self, way: Way | None) -> bool: ...
    async def prepared(self, row: Row, way: Way | None) -> Letter | None: ...  # under lease and judged; None: not to be sent now
    def ended(self, row: Row, way: Way, fault: Fault | None, letter: Letter) -> None: ...


def goes_together(row: Row, now: int, after_seconds: int) -> bool:
    """Whether this row goes with others of its recipient: it is late, or went in a digest of which nobody knows whether it arrived.

    `now`: the city's instant; `after_seconds`: so long after its crossing, 0 never.
    """
    return bool(row.digest) or (after_seconds > 0 and now - row.crossed_at >= after_seconds)


def digest_id(rows: Iterable[Row]) -> str:
    """A Message-ID for exactly these notices."""
    found = list(rows)
    return message_id("\n".join(sorted(["digest", *(row.notice.key for row in found)])), found[0].notice.message_id)


@dataclass(slots=True)
class Bundle:
    """What goes together since `began`: `members` by their notice's key."""

    way: Way
    digest: str
    began: float
    members: dict[str, tuple[Sender, Row]] = field(default_factory=dict)


@dataclass
class Digests:
    """For all partitions of a process. `after_seconds`: see `goes_together`; `patience_seconds`, of real time: so long the partitions are
    waited for that may have something for the same person, each of which looks at what is due several times a second."""

    after_seconds: int = 0
    patience_seconds: float = PATIENCE_SECONDS
    _bundles: dict[tuple[str, str, str], Bundle] = field(default_factory=dict)
    _in_hand: set[str] = field(default_factory=set)
    _senders: dict[int, Sender] = field(default_factory=dict)
    _complete_at: float = 0.0

    def join(self, sender: Sender) -> None:
        """To be called in each round. Where partitions have just come, the others may be about to."""
        if self._senders.get(id(sender)) is not sender:
            self._senders = {number: each for number, each in self._senders.items() if each.held()} | {id(sender): sender}
            self._complete_at = monotonic() + self.patience_seconds

    def take(self, sender: Sender, row: Row, way: Way, to: str) -> None:
        """Puts a row to the others of this recipient; one that is under way stays where it is."""
        if row.notice.key in self._in_hand:
            return
        place = (to, way.channel.name, row.digest)
        if place not in self._bundles:
            self._bundles[place] = Bundle(way, row.digest, monotonic())
        self._bundles[place].members[row.notice.key] = (sender, row)

    async def send_ripe(self, sender: Sender) -> int:
        """Sends what everybody has had time to put something to; gives how many digests. Raises StoreAwayError."""
        count = 0
        for place in [place for place, bundle in self._bundles.items() if self._is_ripe(bundle)]:
            bundle = self._bundles.pop(place, None)
            if bundle is None or not sender.may_go(bundle.way):
                continue  # another has taken it, or what is late comes again when the line is open
            self._in_hand |= bundle.members.keys()
            try:
                count += await _send(bundle)
            finally:
                self._in_hand -= bundle.members.keys()
        return count

    def _is_ripe(self, bundle: Bundle) -> bool:
        now = monotonic()
        return now >= self._complete_at and now - bundle.began >= self.patience_seconds


async def _send(bundle: Bundle) -> int:
    members = [(sender, row) for sender, row in bundle.members.values() if sender.held()]
    if not members:
        return 0
    alone = len(members) == 1 and not bundle.digest
    digest = "" if alone else bundle.digest or digest_id(row for _, row in members)
    ready = []
    for sender, row in members:
        bound = replace(row, digest=digest)
        if letter := await sender.prepared(bound, bundle.way):
            ready.append((sender, bound, letter))
    if not ready:
        return 0
    whole = ready[0][2] if alone else together([letter for *_, letter in ready], digest)
    fault: Fault | None = None
    try:
        await bundle.way.channel.send(whole)
    except FAULTS as raised:
        fault = raised
    for sender, row, _ in ready:
        sender.ended(row, bundle.way, fault, whole)
    return int(fault is None and not alone)
