"""A real OTLP/HTTP receiver of spans, that keeps all it is sent; it can be away, or take a message and not answer."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

from dunghen.platform.local.servers import HOST, free_port


@dataclass(frozen=True)
class Span:
    """One span as it came; ids in hex, "" for none."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    links: frozenset[tuple[str, str]]  # (trace, id)
    attributes: dict[str, Any] = field(hash=False)
    failed: bool = False

    def follows(self, other: Span) -> bool:
        """Whether it is a part of the other, or linked with it."""
        return (self.trace, self.parent) == (other.trace, other.id) or (other.trace, other.id) in self.links


@dataclass
class Collector:
    """`raw`: each message as it was taken, unpacked. While `hold` is set it takes messages and does not answer."""

    port: int = field(default_factory=free_port)
    raw: list[bytes] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)
    _server: ThreadingHTTPServer | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a program is told so that it sends everything here, soon."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{HOST}:{self.port}",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "2",
            "OTEL_TRACES_SAMPLER_ARG": "1.0",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }

    def start(self) -> Collector:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.raw.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
                if collector.hold.is_set():
                    collector._over.wait(60)
                    return
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200 if self.path == "/v1/traces" else 404)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self._over.clear()
        self._server = ThreadingHTTPServer((HOST, self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        """Nobody answers there any more; it may be started again."""
        self._over.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def spans(self) -> list[Span]:
        return [span for body in list(self.raw) for span in _spans(body)]


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector().start()
    try:
        yield collector
    finally:
        collector.stop()


def _spans(body: bytes) -> Iterator[Span]:
    for of_service in ExportTraceServiceRequest.FromString(body).resource_spans:
        service = _values(of_service.resource.attributes)["service.name"]
        for scope in of_service.scope_spans:
            for s in scope.spans:
                links = frozenset((link.trace_id.hex(), link.span_id.hex()) for link in s.links)
                ids = s.trace_id.hex(), s.span_id.hex(), s.parent_span_id.hex()
                yield Span(service, s.name, *ids, links, _values(s.attributes), s.status.code == s.status.STATUS_CODE_ERROR)


def _values(attributes: Any) -> dict[str, Any]:
    return {each.key: _value(each.value) for each in attributes}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return [_value(each) for each in value.array_value.values] if kind == "array_value" else getattr(value, kind)
