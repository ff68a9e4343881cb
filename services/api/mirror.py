"""A worker's copy of the live picture in memory: filled once, then moved by the entries of the stream. Pure but for what it is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dunghen.contracts.desks import DesksByUnit
from dunghen.contracts.facts import FactsByUnit, PublicFacts, facts_by_unit
from dunghen.contracts.messages import PolicyRecord, UnitScore
from dunghen.contracts.statements import StatementsByUnit, Task, statements_by_unit
from dunghen.domain.derived_facts import catalogue_facts
from dunghen.domain.policy import Policy
from dunghen.domain.publications import Publications
from services.api.board_messages import NOWHERE, Entry, FeedView, Meta, Position, Pulse
from services.api.feeds import UnitFeed, by_unit
from services.api.policies import Policies
from services.api.ports import Stored
from services.api.views import Scene

PUBLICATIONS = "publications"  # the kind of policy


@dataclass(slots=True)
class Mirror:
    """The picture at `position`; `meta` None while nothing was ever shown. A picture is never replaced by none."""

    position: Position = NOWHERE
    meta: Meta | None = None
    scores: dict[str, UnitScore] = field(default_factory=dict)
    feeds: dict[str, FeedView] = field(default_factory=dict)
    records: dict[tuple[str, int], PolicyRecord] = field(default_factory=dict)
    facts: FactsByUnit = field(default_factory=FactsByUnit)
    desks: DesksByUnit = field(default_factory=DesksByUnit)
    statements: StatementsByUnit = field(default_factory=StatementsByUnit)
    pulse: Pulse | None = None
    _pulse_at: float = 0.0
    _looked_at: float = 0.0
    _units: Mapping[str, UnitFeed] | None = None
    _policies: Policies | None = None
    _public: tuple[Policy, PublicFacts] | None = None
    _scene: Scene | None = None

    def load(self, stored: Stored) -> bool:
        """Takes the whole picture over, unless there is none or an older one (Redis was emptied). True if it was taken."""
        if stored.meta is None or (self.meta is not None and stored.meta.version < self.meta.version):
            return False
        self.scores = {unit: self._same(unit, score) for unit, score in stored.scores.items()}
        self.position, self.meta, self.feeds, self.records = stored.position, stored.meta, stored.feeds, stored.policies
        self.facts, self.desks, self.statements = (
            facts_by_unit(stored.facts),
            DesksByUnit(stored.desks),
            statements_by_unit(stored.statements),
        )
        self.desks.derive_all(self.facts)
        self._lay_out_tasks(self.statements.tasks)
        self._units = self._policies = self._public = self._scene = None
        return True

    def _same(self, unit: str, score: UnitScore) -> UnitScore:
        """The object that is here already if it says the same: views know by it that nothing changed."""
        old = self.scores.get(unit)
        return old if old is not None and old == score else score

    def apply(self, position: Position, entry: Entry) -> bool:
        """One step; False if it begins elsewhere, and the whole picture has to be loaded."""
        if self.meta is None or entry.after != self.position.text:
            return False
        self.position, self.meta, self._scene = position, entry.meta, None
        self.scores.update((score.unit, score) for score in entry.scores)
        for unit in entry.removed:
            self.scores.pop(unit, None)
        for fact in entry.facts:
            self.facts.put(fact)
        for day in entry.desks:
            self.desks.put(day, self.facts)
        for told in entry.statements:
            self.statements.put(told)
        self._lay_out_tasks({told.unit for told in entry.statements if isinstance(told, Task)})
        if entry.feeds:
            self.feeds.update((feed.source, feed) for feed in entry.feeds)
            self._units = None
        if entry.policies:
            self.records.update(((record.kind, record.version), record) for record in entry.policies)
            self._policies = None
        return True

    def _lay_out_tasks(self, units: Iterable[str]) -> None:
        for unit in units:
            self.facts.put_tasks(unit, self.statements.series(unit))

    def scene(self) -> Scene | None:
        """What the views are made of, one object until the next `apply`, to be used before it; None while nothing was shown."""
        if self.meta is None or self._scene is not None:
            return self._scene
        if self._units is None:
            self._units = by_unit(self.feeds.values())
        policy = self.policy_at(self.meta.policy)
        self._scene = Scene(self.meta, policy, self.scores, self._units, self._public_by(policy), self.facts, self.desks, self.statements)
        return self._scene

    def _public_by(self, policy: Policy | None) -> FactsByUnit:
        """What of the facts is public by a policy: the same object until either is another."""
        if policy is None:
            return FactsByUnit()  # nobody can say which of them are drafts
        if self._public is None or self._public[0] is not policy:
            counted = {policy.city.code: catalogue_facts(policy.procedures)}
            self._public = policy, PublicFacts(self.facts, policy.indicators, policy.publications, counted)
        return self._public[1]

    def policy_at(self, version: int) -> Policy | None:
        """The policy of a version, None where it is not known."""
        if self._policies is None:
            self._policies = Policies(self.records)
        return self._policies.at(version)

    def publications_since(self, version: int) -> list[tuple[int, Publications]]:
        """(applied at, what was published from then on) of each version above this one, up to the shown one, that says it; in order."""
        newest = self.meta.policy if self.meta else 0
        later = sorted(
            (v, record.applied_at) for (kind, v), record in self.records.items() if kind == PUBLICATIONS and version < v <= newest
        )
        policies = ((applied_at, self.policy_at(v)) for v, applied_at in later)
        return [(applied_at, policy.publications) for applied_at, policy in policies if policy]

    def hear(self, pulse: Pulse | None, milliseconds: int, now: float) -> None:
        """The projector's newest sign of life, as the board has it. `now` on the monotonic clock, by which ages go: the time of day, which
        two machines have and which may be put right, is asked for the first one alone. Each later one came since we looked last.
        """
        if pulse is None:
            return
        if pulse != self.pulse:
            age = max(milliseconds - pulse.at, 0) / 1000
            self._pulse_at = now - (age if self.pulse is None else min(age, now - self._looked_at))
        self.pulse, self._looked_at = pulse, now

    def age_seconds(self, now: float) -> float | None:
        """Real seconds since the projector's last sign of life; None if there never was one. `now` on the monotonic clock."""
        return None if self.pulse is None else max(now - self._pulse_at, 0.0)

    def lag_seconds(self, now: float) -> float | None:
        """Real seconds since everything in `dossier-events` was on the map, as far as it is known here."""
        age = self.age_seconds(now)
        return None if age is None or self.pulse is None else round(self.pulse.lag_seconds + age, 1)

    def store_seconds(self, now: float) -> float | None:
        """Real seconds since everything in the topics of the days and facts was in the store, as far as it is known here."""
        age = self.age_seconds(now)
        said = self.pulse.store_seconds if self.pulse else None
        return None if age is None or said is None else round(said + age, 1)
