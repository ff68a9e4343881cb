"""Reads plain values (as JSON or TOML give them) with every fault noted by its place, so that an operator sees all of them at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from dunghen.domain.days import day_number

Choice = TypeVar("Choice", bound=str)


class Reader:
    """One object of a body. Getters note a fault under `where.key` and go on with a harmless value; `finish` notes unknown keys."""

    def __init__(self, where: str, given: Any, faults: list[str]) -> None:
        self.where, self.faults = where, faults
        self._given: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
        self._asked: set[str] = set()
        if not isinstance(given, Mapping):
            faults.append(f"{where}: must be a table of keys and values")

    def fault(self, key: str, message: str) -> None:
        """Notes what is wrong with a key of this object."""
        self.faults.append(f"{self.where}.{key}: {message}")

    def has(self, key: str) -> bool:
        """Whether the key is given."""
        return self.raw(key) is not None

    def raw(self, key: str) -> Any:
        """The value as it is, or None."""
        self._asked.add(key)
        return self._given.get(key)

    def text(self, key: str, default: str | None = None, pattern: str = r"") -> str:
        """A string; without a default it must be there and not be empty."""
        value = self.raw(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or (not value.strip() and default is None):
            self.fault(key, "must be a text" if value is not None else "is missing")
            return ""
        if pattern and not re.fullmatch(pattern, value):
            self.fault(key, f"{value!r} does not have the form {pattern}")
        return value

    def whole(self, key: str, default: int | None = None, at_least: int = 0, at_most: int = 100_000) -> int:
        """A whole number in a range."""
        value = self.raw(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not at_least <= value <= at_most:
            self.fault(key, f"must be a whole number from {at_least} to {at_most}" if value is not None else "is missing")
            return max(at_least, 1)
        return value

    def choice(self, key: str, options: tuple[Choice, ...], default: Choice | None = None) -> Choice:
        """One word of a closed set."""
        value = self.raw(key)
        if value is None and default is not None:
            return default
        if value not in options:
            self.fault(key, f"{value!r} is none of {', '.join(options)}" if value is not None else "is missing")
            return options[0]
        return options[options.index(value)]

    def yes(self, key: str) -> bool:
        """true or false; false where it is not given."""
        value = self.raw(key)
        if value is not None and not isinstance(value, bool):
            self.fault(key, "must be true or false")
        return value is True

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings; empty where it is not given."""
        value = self.raw(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            self.fault(key, "must be a list of texts")
            return ()
        return tuple(value)

    def day(self, key: str) -> int | None:
        """The day number of an ISO date; None where it is not given."""
        value = self.raw(key)
        return None if value is None else self.day_from(key, value)

    def day_from(self, key: str, value: Any) -> int | None:
        """The day number of a value that must be an ISO date."""
        try:
            return day_number(value if isinstance(value, date) else date.fromisoformat(value))
        except (TypeError, ValueError):
            self.fault(key, f"{value!r} is not a date like 2026-01-31")
            return None

    def objects(self, key: str) -> list[Reader]:
        """A list of objects; empty where it is not given."""
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(key, "must be a list")
            return []
        return [
            Reader(f"{self.where}.{key}[{i}]" if self.where != key else f"{key}[{i}]", item, self.faults) for i, item in enumerate(value)
        ]

    def finish(self, ignored: Iterable[str] = ()) -> None:
        """Notes every key that is not known: a misspelt setting must not pass in silence."""
        for key in sorted(set(self._given) - self._asked - set(ignored)):
            self.fault(key, "is not known")
