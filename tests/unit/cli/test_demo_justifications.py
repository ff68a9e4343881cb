"""What the demo's officials explained is what the API would have taken from them."""

from __future__ import annotations

from dunghen.cli.demo_justifications import UNIT, explained
from dunghen.contracts.city_files import read_city
from dunghen.contracts.justifications import decode_justification
from dunghen.contracts.messages import encode
from dunghen.domain.justifying import MONTHLY_SHEET, Reason, judge
from dunghen.domain.policy import Policy

FIRST_OF_MARCH = 20_513  # 2026-03-01


def test_the_month_is_the_last_that_is_over_and_the_criterion_one_of_the_year() -> None:
    month, criterion = explained("p-1", FIRST_OF_MARCH, at=1_772_300_000)
    assert (month.about, month.period, criterion.period) == (MONTHLY_SHEET, "2026-02", "2026")
    policy = Policy.from_bodies(1, read_city("demo"))
    definition, unit = policy.indicators.on(criterion.about, FIRST_OF_MARCH), policy.catalogue.get(UNIT)
    assert definition is not None
    assert unit is not None
    assert policy.indicators.sets[definition.set].yearly
    assert unit.kind in definition.kinds


def test_they_pass_the_check_of_what_is_written_and_the_contract_of_the_topic() -> None:
    said = explained("p-1", FIRST_OF_MARCH, at=1_772_300_000)
    assert [judge(one.text, one.links) for one in said] == [Reason.FITS, Reason.FITS]
    assert [decode_justification(encode(one)) for one in said] == said
    assert len({one.id for one in said}) == len(said)
