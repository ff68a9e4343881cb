"""Structured logging: one JSON line an event on stderr. Log keys are codes and counts, never received values (`domain.md` §7)."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog


def configure(service: str, level: str = "info") -> None:
    """Sets logging up for this process; the standard library's loggers go the same way, from warnings on."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _traceback,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, force=True, format='{"level":"%(levelname)s","logger":"%(name)s","event":"%(message)s"}')


def quiet(*loggers: str) -> None:
    """Silences loggers of libraries whose complaints are told to the user in our own words."""
    for name in loggers:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _traceback(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its type and the lines it passed: no message and no locals, which may hold received values."""
    if entry.pop("exc_info", None):
        kind, _, trace = sys.exc_info()
        entry["exception"] = kind.__name__ if kind else ""
        entry["frames"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)]
    return entry


def get_logger(name: str) -> Any:
    """A logger whose first argument is an event name in snake case and whose keywords are its facts."""
    return structlog.get_logger(module=name)
