"""Spans on their way to the collector: from the thread of the library, bounded, what is let go counted. See `traces_export`."""

from __future__ import annotations

from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from dunghen.platform.logs import get_logger
from dunghen.platform.traces import AT_ONCE, LOST, SENT, Count

log = get_logger("traces")


class Counted(SpanExporter):
    """Hands spans on and counts how that ended. Says once that the collector is away, and once that it is back."""

    def __init__(self, inner: SpanExporter, count: Count) -> None:
        self._inner, self._count = inner, count
        self.taken = 0  # spans that wait no longer
        self._there = True

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.taken += len(spans)
        result = self._inner.export(spans)
        there = result is SpanExportResult.SUCCESS
        self._count(SENT if there else LOST, len(spans))
        if there is not self._there:
            self._there = there
            log.info("collector_back") if there else log.warning("collector_away", spans=len(spans))
        return result

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._inner.force_flush(timeout_millis)


class Bounded(BatchSpanProcessor):
    """The library's, except that the newest span is let go where `most` wait, and counted."""

    def __init__(self, exporter: SpanExporter, most: int, count: Count) -> None:
        self._counted, self._most, self._count, self._ended = Counted(exporter, count), most, count, 0
        super().__init__(self._counted, max_queue_size=2 * most, max_export_batch_size=min(AT_ONCE, most))

    def on_end(self, span: ReadableSpan) -> None:
        if span.context is None or not span.context.trace_flags.sampled:
            return
        if self._ended - self._counted.taken >= self._most:
            self._count(LOST, 1)
            return
        self._ended += 1
        super().on_end(span)


def sending(waiting: int, count: Count) -> Bounded:
    """To the collector that the variables name. Raises ValueError where one of them makes no sense."""
    return Bounded(OTLPSpanExporter(), waiting, count)
