"""Which channel a notice goes through, and when the next one may begin: after a refusal for good, and after nothing else."""

from __future__ import annotations

import pytest
from alerts_world import AN_KHE, HAI_CHAU, VINH_DIEN, RecordingMailer, World, book_of, local, stepped, synced
from msgspec.structs import replace

from dunghen.contracts.people import PersonRecord, PostRecord, encode_person
from dunghen.platform.retries import LONGEST_PEACE, Retries
from services.alerts.channels import names
from services.alerts.letter import linked
from services.alerts.lines import Lines, Pace
from services.alerts.ports import LineAway, RefusedForGood, RefusedForNow
from services.alerts.settings import AlertsSettings

RECEIVED = local("2026-11-16 08:00")
HALF = "2026-11-23 08:00"


@pytest.fixture
async def world() -> World:
    """Push first, which reaches the unit by its code, then mail."""
    world = World()
    world.push = RecordingMailer(name="push", reach=lambda recipient: f"push:{recipient.unit}" if recipient.unit != AN_KHE else "")
    world.channels = [world.push, world.mailer]
    await world.start()
    world.say(synced(RECEIVED))
    return world


def wants(world: World, *channels: str) -> None:
    """A matrix whose only stage names these channels."""
    stage = {"stage": "half", "terms": "long", "percent": 50, "roles": ["official"], "channels": list(channels)}
    book_of({"stages": {"stages": [stage]}}, 2, world.book)
    world.handlers.on_tick()


async def test_a_stage_has_its_own_order_of_channels(world: World) -> None:
    wants(world, "mail", "push")
    await world.at(HALF)
    assert ([n.channel for n in world.last(state="delivered")], world.push.letters) == (["mail"], [])


async def test_who_is_reached_by_no_channel_of_the_stage_is_not_reached(world: World) -> None:
    """The head of An Khê has no browser: a stage that goes by push alone is told to whom push reaches."""
    wants(world, "push")
    world.say(synced(RECEIVED, unit=AN_KHE, dossier="H17.31-261116-0002"))
    await world.at(HALF)
    assert {(n.unit, n.state, n.reason) for n in world.last()} == {
        (HAI_CHAU, "delivered", "WARNING"),
        (AN_KHE, "suppressed", "NO_ADDRESS"),
    }


async def test_a_stage_whose_channels_are_all_off_goes_by_those_that_are_on(world: World) -> None:
    wants(world, "webhook")
    await world.at(HALF)
    assert [n.channel for n in world.last(state="delivered")] == ["push"]


async def test_the_first_channel_that_reaches_somebody_is_the_only_one(world: World) -> None:
    await world.at(HALF)
    assert ([n.channel for n in world.last(state="delivered")], len(world.push.letters), world.mailer.letters) == (["push"], 1, [])


async def test_who_the_first_channel_does_not_reach_gets_the_second(world: World) -> None:
    world.say(synced(RECEIVED, unit=AN_KHE, dossier="H17.31-261116-0002"))
    await world.at(HALF)
    assert {(n.unit, n.channel) for n in world.last(state="delivered")} == {(HAI_CHAU, "push"), (AN_KHE, "mail")}


async def test_a_refusal_for_good_lets_the_next_channel_begin_under_the_same_row(world: World) -> None:
    world.push.faults = [RefusedForGood("GONE")]
    await world.at(HALF)
    assert [(n.state, n.channel, n.refused, n.attempts) for n in world.last()] == [("delivered", "mail", ("push:GONE",), 2)]
    assert (world.metric("refusals_total", channel="push"), world.metric("repeats_total")) == (1, 0)


@pytest.mark.parametrize("fault", [LineAway("TIMEOUT", unknown=True), LineAway("503", unknown=False), RefusedForNow("451")])
async def test_no_failure_that_may_pass_lets_the_next_channel_begin(world: World, fault: Exception) -> None:
    world.push.faults = [fault] * 3
    await world.at(HALF)
    assert world.mailer.letters == []
    assert [(n.state, n.channel, n.refused, n.attempts) for n in world.last()] == [("delivered", "push", (), 4)]


async def test_after_a_restart_a_channel_that_refused_for_good_is_not_asked_again(world: World) -> None:
    world.push.faults = [RefusedForGood("GONE")]
    world.mailer.faults = [LineAway("421", unknown=False)] * 4
    await world.at(HALF)
    assert await world.states() == [("half", "pending")]
    await world.start()
    await world.settle()
    assert ([n.channel for n in world.last(state="delivered")], world.push.letters) == (["mail"], [])


async def test_when_every_channel_has_refused_the_notice_has_failed_with_the_last_code(world: World) -> None:
    world.push.faults, world.mailer.faults = [RefusedForGood("GONE")], [RefusedForGood("550")]
    await world.at(HALF)
    (notice,) = world.last()
    assert (notice.state, notice.reason, notice.channel, notice.refused) == ("failed", "REFUSED_550", "mail", ("push:GONE", "mail:550"))


async def test_a_line_that_is_away_does_not_keep_the_letters_of_another(world: World) -> None:
    world.settings = world.settings.model_copy(update={"retry_shortest": 60.0, "retry_longest": 60.0})
    await world.start()
    world.push.faults = [LineAway("503", unknown=False)] * 9
    for n in range(2, 5):
        world.say(synced(RECEIVED, dossier=f"H17.31-261116-{n:04d}"))
    world.say(synced(RECEIVED, unit=AN_KHE, dossier="H17.31-261116-0009"))
    await world.at(HALF)
    assert [n.unit for n in world.last(state="delivered")] == [AN_KHE]
    assert len(world.push.faults) == 8  # one was tried, the others of this line wait with it


async def test_one_letter_that_always_fails_does_not_keep_those_behind_it(world: World) -> None:
    world.say(synced(RECEIVED + 60, dossier="H17.31-261116-0002"))
    real, bad = world.push.send, []

    async def send(letter: object) -> None:
        if letter.items[0].dossier.endswith("0001"):  # type: ignore[attr-defined]
            bad.append(letter)
            raise LineAway("TIMEOUT", unknown=True)
        await real(letter)  # type: ignore[arg-type]

    world.push.send = send
    await world.at("2026-11-23 08:05")
    assert [n.dossier[-4:] for n in world.last(state="delivered")] == ["0002"]
    assert len(bad) >= 2


async def test_a_unit_that_no_channel_reaches_is_not_dropped_silently(world: World) -> None:
    world.push.reach = lambda _: ""
    world.say(synced(RECEIVED, unit=VINH_DIEN, dossier="H17.31-261116-0003"))
    await world.at(HALF)
    assert [(n.unit, n.state, n.reason) for n in world.last(dossier="H17.31-261116-0003")] == [(VINH_DIEN, "suppressed", "NO_ADDRESS")]


@pytest.mark.parametrize(("hook_of", "told"), [(AN_KHE, "head"), (HAI_CHAU, "official")])
async def test_who_is_reached_is_asked_with_the_unit_that_the_notice_will_be_sent_with(hook_of: str, told: str) -> None:
    """The official, without an address, was at An Khê before; a webhook is there for one unit alone."""
    world = World()
    world.channels = [RecordingMailer(name="webhook", reach=lambda to: "webhook:0" if to.unit == hook_of else ""), world.mailer]
    posts = (PostRecord(unit=AN_KHE, role="official", valid_to=10_000), PostRecord(unit=HAI_CHAU, role="official", valid_from=10_001))
    people = {
        "official": PersonRecord(id="p0000000000000001", ref="1" * 32, posts=posts),
        "head": PersonRecord(
            id="p0000000000000002", ref="2" * 32, posts=(PostRecord(unit=HAI_CHAU, role="unit_head"),), address="head@danang.example"
        ),
    }
    for each in people.values():
        world.people.take(each.id.encode(), encode_person(each))
    await world.start()
    world.say(synced(RECEIVED))
    world.say(replace(stepped(RECEIVED + 60, 4), handler=people["official"].id))
    await world.at(HALF)
    assert [(n.recipient, n.state) for n in world.last()] == [(people[told].id, "delivered")]


async def test_a_channel_sends_no_more_than_its_pace_and_the_rest_waits(world: World) -> None:
    world.paces = {"push": Pace(60.0)}
    await world.start()
    for n in range(2, 20):
        world.say(synced(RECEIVED, dossier=f"H17.31-261116-{n:04d}"))
    await world.at(HALF)
    assert len(world.push.letters) == 6  # a tenth of what a minute allows, at once
    assert (len(world.last(state="pending")), world.metric("retries_total", cause="PACE") > 0) == (13, True)


def test_a_pace_lets_through_exactly_its_number_a_minute() -> None:
    pace, now, sent = Pace(30.0), 1000.0, []
    while now < 1120.0:
        wait = pace.take(now)
        sent += [] if wait else [now]
        now += wait or 0.0
    assert [sum(start <= at < start + 60 for at in sent) for start in (1000.0, 1060.0)] == [32, 30]
    assert all(Pace(0.0).take(at) == 0 for at in (0.0, 0.0, 1.0))


def test_a_line_stays_closed_as_long_as_the_other_side_asks_but_not_for_ever() -> None:
    lines = Lines(Retries(0.001, 0.002))
    lines.away("webhook:a", 3600.0 * 24)
    (until,) = lines._closed_until.values()
    lines.away("webhook:b", 0.0)
    assert (lines.closed("webhook:a"), lines.closed("webhook:c")) == (True, False)
    assert until - lines._closed_until["webhook:b"] <= LONGEST_PEACE + 1


def test_while_messages_are_redirected_no_channel_but_mail_is_used() -> None:
    settings = AlertsSettings(alerts_channels="mail", alerts_redirect_to="thu@danang.example")
    assert (names(settings), names(AlertsSettings())) == (("mail",), ("mail",))


async def test_a_link_names_the_message_and_no_dossier(world: World) -> None:
    letter = linked((await world.handlers.judge(_notice(world), local(HALF))).letter, "https://map.danang.example/officials?notice=")
    assert letter.words.link.startswith("https://map.danang.example/officials?notice=")
    assert "H17" not in letter.words.link
    assert letter.words.link in letter.text


def _notice(world: World) -> object:
    world.held = False
    world.clock.at = local(HALF)
    world.handlers.on_tick()
    return world.handlers.courier.decided[0].notice
