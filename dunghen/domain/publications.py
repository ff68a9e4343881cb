"""Which years of yearly sets are public (decision 0027): until then they are drafts, which officials alone see. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from dunghen.domain.bodies import Reader
from dunghen.domain.indicator_reading import SET_CODE
from dunghen.domain.indicators import IndicatorBook


class SetYear(NamedTuple):
    """A set and a calendar year."""

    set: str
    year: str


@dataclass(frozen=True, slots=True)
class Publications:
    """When each was published, in seconds since 1970 UTC. Who did it stands in the record of the policy."""

    at: Mapping[SetYear, int] = field(default_factory=dict)

    def of(self, set_code: str) -> list[str]:
        """The published years of a set, the newest first."""
        return sorted((one.year for one in self.at if one.set == set_code), reverse=True)


def yearly_of(book: IndicatorBook, fact: str, period: str) -> SetYear | None:
    """The set and year that a fact of this code and period belongs to; None where its set is not told by years."""
    of = book.sets.get(fact.partition(".")[0])
    return SetYear(of.code, period[:4]) if of is not None and of.yearly else None


def read_publications(body: Reader) -> Publications:
    """The policy kind `publications`: `published`, a list of {set, year, at}."""
    found: dict[SetYear, int] = {}
    for given in body.objects("published"):
        found[SetYear(given.text("set", pattern=SET_CODE), str(given.whole("year", None, 1970, 2105)))] = given.whole("at", 0, 0, 1 << 40)
        given.finish()
    return Publications(found)


def publications_body(publications: Publications) -> dict[str, object]:
    """The same as a body."""
    return {"published": [{"set": one.set, "year": int(one.year), "at": at} for one, at in sorted(publications.at.items())]}
