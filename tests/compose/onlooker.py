"""Who looks at the map all the while: asks for it five times a second and holds its stream. Every figure is judged when it is seen.

Wrong is: more than was told by then, less than was shown before, a sum that does not fit, a version that does not grow, and an old figure
shown as a new one. How old a figure is follows from what was taken and is not in it; the map says so by `stale` (no word from the
projector, or it is far behind), the stream's ticks from the first second by `kafka_lag_seconds`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stack import Stack
from telling import Telling

from tests.eventually import AWAY
from tests.shown import Shown, frames, wrong_with

HAI_CHAU = "20242"
QUESTION = "window=30d&rate=resolved"
LOOK_SECONDS = 0.2
STALE_SECONDS = 34.0  # `stale_seconds` is 30; the projector says four times a second how far it is
OLD_SECONDS = 12.0  # `out_of_touch_seconds` is 10, a tick comes every 10
TICK_SLACK_SECONDS = 3.0  # a tick knows no more than the last look of the projector
GRACE_SECONDS = 1.0  # what was taken longer ago is to be seen, while all is well


def of_unit(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The row of the unit that all dossiers are of; {} without one."""
    return next((row for row in rows if row["code"] == HAI_CHAU), {})


@dataclass
class Onlooker:
    """`unwell_at`: when the map was last not what it should be: not answered, stale, or without something taken more than a second ago.

    `oldest`: seconds, of the oldest figure that was shown since it was last set to 0; `stale`: whether the map said of itself that it is.
    """

    stack: Stack
    telling: Telling
    faults: list[str] = field(default_factory=list)
    looks: int = 0
    unwell_at: float = 0.0
    received: int = 0
    oldest: float = 0.0
    stale: bool = False
    streams: int = 0
    shown: Shown = field(default_factory=Shown)
    _tick: tuple[float, float] | None = None
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self._threads = [threading.Thread(target=self._again, args=(each,), daemon=True) for each in (self._look, self._listen)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "who looks at the map hangs"

    def is_well(self) -> bool:
        """Whether a second went by in which all was as it should be."""
        return time.monotonic() - self.unwell_at > GRACE_SECONDS

    def check(self) -> None:
        """Raises AssertionError with everything that was seen and may never be."""
        faults = self.faults + self.shown.faults
        assert not faults, f"{len(faults)} wrong figures: " + "; ".join(faults[:10])

    def _again(self, each: Callable[[], None]) -> None:
        while not self._over.wait(LOOK_SECONDS):
            try:
                each()
            except AWAY:
                continue
            except Exception as fault:
                self.faults.append(f"{type(fault).__name__}: {fault}")
                raise

    def _look(self) -> None:
        begun, before, taken = time.monotonic(), self.received, len(self.telling.taken)
        shown: dict[str, Any] = {}
        try:
            shown = self.stack.map()
        finally:
            if not (shown and self.judge(shown, begun, before, taken)):
                self.unwell_at = time.monotonic()

    def judge(self, shown: dict[str, Any], begun: float, before: int, taken: int) -> bool:
        """Notes what is wrong with an answer that was asked for at `begun`; gives whether it is all that it should be."""
        self.looks += 1
        unit = of_unit(shown["units"])
        self.faults += [*wrong_with(shown, shown["version"]), *self._wrong("map", unit, before)]
        received = unit["received"]
        self.received = max(self.received, received)
        self.stale |= shown["stale"]
        age = begun - self.telling.taken[received] if received < taken else 0.0
        self.oldest = max(self.oldest, age)
        said = begun - self._tick[0] + self._tick[1] if self._tick else 0.0
        if age > OLD_SECONDS and not shown["stale"] and said < age - TICK_SLACK_SECONDS:
            self.faults.append(f"map: {received} received is {age:.1f} s old, not said to be stale, its ticks say {said:.1f} s")
        if age > STALE_SECONDS and not shown["stale"]:
            self.faults.append(f"map: {received} received is {age:.1f} s old and not said to be stale")
        flows = bool(self.telling.taken) and begun - self.telling.taken[-1] < GRACE_SECONDS
        return flows and not shown["stale"] and age <= GRACE_SECONDS

    def _listen(self) -> None:
        last = {"Last-Event-ID": str(self.shown.version)} if self.shown.version else {}
        with self.stack.stream(f"/api/v1/stream?{QUESTION}", last) as lines:
            self.streams += 1
            for event, data in frames(lines):
                if event == "tick":
                    self.hear(data)
                else:
                    before = of_unit(list(self.shown.units.values())).get("received", 0)
                    self.shown.take(event, data)
                    self.faults += self._wrong(event, of_unit(list(self.shown.units.values())), before)
                if self._over.is_set():
                    return

    def hear(self, tick: dict[str, Any]) -> None:
        """How far the map is behind its sources, from now on growing until the next tick."""
        lag = tick["kafka_lag_seconds"]
        self._tick = None if lag is None else (time.monotonic(), lag)

    def _wrong(self, where: str, unit: dict[str, Any], before: int) -> list[str]:
        """Of the one unit's row, in which nothing but our dossiers is counted; `before`: received, as somebody has seen it already."""
        told = list(self.telling.told)
        received, numerator, denominator = unit["received"], unit["numerator"], unit["denominator"]
        fits = {
            "more than was told": received > len(told) or numerator > sum(told) or denominator - numerator > len(told) - sum(told),
            f"less than the {before} that were shown": received < before,
            "parts of a dossier": not received == denominator == unit["finished"] or unit["pending"] != 0,
        }
        figures = (
            f"{numerator} of {denominator}, {received} received, {unit['finished']} finished, {unit['pending']} pending, {len(told)} told"
        )
        return [f"{where}: {what}: {figures}" for what, wrong in fits.items() if wrong]
