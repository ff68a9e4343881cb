from __future__ import annotations

from typing import get_args

from dunghen.domain.flags import FLAGS
from dunghen.domain.peers import THIRDS
from dunghen.domain.rate_parts import PARTS
from dunghen.domain.units import SETTINGS
from services.api.definitions import definitions
from services.api.explanation_terms import FLAGS_VI, terms
from services.api.rankings import Group
from services.api.routes_rate_explanation import PartName


def test_every_code_of_an_explanation_and_of_a_ranking_is_in_the_definitions_in_both_languages() -> None:
    told = terms()
    assert set(told["flags"]) == set(FLAGS) == set(FLAGS_VI)
    assert {name for names in PARTS.values() for name in names} == set(get_args(PartName)) == set(told["parts"]) - {"otherwise", "paused"}
    assert set(told["groups"]) == {*get_args(Group), *THIRDS, *SETTINGS}
    assert all(both["vi"] and both["en"] for words in told.values() for both in words.values())
    assert terms().items() <= definitions(None).items()
