"""What people did about notices, as alerts hears of it through its topic."""

from __future__ import annotations

import msgspec
from alerts_world import DOSSIER, local

from dunghen.contracts.people import NoticeAction
from dunghen.domain.answering import LONGEST_KEPT
from dunghen.domain.manners import Action
from services.alerts.actions import KEPT_SECONDS, ActionBook

AT, PERSON = local("2026-11-23 09:00"), "p00000000000000aa"
ACK = NoticeAction(dossier=DOSSIER, kind="acknowledge", person=PERSON, stage="breach", at=AT)


def book_of(*said: NoticeAction) -> ActionBook:
    book = ActionBook(lambda: AT + 400 * 86400)
    for each in said:
        book.take(each.dossier.encode(), msgspec.json.encode(each))
    return book


def test_an_action_is_known_by_its_dossier_and_counts_once() -> None:
    assert list(book_of(ACK, ACK).of(DOSSIER)) == [Action("acknowledge", PERSON, "dossier", "breach", AT)]
    assert list(book_of(ACK).of("another")) == []


def test_two_actions_stand_in_their_order() -> None:
    later = msgspec.structs.replace(ACK, kind="working", at=AT + 60)
    assert [each.kind for each in book_of(ACK, later).of(DOSSIER)] == ["acknowledge", "working"]


def test_what_can_matter_no_more_is_forgotten_and_a_running_snooze_is_not() -> None:
    snooze = msgspec.structs.replace(ACK, dossier="B", kind="snooze", until=AT + KEPT_SECONDS)
    much_later = msgspec.structs.replace(ACK, dossier="C", at=AT + KEPT_SECONDS + 60)
    book = book_of(ACK, snooze, much_later)
    assert [len(book.of(dossier)) for dossier in (DOSSIER, "B", "C")] == [0, 1, 1]


def test_what_cannot_be_read_is_counted_and_does_nothing() -> None:
    book = book_of(ACK)
    for value in (b"?", b'{"dossier":"D","kind":"dance"}', None):
        book.take(b"D", value)
    assert (book.unreadable, list(book.of("D"))) == (2, [])


def test_a_time_that_nobody_could_have_said_silences_nothing_for_good() -> None:
    book = ActionBook(lambda: AT)
    for said in (
        msgspec.structs.replace(ACK, at=AT + 4000 * 86400),
        msgspec.structs.replace(ACK, kind="snooze", until=AT + 4000 * 86400),
        msgspec.structs.replace(ACK, dossier="B", at=AT + 86400),
    ):
        book.take(said.dossier.encode(), msgspec.json.encode(said))
    assert [(each.at, each.until) for each in book.of(DOSSIER)] == [(AT, 0), (AT, AT + LONGEST_KEPT)]
    assert [each.at for each in book.of("B")] == [AT + 86400]  # said before the clock was put back by a day
