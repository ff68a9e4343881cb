"""Metrics of processes that serve no HTTP of their own: `/metrics` on loopback."""

from __future__ import annotations

from prometheus_client import start_http_server


def serve_metrics(port: int) -> None:
    """Serves the process's metrics on 127.0.0.1; 0: not at all."""
    if port:
        start_http_server(port, addr="127.0.0.1")
