"""Releases side by side under load: an older one is replaced part by part, goes back and forth, and nothing differs at the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.form import LONG
from tests.faults.rollout import OUR_OWN, Rollout, Told, differences
from tests.faults.test_redis_and_store import history_is_whole
from tests.faults.world import FaultWorld
from tests.integration.stores import mongo_server
from tests.releases import LAST, RELEASES, Release, unpacked

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("release", RELEASES if LONG else (LAST,), ids=str)
def test_a_release_is_replaced_part_by_part_under_load_and_nothing_differs(
    make_world: Callable[..., FaultWorld], report: Callable[..., None], tmp_path: Path, release: Release
) -> None:
    older = unpacked(release, tmp_path / "older")
    with mongo_server.running() as mongo, Told().listening() as told:
        world = make_world(tree=older, env={"DUNGHEN_MONGO": mongo, "DUNGHEN_ALERTS_PRIVATE_NETWORKS": OUR_OWN})
        rollout = Rollout(world, release, older, told)
        rollout.begin()
        rollout.forward()
        rollout.back_and_forth()
        world.settle()
        versions = rollout.streams_agree()
        history_is_whole(world)
        rollout.audit_log_is_whole()
        ledger = rollout.ledger_is_right()
    posts, sequences = told.posts(), told.sequences()
    report(
        **{
            "parts replaced": rollout.replaced,
            "answers compared": rollout.compared,
            "mails": told.mails.total(),
            "posts": posts.total(),
            "lists read": rollout.read,
        },
        **{"stages owed": ledger["owed"], "rows of the ledger": ledger["rows"], "versions compared": versions},
        **world.figures(),
    )
    assert ledger["owed"] > 0
    assert [mail for mail, times in told.mails.items() if times > 1] == [], "nobody hears twice of a part that was stopped in order"
    assert [post for post, times in posts.items() if times > 1] == []
    assert sequences == [*range(1, len(sequences) + 1)]
    assert versions > 20


def test_differences_of_what_both_say_are_found_and_members_more_are_none() -> None:
    one = {"version": 1, "city": {"numerator": 3}, "units": [{"code": "a", "value": 0.5}], "age_seconds": 4, "more": 1}
    same = {"version": 1, "city": {"numerator": 3, "new": 0}, "units": [{"code": "a", "value": 0.5}], "age_seconds": 9}
    assert list(differences(one, same, "$")) == []
    other = {"version": 1, "city": {"numerator": 4}, "units": [{"code": "a", "value": None}]}
    assert list(differences(one, other, "$")) == ["$.city.numerator: 3 and 4", "$.units[0].value: 0.5 and None"]
    assert list(differences(one, {**same, "units": []}, "$")) == ["$.units: [{'code': 'a', 'value': 0.5}] and []"]
