"""What the projector tells the HTTP workers through Redis: the present picture, and one stream entry for each change of it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from dunghen.contracts.desks import DeskDay
from dunghen.contracts.facts import Fact
from dunghen.contracts.messages import PolicyRecord, UnitScore
from dunghen.contracts.statements import FollowUp, Task


class Generation(NamedTuple):
    """Which policy version counted the scores, and at the end of which local day they stand. Two are never shown side by side."""

    policy: int
    day: int


class Position(NamedTuple):
    """Where the picture stands: `version` as users see it, `quiet` the steps since then of bookkeeping only. The id in the stream."""

    version: int = 0
    quiet: int = 0

    @property
    def text(self) -> str:
        return f"{self.version}-{self.quiet}"

    @classmethod
    def parse(cls, text: str | bytes | None) -> Position:
        """`0-0` where nothing is given: Redis was emptied, or never filled."""
        if not text:
            return cls()
        version, quiet = (text.decode() if isinstance(text, bytes) else text).split("-")
        return cls(int(version), int(quiet))


NOWHERE = Position()  # Redis was emptied, or never filled


class FeedView(msgspec.Struct, gc=False, kw_only=True):
    """One sending system as it is shown. Instants in seconds; `missing` = records said to be sent and not counted, None: it never said."""

    source: str
    seen_at: int
    record_at: int
    accepted_count: int
    refused_count: int
    missing: int | None
    stale: bool
    units: list[str]


class Meta(msgspec.Struct, gc=False, kw_only=True):
    """Of what the whole picture is true. `covers`: per source partition, below which offset everything is in (architecture.md §5).

    `facts`, `desks`: the same of `facts` and `desk-events`, per partition.
    """

    version: int
    policy: int
    day: int
    known_at: int
    covers: dict[int, int] = {}
    facts: dict[int, int] = {}
    desks: dict[int, int] = {}


class Entry(msgspec.Struct, gc=False, kw_only=True):
    """One step from the picture at `after` to the one of `meta`. A reader that does not stand at `after` reads it all again."""

    after: str
    meta: Meta
    scores: list[UnitScore] = []
    removed: list[str] = []
    feeds: list[FeedView] = []
    policies: list[PolicyRecord] = []
    facts: list[Fact] = []
    desks: list[DeskDay] = []
    statements: list[Task | FollowUp] = []


class Pulse(msgspec.Struct, gc=False, kw_only=True):
    """The projector's sign of life, twice a second. `lag_seconds`: real seconds since all of `dossier-events` was on the map;
    `store_seconds`: since all of what figures of other days are made of was in the store, None from releases that do not say it.
    """

    at: int  # milliseconds of real time
    lag_seconds: float
    store_seconds: float | None = None


class News(msgspec.Struct, gc=False, kw_only=True, omit_defaults=True):
    """What the store has newly, for officials who wait. Codes of dossiers: it stays between projector and workers, for its readers only.

    `dossiers`: (code, unit); where they are too many, `units` alone. `notices`: units of which there are some.
    """

    dossiers: list[tuple[str, str]] = []
    units: list[str] = []
    notices: list[str] = []


decode_news = msgspec.json.Decoder(News).decode
decode_meta = msgspec.json.Decoder(Meta).decode
decode_entry = msgspec.json.Decoder(Entry).decode
decode_feed_view = msgspec.json.Decoder(FeedView).decode
decode_pulse = msgspec.json.Decoder(Pulse).decode
