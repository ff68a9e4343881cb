"""What a desk's screen shows of the unit's dossiers: in hand or to be fetched, four digits, a promised date or why there is none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from dunghen.contracts.desks import DeskDay
from dunghen.contracts.messages import DossierEvent
from dunghen.domain.access import Grant, Reason, Role, Target, What, Who, decide_access
from dunghen.domain.desks import placed
from dunghen.domain.policy import Policy
from dunghen.domain.record import fold
from dunghen.platform.store import Document
from services.api.definitions import definitions
from services.api.desk_board import BoardAnswer, BoardDossier, board_dossiers, queue_of
from services.api.dossier_projector import document_of
from services.api.freshness import aged

POLICY = Policy.from_bodies(1, {"city": {"code": "H17", "name": "Đà Nẵng"}})
TODAY = 20_780
MORNING = TODAY * 86400 + 3600  # 08:00 local
DAY = 86400


def document(code: str, *course: dict[str, Any]) -> Document:
    record: bytes | None = None
    for n, said in enumerate(course):
        event = {"unit": "20242", "dossier": code, "arrived_at": (MORNING + n) * 1_000_000, "kind": "progressed", **said}
        record = fold(record, DossierEvent(id=f"{n:016x}", **event)) or record
    assert record is not None
    return Document(code, 1, document_of(record, POLICY.rules))


def taken_in(**other: Any) -> dict[str, Any]:
    return {"kind": "synced", "status": 4, "occurred_at": MORNING - DAY, "received": MORNING - DAY, "due": MORNING + 2 * DAY, **other}


def shown(*documents: Document) -> list[BoardDossier]:
    return list(board_dossiers(documents, POLICY, TODAY).values())


def test_a_dossier_in_hand_has_its_step_and_its_promised_day() -> None:
    (one,) = shown(document("000.01.31.H17-261123-0417", taken_in()))
    assert (one.digits, one.status, one.step.vi, one.step.en) == ("0417", 4, "Đang xử lý", "Being processed")
    assert (one.ready, one.paused, one.promised_on) == (False, False, "2026-11-25")


def test_while_the_clock_stands_still_there_is_no_date_and_that_is_said() -> None:
    (one,) = shown(document("H17.31-261123-00417", taken_in(), {"status": 5, "occurred_at": MORNING}))
    assert (one.digits, one.status, one.paused, one.promised_on) == ("0417", 5, True, None)


def test_one_without_any_due_date_has_none_and_is_not_paused() -> None:
    (one,) = shown(document("H17.31-261123-00418", taken_in(due=0)))
    assert (one.paused, one.promised_on) == (False, None)


@pytest.mark.parametrize(
    ("status", "days_ago", "there"), [(9, 0, True), (9, 29, True), (9, 40, False), (10, 0, False), (7, 0, False), (8, 0, False)]
)
def test_what_is_finished_stands_there_until_it_is_handed_over_and_for_a_month(status: int, days_ago: int, there: bool) -> None:
    then = MORNING - days_ago * DAY
    found = shown(
        document("H17.31-261123-00419", taken_in(occurred_at=then - DAY, received=then - DAY), {"status": status, "occurred_at": then})
    )
    assert [one.ready for one in found] == ([True] if there else [])


def test_what_was_never_accepted_is_not_there() -> None:
    assert shown(document("H17.31-261123-00420", taken_in(status=1, received=0))) == []


def test_the_tickets_are_those_of_the_present_day() -> None:
    assert queue_of(DeskDay(unit="20242", desk="Q01", day=TODAY, waiting=4, calling=[17, 12])) == {"calling": [17, 12], "waiting": 4}
    assert queue_of(None) == {"calling": [], "waiting": 0}


@pytest.mark.parametrize(("age", "said"), [(None, (False, None)), (0.0, (True, 0)), (95.6, (True, 96))])
def test_a_board_of_a_server_without_new_data_says_so_and_how_old_it_is(age: float | None, said: tuple[bool, int | None]) -> None:
    board = BoardAnswer(at="2026-11-23T08:00:00+07:00", unit="20242", name="Hải Châu", desk="Q01", calling=[], waiting=0, dossiers=[])
    found = aged(board, age)
    assert ((found.stale, found.age_seconds), found.at) == (said, board.at)


def test_a_desks_key_opens_its_own_board_and_nothing_else() -> None:
    screen = Who("k", (Grant(Role.DESK, frozenset({"20242.Q01"})),))
    assert decide_access(screen, What.DESK_BOARD, Target("20242.Q01")).allowed
    assert decide_access(screen, What.DESK_BOARD, Target("20242.Q02")).reason is Reason.OTHER_UNIT
    others: Iterable[What] = set(What) - {What.DESK_BOARD, What.OPEN, What.SIGN_IN, What.WALL_REPORT}
    assert {decide_access(screen, what, Target("20242")).reason for what in others} == {Reason.ROLE_NOT_ALLOWED}
    for role in set(Role) - {Role.DESK}:
        assert not decide_access(Who("p", (Grant(role, frozenset({"20242.Q01", "20242"})),)), What.DESK_BOARD, Target("20242.Q01")).allowed


@pytest.mark.parametrize(
    ("place", "parts"),
    [("20242.Q01", ("20242", "Q01")), ("H17.03.3", ("H17.03", "3")), ("20242", ("", "")), ("20242.Bưởi", ("", "")), (".Q01", ("", ""))],
)
def test_a_place_names_a_unit_and_a_desk(place: str, parts: tuple[str, str]) -> None:
    assert placed(place) == parts


def test_every_status_has_words() -> None:
    words: Any = definitions(None)["statuses"]
    assert list(words) == [str(status) for status in range(1, 11)]
