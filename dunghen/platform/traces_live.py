"""Spans as OpenTelemetry has them, for `traces`: nothing else imports this, and only a process that has a collector does.

Of an exception a span keeps the type: its text and its frames may hold received values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from opentelemetry.context import Context
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    Tracer,
    format_trace_id,
    get_current_span,
    set_span_in_context,
    use_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue
from structlog.contextvars import bound_contextvars

from dunghen.platform.clock import real_milliseconds
from dunghen.platform.kafka_clients import Record
from dunghen.platform.traces import HEADER, MOST, NO_HEADERS, Headers, Value

FRESH_MILLISECONDS = 3_600_000  # what was written longer ago is read once more, after a loss or for another policy: its trace is over
Kept = dict[tuple[int, int], SpanContext]
_W3C = TraceContextTextMapPropagator()


class Live:
    """What `traces` does while there is a collector."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def request(self, name: str, method: str) -> AbstractContextManager[None]:
        attributes = {"http.request.method": method, "http.route": name} if method else {}
        kind = SpanKind.SERVER if method else SpanKind.INTERNAL
        return _within(self._tracer.start_span(f"{method} {name}".strip(), Context(), kind, attributes))

    def link(self, traceparent: str) -> None:
        span = get_current_span()
        if span.is_recording() and (context := _context_of(traceparent)) is not None:
            span.add_link(_bare(context))

    def sending(self, topic: str, count: int) -> AbstractContextManager[None]:
        if not get_current_span().is_recording():
            return nullcontext()
        attributes = {**_of_kafka("send", topic), "messaging.batch.message_count": count}
        return _within(self._tracer.start_span(f"send {topic}", None, SpanKind.PRODUCER, attributes))

    def processing(self, name: tuple[str, str], came: Sequence[SpanContext], places: Sequence[str]) -> AbstractContextManager[None]:
        operation, of = name
        topics = {place.partition("/")[0] for place in places}
        attributes = {**_of_kafka(operation, *topics if len(topics) == 1 else ()), "dunghen.records": places}
        parent = set_span_in_context(NonRecordingSpan(came[0]), Context())
        links = [Link(context) for context in came]
        return _within(self._tracer.start_span(f"{operation} {of}", parent, SpanKind.CONSUMER, attributes, links))

    def headers(self) -> Headers:
        if not get_current_span().get_span_context().trace_flags.sampled:
            return NO_HEADERS
        carrier: dict[str, str] = {}
        _W3C.inject(carrier)
        return [(HEADER, carrier[HEADER].encode())]

    def note(self, name: str, value: Value) -> None:
        get_current_span().set_attribute(name, value)

    def failed(self, error: str) -> None:
        _fail(get_current_span(), error)

    def present(self) -> Kept:
        """The span that is under way, if it is kept."""
        return _by_id(get_current_span().get_span_context())

    def kept(self, records: Sequence[Record]) -> Kept:
        """The kept spans that these records name, but of those written long ago; MOST at most, for there may be thousands."""
        named: dict[bytes, None] = {}
        since = real_milliseconds() - FRESH_MILLISECONDS
        for record in records:
            if record.headers and record.timestamp >= since:
                named.update((value, None) for name, value in record.headers if name == HEADER and value is not None)
                if len(named) >= MOST:
                    break
        contexts = (_context_of(value.decode("ascii", "replace")) for value in named)
        return {id_: context for found in contexts if found is not None for id_, context in _by_id(found).items()}


def _by_id(context: SpanContext) -> Kept:
    return {(context.trace_id, context.span_id): context} if context.trace_flags.sampled else {}


def _context_of(traceparent: str) -> SpanContext | None:
    """None where it is none."""
    context = get_current_span(_W3C.extract({HEADER: traceparent}, Context())).get_span_context()
    return context if context.is_valid else None


def _bare(context: SpanContext) -> SpanContext:
    """The ids alone."""
    return SpanContext(context.trace_id, context.span_id, is_remote=True)


def _of_kafka(operation: str, topic: str = "") -> dict[str, AttributeValue]:
    """By the names of OpenTelemetry's semantic conventions."""
    kind = "send" if operation == "send" else "process"
    said = {"messaging.system": "kafka", "messaging.operation.name": operation, "messaging.operation.type": kind}
    return {**said, **({"messaging.destination.name": topic} if topic else {})}


def _fail(span: Span, error: str) -> None:
    span.set_attribute("error.type", error)
    span.set_status(StatusCode.ERROR)


@contextmanager
def _within(span: Span) -> Iterator[None]:
    """The span is the present one, its trace stands in the log lines if it is kept, and it ends with the block."""
    named = {"trace_id": format_trace_id(span.get_span_context().trace_id)} if span.is_recording() else {}
    with use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False), bound_contextvars(**named):
        try:
            yield
        except BaseException as fault:
            _fail(span, type(fault).__name__)
            raise
