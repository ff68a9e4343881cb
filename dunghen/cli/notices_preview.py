"""What a changed calendar, limit or matrix would do to notices, before it is made: who would be told at once, what moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dunghen.domain.directory import Directory
from dunghen.domain.policy import Policy
from dunghen.domain.recipients import Reach, Recipient
from dunghen.domain.warnings import Crossing, concerned, crossings, facts_of, newest_of

HISTORICAL_SECONDS = 24 * 3600  # the default of `historical_hours`: what is found that late is not told


@dataclass(frozen=True, slots=True)
class Change:
    """Two policies, the directory, and the city's instant at which the second would come into force."""

    before: Policy
    after: Policy
    directory: Directory
    now: int

    @property
    def reach(self) -> Reach:
        """By address alone: which channels are in use only alerts knows."""
        catalogue = self.after.catalogue
        return Reach(
            self.directory,
            lambda person: bool(person.address),
            lambda unit: bool((found := catalogue.get(unit)) and found.notice_address),
            self.after.city.code,
        )


@dataclass(slots=True)
class Preview:
    """Counts of stages of open dossiers: told at once by stage and by recipient, too late to be told, ahead and moved, gone, or new."""

    stages: Counter[str] = field(default_factory=Counter)
    recipients: Counter[tuple[str, str]] = field(default_factory=Counter)
    history: int = 0
    moved: int = 0
    gone: int = 0
    new: int = 0

    def lines(self) -> list[str]:
        """For the user; who would hear most first, by internal id or unit."""
        told = ", ".join(f"{stage} {count:,}" for stage, count in sorted(self.stages.items()))
        at_once = f"{self.stages.total():,} stages would be told at once{f' ({told})' if told else ''}"
        out = [
            f"{at_once}, {self.history:,} are too late to be told",
            f"of the stages ahead {self.moved:,} move, {self.gone:,} fall away, {self.new:,} are new",
        ]
        return out + [f"  {who} ({why}): {count:,}" for (who, why), count in self.recipients.most_common(10)]


def preview(records: Mapping[bytes, bytes], change: Change) -> Preview:
    """Looks at every dossier under both policies. What was crossed before counts as told: it is told to nobody a second time."""
    found, reach = Preview(), change.reach
    for record in records.values():
        _add(found, record, change, reach)
    return found


def _add(found: Preview, record: bytes, change: Change, reach: Reach) -> None:
    try:
        old, new = facts_of(record, change.before)[0], facts_of(record, change.after)[0]
    except ValueError:
        return  # alerts counts it as unreadable
    was = {c.mark: c for c in crossings(old, change.before)} if old else {}
    will = crossings(new, change.after) if new else []
    for crossing in will:
        earlier = was.get(crossing.mark)
        if crossing.at > change.now:
            found.new += earlier is None
            found.moved += earlier is not None and earlier.at != crossing.at
        elif new and (earlier is None or earlier.at > change.now) and _holds(crossing, will, was, change.now):
            _tell(found, crossing, change, concerned(crossing, new.whose, reach, change.after.zone.day_of(change.now)))
    marks = {crossing.mark for crossing in will}
    found.gone += sum(mark not in marks and crossing.at > change.now for mark, crossing in was.items())


def _holds(crossing: Crossing, will: Sequence[Crossing], was: Mapping[str, Crossing], now: int) -> bool:
    """Whether it is the newest stage of its clock; an escalation whether it follows the newest, and that was told before the change:
    where it is told only now, all the time to answer lies ahead.
    """
    newest = newest_of(will, crossing.clock, now)
    if crossing.base is None or newest is None:
        return newest == crossing
    asked = was.get(newest.mark)
    return newest.stage == crossing.base and asked is not None and asked.at <= now


def _tell(found: Preview, crossing: Crossing, change: Change, who: Sequence[Recipient]) -> None:
    if change.now - crossing.at > HISTORICAL_SECONDS:
        found.history += 1
        return
    if not who:
        return  # an escalation to those who were told already
    found.stages[crossing.stage.name] += 1
    found.recipients.update((each.id, each.why) for each in who)
