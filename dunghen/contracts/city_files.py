"""A city as one TOML file and lists beside it, read into the bodies of its policy (`architecture.md` §8; `danang.toml` shows the format).

Holidays are looked up here, once, and written out as dates: what goes into the topic depends on no library and no later release of one.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from dunghen.domain.calendar import VIETNAM_HOURS
from dunghen.domain.policy import Policy, PolicyError

SHIPPED = {"demo": "danang.toml", "danang": "danang.toml", "nyc311": "nyc311.toml", "none": "none.toml"}
HOLIDAY_YEARS = range(2015, 2036)
_CITY_KEYS = ("code", "name", "time_zone", "former_codes", "sources", "result_forms")
_OTHER_KEYS = (
    "units",
    "unit_files",
    "procedures",
    "procedure_files",
    "calendar",
    "rules",
    "bands",
    "stages",
    "indicator_folders",
    "monthly_sheet",
)
_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)\s*[-–]\s*([01]\d|2[0-4]):([0-5]\d)")
_PLACE = re.compile(r"^(units|procedures|indicators\.sets)\[(\d+)\]")
SHIPPED_SETS = "shipped"  # in `indicator_folders`: those of `dunghen/domain/data/indicators/`
Bodies = dict[str, Any]


class CityFileError(PolicyError):
    """Everything that is wrong with a city's file, one fault a line: file, place, what."""


def read_city(city: str) -> Bodies:
    """The policy bodies of a city by name (`demo`, `danang`, `nyc311`, `none`) or path of a TOML file. Raises CityFileError."""
    folder = resources.files("dunghen.domain") / "data"
    file = folder / SHIPPED[city] if city in SHIPPED else Path(city)
    return _Reading(file, folder if city in SHIPPED else Path(city).parent).bodies()


def holidays_of(region: str, weekend: Iterable[int] = (5, 6), years: Iterable[int] = HOLIDAY_YEARS) -> dict[str, str]:
    """{ISO date: "off" or "working"} of a country (`VN`) or a part of one (`US-NY`) in these years; weekends only where they are worked.

    Raises LookupError for a region that is not known, ImportError without the package `holidays` (extra `cli`).
    """
    import holidays

    country, _, part = region.partition("-")
    wanted, free = set(years), set(weekend)
    try:
        days = holidays.country_holidays(country, subdiv=part or None, years=sorted(wanted))
    except NotImplementedError as fault:
        raise LookupError(region) from fault
    off = {day.isoformat(): "off" for day in days if day.year in wanted and day.weekday() not in free}
    worked = {day.isoformat(): "working" for day in getattr(days, "weekend_workdays", ()) if day.year in wanted}  # it has other years too
    return dict(sorted({**off, **worked}.items()))


class _Reading:
    """One reading of one file: what was found, and every fault."""

    def __init__(self, file: Traversable, folder: Traversable) -> None:
        self.file, self.folder = file, folder
        self.faults: list[str] = []
        self.places: dict[str, list[str]] = {"units": [], "procedures": [], "indicators.sets": []}

    def bodies(self) -> Bodies:
        given = self._load(self.file)
        if self.faults:
            raise CityFileError(self.faults)
        self.faults += [f"{self.file.name}: {key}: is not known" for key in given if key not in (*_CITY_KEYS, *_OTHER_KEYS)]
        bodies: Bodies = {
            "city": {key: given[key] for key in _CITY_KEYS if key in given},
            "units": {"units": self._listed(given, "units", "unit_files")},
            "calendar": self._calendar(given.get("calendar", {})),
            "rules": given.get("rules", {}),
            "bands": given.get("bands", {}),
            "procedures": {"procedures": self._listed(given, "procedures", "procedure_files")},
            "stages": given.get("stages", {}),
            "indicators": {
                "sets": self._sets(given.get("indicator_folders", [])),
                **({"monthly_sheet": given["monthly_sheet"]} if "monthly_sheet" in given else {}),
            },
        }
        self._check(bodies)
        return bodies

    def _check(self, bodies: Bodies) -> None:
        try:
            Policy.from_bodies(1, bodies)
        except PolicyError as fault:
            self.faults += map(self._placed, fault.faults)
        if self.faults:
            raise CityFileError(self.faults)

    def _placed(self, fault: str) -> str:
        """The fault with the file and the place in it, for things that stand in a list beside the city's file."""
        found = _PLACE.match(fault)
        if not found:
            return f"{self.file.name}: {fault}"
        return self.places[found[1]][int(found[2])] + fault[found.end() :]

    def _listed(self, given: Mapping[str, Any], key: str, files_key: str) -> list[Any]:
        """What stands in the file itself, then what stands in the lists beside it."""
        lists = [(self.file.name, given.get(key, []))]
        for name in self._names(given.get(files_key, []), files_key):
            content = self._load(self.folder / name)
            lists.append((name, content if isinstance(content, list) else content.get(key, [])))
        everything: list[Any] = []
        for name, items in lists:
            if not isinstance(items, list):
                self.faults.append(f"{name}: {key}: must be a list")
                continue
            everything += items
            self.places[key] += [f"{name}: {key}[{i}]" for i in range(len(items))]
        return everything

    def _sets(self, folders: Any) -> list[Any]:
        """Every indicator set of these folders beside the city's file, each file one set: to add a file is to add a set."""
        sets: list[Any] = []
        for name in self._names(folders, "indicator_folders"):
            folder = resources.files("dunghen.domain") / "data" / "indicators" if name == SHIPPED_SETS else self.folder / name
            if not folder.is_dir():
                self.faults.append(f"{self.file.name}: indicator_folders: there is no folder {name}")
                continue
            for file in sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name):
                sets.append(_plain(self._load(file)))
                self.places["indicators.sets"].append(f"{file.name}: set")
        return sets

    def _names(self, given: Any, key: str) -> list[str]:
        if isinstance(given, list) and all(isinstance(name, str) for name in given):
            return given
        self.faults.append(f"{self.file.name}: {key}: must be a list of file names")
        return []

    def _load(self, file: Traversable) -> Any:
        try:
            text = file.read_text(encoding="utf-8")
            return json.loads(text) if file.name.endswith(".json") else tomllib.loads(text)
        except OSError:
            self.faults.append(f"{file.name}: cannot be read: there is no such file, or it may not be read")
        except (tomllib.TOMLDecodeError, json.JSONDecodeError, UnicodeDecodeError) as fault:
            self.faults.append(f"{file.name}: {fault}")
        return {}

    def _calendar(self, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        body = {key: value for key, value in given.items() if key not in ("hours", "overrides", "holidays")}
        hours = self._hours("hours", given["hours"]) if "hours" in given else [list(pair) for pair in VIETNAM_HOURS]
        days: dict[str, Any] = self._holidays(given["holidays"], given.get("weekend", (5, 6))) if "holidays" in given else {}
        own = given.get("overrides", {})
        if not isinstance(own, dict):
            self.faults.append(f"{self.file.name}: calendar.overrides: must be a table of dates")
            own = {}
        named = {"off": [], "working": hours}
        chosen = {**days, **own}
        body["hours"] = hours
        body["overrides"] = {
            day: named[v] if v in ("off", "working") else self._hours(f"overrides.{day}", v) for day, v in sorted(chosen.items())
        }
        return body

    def _holidays(self, region: Any, weekend: Any) -> dict[str, str]:
        try:
            return holidays_of(str(region), [day for day in weekend if isinstance(day, int)] if isinstance(weekend, list | tuple) else ())
        except LookupError:
            self.faults.append(f"{self.file.name}: calendar.holidays: {region!r} is not a country like VN or a part of one like US-NY")
        except ImportError:
            self.faults.append(f"{self.file.name}: calendar.holidays: needs the package 'holidays' (pip install dunghen[cli])")
        return {}

    def _hours(self, key: str, given: Any) -> list[list[int]]:
        """["07:00-11:30", …] as seconds of the day."""
        found = [_HOURS.fullmatch(text) if isinstance(text, str) else None for text in given] if isinstance(given, list) else [None]
        if None in found:
            self.faults.append(f'{self.file.name}: calendar.{key}: must be "off", "working" or hours like ["07:00-11:30", "13:30-17:00"]')
        times = [[int(part) for part in match.groups()] for match in found if match]
        return [[a * 3600 + b * 60, c * 3600 + d * 60] for a, b, c, d in times]


def _plain(value: Any) -> Any:
    """What TOML gives as JSON has it: dates are texts."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
