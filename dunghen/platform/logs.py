"""Structured logging: one JSON line an event on stderr. Log keys are codes and counts, never received values (`domain.md` §7)."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def configure(service: str, level: str = "info") -> None:
    """Sets logging up for this process; the standard library's loggers go the same way, from warnings on."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, force=True, format='{"level":"%(levelname)s","logger":"%(name)s","event":"%(message)s"}')


def get_logger(name: str) -> Any:
    """A logger whose first argument is an event name in snake case and whose keywords are its facts."""
    return structlog.get_logger(module=name)
