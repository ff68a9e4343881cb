"""The public list of procedures: as it stands on the shown day."""

from __future__ import annotations

import msgspec

from dunghen.contracts.facts import FactsByUnit
from dunghen.domain.deadline import LIMIT_UNITS
from dunghen.domain.policy import Policy
from dunghen.domain.policy_parts import LEVELS
from services.api.board_messages import Meta
from services.api.definitions import definitions
from services.api.procedures import procedures_answer
from services.api.views import Scene

DAY = 20_500
OLD = {"code": "1.1", "name": "Khai sinh", "name_en": "Birth", "field": "Hộ tịch", "limit": 8, "unit": "hours"}
NEW = {**OLD, "limit": 2, "unit": "working_days", "level": "full", "integrated": True, "valid_from": "2026-02-17"}  # day 20,501
AHEAD = {"code": "1.2", "name": "Kết hôn", "valid_from": "2030-01-01"}


def listed(day: int) -> object:
    policy = Policy.from_bodies(3, {"city": {"code": "H17", "name": "x"}, "procedures": {"procedures": [OLD, NEW, AHEAD]}})
    scene = Scene(Meta(version=1, policy=3, day=day, known_at=0), policy, {}, {}, FactsByUnit())
    return msgspec.to_builtins(procedures_answer(scene))


def test_a_procedure_is_listed_as_it_stands_on_the_shown_day() -> None:
    row = {
        "code": "1.1",
        "name": {"vi": "Khai sinh", "en": "Birth"},
        "field": "Hộ tịch",
        "limit": {"amount": 8, "unit": "hours"},
        "level": None,
        "integrated": False,
        "online_payment": False,
        "valid_from": None,
        "kinds": ("locality", "department", "land_office", "health"),
    }
    assert listed(DAY) == {"as_of": "2026-02-16", "policy": 3, "count": 1, "integrated": 0, "procedures": [row]}
    newer = {**row, "limit": {"amount": 2, "unit": "working_days"}, "level": "full", "integrated": True, "valid_from": "2026-02-17"}
    assert listed(DAY + 1) == {"as_of": "2026-02-17", "policy": 3, "count": 1, "integrated": 1, "procedures": [newer]}


def test_every_level_and_unit_of_a_limit_is_in_the_definitions() -> None:
    told = definitions(None)
    assert list(told["procedure_levels"]) == list(LEVELS)  # type: ignore[call-overload]
    assert list(told["limit_units"]) == list(LIMIT_UNITS)  # type: ignore[call-overload]
