"""The operator's list of people as CSV, read into records of the topic `people`. Faults name line and column, never what stands there.

One line is one post of one person; `ref` (the number of the operator's own list) says which lines are one person. Columns:
`ref, unit, role` must be there; `section, address, wire_name, feeds, valid_from, valid_to, leave` may. `wire_name` is what the one-stop
system writes as NguoiXuLy; only its digest is kept. `leave` is like `2026-12-01..2026-12-05=REF` (who stands in; may be left out), several
with `;` between them, as with `feeds`. Days are local days of the city, both ends included.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from dunghen.contracts.people import ADDRESS, LeaveRecord, PersonRecord, PostRecord, new_id, ref_digest
from dunghen.domain.days import day_number
from dunghen.domain.directory import ROLES, name_digest
from dunghen.domain.policy import Policy

NEEDED = ("ref", "unit", "role")
COLUMNS = (*NEEDED, "section", "address", "wire_name", "feeds", "valid_from", "valid_to", "leave")
_CODE = re.compile(r"[ -~]{0,60}")
_LEAVE = re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)(?:=(.+))?")


class ListFaults(ValueError):
    """Everything that is wrong with the list, one fault a line."""


@dataclass
class _Someone:
    """One person while the lines are read; `lines` are those that name them."""

    ref: str
    lines: list[int] = field(default_factory=list)
    posts: list[PostRecord] = field(default_factory=list)
    address: str = ""
    wire_names: set[str] = field(default_factory=set)  # never leave this reading: their digests do
    feeds: set[str] = field(default_factory=set)
    leave: list[tuple[int, int, str, int]] = field(default_factory=list)  # first, last, ref of the cover, line

    @property
    def names(self) -> tuple[str, ...]:
        """In every unit where there is a post: a moved person is known there by the same name."""
        return tuple(sorted({name_digest(post.unit, name) for post in self.posts for name in self.wire_names}))


class ListReading:
    """One reading of one list. `known` are the records as they are, by the digest of their ref: a person keeps the id."""

    def __init__(self, policy: Policy, known: Mapping[str, PersonRecord]) -> None:
        self.policy, self.known = policy, known
        self.faults: list[str] = []
        self._people: dict[str, _Someone] = {}
        self._line = 0

    def records(self, text: Iterable[str]) -> list[PersonRecord]:
        """All people of the list. Raises ListFaults with every fault of every line; then nothing of it is to be used."""
        rows = csv.DictReader(text)
        self._check_columns(rows.fieldnames or ())
        if not self.faults:
            for row in rows:
                self._line = rows.line_num
                self._take({key: (value or "").strip() for key, value in row.items() if key in COLUMNS}, None in row)
            self._check_names()
        ids = {ref: self._id_of(ref) for ref in self._people}
        found = [self._record(someone, ids) for someone in self._people.values()]
        if self.faults or not found:
            raise ListFaults("\n".join(self.faults or ["nobody is in this list"]))
        return found

    def _check_columns(self, given: Iterable[str | None]) -> None:
        there = tuple(given)
        self.faults += [f"line 1: column {name} is missing" for name in NEEDED if name not in there]
        self.faults += [f"line 1: a column of position {i} is not known" for i, name in enumerate(there, 1) if name not in COLUMNS]
        self.faults += [f"line 1: column {name} stands there twice" for name in COLUMNS if there.count(name) > 1]

    def _fault(self, column: str, what: str, line: int = 0) -> None:
        self.faults.append(f"line {line or self._line}: {column}: {what}")

    def _take(self, row: dict[str, str], too_long: bool) -> None:
        if too_long:
            self._fault("the line", "has more cells than columns")
        if not row["ref"]:
            self._fault("ref", "is missing")
            return
        someone = self._people.setdefault(row["ref"], _Someone(row["ref"]))
        someone.lines.append(self._line)
        self._take_post(someone, row)
        self._take_address(someone, row.get("address", ""))
        if row.get("wire_name"):
            someone.wire_names.add(row["wire_name"])
        someone.feeds.update(self._codes("feeds", row.get("feeds", "")))
        for text in filter(None, map(str.strip, row.get("leave", "").split(";"))):
            self._take_leave(someone, text)

    def _take_post(self, someone: _Someone, row: dict[str, str]) -> None:
        if self.policy.catalogue.get(row["unit"]) is None and row["unit"] != self.policy.city.code:
            self._fault("unit", "is no unit of this city" if row["unit"] else "is missing")
        role = next((role for role in ROLES if role == row["role"]), None)
        if role is None:
            self._fault("role", f"must be one of {', '.join(ROLES)}")
            return
        section = "".join(self._codes("section", row.get("section", "").replace(";", ",")))
        first, last = self._day("valid_from", row.get("valid_from", "")), self._day("valid_to", row.get("valid_to", ""))
        if first is not None and last is not None and last < first:
            self._fault("valid_to", "lies before valid_from")
        if _CODE.fullmatch(row["unit"]):
            someone.posts.append(PostRecord(unit=row["unit"], role=role, section=section, valid_from=first, valid_to=last))

    def _take_address(self, someone: _Someone, address: str) -> None:
        if address and not re.fullmatch(ADDRESS, address):
            self._fault("address", "does not have the form name@host in plain letters")
        if address and someone.address not in ("", address):
            self._fault("address", f"differs from that of line {someone.lines[0]}, which is the same person")
        someone.address = someone.address or address

    def _take_leave(self, someone: _Someone, text: str) -> None:
        form = _LEAVE.fullmatch(text)
        if not form:
            self._fault("leave", "must be like 2026-12-01..2026-12-05=REF, several with ; between them")
            return
        first, last, cover = self._day("leave", form[1]), self._day("leave", form[2]), (form[3] or "").strip()
        if first is None or last is None:
            return
        if last < first:
            self._fault("leave", "ends before it begins")
        someone.leave.append((first, last, cover, self._line))

    def _codes(self, column: str, text: str) -> list[str]:
        found = [part.strip() for part in text.split(";") if part.strip()]
        if not all(map(_CODE.fullmatch, found)):
            self._fault(column, "must be short and in plain letters")
            return []
        return found

    def _day(self, column: str, text: str) -> int | None:
        try:
            return day_number(date.fromisoformat(text)) if text else None
        except ValueError:
            self._fault(column, "is not a date like 2026-01-31")
            return None

    def _check_names(self) -> None:
        """Two who have one name in one unit could not be told apart: an official would be told of another's dossiers."""
        seen: dict[str, _Someone] = {}
        for someone in self._people.values():
            for name in someone.names:
                other = seen.setdefault(name, someone)
                if other is not someone:
                    self._fault("wire_name", f"is that of line {other.lines[0]} too, in the same unit", someone.lines[0])

    def _id_of(self, ref: str) -> str:
        old = self.known.get(ref_digest(ref))
        return old.id if old else new_id()

    def _record(self, someone: _Someone, ids: Mapping[str, str]) -> PersonRecord:
        old = self.known.get(ref_digest(someone.ref))
        return PersonRecord(
            id=ids[someone.ref],
            signed_out_at=old.signed_out_at if old else 0,
            ref=ref_digest(someone.ref),
            posts=tuple(someone.posts),
            address=someone.address,
            names=someone.names,
            feeds=tuple(sorted(someone.feeds)),
            leave=tuple(self._leave(someone, each, ids) for each in sorted(someone.leave)),
        )

    def _leave(self, someone: _Someone, given: tuple[int, int, str, int], ids: Mapping[str, str]) -> LeaveRecord:
        first, last, cover, line = given
        old = self.known.get(ref_digest(cover)) if cover else None
        found = ids.get(cover) or (old.id if old else "")
        if cover and not found:
            self._fault("leave", "who stands in is neither in this list nor in the directory", line)
        if cover == someone.ref:
            self._fault("leave", "nobody stands in for themselves", line)
        return LeaveRecord(first=first, last=last, cover=found)
