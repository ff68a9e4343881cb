"""From a policy to what ingest needs of it."""

from __future__ import annotations

from functools import partial

from dunghen.domain.derived_facts import DERIVED_FACTS
from dunghen.domain.policy import Policy
from dunghen.domain.publications import yearly_of
from dunghen.domain.units import Catalogue, normalise_wire_code
from services.ingest.ports import Desk
from services.ingest.wire.facts import FactCodes

MOST_REMEMBERED = 50_000


def desk_of(policy: Policy) -> Desk:
    """The desk of one policy version."""
    finder, city = UnitFinder(policy.catalogue), policy.city.code

    def own_unit(code: str) -> str:
        return finder("", code, "")

    def fact_unit(code: str) -> str:
        return city if normalise_wire_code(code) == city else own_unit(code)

    def under(prefix: str) -> frozenset[str]:
        found = finder.under(prefix)
        return found | {city} if len(found) == len(policy.catalogue.all) else found

    return Desk(
        policy.version,
        policy.calendar,
        finder,
        under,
        find_fact_unit=fact_unit,
        find_own_unit=own_unit,
        fact_codes=codes_of(policy),
        city=city,
        precedence=policy.city.precedence,
        forms=policy.city.forms,
    )


def codes_of(policy: Policy) -> FactCodes:
    """What facts can be told of."""
    book = policy.indicators
    return FactCodes(book.fact_codes - DERIVED_FACTS, book.manual_facts, partial(yearly_of, book), frozenset(policy.publications.at))


class UnitFinder:
    """`Catalogue.resolve` with a memory: of names that were found, and of codes. A name that is unknown may be anything and is not kept."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._known: dict[tuple[str, str, str], str] = {}
        self._under: dict[str, frozenset[str]] = {}

    def __call__(self, name: str, dossier: str, sender: str) -> str:
        """The public code of the unit, "" where none or several fit. Of the dossier code only the part before its first `-` counts."""
        place = "" if name else dossier.partition("-")[0]
        known = self._known.get((name, place, sender))
        if known is not None:
            return known
        unit = self.catalogue.resolve(name, dossier, sender).unit
        code = unit.code if unit else ""
        if code or not name:
            self._remember((name, place, sender), code)
        return code

    def under(self, prefix: str) -> frozenset[str]:
        """The units of a key's prefix: of as many prefixes as there are keys."""
        if prefix not in self._under:
            self._under[prefix] = self.catalogue.under(prefix)
        return self._under[prefix]

    def _remember(self, key: tuple[str, str, str], code: str) -> None:
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = code
