"""The crowd of `bench alerts` crosses as it says: by what alerts itself goes by, not by its own account."""

from __future__ import annotations

from collections import Counter

from dunghen.cli.bench.alerts import HEAP, HEAP_LATER, RATE, SECONDS, Crowd
from dunghen.contracts.city_files import read_city
from dunghen.contracts.messages import encode
from dunghen.contracts.policies import Applied, PolicyBook, policy_key, policy_records
from dunghen.domain.warnings import crossings, facts_of


def test_so_many_cross_in_each_second_a_heap_in_one_and_the_rest_on_other_days() -> None:
    book = PolicyBook()
    for record in policy_records(1, read_city("danang"), Applied(1)):
        book.take(policy_key(record.kind, 1), encode(record))
    crowd = Crowd(book.latest, HEAP + RATE * SECONDS + 2000)
    first = crowd.crosses(HEAP)
    hour, seconds = range(first - 3600, first + 3600), Counter[int]()
    for _, record in crowd.records(range(crowd.count)):
        facts, _ = facts_of(record, book.latest)
        assert facts is not None
        found = crossings(facts, book.latest)
        assert found[-1].at >= first, "all have something before them"
        seconds.update(crossing.at for crossing in found if crossing.at in hour)
    assert seconds == {**{first + second: RATE for second in range(SECONDS)}, first + HEAP_LATER: HEAP}
