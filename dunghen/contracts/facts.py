"""Facts: what is told of a unit for a period, by code, for indicators that dossiers do not feed: the values of `facts` (decision 0023).

Integers and codes only: no text of a person fits in. Every statement is kept, under a key of its own; which of them holds is decided by
`FactBook`, newest by (occurred_at, arrived_at, id), in whatever order they are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from dunghen.contracts.messages import Code, EventId, Instant, Microseconds
from dunghen.domain.indicator_values import Stated, UnitFacts
from dunghen.domain.indicators import IndicatorBook
from dunghen.domain.publications import Publications, yearly_of
from dunghen.domain.reviewing import SELF
from dunghen.domain.tasks import TASKS

FactKind = Literal["value", "not_assessed", "withdrawn"]
FactStage = Literal["", "self"]
FACT_KINDS: tuple[FactKind, ...] = ("value", "not_assessed", "withdrawn")
MOST = (1 << 53) - 1
Amount = Annotated[int, Meta(ge=0, le=MOST)]
Evidence = Annotated[str, Meta(max_length=300, pattern=r"^(https://[!-~]+)?$")]
_canonical = msgspec.json.Encoder(order="sorted").encode


class Fact(msgspec.Struct, gc=False, omit_defaults=True, kw_only=True):
    """One statement: the value of `facts`. `denominator` None: the figure is a number by itself.

    `period`: `2026`, `2026-Q3`, `2026-10` or `2026-10-03` in local days. `kind`: a `value`; `not_assessed`, which is not none; `withdrawn`,
    as if nothing had been told. `stage` `self`: points that the unit gives itself; "": what counts, reviewed points too.
    `by`: the id of the key that it came with, "" where none was needed. `evidence`: a link.
    """

    id: EventId
    unit: Code
    code: Code
    period: Annotated[str, Meta(pattern=r"^\d{4}(-(Q[1-4]|(0[1-9]|1[0-2])(-\d{2})?))?$")]
    kind: FactKind = "value"
    numerator: Amount = 0
    denominator: Amount | None = None
    source: Code
    occurred_at: Instant
    arrived_at: Microseconds
    by: Code = ""
    evidence: Evidence = ""
    stage: FactStage = ""

    @property
    def told_as(self) -> str:
        """The code, and behind it whether the unit said it of itself: one does not take the other's place."""
        return self.code + (SELF if self.stage else "")

    @property
    def order(self) -> tuple[int, int, str]:
        """What decides which of two statements of the same unit, code and period holds."""
        return self.occurred_at, self.arrived_at, self.id


decode_fact = msgspec.json.Decoder(Fact).decode


def told_id(told: msgspec.Struct, given_at: int) -> str:
    """The first 16 hex digits of SHA-256 over what was said; the same said again has the same id. `given_at`: the sender's time, else 0."""
    said = msgspec.structs.replace(told, id="", arrived_at=0, occurred_at=given_at, by="")
    return sha256(_canonical(said)).hexdigest()[:16]


def fact_key(fact: Fact) -> bytes:
    """The key in the topic: only a repetition of the same statement takes its place."""
    return f"{fact.unit}|{fact.code}|{fact.period}|{fact.id}".encode()


def field_of(fact: Fact) -> tuple[str, str, str]:
    """What a fact is about."""
    return fact.unit, fact.told_as, fact.period


@dataclass(slots=True)
class FactBook:
    """The statements that hold, by (unit, code, period). The same facts in any order give the same book."""

    facts: dict[tuple[str, str, str], Fact] = field(default_factory=dict)

    def take(self, fact: Fact) -> bool:
        """One statement; True if it holds now and did not before."""
        old = self.facts.get(field_of(fact))
        if old is not None and old.order >= fact.order:
            return False
        self.facts[field_of(fact)] = fact
        return True


class FactsByUnit:
    """The same as `domain.indicator_values` wants it. A unit whose facts change gets another object: who holds the old one sees it."""

    def __init__(self) -> None:
        self.of: dict[str, UnitFacts] = {}

    def put(self, fact: Fact) -> None:
        """The statement that holds now."""
        codes = dict(self.of.get(fact.unit, {}))
        periods = dict(codes.get(fact.told_as, {}))
        if fact.kind == "withdrawn":
            periods.pop(fact.period, None)
        else:
            periods[fact.period] = Stated(fact.numerator, fact.denominator, fact.kind == "value", fact.occurred_at)
        self.of[fact.unit] = {**codes, fact.told_as: periods}

    def derive(self, unit: str, facts: Iterable[tuple[str, str, Stated]]) -> None:
        """What nobody tells and is made of events, (code, period, figures); a unit gets another object here, too."""
        codes = dict(self.of.get(unit, {}))
        fresh: dict[str, dict[str, Stated]] = {}
        for code, name, stated in facts:
            if code not in fresh:
                fresh[code] = dict(codes.get(code, {}))
            fresh[code][name] = stated
        self.of[unit] = {**codes, **fresh}

    def put_tasks(self, unit: str, series: UnitFacts) -> None:
        """A unit's tasks as they are now, by term (`StatementsByUnit.series`), instead of what they were."""
        kept = {code: periods for code, periods in self.of.get(unit, {}).items() if not code.startswith(TASKS)}
        self.of[unit] = {**kept, **series}

    def unit(self, code: str) -> UnitFacts:
        """The facts of a unit or of the city."""
        return self.of.get(code, NO_FACTS)


def facts_by_unit(book: FactBook) -> FactsByUnit:
    """All that holds."""
    found = FactsByUnit()
    for fact in book.facts.values():
        found.put(fact)
    return found


class PublicFacts(FactsByUnit):
    """Without what is a draft: years of yearly sets that are not published, and what no set of the policy has.

    With what is `counted` of the policy itself, by unit. A unit's object is another one only where its facts are.
    """

    def __init__(
        self, told: FactsByUnit, book: IndicatorBook, publications: Publications, counted: Mapping[str, UnitFacts] | None = None
    ) -> None:
        super().__init__()
        self.told, self.book, self.publications, self.counted = told, book, publications, counted or {}
        self._made: dict[str, tuple[UnitFacts, UnitFacts]] = {}  # told, public

    def unit(self, code: str) -> UnitFacts:
        """The public facts of a unit or of the city."""
        told, made = self.told.unit(code), self._made.get(code)
        if made is None or made[0] is not told:
            public = {name: self._public(name, periods) for name, periods in told.items() if self._is_known(name)}
            public |= self.counted.get(code, {})
            made = self._made[code] = told, told if public == told else public
        return made[1]

    def shows(self, name: str, period: str) -> bool:
        """Whether a fact (`Fact.told_as`) of a period is public."""
        return self._is_known(name) and self._is_published(name, period)

    def _is_known(self, name: str) -> bool:
        """What no definition of this policy is made of may be a draft of a set that another one has."""
        return name.startswith(TASKS) or name.removesuffix(SELF) in self.book.fact_codes

    def _public(self, name: str, periods: Mapping[str, Stated]) -> Mapping[str, Stated]:
        return {period: stated for period, stated in periods.items() if self._is_published(name, period)}

    def _is_published(self, name: str, period: str) -> bool:
        of = yearly_of(self.book, name, period)
        return of is None or of in self.publications.at


NO_FACTS: Mapping[str, Mapping[str, Stated]] = {}
