"""The folder of a running city (`--data`, default `.dunghen/`): where everything is, who runs it, and its clock.

`running.json` names the addresses and pids, `clock.json` the shared clock, `clock.last` the last instant of it (once a second, so that a
restart continues and never goes back), `partitions` their number where a rebuild changed it; `logs/`, `mails/`, `kafka/` and the SQLite
files are what their names say; `backups.jsonl` says which backups were made and where, `erasing/` is there while dossiers are erased.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from dunghen.platform.clock import Clock, RealClock, SharedClock, clock_from


class CommandError(Exception):
    """What went wrong and what to do, in one sentence for the user."""


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Paths and facts of one data folder."""

    path: Path

    @property
    def clock_file(self) -> Path:
        return self.path / "clock.json"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def open_data(self) -> Path:
        """What `/open-data/` shows."""
        return self.path / "open-data"

    def lock(self) -> IO[str]:
        """Holds the folder for one `up`; raises CommandError if another has it. Keep the file open."""
        self.path.mkdir(parents=True, exist_ok=True)
        file = (self.path / "lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise CommandError(f"{self.path} is in use by another `dunghen up`: stop that one or choose another --data") from None
        return file

    def write_running(self, facts: dict[str, Any]) -> None:
        """For who runs the city alone: the addresses of `--redis` and `--mongo` may hold passwords."""
        new = self.path / "running.new"
        new.touch(mode=0o600)
        new.write_text(json.dumps(facts, indent=1), encoding="utf-8")
        os.replace(new, self.path / "running.json")

    def running(self) -> dict[str, Any]:
        """Addresses and pids of the city that runs here; raises CommandError if none does."""
        file = self.path / "running.json"
        if not file.exists():
            raise CommandError(f"nothing runs in {self.path}: start it with `dunghen up --data {self.path}`")
        facts: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return facts

    def remembered(self) -> dict[str, Any]:
        """The same without asking whether anything runs: ports are kept over a restart where they are free."""
        try:
            return self.running()
        except CommandError:
            return {}

    @property
    def partitions(self) -> dict[str, int]:
        """The setting `partitions`, where `dunghen rebuild` changed it here; else nothing."""
        file = self.path / "partitions"
        return {"partitions": int(file.read_text())} if file.exists() else {}

    def note_partitions(self, count: int) -> None:
        """From now on this city has so many, and what it shows is to be counted anew before it is shown (`rebuilding`)."""
        self.rebuilding.touch()
        new = self.path / "partitions.new"
        new.write_text(str(count))
        os.replace(new, self.path / "partitions")

    @property
    def rebuilding(self) -> Path:
        """There from a rebuild until scoring has counted everything."""
        return self.path / "rebuilding"

    def clock(self) -> Clock:
        return clock_from(self.clock_file)

    def set_clock(self, at: str | None, speed: float | None, zone: str) -> Clock:
        """The city's clock for this run: as asked for, else continued, else the real one. `at`: ISO 8601, local without an offset.

        Raises CommandError for what is no time, and for a time before what this city has been at: a day that was shown cannot come back.
        """
        last = self.path / "clock.last"
        if at is None and speed is None and not self.clock_file.exists():
            return RealClock()
        real = RealClock().micros()
        old = SharedClock.load(self.clock_file) if self.clock_file.exists() else SharedClock(real, real)
        start = _instant(at, zone) if at else max(old.start, int(last.read_text())) if last.exists() else old.micros()
        if at and start < self._latest(real):
            raise CommandError(f"--clock {at}: this city has been later than that; go on without --clock, or choose another --data")
        clock = SharedClock(start, real, speed if speed is not None else old.speed)
        clock.save(self.clock_file)
        return clock

    def _latest(self, real: int) -> int:
        """The latest instant that this city is known to have been at, in microseconds; 0 where nothing ran here yet."""
        last = self.path / "clock.last"
        if last.exists():
            return int(last.read_text())
        ran = (self.path / "running.json").exists()
        return real if ran and not self.clock_file.exists() else 0

    def set_speed(self, speed: float) -> None:
        """From now on the city's clock runs so fast, without a jump; every process of the folder follows within half a second."""
        SharedClock(self.clock().micros(), RealClock().micros(), speed).save(self.clock_file)

    def note_clock(self, clock: Clock) -> None:
        """Called once a second while the city runs."""
        if self.clock_file.exists():
            new = self.path / "clock.last.new"
            new.write_text(str(clock.micros()))
            os.replace(new, self.path / "clock.last")


def _instant(text: str, zone: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--clock {text}: not a date or time like 2019-10-01 or 2019-10-01T08:00") from None
    return int((at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).timestamp() * 1e6)
