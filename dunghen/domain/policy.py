"""Everything about a city that is data (`architecture.md` §9): its units, when it works, how long things may take, what the bands mean.

A `Policy` is one version of it all, frozen. Bodies are plain JSON values, one for each kind of `contracts.messages.PolicyRecord`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from dunghen.domain import policy_reading as reading
from dunghen.domain.bands import Thresholds
from dunghen.domain.bodies import Reader
from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import Zone
from dunghen.domain.indicator_reading import read_indicators
from dunghen.domain.indicators import IndicatorBook
from dunghen.domain.matrix import NO_MANNERS, Manners, Stage
from dunghen.domain.matrix_reading import read_matrix
from dunghen.domain.policy_parts import City, Procedures
from dunghen.domain.publications import Publications, read_publications
from dunghen.domain.ranking import FEW
from dunghen.domain.rules import DossierRules
from dunghen.domain.units import Catalogue

PolicyKind = Literal["city", "units", "calendar", "rules", "bands", "procedures", "stages", "counters", "indicators", "publications"]
POLICY_KINDS: tuple[PolicyKind, ...] = get_args(PolicyKind)


class PolicyError(ValueError):
    """All faults of a policy, one a line, each with its place."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of all of it. Below `few` dossiers a rate is marked and not ranked; terms up to `short_term_seconds` are short."""

    version: int
    city: City
    catalogue: Catalogue
    calendar: WorkingCalendar
    rules: DossierRules
    bands: Thresholds
    procedures: Procedures
    stages: tuple[Stage, ...]
    few: int = FEW
    short_term_seconds: int = 28800
    manners: Manners = NO_MANNERS
    indicators: IndicatorBook = field(default_factory=IndicatorBook)
    publications: Publications = field(default_factory=Publications)

    @property
    def zone(self) -> Zone:
        """The city's time."""
        return self.calendar.zone

    @classmethod
    def from_bodies(cls, version: int, bodies: Mapping[str, Any]) -> Policy:
        """The policy that these bodies say; what is not given has the product's defaults. Raises PolicyError that lists all faults."""
        faults = [f"{kind}: is no kind of policy" for kind in bodies if kind not in POLICY_KINDS]
        at = {kind: Reader(kind, bodies.get(kind, {}), faults) for kind in POLICY_KINDS}
        city, zone = reading.read_city(at["city"])
        calendar = reading.read_calendar(at["calendar"], zone)
        procedures = Procedures(reading.read_procedures(at["procedures"]))
        supplements, few = reading.read_rules(at["rules"])
        stages, manners = read_matrix(at["stages"], zone)
        policy = cls(
            version=version,
            city=city,
            catalogue=Catalogue(reading.read_units(at["units"]), city.name, city.code, city.former_codes),
            calendar=calendar,
            rules=DossierRules(zone, calendar, procedures.limit_of, supplements.on),
            bands=reading.read_bands(at["bands"]),
            procedures=procedures,
            stages=stages,
            few=few,
            short_term_seconds=at["stages"].whole("short_hours", 8, 1) * 3600,
            manners=manners,
            indicators=read_indicators(at["indicators"]),
            publications=read_publications(at["publications"]),
        )
        reading.read_counters(at["counters"])
        for reader in at.values():
            reader.finish()
        if faults:
            raise PolicyError(faults)
        return policy
