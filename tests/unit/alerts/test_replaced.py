"""What was decided and never sent, and then another due date or another recipient: something takes its place, whenever a kill comes."""

from __future__ import annotations

import pytest
from alerts_world import DOSSIER, HAI_CHAU, Killed, World, local, synced
from scenario import run
from test_audited import SCENARIOS

from dunghen.contracts.messages import Notice
from dunghen.contracts.people import PersonRecord, PostRecord, encode_person
from services.alerts.decisions import asked_since
from services.alerts.ports import Row

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
