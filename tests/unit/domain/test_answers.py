"""Which answer a notice had: its recipient's; of an escalation or a unit's shared address anybody's; never one from before it."""

from __future__ import annotations

import pytest

from dunghen.domain.manners import Action, ActionKind, Asked, answer_to

ASKED = Asked("dossier", "breach", "p1", "20242", since=100)


def said(kind: ActionKind = "acknowledge", person: str = "p1", at: int = 150, **more: str) -> Action:
    return Action(kind, person, more.get("clock", "dossier"), more.get("stage", "breach"), at)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["acknowledge", "working", "dispute"])
def test_the_recipient_s_first_answer_counts(kind: ActionKind) -> None:
    assert answer_to(ASKED, [said(at=200), said(kind, at=120)]) == said(kind, at=120)


@pytest.mark.parametrize("other", [said("snooze"), said(person="p2"), said(at=99), said(stage="half"), said(clock="step")])
def test_what_is_no_answer_to_it_does_not(other: Action) -> None:
    assert answer_to(ASKED, [other]) is None


@pytest.mark.parametrize("asked", [ASKED._replace(stage="breach_escalated"), ASKED._replace(recipient="20242")])
def test_where_it_is_nobody_s_own_anybody_answers(asked: Asked) -> None:
    assert answer_to(asked, [said(person="p2")]) == said(person="p2")
