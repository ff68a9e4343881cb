"""Spans that a test looks at in this process, without a collector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from dunghen.platform import traces
from dunghen.platform.traces_live import Live


class Kept:
    """What has ended and was kept, oldest first."""

    def __init__(self, exporter: InMemorySpanExporter) -> None:
        self._exporter = exporter

    def __call__(self) -> Sequence[ReadableSpan]:
        return self._exporter.get_finished_spans()

    def one(self, name: str) -> ReadableSpan:
        (found,) = (span for span in self() if span.name == name)
        return found


@contextmanager
def keeping(ratio: float = 1.0) -> Iterator[Kept]:
    """Spans are made, and so many of the requests kept."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(ParentBased(TraceIdRatioBased(ratio)), Resource.get_empty(), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces.switch(Live(provider.get_tracer("test")))
    try:
        yield Kept(exporter)
    finally:
        traces.switch(None)
        provider.shutdown()
