"""A change of rules before it is made: what it would move, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from dunghen.cli.data_folder import CommandError
from dunghen.cli.policies.command import Wanted, effect_of
from dunghen.contracts.city_files import read_city
from dunghen.contracts.messages import DossierEvent, encode
from dunghen.contracts.policies import Applied, PolicyBook, policy_key, policy_records
from dunghen.domain.policy import Policy
from dunghen.domain.record import fold

MONDAY = 1_795_395_600  # 2026-11-23 08:00 in Hanoi
DAY = 86_400
PROCEDURE = {"code": "1.1", "name": "Đăng ký", "field": "Cư trú", "limit": 2, "unit": "working_days"}


@pytest.fixture(scope="module")
def book() -> PolicyBook:
    kept = PolicyBook()
    bodies = {**read_city("danang"), "procedures": {"procedures": [PROCEDURE]}}
    for record in policy_records(1, bodies, Applied(MONDAY)):
        kept.take(policy_key(record.kind, 1), encode(record))
    return kept


def open_dossier(number: int, received: int) -> bytes:
    """Without a date of its own: its promise comes from the procedure's limit."""
    event = DossierEvent(
        id=f"{number:016x}", dossier=f"D-{number}", unit="20242", kind="synced", occurred_at=received, arrived_at=1, status=2,
        received=received, procedure="1.1",
    )  # fmt: skip
    return fold(None, event) or b""


def test_a_storm_day_moves_the_dates_that_were_computed_over_it(book: PolicyBook) -> None:
    bodies = {**book.bodies, **Wanted(None, ("2026-11-26",), ()).bodies(book)}
    after = Policy.from_bodies(2, bodies)
    over_the_storm, before_it = open_dossier(1, MONDAY + 2 * DAY), open_dossier(2, MONDAY - 7 * DAY)
    effect = effect_of([over_the_storm, before_it], book.latest, after)
    assert (effect.dossiers, effect.moved, dict(effect.units)) == (2, 1, {"20242": 1})
    assert effect.lines()[0] == "1 of 2 dossiers move"


def test_only_the_kinds_that_change_are_published(book: PolicyBook) -> None:
    assert list(Wanted(None, ("2026-11-26",), ()).bodies(book)) == ["calendar"]
    worked = Wanted(None, (), ("2026-11-28",)).bodies(book)["calendar"]["overrides"]["2026-11-28"]
    assert worked == book.bodies["calendar"]["hours"]


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Wanted(None, (), ()), "nothing would change"),
        (Wanted(None, ("tomorrow",), ()), "not a date"),
        (Wanted(Path("no-such-city.toml"), (), ()), "no-such-city.toml"),
    ],
)
def test_a_change_that_cannot_be_made_says_why(book: PolicyBook, wanted: Wanted, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        wanted.bodies(book)
