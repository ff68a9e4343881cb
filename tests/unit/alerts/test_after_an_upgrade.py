"""A ledger of an older release: its notices name the unit alone. Nobody is told again, whatever the directory says since."""

from __future__ import annotations

from typing import Any

import pytest
from alerts_world import DOSSIER, HAI_CHAU, World, local, synced

from dunghen.contracts.messages import FeedState, encode
from dunghen.contracts.people import PersonRecord, PostRecord, encode_person
from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import Zone
from dunghen.domain.feeds import Patience
from dunghen.platform.store import Put, Query
from services.alerts.feeds import UnitFeeds

HALF = "2026-11-23 08:00"
NEW_FIELDS = ("recipient", "why", "covers", "handler", "channels", "refused")


async def older(world: World) -> World:
    """What stands in the ledger loses what older releases did not write."""
    found = (await world.store.find(Query("notices", limit=100))).documents
    for document in found:
        body = {name: value for name, value in document.body.items() if name not in NEW_FIELDS}
        await world.store.remove("notices", {"id": document.id})
        await world.store.insert(Put("notices", document.id, 0, body))
    return world


def with_a_directory(world: World) -> None:
    post = PostRecord(unit=HAI_CHAU, role="unit_head")
    head = PersonRecord(id="p00000000000000aa", ref="0" * 32, posts=(post,), address="head@danang.example")
    world.people.take(head.id.encode(), encode_person(head))


@pytest.fixture
async def upgraded() -> World:
    world = await World().start()
    world.say(synced(local("2026-11-16 08:00")))
    await world.at(HALF)
    assert [n.key for n in world.last()] == [f"{DOSSIER}:dossier:{local('2026-11-30 08:00')}:half:{HAI_CHAU}"]
    return await older(world)


@pytest.mark.parametrize("also", [{}, {"due": local("2026-11-30 07:00")}])
async def test_what_an_older_ledger_holds_is_not_told_again(upgraded: World, also: dict[str, Any]) -> None:
    with_a_directory(upgraded)
    upgraded.say(synced(local("2026-11-24 10:00"), received=local("2026-11-16 08:00"), **also), handled=False)
    upgraded.clock.at = local("2026-11-24 11:00")
    await upgraded.start()
    await upgraded.settle()
    assert len(upgraded.mailer.letters) == 1
    await upgraded.at("2026-11-27 08:00")
    assert [letter.to for letter in upgraded.mailer.letters[1:]] == ["head@danang.example"]


async def test_what_an_older_release_left_waiting_goes_to_the_unit_that_it_names() -> None:
    world = await World().start()
    world.held = False
    world.say(synced(local("2026-11-16 08:00")))
    await world.at(HALF)
    await older(world)
    with_a_directory(world)
    world.held = True
    await world.start()
    await world.settle()
    assert [letter.to for letter in world.mailer.letters] == ["hai-chau@danang.example"]


async def test_the_first_directory_tells_nothing_of_what_the_unit_was_told(upgraded: World) -> None:
    await upgraded.start()
    with_a_directory(upgraded)
    await upgraded.at("2026-11-24 09:00")
    assert len(upgraded.mailer.letters) == 1


def feeds(*seen: tuple[str, int]) -> UnitFeeds:
    found = UnitFeeds(Patience(900, 86400), lambda: WorkingCalendar(Zone("Asia/Ho_Chi_Minh")))
    for source, at in seen:
        found.take(source.encode(), encode(FeedState(source=source, seen_at=at, units={HAI_CHAU: at})))
    return found


def test_a_unit_is_told_on_the_word_of_its_freshest_feed_and_of_none_that_is_silent() -> None:
    at, later = local("2026-11-23 08:00"), local("2026-11-23 08:16")
    assert (feeds(("a", at)).stale(HAI_CHAU, at), feeds(("a", at)).stale(HAI_CHAU, later)) == (False, True)
    assert feeds(("a", at), ("b", later)).stale(HAI_CHAU, later) is False
    assert feeds(("a", at)).stale("20263", later) is False


def test_what_cannot_be_read_says_nothing_of_a_feed() -> None:
    found = feeds()
    for value in (None, b"?"):
        found.take(b"a", value)
    assert found.stale(HAI_CHAU, local("2026-11-23 08:00")) is False
