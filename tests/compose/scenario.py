"""The stack under a load that is told, and what is done to it: started, told, killed, cut off, compared."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from onlooker import Onlooker, of_unit
from stack import Stack
from telling import Telling

from tests.eventually import eventually

OURS = ("ingest", "scoring", "projector", "api", "webhooks", "alerts", "reconcile")
HANG_SECONDS = 300  # no goal: whoever is not back by then hangs
CUT_SECONDS = 15  # longer than the 10 after which a map without news is stale
MADE_OLD = ("redis", "projector")  # without these nothing of the projector is heard, so that the map itself has to say that it is stale


def until(check: Callable[[], Any], what: str) -> Any:
    """The first true answer of `check`."""
    return eventually(check, within=HANG_SECONDS, every=0.25, what=what)


@dataclass
class Scenario:
    """What was told and taken, and the seconds that were measured: by name, and of each blow by container and what was done to it."""

    stack: Stack
    figures: dict[str, float] = field(default_factory=dict)
    blows: list[dict[str, Any]] = field(default_factory=list)
    telling: Telling = field(init=False)

    def __post_init__(self) -> None:
        self.telling = Telling(self.stack)

    def start(self, name: str) -> None:
        """`docker compose up --wait`, to the first answer of the map that is right; the key as an operator reads it."""
        began = time.monotonic()
        self.stack.compose("up", "-d", "--wait", "--wait-timeout", "300", *OURS)
        until(self.is_right, what="the map")
        self.note(name, began)
        self.telling.key = self.stack.key()

    def tell_one(self, what: str, name: str = "") -> None:
        """One more dossier, until the map says exactly what was told; the time is noted under the name."""
        began = time.monotonic()
        self.telling.one()
        until(self.is_right, what=what)
        if name:
            self.note(name, began)

    def is_right(self) -> bool:
        """Whether the map, and the unit's own page, say exactly what was told, now."""
        shown = self.stack.map()
        unit, told = of_unit(shown.get("units", [])), self.telling.told
        said = tuple(unit.get(name) for name in ("numerator", "denominator", "received", "finished", "pending"))
        page = self.stack.get(f"/api/v1/units/{unit.get('code')}")
        return said == (sum(told), len(told), len(told), len(told), 0) and not shown["stale"] and page[0] == 200

    @contextmanager
    def under_load(self) -> Iterator[Onlooker]:
        """Dossiers come all the while and somebody looks on; in the end all is counted, by two paths, and nothing wrong was shown."""
        onlooker = Onlooker(self.stack, self.telling)
        self.telling.start()
        onlooker.start()
        try:
            yield onlooker
        finally:
            self.telling.give_up()
            onlooker.stop()
        self.telling.stop()
        onlooker.check()
        until(self.is_right, what="the map after the load")
        print(f"{len(self.telling.told)} dossiers; {onlooker.looks} looks, {onlooker.shown.versions} versions, {onlooker.streams} streams")
        self.reconcile()

    def kill(self, service: str, onlooker: Onlooker) -> None:
        """kill -9 of all that runs in it; it comes back by itself."""
        restarts = self.stack.state(service)["RestartCount"]

        def kill() -> float:
            began = time.monotonic()
            self.stack.kill(service)
            return began

        self.blow(service, "killed", onlooker, kill, restarts)

    def cut_off(self, service: str, onlooker: Onlooker) -> None:
        """Its line is away for a while."""

        def cut() -> float:
            self.stack.cut_off(service)
            time.sleep(CUT_SECONDS)
            began = time.monotonic()
            self.stack.connect(service)
            return began

        self.blow(service, "cut off", onlooker, cut)
        assert service not in MADE_OLD or onlooker.stale, f"the map never said that it is stale while {service} was cut off"

    def blow(self, service: str, done: str, onlooker: Onlooker, strike: Callable[[], float], restarts: int = -1) -> None:
        """Waits until all is well again; times are from what `strike` gives (killed, the line is back) to the last moment not well."""
        until(onlooker.is_well, what=f"all well before {service} is {done}")
        onlooker.oldest, onlooker.stale = 0.0, False
        began = strike()
        until(lambda: self.stack.is_back(service, restarts), what=f"{service} healthy after it was {done}")
        healthy, taken = time.monotonic() - began, len(self.telling.taken)
        until(onlooker.is_well, what=f"all well after {service} was {done}")
        until(lambda: onlooker.received >= taken, what=f"the {taken} dossiers that were taken by then on the map")
        onlooker.check()
        times = {"healthy": healthy, "well": max(onlooker.unwell_at - began, 0.0), "oldest": onlooker.oldest}
        self.blows.append({"container": service, "done": done, **{k: round(v, 1) for k, v in times.items()}, "stale": onlooker.stale})
        print(json.dumps(self.blows[-1]), flush=True)

    def reconcile(self) -> None:
        """The map against the raw events, in the container that does it each night."""
        said = self.stack.compose("exec", "-T", "reconcile", "python3", "-m", "dunghen.cli", "reconcile", "--page", "http://api:8000")
        assert said.splitlines()[-1] == "0 differences", said[-2000:]
        print(said, flush=True)

    def note(self, name: str, began: float) -> None:
        self.figures[name] = round(time.monotonic() - began, 1)
        print(f"{name:32} {self.figures[name]:6.1f} s", flush=True)
