"""What becomes of a dead letter that is replayed."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import MsgspecError

from dunghen.cli.dead_letters.letters import Decision, Outcome, decide_replay, newest
from dunghen.contracts.dead_letters import MEANINGS, Misplaced, Origin, Reason, dead_letter, origin_of
from dunghen.contracts.messages import DeadLetter, DossierEvent, decode_event, encode

EVENT = DossierEvent(id="0" * 16, dossier="H17.31-261123-0001", unit="20242", kind="synced", occurred_at=5, arrived_at=7_000_001, status=2)
PLACE = Origin("dossier-events", 3, 77)


def letter(**facts: Any) -> DeadLetter:
    return DeadLetter(**{"topic": "dossier-events", "partition": 3, "offset": 77, "reason": "UNREADABLE", **facts})


def test_an_event_that_can_be_read_now_is_sent_as_it_was_with_its_id_and_its_arrival() -> None:
    assert decide_replay(letter(), encode(EVENT)) == Decision(Outcome.REPLAYED, EVENT)


def test_members_that_this_release_does_not_know_are_not_copied() -> None:
    decision = decide_replay(letter(), encode(EVENT)[:-1] + b',"name":"planted"}')
    assert b"planted" not in encode(decision.event)


def test_an_event_under_a_wrong_key_is_mended_by_sending_it_under_its_own() -> None:
    aside = dead_letter(PLACE, encode(EVENT), Misplaced("the key is not the event's dossier"))
    assert (aside.reason, decide_replay(aside, None)) == (Reason.UNUSABLE, Decision(Outcome.REPLAYED, EVENT))


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (encode(EVENT).replace(b'"synced"', b'"x - at planted 0905123456"'), "`$.kind`"),
        (encode(EVENT).replace(b'"synced"', b'"x - at `$.dossier` - at planted"'), "`$.kind`"),
        (b"{ - at planted", ""),
        (b'{"id - at planted":1}', ""),
    ],
)
def test_a_letter_says_where_the_fault_is_and_repeats_no_value_not_one_that_looks_like_a_place(value: bytes, detail: str) -> None:
    with pytest.raises(MsgspecError) as fault:
        decode_event(value)
    found = dead_letter(PLACE, value, fault.value)
    assert (found.detail, found.event) == (detail, None)


@pytest.mark.parametrize("value", [b"", b"{", b"\xff", encode(EVENT)[:-1] + b',"version":2}'])
def test_what_still_cannot_be_read_stays_where_it_is(value: bytes) -> None:
    assert decide_replay(letter(), value) == Decision(Outcome.STILL_UNREADABLE)


def test_a_record_that_is_no_longer_there_is_gone() -> None:
    assert decide_replay(letter(), None) == Decision(Outcome.GONE)


def test_a_dossier_that_calls_itself_by_a_key_of_ours_is_never_sent_again() -> None:
    own = DossierEvent(id="0" * 16, dossier="~next", unit="", kind="synced", occurred_at=5, arrived_at=7)
    assert decide_replay(letter(event=own, reason="UNUSABLE"), None) == Decision(Outcome.STILL_UNUSABLE)


def test_an_event_of_a_frozen_dossier_would_only_be_refused_again() -> None:
    assert decide_replay(letter(reason="BEYOND_HORIZON", event=EVENT), None) == Decision(Outcome.FROZEN)


def test_of_a_place_the_newest_letter_counts_and_once_replayed_is_replayed() -> None:
    mark = letter(replayed_as="dossier-events:3:90")
    assert newest([letter(), mark, letter(detail="again")]) == {PLACE: mark}
    assert newest([letter(), letter(detail="again")]) == {PLACE: letter(detail="again")}


def test_a_letter_is_keyed_by_the_place_of_its_record() -> None:
    assert str(origin_of(letter())) == "dossier-events:3:77"


def test_every_reason_has_a_meaning() -> None:
    assert MEANINGS.keys() == set(Reason)
