"""The one place that reads the time of day. All processes of a data folder share a clock: t = T + speed × elapsed (`architecture.md` §8).

Durations inside the plumbing (sessions, retries, retention) use `time.monotonic`, never this.
"""

from __future__ import annotations

import ctypes
import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

TIMEX_BYTES, TIME_ERROR = 512, 5  # more than struct timex has anywhere; adjtimex(2): the clock is not synchronised
LOOKED_AT_SECONDS = 0.5  # how often at most a process looks whether the file of its clock has changed


class Clock(Protocol):
    """Instants of the city. `micros` and `seconds` are since 1970 (UTC)."""

    @property
    def speed(self) -> float: ...
    def micros(self) -> int: ...
    def seconds(self) -> int: ...
    def now(self) -> datetime: ...


class _Instants:
    speed: float = 1.0

    def micros(self) -> int:
        raise NotImplementedError

    def seconds(self) -> int:
        return self.micros() // 1_000_000

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.micros() / 1e6, UTC)


class RealClock(_Instants):
    """The machine's clock."""

    def micros(self) -> int:
        return time.time_ns() // 1000


@dataclass
class FixedClock(_Instants):
    """A clock that stands still until it is moved: for tests."""

    at: int  # seconds since 1970

    def micros(self) -> int:
        return self.at * 1_000_000


@dataclass(frozen=True)
class SharedClock(_Instants):
    """t = start + speed × (real time − anchor), in microseconds; written by `dunghen up`, read by all under the same data folder."""

    start: int
    anchor: int
    speed: float = 1.0

    def micros(self) -> int:
        return self.start + int(self.speed * (time.time_ns() // 1000 - self.anchor))

    def save(self, file: Path) -> None:
        """Writes the clock so that a reader never sees half a file."""
        new = file.with_suffix(".new")
        new.write_text(json.dumps({"start": self.start, "anchor": self.anchor, "speed": self.speed}), encoding="utf-8")
        os.replace(new, file)

    @classmethod
    def load(cls, file: Path) -> SharedClock:
        return cls(**json.loads(file.read_text(encoding="utf-8")))


class FileClock(_Instants):
    """The shared clock of a file, read again when the file changes (looked at every LOOKED_AT_SECONDS); without a file the real clock."""

    def __init__(self, file: Path) -> None:
        self._file, self._look_at, self._stamp = file, 0.0, -1
        self._clock: SharedClock | RealClock = RealClock()

    @property
    def speed(self) -> float:  # type: ignore[override]
        self._look()
        return self._clock.speed

    def micros(self) -> int:
        self._look()
        return self._clock.micros()

    def _look(self) -> None:
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + LOOKED_AT_SECONDS
        try:
            stamp = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            stamp = -1
        if stamp != self._stamp:
            self._clock, self._stamp = (SharedClock.load(self._file) if stamp >= 0 else RealClock()), stamp


def clock_from(file: Path | None) -> Clock:
    """The shared clock of `file`, else the real one."""
    return FileClock(file) if file is not None else RealClock()


def is_synchronised() -> bool | None:
    """Whether the system says that somebody keeps this machine's clock right (NTP, PTP); None where it does not say."""
    try:
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))  # of zeros: it only asks
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != TIME_ERROR


def real_milliseconds() -> int:
    """Milliseconds of real time since 1970: Kafka record timestamps and map versions, which must grow whatever the city's clock does."""
    return time.time_ns() // 1_000_000
