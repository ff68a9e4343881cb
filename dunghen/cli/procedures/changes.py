"""What a list changes of the catalogue: an entry from a day on for what is new or other; the entries before it stay. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dunghen.cli.procedures.rows import Listed

Entry = Mapping[str, Any]  # a procedure as the policy's body has it
_BEFORE_ALL = ""


@dataclass
class Catalogue:
    """The body being changed: entries by code, each from its day on; what is said of the changes; rows that say what is there already."""

    entries: dict[str, list[Entry]]
    said: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    same: int = 0

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Catalogue:
        made = cls({})
        for entry in body.get("procedures", ()):
            made.entries.setdefault(entry["code"], []).append(entry)
        return made

    @property
    def body(self) -> dict[str, Any]:
        """As the policy kind `procedures` has it."""
        return {"imported": True, "procedures": [entry for code in self.entries for entry in sorted(self.entries[code], key=_since)]}

    def take(self, rows: Iterable[Listed], since: str) -> None:
        """Every row, in the order of days; those without a day of their own from `since` (an ISO date of the city) on."""
        for one in sorted(rows, key=lambda row: row.valid_from or since):
            self._take(one, one.valid_from or since)

    def lines(self) -> Iterator[str]:
        """For the operator."""
        yield from self.said
        yield f"{len(self.said)} new or changed, {self.same} as they were"

    def _take(self, one: Listed, since: str) -> None:
        known = self.entries.get(one.code, [])
        before = max((entry for entry in known if _since(entry) <= since), key=_since, default=None)
        after = {**(before or {}), **one.says, "code": one.code, "valid_from": since}
        if not after.get("name"):
            self.faults.append(f"row {one.row}, column name: is missing, and the procedure is not known yet")
        elif before is not None and _meant(after) == _meant(before):
            self.same += 1
        else:
            self.entries[one.code] = [*(entry for entry in known if _since(entry) != since), after]
            self.said.append(f"{'+' if before is None else '~'} row {one.row}  {one.code} from {since}: {_told(before, after)}")


def _since(entry: Entry) -> str:
    return str(entry.get("valid_from", _BEFORE_ALL))


def _meant(entry: Entry) -> dict[str, Any]:
    """What an entry says apart from its day; false is what is not said."""
    return {key: value for key, value in entry.items() if key != "valid_from" and value not in ("", False)}


def _told(before: Entry | None, after: Entry) -> str:
    if before is None:
        return limit_text(after)
    changed: Sequence[str] = [key for key in after if key not in ("limit", "unit", "valid_from") and before.get(key) != after[key]]
    limits = [f"{limit_text(before)} → {limit_text(after)}"] if limit_text(before) != limit_text(after) else []
    return ", ".join([*limits, *(f"other {key}" for key in changed)])


def limit_text(entry: Entry) -> str:
    """`15 working_days`."""
    return f"{entry['limit']} {entry['unit']}" if entry.get("limit") else "no limit known"
