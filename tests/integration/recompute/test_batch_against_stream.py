"""The batch path and the stream path give the same figures from the same events, whole and at exact cuts."""

from __future__ import annotations

import os
import random

import pytest
from nasty_events import POLICY, UNITS, Maker
from stream_path import Placed, scores, scores_at_cuts

from dunghen.cli.recompute import Cut, EventTable, Question, recompute
from dunghen.cli.recompute.events import events_of
from dunghen.cli.recompute.windows import standard_windows
from dunghen.contracts.messages import DossierEvent, UnitScore
from dunghen.domain.policy import Policy
from dunghen.domain.record_layout import MOST_STEPS

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
    earlier = {unit: {p: below // 2 for p, below in cut.items()} for unit, cut in cuts.items()}
    asked = {unit: Cut(unit, cut) for unit, cut in cuts.items()} | {unit + " earlier": Cut(unit, cut) for unit, cut in earlier.items()}
    with recompute(table.arrow(), POLICY, Question(20480, standard_windows(20480), 20479, asked, 1)) as found:
        assert {unit: found.units[unit] for unit in cuts} == scores_at_cuts(events, JUDGED, 20480, cuts)
        assert {unit: found.units[unit + " earlier"] for unit in cuts} == scores_at_cuts(events, JUDGED, 20480, earlier)


def test_of_more_steps_than_a_dossier_can_have_both_take_the_earliest() -> None:
    r, at = random.Random(8), 1768000000

    def event(number: int, status: int, **facts: int) -> DossierEvent:
        kind = "synced" if facts else "progressed"
        code = {"id": f"{number:016x}", "dossier": "D", "unit": "U", "kind": kind}
        return DossierEvent(**code, occurred_at=at + number, arrived_at=at + number, status=status, **facts)  # type: ignore[arg-type]

    steps = [event(number, r.choice((4, 4, 5, 6))) for number in range(1, MOST_STEPS + 200)]
    steps.append(event(MOST_STEPS + 300, 9))
    r.shuffle(steps)
    events = [event(0, 2, received=at, due=at + 86400), *steps]
    said = batch(events, 20480)
    assert said == scores(events, JUDGED, 20480)
    assert (said["U"].overdue + said["U"].paused, said["U"].windows["30d"].counts["late"]) == (1, 0)


def test_no_events_give_no_units() -> None:
    assert batch([], 20480) == {}


def test_a_withdrawal_from_before_a_sync_that_says_open_is_void_in_both() -> None:
    def event(kind: str, day: int, **facts: int) -> DossierEvent:
        at = 1768000000 + day * 86400
        return DossierEvent(id=f"{day:016x}", dossier="D", unit="U", kind=kind, occurred_at=at, arrived_at=at, **facts)  # type: ignore[arg-type]

    events = [event("progressed", 1, status=8), event("synced", 2, status=4, due=1768000000 + 2 * 86400), event("progressed", 3, status=8)]
    assert batch(events, 20480)["U"].windows["30d"].counts["late"] == 1
    assert batch(events, 20480) == scores(events, JUDGED, 20480)
