"""What operators look at, on a port that is theirs alone: `/metrics`, `/livez` and `/readyz`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest

from dunghen.platform import kafka_certificates
from dunghen.platform.settings import PlatformSettings

Check = Callable[[], bool]
TEXT = "text/plain; charset=utf-8"


@dataclass
class Readiness:
    """What a process needs to do its work, and what it also wants but can do without for a while, each with whether it is there.

    Asked from another thread than the one that works: a check looks at a value, and waits for nothing.
    """

    needed: dict[str, Check]
    wanted: dict[str, Check] = field(default_factory=dict)

    @classmethod
    def of_steps(cls, *names: str) -> Readiness:
        """Needs each of these steps of a start, until it is `done`."""
        return cls(dict.fromkeys(names, _not_yet))

    def done(self, name: str, check: Check | None = None) -> None:
        """The step is done, and what it brought is there as long as `check` says so."""
        self.needed[name] = check or _there

    def answer(self) -> tuple[int, str]:
        """200 and `ok`, or 503 and what is missing; on the next line what it does without."""
        missing, without = _absent(self.needed), _absent(self.wanted)
        lines = [f"missing: {missing}" if missing else "ok", *([f"without: {without}"] if without else [])]
        return 503 if missing else 200, "\n".join(lines) + "\n"


def _there() -> bool:
    return True


def _not_yet() -> bool:
    return False


def _absent(checks: Mapping[str, Check]) -> str:
    return ", ".join(name for name, there in checks.items() if not there())


def serve_metrics(settings: PlatformSettings, readiness: Readiness, registry: CollectorRegistry = REGISTRY) -> None:
    """Serves them on `metrics_host`; with port 0 not at all. Raises OSError where the address cannot be had."""
    if settings.kafka_security_protocol != "PLAINTEXT":
        registry.register(kafka_certificates.EXPIRY)
    if settings.metrics_port:
        server = ThreadingHTTPServer((settings.metrics_host, settings.metrics_port), _handler(readiness, registry))
        server.daemon_threads = True
        Thread(target=server.serve_forever, name="metrics", daemon=True).start()
        if settings.kafka_security_protocol != "PLAINTEXT":
            kafka_certificates.watch(settings)


def _handler(readiness: Readiness, registry: CollectorRegistry) -> type[BaseHTTPRequestHandler]:
    answers: dict[str, Callable[[], tuple[int, str, bytes]]] = {
        "/metrics": lambda: (200, CONTENT_TYPE_LATEST, generate_latest(registry)),
        "/livez": lambda: (200, TEXT, b"ok\n"),
        "/readyz": lambda: _as_text(*readiness.answer()),
    }

    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # a connection that says nothing holds a thread no longer

        def do_GET(self) -> None:
            answer = answers.get(self.path.partition("?")[0])
            status, kind, body = answer() if answer else (404, TEXT, b"")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing that was received is logged."""

    return Handler


def _as_text(status: int, text: str) -> tuple[int, str, bytes]:
    return status, TEXT, text.encode()
