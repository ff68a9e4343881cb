"""What a map says on its stream, and what of it may never be seen. Standard library only, since tests/compose looks on by it, too."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

SUMMED = ("numerator", "denominator", "received", "finished", "pending", "overdue", "paused", "due_today")


def frames(lines: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each server-sent event of these lines: its name and what it says."""
    event = ""
    for line in lines:
        name, _, value = line.rstrip("\r\n").partition(": ")
        event = value if name == "event" else event
        if name == "data":
            yield event, json.loads(value)


@dataclass
class Shown:
    """What one client knows. `faults` has everything that may never be seen: a version that does not grow, a rate outside 0–1, units that
    are not the city."""

    faults: list[str] = field(default_factory=list)
    versions: int = 0
    version: int = 0
    units: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, event: str, data: dict[str, Any]) -> None:
        """One snapshot or change."""
        if data["version"] <= self.version:
            self.faults.append(f"{event} {data['version']} after {self.version}")
        self.version, self.versions = data["version"], self.versions + 1
        if event == "snapshot":
            self.units = {}
        self.units |= {unit["code"]: unit for unit in data["units"]}
        self.faults += wrong_with({"city": data["city"], "units": list(self.units.values())}, self.version)


def wrong_with(shown: dict[str, Any], version: int) -> Iterator[str]:
    """Of `{city, units}` whole, as `/map` has them."""
    for row in (shown["city"], *shown["units"]):
        if row["value"] is not None and not 0 <= row["numerator"] <= row["denominator"]:
            yield f"{version} {row['code']}: {row['numerator']} of {row['denominator']}"
    for name in SUMMED:
        added = sum(unit[name] for unit in shown["units"])
        if added != shown["city"][name]:
            yield f"{version} {name}: units {added}, city {shown['city'][name]}"
