"""The parts of a rate sum up to it, and the dossiers behind each part are as many as the part says: over nasty dossiers, any window."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from nasty_dossiers import UNITS, dossier
from test_against_brute_force import ZONE, folded, rules_of, series_of, windows

from dunghen.domain.days import day_number
from dunghen.domain.flags import FLAGS
from dunghen.domain.rate_parts import PARTS, Slice, Stand, part_of, parts_of, slices_of, summed
from dunghen.domain.rates import DaySeries
from dunghen.domain.reckoning import reckon
from dunghen.domain.rules import SUPPLEMENT_RULES
from dunghen.domain.standing import standing
from dunghen.domain.traits import FLAG_BITS, OTHERWISE, STOPPED, Placement, flags_in, is_open, placed


def lies_in(placement: Placement, found: Slice) -> bool:
    days = placement._asdict()
    return all((low is None or low <= days[name]) and (high is None or days[name] <= high) for name, (low, high) in found.days.items())


def behind(placements: list[Placement], rate: str, days: tuple[int, int, int]) -> Counter[str]:
    return Counter(part_of(found.name, p.traits) for found in slices_of(rate, *days) for p in placements if lies_in(p, found))


@pytest.mark.parametrize("seed", range(6))
def test_parts_sum_to_the_rate_and_the_dossiers_behind_them_are_as_many(seed: int) -> None:
    r = Random(seed)
    rules = rules_of(r.choice(SUPPLEMENT_RULES))
    records = [folded(dossier(r), rules) for _ in range(60)]
    found = [reckoning for record in records if (reckoning := reckon(record, rules))]
    series = series_of(records, rules)
    for _ in range(30):
        first, last, over = map(day_number, windows(r))
        for unit in UNITS:
            mine = [placed(f, ZONE) for f in found if f.head.unit == unit]
            have = series.get(unit, DaySeries())
            counts, (pending, overdue, _) = have.window(first, last, over), have.at(last)
            for rate, names in PARTS.items():
                parts = parts_of(rate, Stand(counts.counts, pending, overdue), counts.rates[rate])
                assert summed(parts) == counts.rates[rate]
                assert [part.name for part in parts] == list(names)
                there = behind(mine, rate, (first, last, over))
                assert {part.name: part.dossiers for part in parts if part.dossiers} == dict(there)


def test_the_bits_of_a_dossier_say_what_its_standing_says() -> None:
    r, rules, seen = Random(5), rules_of("subtract"), set[str]()
    for _ in range(400):
        record = folded(dossier(r), rules)
        found, stands = reckon(record, rules), standing(record, rules)
        if found is None or stands is None:
            continue
        placement = placed(found, ZONE)
        assert set(flags_in(placement.traits)) == stands.flags
        assert bool(placement.traits & OTHERWISE) == stands.otherwise
        assert bool(placement.traits & STOPPED) == stands.paused
        assert is_open(placement.traits) == (stands.judged == "")
        assert placement.received_day == stands.received_day
        seen |= stands.flags
    assert set(FLAGS) - seen <= {"end_equals_due", "ended_in_last_minutes"}, "chance seldom hits a minute"


def test_each_flag_has_a_bit_of_its_own_that_a_store_can_hold() -> None:
    assert len({*FLAG_BITS.values()}) == len(FLAGS)
    assert sum(FLAG_BITS.values()) < 1 << 53
