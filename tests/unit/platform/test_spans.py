"""What follows from a request that is kept is kept, of a batch by links, of the rest nothing is written; no received value is in a span."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import structlog

from dunghen.platform import traces
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.logs import configure, get_logger
from dunghen.platform.traces_live import FRESH_MILLISECONDS
from tests.kept_spans import Kept, keeping

NAME = "Nguyễn Thị Bưởi Hồng"
THEIRS = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
SERVICES = "services.ingest.__main__ services.scoring.__main__ services.alerts.__main__ services.api.__main__"

TO_MAKE_OR_SEND = (
    "opentelemetry.sdk.trace",
    "opentelemetry.exporter",
    "opentelemetry.proto",
    "google.protobuf",
    "dunghen.platform.traces_live",
)


@dataclass
class Record:
    headers: list[tuple[str, bytes | None]] = field(default_factory=list)
    offset: int = 0
    timestamp: int = field(default_factory=real_milliseconds)
    key: bytes | None = b"k"
    value: bytes | None = b"v"


def of_trace(number: int, flags: str = "01") -> bytes:
    return f"00-{number + 1:032x}-{number + 1:016x}-{flags}".encode()


def named(number: int, flags: str = "01", **more: Any) -> Record:
    return Record([(traces.HEADER, of_trace(number, flags))], **more)


@pytest.fixture
def kept() -> Iterator[Kept]:
    with keeping() as kept:
        yield kept


@pytest.mark.slow
def test_without_a_collector_nothing_that_makes_or_sends_spans_is_imported() -> None:
    """FastAPI imports the API of OpenTelemetry by itself, redis the metrics of its SDK."""
    program = f"import sys, {SERVICES.replace(' ', ', ')}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=500)
    assert [name for name in done.stdout.split() if name.startswith(TO_MAKE_OR_SEND)] == []


def test_switched_off_no_record_has_a_header_and_none_is_looked_at() -> None:
    came = traces.Came()
    came.take("dossier-events", 0, [named(1)])
    with traces.request("/events", "POST"), came.span("fold", "dossier-events"), traces.sending("dossier-events", 1):
        traces.note("a", 1)
        traces.link(THEIRS)
        assert traces.headers() == []
    assert not traces.on()


def test_what_a_request_sends_carries_its_trace(kept: Kept) -> None:
    with traces.request("/events", "POST"), traces.sending("dossier-events", 3):
        ((name, value),) = traces.headers()
    request, sent = kept.one("POST /events"), kept.one("send dossier-events")
    assert sent.parent is not None
    assert sent.parent.span_id == request.context.span_id
    version, trace, span, flags = value.decode().split("-")
    assert (name, version) == ("traceparent", "00")
    assert (int(trace, 16), int(span, 16), int(flags, 16) & 1) == (request.context.trace_id, sent.context.span_id, 1)


def test_a_request_that_is_not_kept_sends_what_it_would_without_traces() -> None:
    with keeping(ratio=0) as kept:
        with traces.request("/events", "POST"), traces.sending("dossier-events", 3):
            assert traces.headers() == []
        came = traces.Came()
        came.take("dossier-events", 0, [Record(), named(1, flags="00")])
        with came.span("fold", "dossier-events"):
            assert traces.headers() == []
        assert kept() == ()


def test_a_sender_can_tie_its_trace_to_ours_and_decides_nothing() -> None:
    for ratio in (0.0, 1.0):
        with keeping(ratio) as kept:
            with traces.request("/events", "POST"):
                traces.link(THEIRS)
            assert len(kept()) == ratio
            for span in kept():
                assert f"{span.context.trace_id:032x}" not in THEIRS
                assert [f"{link.context.trace_id:032x}-{link.context.span_id:016x}" for link in span.links] == [THEIRS[3:52]]


@pytest.mark.parametrize("given", ["", NAME, "00-079099001234-0905999888-01", "ff" + THEIRS[2:], THEIRS.replace("4bf9", "zzzz")])
def test_what_is_no_traceparent_is_passed_over(kept: Kept, given: str) -> None:
    with traces.request("/events", "POST"):
        traces.link(given)
    came = traces.Came()
    came.take("t", 0, [Record([(traces.HEADER, given.encode())]), Record([(traces.HEADER, None)]), Record([("other", of_trace(1))])])
    with came.span("fold", "t"):
        pass
    assert [(span.name, list(span.links)) for span in kept()] == [("POST /events", [])]


def test_a_batch_is_one_span_that_goes_on_from_the_first_and_is_linked_with_each(kept: Kept) -> None:
    came = traces.Came()
    came.take("dossier-events", 3, [Record(offset=5), named(7, offset=6), named(7, offset=7), named(8, offset=8), Record(offset=9)])
    came.take("dossier-events", 4, [Record(offset=1)])
    with came.span("fold", "dossier-events"):
        ((_, value),) = traces.headers()
    with came.span("fold", "dossier-events"):  # nothing has come since
        assert traces.headers() == []
    (span,) = kept()
    assert (span.context.trace_id, span.parent and span.parent.span_id) == (8, 8)
    assert [link.context.trace_id for link in span.links] == [8, 9]
    assert value.startswith(b"00-%032x" % 8)
    assert span.attributes is not None
    assert span.attributes["dunghen.records"] == ("dossier-events/3:5-9",)


def test_the_links_of_a_batch_are_bounded_however_many_it_counts(kept: Kept) -> None:
    from_many, from_one = traces.Came(), traces.Came()
    for partition in range(100):
        from_many.take("t", partition, [named(partition)])
    from_one.take("t", 0, [named(n, offset=n) for n in range(5000)])
    for came in (from_many, from_one):
        with came.span("fold", "t"):
            traces.note("dunghen.units", [str(n) for n in range(5000)])
    said = [(len(span.links), span.attributes or {}) for span in kept()]
    assert [(links, len(each["dunghen.units"]), len(each["dunghen.records"])) for links, each in said] == [(32, 32, 32), (32, 32, 1)]
    assert said[1][1]["dunghen.records"] == ("t/0:0-4999",)


def test_what_was_written_long_ago_and_is_read_again_is_in_no_trace(kept: Kept) -> None:
    came = traces.Came()
    came.take("t", 0, [named(1, timestamp=real_milliseconds() - FRESH_MILLISECONDS - 1000)])
    with came.span("store", "t"):
        pass
    assert kept() == ()


def test_what_is_done_later_goes_on_from_the_span_in_which_it_was_decided(kept: Kept) -> None:
    because = traces.Came()
    because.take_present()
    with traces.request("/events", "POST"):
        because.take_present()
    with because.span("tell", "notices"):
        pass
    assert kept.one("tell notices").context.trace_id == kept.one("POST /events").context.trace_id


def test_of_a_fault_a_span_keeps_the_type_alone(kept: Kept) -> None:
    with pytest.raises(KeyError), traces.request("/events", "POST"):
        raise KeyError(NAME)
    (span,) = kept()
    assert (span.events, span.status.is_ok, span.status.description) == ((), False, None)
    assert span.attributes is not None
    assert span.attributes["error.type"] == "KeyError"
    assert NAME not in json.dumps(json.loads(span.to_json()), ensure_ascii=False)


def test_a_line_of_a_request_names_its_trace_if_that_is_kept(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    configure("test")
    try:
        log = get_logger("test")
        with traces.request("/events", "POST"):
            log.info("inside")
        log.info("outside")
        with keeping(ratio=0), traces.request("/events", "POST"):
            log.info("not kept")
    finally:
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    inside, outside, not_kept = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert inside["trace_id"] == f"{kept.one('POST /events').context.trace_id:032x}"
    assert "trace_id" not in outside | not_kept
