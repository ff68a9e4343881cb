"""A silence by command: a part of the policy, with an author, a reason and an end."""

from __future__ import annotations

from pathlib import Path

import pytest

from dunghen.cli.data_folder import CommandError
from dunghen.cli.notices.silence import Quiet, _lines
from dunghen.cli.policies.command import Wanted
from dunghen.contracts.city_files import read_city
from dunghen.contracts.messages import encode
from dunghen.contracts.policies import Applied, PolicyBook, policy_key, policy_records
from dunghen.domain.policy import Policy

MONDAY = 1_795_395_600  # 2026-11-23 08:00 in Hanoi
DAY = 86_400


@pytest.fixture
def book() -> PolicyBook:
    kept = PolicyBook()
    for record in policy_records(1, read_city("danang"), Applied(MONDAY)):
        kept.take(policy_key(record.kind, 1), encode(record))
    return kept


def after(book: PolicyBook, wanted: Quiet, now: int = MONDAY) -> Policy:
    """Publishes it as the next version."""
    version = book.newest_version + 1
    for record in policy_records(version, {"stages": wanted.body(book, now, "lan")}, Applied(now)):
        book.take(policy_key(record.kind, version), encode(record))
    return book.latest


def test_it_holds_from_today_to_the_end_of_its_last_day_and_changes_no_stage(book: PolicyBook) -> None:
    stages = book.latest.stages
    policy = after(book, Quiet("20242", "2026-11-25", "diễn tập"))
    (silence,) = policy.manners.silences
    assert (silence.unit, silence.author, silence.reason) == ("20242", "lan", "diễn tập")
    assert (silence.begins, silence.ends) == (MONDAY - 8 * 3600, MONDAY - 8 * 3600 + 3 * DAY)
    assert policy.stages == stages


def test_the_same_again_takes_its_place_others_stay_and_what_is_over_goes(book: PolicyBook) -> None:
    after(book, Quiet("20242", "2026-11-25", "diễn tập"))
    after(book, Quiet("all", "2026-11-23", "thử"))
    policy = after(book, Quiet("20242", "2026-11-24", "xong sớm"), MONDAY + DAY)
    assert [(each.unit, each.reason) for each in policy.manners.silences] == [("20242", "xong sớm")]
    after(book, Quiet("all", "2026-11-30", "bảo trì"), MONDAY + DAY)
    lines = _lines(book.bodies["stages"]["silences"], "2026-11-24")
    assert lines == ["20242  2026-11-24  2026-11-24  lan  xong sớm", "all  2026-11-24  2026-11-30  lan  bảo trì"]
    assert _lines(book.bodies["stages"]["silences"], "2026-11-25") == lines[1:]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Quiet("99999", "2026-11-25", "x"), "no unit"),
        (Quiet("20242", "2026-11-22", "x"), "is over: today is 2026-11-23"),
        (Quiet("20242", "soon", "x"), "not a date"),
        (Quiet("20242", "2026-11-25", ""), "reason"),
    ],
)
def test_what_cannot_be_is_refused(book: PolicyBook, wanted: Quiet, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        after(book, wanted)


def test_a_city_file_that_says_nothing_of_silences_ends_none(book: PolicyBook) -> None:
    after(book, Quiet("20242", "2026-11-25", "diễn tập"))
    with pytest.raises(CommandError, match="nothing would change"):
        Wanted(Path("danang"), (), ()).bodies(book)
