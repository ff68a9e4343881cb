"""Which years of yearly sets are public (decision 0027): until then they are drafts, which officials alone see. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


class Withdrawal(NamedTuple):
    """A publication that does not stand any more. Seconds since 1970 UTC; `again_at`: since when the year is public anew, 0: it is not."""

    of: SetYear
    published_at: int
    withdrawn_at: int
    again_at: int


def withdrawals(then: Publications, later: Iterable[tuple[int, Publications]], now: Publications) -> list[Withdrawal]:
    """Which of those that stood then were withdrawn since, by set and year. `later`: (applied at, what stood from then on), in order.

    What was known then was published then, so history goes on telling it (domain.md §4: `known_at` means what was published then); it has
    to say that it does not stand any more.
    """
    steps, found = list(later), list[Withdrawal]()
    for one, at in sorted(then.at.items()):
        gone = next((applied for applied, publications in steps if publications.at.get(one) != at), None)
        if gone is not None:
            found.append(Withdrawal(one, at, gone, now.at.get(one, 0)))
    return found


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
