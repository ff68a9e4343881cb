"""Traces: what became of a request from process to process, by W3C `traceparent` in the headers of Kafka's records (decision 0043).

Off until `traces_export.start` has switched it on. Off, every call here is one question, nothing of OpenTelemetry is imported and what is
written has no header. No value that was received goes into a span: places in topics, counts, codes of units, versions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from dunghen.platform.kafka_clients import Record

if TYPE_CHECKING:
    from opentelemetry.trace import SpanContext

    from dunghen.platform.traces_live import Live

Value = str | int | float | Sequence[str]
Headers = list[tuple[str, bytes]]
Stored = tuple[str, int, int]  # topic, partition, offset of one record
HEADER = "traceparent"
Count = Callable[[str, int], object]  # (one of RESULTS, so many spans)
RESULTS = SENT, LOST = "sent", "lost"  # how the way of a span to the collector ends
AT_ONCE = 512  # spans of one message to the collector
MOST = 32  # links of a span, and texts in a list of one: a batch counts for thousands
NO_HEADERS: Headers = []
_NOTHING = nullcontext()
_live: Live | None = None


def switch(live: Live | None) -> None:
    """For `traces_export`: from now on spans go to `live`; None: nowhere."""
    global _live
    _live = live


def on() -> bool:
    """Whether spans are made at all: to be asked before what is only worked out for a span."""
    return _live is not None


def request(name: str, method: str = "") -> AbstractContextManager[None]:
    """Around what one request brings: a trace of its own, whoever asks. `name`: its route, with `method`; or what else began it.

    A route as it is declared, never a path as it was asked for, which may name a dossier.
    """
    return _live.request(name, method) if _live is not None else _NOTHING


def link(traceparent: str | None) -> None:
    """Ties the present span to the trace that a sender says it is in. It decides nothing: neither the id nor whether this one is kept."""
    if _live is not None and traceparent:
        _live.link(traceparent)


def sending(topic: str, count: int) -> AbstractContextManager[None]:
    """Around the sending of so many records, as a part of the present span; nothing where that is not kept."""
    return _live.sending(topic, count) if _live is not None else _NOTHING


def headers() -> Headers:
    """What a record that follows from the present span carries: empty where that is not kept."""
    return _live.headers() if _live is not None else NO_HEADERS


def note(name: str, value: Value) -> None:
    """An attribute of the present span. Of a list the first MOST are kept."""
    if _live is not None:
        _live.note(name, value if isinstance(value, str | int | float) else list(value)[:MOST])


def note_stored(stored: Iterable[Stored]) -> None:
    """Where in the topics the records of the present span stand, as `topic/partition:first-last`."""
    if _live is not None:
        _live.note("dunghen.records", ranges(stored))


def failed(error: str) -> None:
    """The present span ends badly; `error` is a code or a type's name."""
    if _live is not None:
        _live.failed(error)


class Came:
    """The kept spans from which records came, each once, until a span is made that goes on from them; where those records stand."""

    __slots__ = ("_from", "_places")

    def __init__(self) -> None:
        self._from: dict[tuple[int, int], SpanContext] = {}
        self._places: list[str] = []

    def take(self, topic: str, partition: int, records: Sequence[Record]) -> None:
        """What a reader was given of one partition."""
        if _live is None or not records or len(self._from) >= MOST:
            return
        if found := _live.kept(records):
            self._from.update(found)
            if len(self._places) < MOST:
                self._places.append(f"{topic}/{partition}:{records[0].offset}-{records[-1].offset}")

    def take_present(self) -> None:
        """The present span itself: for what is done later because of it."""
        if _live is not None:
            self._from.update(_live.present())

    def span(self, operation: str, of: str) -> AbstractContextManager[None]:
        """Around what is done with all that came since the last one: a part of the first trace, linked with each. Nothing where none came.

        `operation`: one word; `of`: the topic that is read, or what is written.
        """
        if _live is None or not self._from:
            return _NOTHING
        came, places = list(self._from.values())[:MOST], self._places
        self._from, self._places = {}, []
        return _live.processing((operation, of), came, places)


def ranges(stored: Iterable[Stored]) -> list[str]:
    """Of each partition the first and the last offset; MOST partitions at most."""
    found: dict[tuple[str, int], tuple[int, int]] = {}
    for topic, partition, offset in stored:
        first, last = found.get((topic, partition), (offset, offset))
        found[topic, partition] = min(first, offset), max(last, offset)
    return [f"{topic}/{partition}:{first}-{last}" for (topic, partition), (first, last) in sorted(found.items())][:MOST]
