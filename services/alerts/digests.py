"""One letter instead of a heap: what goes out late, after an outage or a night, goes to each person together, from all partitions of a
process.

A digest has an id of its own, which stands on each of its rows before it is sent: after a kill the same rows go again under the same
Message-ID, without those that no longer hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Protocol

from dunghen.contracts.messages import Notice
from services.alerts.letter import message_id, together
from services.alerts.ports import Letter, LineAway, RefusedForGood, RefusedForNow, Row, Way

PATIENCE_SECONDS = 2.0  # after partitions have come, others may be about to
LONGEST_SECONDS = 30.0  # so long one that is held up may keep what goes together
FAULTS = (LineAway, RefusedForNow, RefusedForGood)
Fault = LineAway | RefusedForNow | RefusedForGood


class Sender(Protocol):
    """One partition's way out (`Delivery`)."""

    @property
    def partition(self) -> int: ...
    def held(self) -> bool: ...
    def may_go(self, way: Way | None) -> bool: ...
    async def prepared(self, row: Row, way: Way | None, digest: str) -> Letter | None: ...  # under lease, judged; None: not now
    def let_go(self, row: Row) -> None: ...  # of what was prepared, once its end is known
    def line_ended(self, way: Way, fault: Fault | None) -> None: ...  # once an attempt
    def ended(self, row: Row, way: Way, fault: Fault | None, letter: Letter) -> None: ...  # for each row of it


def goes_together(row: Row, now: int, after_seconds: int, joins: Callable[[Notice], bool]) -> bool:
    """Whether this row goes with others of its recipient: it is late, its stage is for the morning's list (`joins`), or it went in a digest
    of which nobody knows whether it arrived.

    `now`: the city's instant; `after_seconds`: so long after its crossing, 0 never.
    """
    if row.digest or row.unknown or not after_seconds:
        return bool(row.digest)  # what may have gone by itself goes again by itself, under that Message-ID and no other
    if now - row.crossed_at < after_seconds and not joins(row.notice):
        return False
    return row.notice.clock != "feed"  # to the owner of a feed: nothing to put into a list of dossiers


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
    """For all partitions of a process: what is put together waits until each of them has looked at what it has for the same person.

    `after_seconds`: see `goes_together`; `patience_seconds`, of real time: so long after the last partition came.
    """

    after_seconds: int = 0
    patience_seconds: float = PATIENCE_SECONDS
    longest_seconds: float = LONGEST_SECONDS
    _bundles: dict[tuple[str, str, str, str], Bundle] = field(default_factory=dict)
    _in_hand: set[str] = field(default_factory=set)
    _senders: dict[int, Sender] = field(default_factory=dict)
    _looked: dict[int, float] = field(default_factory=dict)  # when the last complete look of each began
    _complete_at: float = 0.0

    def join(self, sender: Sender) -> None:
        """To be called when a partition is taken over."""
        self._senders[sender.partition] = sender
        self._complete_at = monotonic() + self.patience_seconds

    def looked(self, sender: Sender, since: float) -> None:
        """Everything that was due at `since`, a time of the monotonic clock, was put to the others."""
        self._looked[sender.partition] = since

    def take(self, sender: Sender, row: Row, way: Way, to: str) -> None:
        """Puts a row to the others of this recipient; one that is under way stays where it is."""
        if row.notice.key in self._in_hand:
            return
        place = (to, way.channel.name, way.line, row.digest)  # one letter goes one way: another unit's endpoint must not have it
        if place not in self._bundles:
            self._bundles[place] = Bundle(way, row.digest, monotonic())
        self._bundles[place].members[row.notice.key] = (sender, row)

    async def send_ripe(self, sender: Sender) -> int:
        """Sends what everybody has had time to put something to; gives how many digests. Raises StoreAwayError."""
        count = 0
        for place in [place for place, bundle in self._bundles.items() if self._is_ripe(bundle)]:
            bundle = self._bundles.pop(place, None)
            if bundle is None:
                continue  # another has taken it
            self._in_hand |= bundle.members.keys()
            try:
                for part in _in_parts(bundle):
                    if not sender.may_go(part.way):
                        break  # what is late comes again when the line is open
                    count += await _send(part)
            finally:
                self._in_hand -= bundle.members.keys()
        return count

    def _is_ripe(self, bundle: Bundle) -> bool:
        now = monotonic()
        complete = now >= self._complete_at and all(
            self._looked.get(number, 0.0) >= bundle.began for number, each in self._senders.items() if each.held()
        )
        return complete or now - bundle.began > self.longest_seconds


def _in_parts(bundle: Bundle) -> list[Bundle]:
    """One letter names all of which it tells: where there are more than its channel can name there are several, the most urgent first.

    One that an older release sent whole goes in parts under new ids.
    """
    most = bundle.way.channel.most
    if len(bundle.members) <= most:
        return [bundle]
    members = sorted(bundle.members.items(), key=lambda item: (item[1][1].notice.due_at, item[0]))
    return [Bundle(bundle.way, "", bundle.began, dict(members[i : i + most])) for i in range(0, len(members), most)]


async def _send(bundle: Bundle) -> int:
    members = [(sender, row) for sender, row in bundle.members.values() if sender.held()]
    if not members:
        return 0
    alone = len(members) == 1 and not bundle.digest
    digest = "" if alone else bundle.digest or digest_id(row for _, row in members)
    ready: list[tuple[Sender, Row, Letter]] = []
    try:
        for sender, row in members:
            if letter := await sender.prepared(row, bundle.way, digest):
                ready.append((sender, replace(row, digest=digest), letter))
        fault = await _send_prepared(ready, bundle.way, "" if alone else digest) if ready else None
    finally:
        for sender, row, _ in ready:
            sender.let_go(row)
    return int(bool(ready) and fault is None and not alone)


async def _send_prepared(ready: Sequence[tuple[Sender, Row, Letter]], way: Way, digest: str) -> Fault | None:
    whole = together([letter for *_, letter in ready], digest) if digest else ready[0][2]
    fault: Fault | None = None
    try:
        await way.channel.send(whole)
    except FAULTS as raised:
        fault = raised
    for each in {id(sender): sender for sender, *_ in ready}.values():
        each.line_ended(way, fault)
    for sender, row, _ in ready:
        sender.ended(row, way, fault, whole)
    return fault
