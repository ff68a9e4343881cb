"""Structured logging: one JSON line an event on stderr. Log keys are codes and counts, never received values (`domain.md` §7)."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from collections.abc import Callable, MutableMapping
from types import TracebackType
from typing import Any

import structlog

SAME_LINES, SAME_SECONDS = 5, 10.0  # a client whose broker is away complains 500 times a second


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
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LibraryLine())
    handler.addFilter(Brake())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


class LibraryLine(logging.Formatter):
    """What a library says, in our form: the first line of its text, an exception as its type and place.

    Neither the exception's text nor what asyncio writes below the first line (the exception again, arguments) may be kept: they can repeat
    received values.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {"level": record.levelname, "logger": record.name, "event": record.getMessage().partition("\n")[0][:300]}
        kind, _, trace = record.exc_info or (None, None, None)
        return json.dumps(line | ({"exception": kind.__name__, "frames": _frames(trace)} if kind else {}), ensure_ascii=False)


class Brake(logging.Filter):
    """Lets the same complaint of a library (its text before the values are put in) through `SAME_LINES` times in `SAME_SECONDS`."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._seen: dict[tuple[str, str], tuple[float, int]] = {}  # complaint -> (since, how often)

    def filter(self, record: logging.LogRecord) -> bool:
        now, complaint = self._now(), (record.name, str(record.msg)[:200])
        since, count = self._seen.get(complaint, (now, 0))
        if now - since >= SAME_SECONDS:
            since, count = now, 0
        if len(self._seen) > 1000:  # texts with the values already in them
            self._seen.clear()
        self._seen[complaint] = since, count + 1
        return count < SAME_LINES


def quiet(*loggers: str) -> None:
    """Silences loggers of libraries whose complaints are told to the user in our own words."""
    for name in loggers:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _traceback(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its type and the lines it passed: no message and no locals, which may hold received values."""
    if entry.pop("exc_info", None):
        kind, _, trace = sys.exc_info()
        entry["exception"] = kind.__name__ if kind else ""
        entry["frames"] = _frames(trace)
    return entry


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)]


def get_logger(name: str) -> Any:
    """A logger whose first argument is an event name in snake case and whose keywords are its facts."""
    return structlog.get_logger(module=name)
