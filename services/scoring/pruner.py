"""When one partition of the fold moves its horizon, and how much of what that froze it clears away at a tick (`prune` does it)."""

from __future__ import annotations

from dunghen.contracts.horizons import Horizon, horizon_record
from dunghen.domain.days import DAY_SECONDS
from dunghen.domain.policy import Policy
from dunghen.platform.logs import get_logger
from services.scoring import metrics
from services.scoring.fold import FoldState
from services.scoring.prune import Past, Written, decide_horizon, newest_arrival
from services.scoring.settings import ScoringSettings

log = get_logger("pruner")


class Pruner:
    """State: the local day on which a new horizon was last thought of; the rest is in the `FoldState` and, so, in the topic."""

    def __init__(self, settings: ScoringSettings) -> None:
        self.settings = settings
        self._thought_on = -1

    def tick(self, state: FoldState, now: int, upto: int) -> Written:
        """Once a local day a new horizon, and each time a part of what it froze. `now`: of the city's clock; below `upto` all is in."""
        horizon, out = self._next_horizon(state, now, upto), Written()
        if horizon is not None:
            state.past.advance(horizon, state.records)
            out.append(horizon_record(horizon))
            log.info("horizon", partition=state.partition, day=horizon.day, below=horizon.below, doomed=len(state.past.doomed))
        if state.past.doomed:
            out += _cleared(state, state.policy, self.settings.prune_at_once)
        if out:
            measure(state.past, state.partition)
        return out

    def _next_horizon(self, state: FoldState, now: int, upto: int) -> Horizon | None:
        zone = state.policy.zone
        today = zone.day_of(now)
        if today == self._thought_on or not upto:
            return None
        self._thought_on = today
        begins = zone.start_of(today) // DAY_SECONDS
        day = decide_horizon(begins, newest_arrival(state.records.values()), self.settings.prune_after_days)
        return Horizon(day, upto, state.published) if day > state.past.horizon else None


def settle(state: FoldState, policy: Policy) -> Written:
    """Clears all that is frozen at once, under the policy that froze it: before another one counts."""
    out = _cleared(state, policy, len(state.past.doomed))
    measure(state.past, state.partition)
    return out


def measure(past: Past, partition: int) -> None:
    """Says in the metrics where a partition stands."""
    metrics.FROZEN.labels(str(partition)).set(len(past.frozen))
    metrics.DOOMED.labels(str(partition)).set(len(past.doomed))
    metrics.HORIZON.labels(str(partition)).set(past.horizon * DAY_SECONDS)


def _cleared(state: FoldState, policy: Policy, most: int) -> Written:
    before = len(state.past.frozen)
    out = state.past.clear(state.records, policy.rules, most)
    metrics.PRUNED.inc(len(state.past.frozen) - before)
    return out
