"""What was decided and never sent, and then another due date or another recipient: something takes its place, whenever a kill comes."""

from __future__ import annotations

from datetime import date

import pytest
from alerts_world import DOSSIER, HAI_CHAU, Killed, World, local, synced
from scenario import run
from test_audited import SCENARIOS

from dunghen.contracts.messages import Notice
from dunghen.contracts.people import LeaveRecord, PersonRecord, PostRecord, encode_person
from dunghen.domain.days import day_number
from services.alerts.decisions import asked_since
from services.alerts.ports import LineAway, Row

RECEIVED, HALF = local("2026-11-16 08:00"), "2026-11-23 08:00"


async def held_back() -> World:
    """Half is decided, and waits; then its due date moves by an hour, without the dossier leaving the stage."""
    world = await World().start()
    world.say(synced(RECEIVED))
    world.held = False
    await world.at(HALF)
    world.say(synced(local("2026-11-23 08:10"), received=RECEIVED, due=local("2026-11-30 07:00")))
    world.held = True
    return world


async def looks(world: World) -> None:
    for when in ("2026-11-23 08:20", "2026-11-23 08:21", "2026-11-23 08:22"):
        world.handlers.courier.delivery._not_before.clear()
        await world.at(when)


@pytest.mark.parametrize("after", [False, True])
async def test_a_kill_at_any_call_loses_no_notice_that_takes_anothers_place(after: bool) -> None:
    struck = []
    for call in range(1, 100):
        world = await held_back()
        world.trap.left, world.trap.after = call, after
        try:
            await looks(world)
        except Killed:
            world.trap.left = -1
            await world.start()
            await looks(world)
        if not world.trap.place:
            break
        struck.append(world.trap.place)
        assert sorted(await world.states()) == [("half", "delivered"), ("half", "superseded")], (call, world.trap.place)
        assert len({letter.message_id for letter in world.mailer.letters}) == 1
    assert len(struck) > 10


async def test_a_head_who_is_new_hears_once_and_the_units_address_no_more() -> None:
    world = await held_back()
    head = PersonRecord(
        id="p00000000000000aa", ref="0" * 32, posts=(PostRecord(unit=HAI_CHAU, role="unit_head"),), address="head@danang.example"
    )
    world.people.take(head.id.encode(), encode_person(head))
    await looks(world)
    assert [letter.to for letter in world.mailer.letters] == ["head@danang.example"]
    assert {(n.recipient, n.state, n.reason) for n in world.last()} == {
        (HAI_CHAU, "superseded", "DUE_MOVED"),
        (head.id, "delivered", "WARNING"),
    }


LEADER, OTHER = "p00000000000000aa", "p00000000000000bb"


def knows(world: World, person: str, role: str, *away: int) -> None:
    """On leave on these days, with the other one to stand in."""
    leave = tuple(LeaveRecord(first=day, last=day, cover=OTHER) for day in away)
    post = PostRecord(unit=HAI_CHAU, role=role)  # type: ignore[arg-type]
    record = PersonRecord(id=person, ref=person[1:] * 2, posts=(post,), address=f"{person}@danang.example", leave=leave)
    world.people.take(person.encode(), encode_person(record))


async def test_a_recipient_who_goes_and_comes_back_before_anything_was_sent_is_told() -> None:
    """The mail server is away all the while: for the head, then for whoever stands in, then for the head again."""
    world = World()
    knows(world, LEADER, "unit_head", day_number(date(2026, 11, 24)))
    knows(world, OTHER, "official")
    await world.start()
    world.say(synced(RECEIVED))
    world.mailer.faults = [LineAway("TIMEOUT", unknown=False)] * 1000
    for when in (HALF, "2026-11-24 08:00", "2026-11-25 08:00"):
        if when.startswith("2026-11-25"):
            world.mailer.faults.clear()
        for minute in range(4):
            world.handlers.courier.delivery._not_before.clear()
            world.handlers.courier.delivery.lines._closed_until.clear()
            await world.at(f"{when[:-1]}{minute}")
    key = f"{DOSSIER}:dossier:{local('2026-11-30 08:00')}:half:"
    assert {(n.key.removeprefix(key), n.state, n.reason) for n in world.last()} == {
        (LEADER, "superseded", "RECIPIENT_CHANGED"),
        (OTHER, "superseded", "RECIPIENT_CHANGED"),
        (f"{LEADER}~2", "delivered", "WARNING"),
    }
    assert [letter.recipient.id for letter in world.mailer.letters] == [LEADER]


async def test_what_was_overtaken_while_it_was_held_is_decided_once() -> None:
    play = await run(SCENARIOS["overtaken while a snooze held it, it is decided by no restart"])
    assert [n.key for n in play.world.last() if "~" in n.key] == []


def _notice(stage: str, due: int, state: str, at: int, reason: str = "BREACH") -> Notice:
    facts = {"dossier": DOSSIER, "unit": HAI_CHAU, "stage": stage, "due_at": due, "decided_at": at}
    return Notice(key=f"{stage}{due}{state}{at}", state=state, reason=reason, sent_at=at + 5 if state == "delivered" else 0, **facts)  # type: ignore[arg-type]


ESCALATION = _notice("breach_escalated", 500, "pending", 600)


@pytest.mark.parametrize(
    ("known", "since"),
    [
        ([], None),
        ([_notice("half", 500, "delivered", 100)], None),
        ([_notice("breach", 500, "delivered", 510), _notice("breach", 500, "delivered", 500)], 505),
        ([_notice("breach", 500, "pending", 500), _notice("breach", 500, "suppressed", 500, "SILENCED")], 0),
        ([_notice("breach", 500, "suppressed", 500, "SILENCED")], None),
        ([_notice("breach", 500, "superseded", 500)], None),
        ([_notice("breach", 500, "failed", 500)], 500),
        ([_notice("breach", 500, "suppressed", 500, "NO_ADDRESS")], 500),
        ([_notice("breach", 400, "delivered", 400), _notice("breach", 500, "suppressed", 500, "SILENCED")], None),
        ([_notice("breach", 300, "suppressed", 300, "SILENCED"), _notice("breach", 400, "delivered", 400)], 405),  # a due date moved since
    ],
)
def test_an_escalation_asks_the_ledger_since_when_somebody_is_asked(known: list[Notice], since: int | None) -> None:
    assert asked_since(ESCALATION, [Row(notice, notice.decided_at) for notice in known]) == since
