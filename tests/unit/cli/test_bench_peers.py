"""What makes the comparison of `bench scoring --peers` fair: one job, taken back where it must be, and no difference passed over."""

from __future__ import annotations

from typing import Any

import pytest

from dunghen.cli.bench.peers.job import NOTHING, Share, Tally, advance, counts_of, differences, share
from dunghen.cli.bench.peers.race import OURS, Finish, check, prefix, ratios
from dunghen.cli.data_folder import CommandError
from dunghen.contracts.messages import DossierEvent
from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import Zone
from dunghen.domain.rules import DossierRules

ZONE, DAY = Zone("Asia/Ho_Chi_Minh"), 86_400
NOON = ZONE.at(20_750, 12 * 3600)
GOOD = {"20333": [3, 1, 1]}


def finish(counts: dict[str, list[int]] | None, taken_back: int | None = 1) -> Finish:
    return Finish("peer", {0: 9}, {}, counts, taken_back)


def synced(at: int, **facts: Any) -> DossierEvent:
    """One dossier that is due on day 20,752; `at` in days after its reception on day 20,750."""
    common = {"kind": "synced", "received": NOON, "due": NOON + 2 * DAY, "occurred_at": NOON + at * DAY, "arrived_at": at}
    return DossierEvent(**{"id": f"{at:016x}", "dossier": "H17.1", "unit": "20333", "status": 4, **common, **facts})


def test_events_one_by_one_give_what_the_batch_path_counts_at_the_end() -> None:
    told = [
        *(synced(0, dossier=code) for code in ("H17.1", "H17.2", "H17.3")),
        synced(1, status=9, ended=NOON + DAY),
        synced(3, dossier="H17.2", status=9, ended=NOON + 3 * DAY),
        synced(4, dossier="H17.3", unit="20314"),  # another unit's all the time
        synced(4),  # not done after all: what was on time is taken back
        synced(5, status=9, ended=NOON + 5 * DAY),
    ]
    dossiers, tally, rules = dict[str, bytes](), Tally(), DossierRules(ZONE, WorkingCalendar(ZONE))
    for event in told:
        new, before, after = advance(dossiers.get(event.dossier), event, rules)
        if new is not None:
            dossiers[event.dossier] = new
            tally.change(before, after)
    assert tally.counts == {"20333": [2, 0, 2], "20314": [1, 0, 0]}
    assert differences(counts_of(share(record, rules) for record in dossiers.values()), tally.counts) == []
    assert tally.taken_back == 2


def test_a_dossier_that_moves_is_taken_back_from_its_old_unit() -> None:
    tally = Tally()
    tally.change(NOTHING, Share("a", 1, 1, 0))
    tally.change(Share("a", 1, 1, 0), Share("b", 1, 0, 1))
    assert tally.counts == {"a": [0, 0, 0], "b": [1, 0, 1]}
    assert tally.taken_back == 1
    assert differences({"b": [1, 0, 1]}, tally.counts) == []


def test_whoever_counts_one_dossier_otherwise_fails() -> None:
    check(finish(GOOD), GOOD)
    check(finish(None), GOOD)  # it only reads
    with pytest.raises(CommandError, match=r"1 units: 20333: \[3, 2, 0\] instead of \[3, 1, 1\]"):
        check(finish({"20333": [3, 2, 0]}), GOOD)
    with pytest.raises(CommandError, match="instead of"):
        check(finish({**GOOD, "20314": [1, 0, 0]}), GOOD)


def test_events_that_try_nothing_are_no_comparison() -> None:
    with pytest.raises(CommandError, match="never had to take anything back"):
        check(finish(GOOD, taken_back=0), GOOD)
    with pytest.raises(CommandError, match="both on-time and late"):
        check(finish({"20333": [3, 2, 0]}), {"20333": [3, 2, 0]})


def test_a_slow_system_gets_the_beginning_of_every_partition() -> None:
    assert prefix({0: 600, 1: 400}, 100) == {0: 60, 1: 40}
    assert prefix({0: 600, 1: 400}, None) == prefix({0: 600, 1: 400}, 1000) == {0: 600, 1: 400}


def test_ratios_above_one_speak_for_us() -> None:
    slow, fast = {"events_per_second": 1000, "cpu_us_per_event": 80.0}, {"events_per_second": 4000, "cpu_us_per_event": 10.0}
    assert ratios({OURS: fast, "peer": slow}) == {"peer": {"throughput": 4.0, "cpu": 8.0}}
