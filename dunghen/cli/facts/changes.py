"""What a list of statements would change of the facts that hold. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dunghen.cli.facts.rows import Refused, Statement
from dunghen.contracts.facts import Fact, FactBook
from dunghen.domain.days import Zone


@dataclass(frozen=True)
class Changes:
    """Statements that say something new, each with what holds now (None: nothing); how many say what holds; what is refused."""

    told: tuple[tuple[Fact | None, Statement], ...]
    same: int
    refused: tuple[Refused, ...] = field(default=())

    def lines(self, zone: Zone) -> Iterator[str]:
        """For the operator, row by row; the refused ones last."""
        for before, after in self.told:
            about = f"row {after.row}  {after.unit} {after.code} {after.period}"
            if before is None:
                yield f"+ {about}: {figure(after)}"
            else:
                yield f"~ {about}: {figure(before)} → {figure(after)}  (told {instant(before.occurred_at, zone)}, {origin(before)})"
        yield from (one.line() for one in self.refused)

    def summary(self) -> str:
        new = sum(before is None for before, _ in self.told)
        return f"{new} new, {len(self.told) - new} changed, {self.same} as they were, {len(self.refused)} refused"


def changes_of(wanted: Iterable[Statement], refused: Iterable[Refused], book: FactBook) -> Changes:
    """A withdrawal of what nobody has told changes nothing."""
    pairs = [(book.facts.get(one.about), one) for one in wanted]
    told = tuple((before, after) for before, after in pairs if not _holds(before, after))
    return Changes(told, len(pairs) - len(told), tuple(refused))


def _holds(before: Fact | None, after: Statement) -> bool:
    if before is None:
        return after.kind == "withdrawn"
    if before.kind == after.kind == "withdrawn":
        return True
    figures = (before.kind, before.numerator, before.denominator, before.evidence)
    return figures == (after.kind, after.numerator, after.denominator, after.evidence)


def item_of(one: Statement, at: int) -> dict[str, Any]:
    """As `POST /facts` takes it; `at`: when it is said, seconds since 1970 UTC."""
    item: dict[str, Any] = {"unit": one.unit, "code": one.code, "period": one.period, "kind": one.kind}
    if one.kind == "value":
        item |= {"numerator": one.numerator} | ({} if one.denominator is None else {"denominator": one.denominator})
    return item | {"occurred_at": datetime.fromtimestamp(at, UTC).isoformat()} | ({"evidence": one.evidence} if one.evidence else {})


def figure(one: Fact | Statement) -> str:
    """`41/44`, `41`, or the kind where it is no value."""
    if one.kind != "value":
        return one.kind
    return f"{one.numerator}" if one.denominator is None else f"{one.numerator}/{one.denominator}"


def origin(fact: Fact) -> str:
    return f"by {fact.source}" + (f" with key {fact.by}" if fact.by else "")


def instant(at: int, zone: Zone) -> str:
    """Local date and time of the city."""
    return f"{datetime.fromtimestamp(at + zone.offset_at(at), UTC):%Y-%m-%d %H:%M:%S}"
