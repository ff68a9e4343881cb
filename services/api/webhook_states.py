"""What is kept of one subscription to changes of band, and the messages that are made of it: pure (decision 0035)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import msgspec

from dunghen.contracts.band_webhooks import BandWebhook
from dunghen.contracts.webhooks import BandChange, BandChanges, BandsChanged, Tried, WebhookTried
from dunghen.domain.band_news import Change, News, Told, after, decide_news, found
from dunghen.domain.bands import Band
from dunghen.domain.deliveries import Course, State, tried_anew
from dunghen.platform.store import Collection, Put
from services.api.rows import Row
from services.api.views import Scene, ViewKey, heading

STORE = "webhooks"  # the database of who tells
KEPT = Collection("webhooks", (("hook",),))
Rows = Mapping[str, Row]


class Message(msgspec.Struct, frozen=True):
    """What is under way: sent again as it is, under the same id, until it is taken. `made_at`: real milliseconds."""

    id: str
    body: str
    made_at: int


class Reached(msgspec.Struct, frozen=True):
    """Which records are in a picture: by partition of `dossier-events`, `facts` and `desk-events`, below which offset all are."""

    covers: dict[int, int] = {}
    facts: dict[int, int] = {}
    desks: dict[int, int] = {}

    def includes(self, other: Reached) -> bool:
        """Whether all that is in the other is in this one."""
        pairs = ((self.covers, other.covers), (self.facts, other.facts), (self.desks, other.desks))
        return all(ours.get(partition, 0) >= end for ours, theirs in pairs for partition, end in theirs.items())


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """`told`: what the messages made so far say, None before the first look; of the map's `version`. `sequence`: of the last message.

    `reached`: of the newest picture that was compared, as far as it was written down: what has less in it is being counted anew.

    `tried_at`: the wish to try that was fulfilled last, real seconds.
    """

    told: dict[str, Told] | None = None
    version: int = 0
    reached: Reached = Reached()
    sequence: int = 0
    tried_at: int = 0
    course: Course = Course()
    message: Message | None = None


_decode = msgspec.json.Decoder(Kept).decode


def put_of(hook: str, kept: Kept, version: int) -> Put:
    """Its document, whole. As text: codes of units, some with dots, are members of it."""
    return Put(KEPT.name, hook, version, {"hook": hook, "kept": msgspec.json.encode(kept).decode()})


def kept_in(body: Mapping[str, str]) -> Kept:
    return _decode(body["kept"])


def key_of(hook: BandWebhook) -> ViewKey:
    """The view of the map that a subscription is about."""
    return ViewKey(hook.window, hook.rate, hook.kind, hook.indicator)


def asked_for(hook: BandWebhook, rows: Rows) -> Rows:
    """The rows of its units."""
    return {code: rows[code] for code in hook.units if code in rows} if hook.units else rows


def reached_by(scene: Scene) -> Reached:
    return Reached(scene.meta.covers, scene.meta.facts, scene.meta.desks)


def begun(kept: Kept, scene: Scene, rows: Rows) -> Kept:
    """The bands that later ones are compared with."""
    starting = kept.course.state is State.STARTING
    course = replace(kept.course, state=State.DELIVERING) if starting and kept.message is None else kept.course
    return msgspec.structs.replace(kept, told=found(bands_of(rows)), version=scene.meta.version, reached=reached_by(scene), course=course)


def bands_of(rows: Rows) -> dict[str, Band]:
    return {code: cast(Band, row.band) for code, row in rows.items()}


def news_of(kept: Kept, rows: Rows, now: int, calm: int) -> News:
    """What is to be told now; milliseconds."""
    return decide_news(kept.told or {}, bands_of(rows), now, calm)


def with_changes(of: tuple[BandWebhook, Kept], shown: tuple[Scene, Rows], changes: tuple[Change, ...], now: int) -> Kept:
    """The next message says these changes; it is made once and told from then on."""
    (hook, kept), (scene, rows), sequence = of, shown, of[1].sequence + 1
    above = {name: value for name, value in heading(scene, key_of(hook)).items() if name in BandChanges.__struct_fields__}
    said = [_said(rows[change.unit], change) for change in changes]
    data = BandChanges(subscription=hook.id, sequence=sequence, changes=said, **above)  # type: ignore[arg-type]
    message = _message(hook, sequence, BandsChanged(data, _utc(now)), now)
    told = after(kept.told or {}, bands_of(rows), changes, now)
    place = {"version": scene.meta.version, "reached": reached_by(scene)}
    return msgspec.structs.replace(kept, told=told, sequence=sequence, message=message, **place)


def with_a_try(hook: BandWebhook, kept: Kept, now: int) -> Kept:
    """What waits goes at once; where nothing does, a message that says nothing."""
    course = tried_anew(kept.course, now)
    if kept.message is not None:
        return msgspec.structs.replace(kept, tried_at=hook.tried_at, course=course)
    sequence = kept.sequence + 1
    message = _message(hook, sequence, WebhookTried(Tried(hook.id, sequence), _utc(now)), now)
    return msgspec.structs.replace(kept, tried_at=hook.tried_at, course=course, sequence=sequence, message=message)


def _message(hook: BandWebhook, sequence: int, posted: BandsChanged | WebhookTried, now: int) -> Message:
    """Its id has the instant too: where this store was lost `sequence` begins again, and readers pass over an id that they have seen."""
    return Message(f"{hook.id}.{now}.{sequence}", msgspec.json.encode(posted).decode(), now)


def _said(row: Row, change: Change) -> BandChange:
    return BandChange(
        unit=row.code,
        name=row.name,
        kind=row.kind,
        before=change.before,
        now=change.now,
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        few=row.few,
        exact=getattr(row, "exact", None),
        reason=getattr(row, "reason", None),
    )


def _utc(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).isoformat().replace("+00:00", "Z")
