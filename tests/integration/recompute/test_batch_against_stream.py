"""The batch path and the stream path give the same figures from the same events, whole and at exact cuts."""

from __future__ import annotations

import os
import random

import pytest
from nasty_events import POLICY, UNITS, Maker
from stream_path import Placed, scores, scores_at_cuts

from dunghen.cli.recompute import EventTable, Question, recompute
from dunghen.cli.recompute.events import events_of
from dunghen.cli.recompute.windows import standard_windows
from dunghen.contracts.messages import DossierEvent, UnitScore
from dunghen.domain.policy import Policy

JUDGED = Policy.from_bodies(1, POLICY)
SEEDS = range(int(os.environ.get("DUNGHEN_EXAMPLES", "4")))


def batch(events: list[DossierEvent], today: int) -> dict[str, UnitScore]:
    with recompute(events_of(events).arrow(), POLICY, Question(today, standard_windows(today), today - 1, policy=1)) as found:
        return found.units


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_of_random_dossiers_is_equal(seed: int) -> None:
    events = Maker(seed).dossiers(200)
    for today in (20466, 20480, 20515):
        assert batch(events, today) == scores(events, JUDGED, today)


def placed(events: list[DossierEvent]) -> list[Placed]:
    """Two partitions, chosen by the dossier, as the source does."""
    upcoming, out = [0, 0], []
    for event in events:
        partition = int(event.dossier.rpartition("-")[2]) % 2
        out.append((partition, upcoming[partition], event))
        upcoming[partition] += 1
    return out


@pytest.mark.parametrize("seed", SEEDS)
def test_every_unit_is_counted_at_its_own_cut(seed: int) -> None:
    r, events = random.Random(seed), placed(Maker(seed + 100).dossiers(150))
    cuts = {unit: {p: r.randrange(len(events) // 2) for p in (0, 1) if r.random() < 0.9} for unit in (*UNITS, "never named")}
    table = EventTable()
    for place in events:
        table.add(*place)
    with recompute(table.arrow(), POLICY, Question(20480, standard_windows(20480), 20479, cuts, 1)) as found:
        assert found.units == scores_at_cuts(events, JUDGED, 20480, cuts)


def test_no_events_give_no_units() -> None:
    assert batch([], 20480) == {}
