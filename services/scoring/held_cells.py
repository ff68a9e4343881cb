"""The day counters of one partition of the fold, and how they stand in `dossiers`: so the next owner need not count every dossier anew.

They stand beside the dossiers in the one partition that only this fold writes, and are written in the very transaction that changes both:
who reads that partition to its end behind the fence has either both or neither (decision 0010). `~days|unit|span` has the counters of
SPAN days; `~counted` says by what they were counted, and up to which source offset. A release that counts otherwise, or goes on without
writing them, says something else there or nothing; then all is counted anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from importlib import resources

import msgspec

from dunghen.contracts.topics import OWN_KEY
from dunghen.domain.days import LAST_INSTANT, Zone
from dunghen.domain.marks import COUNTED as COUNTED_AS
from dunghen.domain.marks import COUNTERS
from dunghen.domain.policy import Policy

COUNTED, DAYS = OWN_KEY + b"counted", OWN_KEY + b"days|"
SPAN = 8
ZERO = [0] * len(COUNTERS)

Written = list[tuple[bytes, bytes | None]]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(dict[int, list[int]]).decode


class Days(dict[int, list[int]]):
    """{local day: counters} of one unit. `days[day]` may be changed in place, and begins with zeros.

    Spans that nobody has asked for since they were loaded stay `packed`, and are then not among the items: 40 bytes a day, not 300.
    """

    __slots__ = ("packed",)

    def __init__(self, days: Mapping[int, list[int]] | None = None) -> None:
        super().__init__(days or {})
        self.packed: dict[int, bytes] = {}

    def __missing__(self, day: int) -> list[int]:
        if (packed := self.packed.pop(day // SPAN, None)) is not None:
            self.update(_decode(packed))
        return self.setdefault(day, ZERO[:])

    def span(self, span: int) -> bytes | None:
        """One span as it is written; None where no day of it has counters."""
        if packed := self.packed.get(span):
            return packed
        days = range(span * SPAN, (span + 1) * SPAN)
        found = {day: counters for day in days if (counters := self.get(day)) is not None}
        return _encode(found) if found else None

    def spans(self) -> set[int]:
        """All that have anything."""
        return {*self.packed, *(day // SPAN for day in self)}

    def all_days(self) -> Iterator[int]:
        """The packed ones too."""
        yield from self
        for packed in self.packed.values():
            yield from _decode(packed)

    def pack(self) -> None:
        """Packs all of it."""
        self.packed = {span: packed for span in self.spans() if (packed := self.span(span)) is not None}
        self.clear()


class Cells(dict[str, Days]):
    """{unit: its days}; a unit that is asked for by `cells[unit]` is there."""

    __slots__ = ()

    def __missing__(self, unit: str) -> Days:
        days = self[unit] = Days()
        return days

    def take(self, key: bytes, value: bytes | None) -> None:
        """One record `~days|…` while loading."""
        unit, _, span = key.removeprefix(DAYS).decode().rpartition("|")
        packed = self[unit].packed
        if value is None:
            packed.pop(int(span), None)
        else:
            packed[int(span)] = value

    def records(self, unit: str, days: Iterable[int]) -> Written:
        """What has to be written where these days of a unit were changed."""
        own = self[unit]
        return [(_span_key(unit, span), own.span(span)) for span in {day // SPAN for day in days}]

    def rewritten(self, before: Cells) -> Written:
        """All of it, in the place of everything that stood there `before`."""
        places = {(unit, span) for cells in (before, self) for unit, days in cells.items() for span in days.spans()}
        return [(_span_key(unit, span), self[unit].span(span)) for unit, span in sorted(places)]

    def pack(self) -> None:
        """Packs everything: after a recount, when hardly any of it will be needed soon."""
        for days in self.values():
            days.pack()


def counted(policy: Policy, upto: int) -> bytes:
    """The value of `~counted`: by which code and policy, and the source offset that comes after what is counted."""
    return b"%s|%d" % (_counted_by(policy.version, policy.zone), upto)


@lru_cache(maxsize=64)
def _counted_by(version: int, zone: Zone) -> bytes:
    return b"%s|%d|%s" % (CODE, version, _zone_digest(zone))


def _zone_digest(zone: Zone) -> bytes:
    """Of the days on which its clock is moved, and how it stands between: what the machine knows of a zone may change under a release."""
    week = 7 * 86_400
    offsets = [zone.offset_at(at) for at in range(0, LAST_INSTANT, week)]
    return _digest(repr((sorted(zone.shifts()), offsets)).encode())


def _digest(what: bytes) -> bytes:
    return blake2b(what, digest_size=8).hexdigest().encode()


def _code_digest() -> bytes:
    """Of all that decides what a dossier counts and how that is added up; too much rather than too little, since it costs one recount."""
    domain = sorted((file for file in resources.files("dunghen.domain").iterdir() if file.name.endswith(".py")), key=lambda file: file.name)
    ours = [resources.files("services.scoring") / name for name in ("fold.py", "fold_stage.py", "held_cells.py", "prune.py", "pruner.py")]
    return _digest(repr(COUNTED_AS).encode() + b"\0".join(file.name.encode() + b"\0" + file.read_bytes() for file in (*domain, *ours)))


CODE = _code_digest()  # taken when the program starts: the files may be replaced under it


def _span_key(unit: str, span: int) -> bytes:
    return DAYS + f"{unit}|{span}".encode()
