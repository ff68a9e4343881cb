"""The projector's picture of the map, pure: which scores are shown, which wait for the others to reach their generation. No clock, no I/O.

A generation is shown once every partition of `unit-scores` has said by a Level that its scores of that generation are complete. Until then
newer scores wait, and the older ones stay with their own covers: the map turns its day or its policy in one version, or not yet.

A day goes back only with the city's clock: where it ran ahead and was put right, every partition says by a new Level that it counts for the
earlier day again, and the map follows the last of them. One that says so alone has a worker whose clock is behind.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dunghen.contracts.messages import Level, UnitScore
from services.api.board_messages import Generation


@dataclass(slots=True)
class Changes:
    """What is not yet written. Values of None are to be deleted."""

    scores: dict[str, UnitScore | None] = field(default_factory=dict)
    staged: dict[tuple[Generation, str], UnitScore | None] = field(default_factory=dict)
    levels: dict[tuple[Generation, int], Level | None] = field(default_factory=dict)
    switched: bool = False

    @property
    def visible(self) -> bool:
        return self.switched or bool(self.scores)

    def __bool__(self) -> bool:
        return self.visible or bool(self.staged) or bool(self.levels)


@dataclass(slots=True)
class Picture:
    """Scores shown and waiting, and the newest Level of each partition in each generation from the shown one on."""

    partitions: int
    shown: Generation | None = None
    scores: dict[str, UnitScore] = field(default_factory=dict)
    staged: dict[Generation, dict[str, UnitScore]] = field(default_factory=dict)
    levels: dict[Generation, dict[int, Level]] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)

    def put(self, score: UnitScore) -> None:
        """A unit's new score: shown at once if its generation is, never over a newer generation's, else kept until the switch."""
        generation, old = Generation(score.policy, score.day), self.scores.get(score.unit)
        newer = self.shown is None or generation > self.shown
        if not newer and (generation == self.shown or old is None or generation >= (old.policy, old.day)):
            self.scores[score.unit] = score
            self.changes.scores[score.unit] = score
        elif newer or self._may_come_back(generation):
            self.staged.setdefault(generation, {})[score.unit] = score
            self.changes.staged[generation, score.unit] = score

    def remove(self, unit: str) -> None:
        """A tombstone: the unit has no score any more, in no generation."""
        if self.scores.pop(unit, None) is not None:
            self.changes.scores[unit] = None
        for generation, scores in self.staged.items():
            if scores.pop(unit, None) is not None:
                self.changes.staged[generation, unit] = None

    def level(self, partition: int, level: Level) -> None:
        """What a partition's scores stand for. A generation of an older policy than the shown one says nothing any more."""
        generation = Generation(level.policy, level.day)
        if self.shown is None or generation >= self.shown:
            self._set_level(generation, partition, level)
            for older in [g for g in self.levels if self.shown is not None and g < self.shown]:
                self._drop_level(older, partition)
        elif self._may_come_back(generation):
            self._set_level(generation, partition, level)
        else:
            return
        for ahead in [g for g in self.levels if g.policy == generation.policy and g > generation and g != self.shown]:
            self._drop_level(ahead, partition)  # its clock was put right: what it said of a day ahead does not hold when that comes

    def switch(self) -> bool:
        """Goes over to the newest generation in which every partition is level, or back to the one that every partition said last. True if
        that changed what is shown.
        """
        ready = [g for g, levels in self.levels.items() if len(levels) >= self.partitions and g != self.shown]
        back = [g for g in ready if self.shown is not None and g < self.shown]
        if not ready:
            return False
        self._show(max(back or ready))
        return True

    def covers(self) -> dict[int, int]:
        """Per source partition, the offset below which everything is in all shown scores: the smallest level over partitions."""
        levels = list(self.levels.get(self.shown, {}).values()) if self.shown else []
        sources = sorted({source for level in levels for source in level.levels})
        return {source: min(level.levels.get(source, 0) for level in levels) for source in sources}

    def take_changes(self) -> Changes:
        """Everything since the last call."""
        taken, self.changes = self.changes, Changes()
        return taken

    def _may_come_back(self, generation: Generation) -> bool:
        return self.shown is not None and generation.policy == self.shown.policy

    def _set_level(self, generation: Generation, partition: int, level: Level) -> None:
        self.levels.setdefault(generation, {})[partition] = level
        self.changes.levels[generation, partition] = level

    def _drop_level(self, generation: Generation, partition: int) -> None:
        if self.levels[generation].pop(partition, None) is not None:
            self.changes.levels[generation, partition] = None

    def _show(self, generation: Generation) -> None:
        before, self.shown = self.shown, generation
        self.changes.switched = True
        went_back = before is not None and generation < before
        for old in sorted(g for g in self.staged if g <= generation or went_back):
            shows = old == generation or (not went_back and (before is None or old > before))
            for unit, score in self.staged.pop(old).items():
                if shows:
                    self.scores[unit] = score
                    self.changes.scores[unit] = score
                self.changes.staged[old, unit] = None
        for old in [g for g in self.levels if g < generation or (went_back and g > generation)]:
            for partition in self.levels.pop(old):
                self.changes.levels[old, partition] = None
