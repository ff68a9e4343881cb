"""The map in one window, rate and kind of unit, pure: rows with ranks, what changed since the last version, and the bytes of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from dunghen.contracts.desks import DesksByUnit
from dunghen.contracts.facts import FactsByUnit
from dunghen.contracts.messages import UnitScore
from dunghen.contracts.statements import StatementsByUnit
from dunghen.domain.bands import Thresholds
from dunghen.domain.days import Zone, date_of
from dunghen.domain.policy import Policy
from dunghen.domain.publications import Withdrawal
from dunghen.domain.ranking import FEW, dense_ranks
from dunghen.domain.units import Unit
from dunghen.domain.windows import resolve
from services.api.board_messages import Meta
from services.api.feeds import NO_FEED, UnitFeed
from services.api.freshness import freshness
from services.api.rows import CityRow, Looks, Row, city_row, instant_text, total_of, unit_row

encode = msgspec.json.Encoder().encode
ALL = "all"
NO_ZONE = Zone("UTC")


class ViewKey(NamedTuple):
    """Which view: a window's name, a rate, a kind of unit or `all`; and the indicator that it shows instead of the rate, "" for none."""

    window: str = "month"
    rate: str = "official"
    kind: str = ALL
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that the views of one version are made of. Scores, feeds, facts, desks, statements by unit; `told`: facts with drafts.

    `unknown`: names of facts of which nobody can say what was known then; `withdrawn`: publications that stood then and no more.
    """

    meta: Meta
    policy: Policy | None
    scores: Mapping[str, UnitScore]
    feeds: Mapping[str, UnitFeed]
    facts: FactsByUnit = field(default_factory=FactsByUnit)
    told: FactsByUnit = field(default_factory=FactsByUnit)
    desks: DesksByUnit = field(default_factory=DesksByUnit)
    statements: StatementsByUnit = field(default_factory=StatementsByUnit)
    unknown: frozenset[str] = frozenset()
    withdrawn: Sequence[Withdrawal] = ()
    _found: dict[str, UnitScore] = field(default_factory=dict, init=False, compare=False, repr=False)
    _units: list[Unit] = field(default_factory=list, init=False, compare=False, repr=False)

    @property
    def looks(self) -> Looks:
        if self.policy is None:
            return Looks(Thresholds(), FEW, NO_ZONE)
        return Looks(self.policy.bands, self.policy.few, self.policy.zone)

    @property
    def city(self) -> tuple[str, str]:
        return (self.policy.city.code, self.policy.city.name) if self.policy else ("", "")

    def units(self) -> list[Unit]:
        """All units of the shown day, in the catalogue's order; and those that count although it lacks them then. Not to be changed."""
        if not self._units:
            self._units[:] = self._units_found()  # two threads that find them at once find the same
        return self._units

    def total(self, window: str) -> UnitScore:
        """The sums of all scores in a window: found once for all views of it. Not to be changed."""
        found = self._found.get(window)
        if found is None:
            found = self._found[window] = total_of(self.scores.values(), window)
        return found

    def _units_found(self) -> list[Unit]:
        catalogue = self.policy.catalogue if self.policy else None
        units = list(catalogue.on(self.meta.day)) if catalogue else []
        known = {unit.code for unit in units}
        others = (code for code in sorted(self.scores) if code not in known)
        return units + [(catalogue and catalogue.get(code)) or Unit(code, code, "department") for code in others]


class Made(NamedTuple):
    """A row without its rank, and what it was made of."""

    unit: Unit
    score: UnitScore
    feed: UnitFeed
    row: Row


@dataclass(slots=True)
class View:
    """One view over time: `show` brings it to a scene and tells which rows are other than before."""

    key: ViewKey
    rows: dict[str, Row] = field(default_factory=dict)
    city: CityRow | None = None
    made_of: dict[str, Made] = field(default_factory=dict)
    unranked: dict[str, Row] = field(default_factory=dict)
    looks: Looks | None = None

    def show(self, scene: Scene) -> list[Row]:
        """The rows that changed, whole; rows that are gone are no change of others (a new snapshot is due then: see `lost`)."""
        if self.looks != scene.looks:
            self.looks, self.made_of = scene.looks, {}
        units = [unit for unit in scene.units() if self.key.kind in (ALL, unit.kind)]
        fresh = self._fresh(units, scene)
        old, self.rows = self.rows, self._ranked(fresh, old=self.rows, few=scene.looks.few)
        self.city = self._city(scene)
        return [row for code, row in self.rows.items() if row is not old.get(code)]

    def _city(self, scene: Scene) -> CityRow:
        return city_row(scene.city, scene.total(self.key.window), scene.feeds.values(), (self.key.window, self.key.rate, scene.looks))

    def _fresh(self, units: Iterable[Unit], scene: Scene) -> dict[str, Row]:
        shown = (self.key.window, self.key.rate, scene.looks)
        made_of = {}
        for unit in units:
            score, feed = scene.scores.get(unit.code, NO_SCORE), scene.feeds.get(unit.code, NO_FEED)
            made = self.made_of.get(unit.code)
            # the unit too: a policy may give it another name or kind, and without dossiers its score is ever the same object
            if made is None or made.score is not score or made.feed != feed or made.unit != unit:
                made = Made(unit, score, feed, unit_row(unit, score, feed, shown))
            made_of[unit.code] = made
        self.made_of = made_of
        return {code: made.row for code, made in made_of.items()}

    def _ranked(self, fresh: Mapping[str, Row], old: Mapping[str, Row], few: int) -> dict[str, Row]:
        """The same rows with their ranks; the former object where nothing is other."""
        of_kind: dict[str, list[tuple[str, int, int]]] = {}
        for row in fresh.values():
            of_kind.setdefault(row.kind, []).append(self.ranked_by(row))
        least = few if self.of_dossiers else 1
        ranks = {kind: dense_ranks(entries, least) for kind, entries in of_kind.items()}
        last = {kind: max(found.values(), default=0) for kind, found in ranks.items()}
        same, self.unranked = self.unranked, dict(fresh)
        ranked: dict[str, Row] = {}
        for code, row in fresh.items():
            rank, of, before = ranks[row.kind].get(code), last[row.kind], old.get(code)
            if before is None or row is not same.get(code) or (before.rank, before.of) != (rank, of):
                placed = msgspec.structs.replace(row, rank=rank, of=of)
                before = before if before == placed else placed
            ranked[code] = before
        return ranked

    @property
    def of_dossiers(self) -> bool:
        """Whether the rows show shares of dossiers: then they have intervals, and of a few there is no rank."""
        return True

    @property
    def with_dossiers(self) -> bool:
        """Whether anything of it is counted from dossiers, and not told."""
        return True

    def ranked_by(self, row: Row) -> tuple[str, int, int]:
        """(code, numerator, denominator) of what ranks a row of this view, exact: the greater the better."""
        return row.code, row.numerator, row.denominator


NO_SCORE = UnitScore(unit="", day=0, policy=0, covers={})


def whole_of(view: View, above: Mapping[str, object], age: float | None) -> bytes:
    """A view as JSON. `age`: seconds without a word from the projector, where that is too long: stale."""
    return encode({**above, **freshness(age), "city": view.city, "units": list(view.rows.values())})


def heading(scene: Scene, key: ViewKey) -> dict[str, object]:
    """The members that stand above the rows, as of the scene's version."""
    window = resolve(key.window, scene.meta.day)
    return {
        "as_of": date_of(scene.meta.day).isoformat(),
        "known_at": instant_text(scene.meta.known_at, scene.looks.zone),
        "version": scene.meta.version,
        "policy": scene.meta.policy,
        "window": key.window,
        "first": date_of(window.first).isoformat(),
        "last": date_of(window.last).isoformat(),
        "rate": None if key.indicator else key.rate,
        "indicator": key.indicator or None,
        "kind": key.kind,
    }
