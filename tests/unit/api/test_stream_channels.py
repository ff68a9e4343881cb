from __future__ import annotations

import json
from dataclasses import replace

from api_figures import DAY, POLICY, scene_of, scored

from dunghen.domain.units import Catalogue
from services.api.channels import Channel, Channels
from services.api.event_stream import begin_at
from services.api.views import ViewKey


def channel(*versions: int, ring: int = 100) -> Channel:
    made = Channel(ViewKey(), ring)
    for version in versions:
        made.show(scene_of(version, scored("20242", version % 50, 50)))
    return made


def events(frames: list[bytes]) -> list[tuple[str, int]]:
    fields = [dict(line.split(": ", 1) for line in frame.decode().strip().split("\n")) for frame in frames]
    return [(f["event"], int(f["id"])) for f in fields]


def test_a_new_client_gets_the_newest_state_once() -> None:
    made = channel(10, 11)
    version, frames, why = made.after(0, 8)
    assert (version, events(frames), why) == (11, [("snapshot", 11)], "FIRST")
    assert made.after(11, 8) == (11, [], "NOTHING_NEW")


def test_a_client_that_comes_back_gets_what_it_missed_in_order() -> None:
    version, frames, why = channel(10, 11, 12, 13).after(11, 8)
    assert (version, events(frames), why) == (13, [("change", 12), ("change", 13)], "REPLAY")


def test_a_version_between_two_frames_gets_the_later_one_which_holds_all_that_changed() -> None:
    assert events(channel(10, 20, 30).after(15, 8)[1]) == [("change", 20), ("change", 30)]


def test_a_client_older_than_the_ring_gets_a_snapshot() -> None:
    made = channel(*range(10, 20), ring=3)
    assert made.after(15, 8)[2] == "TOO_OLD"
    assert events(made.after(16, 8)[1]) == [("change", 17), ("change", 18), ("change", 19)]


def test_a_client_far_behind_gets_all_changes_as_one_with_each_row_as_it_is_now() -> None:
    made = channel(*range(10, 20))
    version, frames, why = made.after(12, 3)
    assert (version, events(frames), why) == (19, [("change", 19)], "MERGED")
    change = json.loads(frames[0].split(b"data: ")[1])
    assert [(row["code"], row["numerator"]) for row in change["units"]] == [("20242", 19)]
    assert change["city"]["numerator"] == 19


def test_a_client_of_a_faster_worker_waits_until_this_one_is_as_far() -> None:
    made = channel(10)
    assert made.after(12, 8) == (12, [], "NOTHING_NEW")
    made.show(scene_of(13, scored("20242", 1, 50)))
    assert events(made.after(12, 8)[1]) == [("change", 13)]


def test_a_version_in_which_nothing_of_this_view_changed_is_no_frame() -> None:
    made, score = Channel(ViewKey(kind="department"), 9), scored("20242")
    made.show(scene_of(1, score))
    made.show(scene_of(2, score))
    assert made.after(1, 8) == (1, [], "NOTHING_NEW")
    made.show(scene_of(3, scored("20242", 1, 10)))  # of another kind, but the city moved
    change = made.after(1, 8)[1][0]
    assert json.loads(change.split(b"data: ")[1])["units"] == []


def test_the_turn_of_the_day_is_told_even_where_no_figure_moved() -> None:
    made, score = channel(), scored("20242")
    made.show(scene_of(1, score))
    made.show(scene_of(2, score, day=DAY + 1))
    assert b'"as_of":"2026-11-17"' in made.after(1, 8)[1][0]


def test_a_unit_that_a_new_policy_renames_is_told_to_who_listens() -> None:
    made = channel(10)
    named = Catalogue(replace(unit, name="Tên Mới") if unit.code == "20194" else unit for unit in POLICY.catalogue.all)
    made.show(replace(scene_of(11, scored("20242", 10, 50)), policy=replace(POLICY, version=2, catalogue=named)))
    (change,) = made.after(10, 8)[1]
    assert [(row["code"], row["name"]) for row in json.loads(change.split(b"data: ")[1])["units"]] == [("20194", "Tên Mới")]
    assert made.since(10) == (frozenset({"20194"}), frozenset())
    assert "Hải Vân" not in made.body().decode()


def test_a_unit_that_is_gone_makes_everybody_take_a_snapshot() -> None:
    made = channel()
    made.show(scene_of(1, scored("20242"), scored("H17.99")))
    made.show(scene_of(2, scored("20242")))
    assert made.after(1, 8)[2] == "TOO_OLD"


def test_a_stale_picture_says_so_and_is_not_kept() -> None:
    made = channel(10)
    assert json.loads(made.body(age=14.2))["stale"] is True
    assert json.loads(made.body(age=14.2))["age_seconds"] == 14
    assert json.loads(made.body())["stale"] is False


def test_views_without_clients_are_not_computed_and_forgotten_in_the_end() -> None:
    now = [0.0]
    channels = Channels(10, 60, lambda: now[0])
    quiet, busy = (channels.at(ViewKey(w), scene_of(1, scored("20242"))) for w in ("month", "7d"))
    busy.clients = 1
    channels.show(scene_of(2, scored("20242", 1, 10)))
    assert (quiet.version, busy.version) == (1, 2)
    now[0] = 61
    channels.show(scene_of(3, scored("20242", 2, 10)))
    assert list(channels.by_key) == [ViewKey("7d")]


def test_only_a_version_that_could_have_been_given_out_is_believed() -> None:
    assert [begin_at(said, 1_000_000) for said in (None, "", "x", "-1", "1.5", "²", "999999999999999", "1000500")] == [
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        1000500,
    ]


def test_what_is_other_since_a_version_is_said_with_what_has_left() -> None:
    made = Channel(ViewKey(), 1)
    a, b = scored("20242", 10, 50), scored("Z1", 20, 50)  # of another kind, and in no catalogue: it is there while it counts
    made.show(scene_of(10, a, b))
    made.show(scene_of(11, a, scored("Z1", 30, 50)))
    made.show(scene_of(12, a))
    made.show(scene_of(13, scored("20242", 40, 50)))
    assert made.since(9) is None  # nobody looked then
    assert told(made, 10) == (["20242"], ["Z1"])
    assert told(made, 12) == (["20242"], [])
    assert told(made, 13) == ([], [])
    made.show(scene_of(14, scored("20242", 40, 50), b))
    assert told(made, 12) == (["20242", "Z1"], [])  # it came back


def told(made: Channel, version: int) -> tuple[list[str], list[str]]:
    """Of the two units; another one of a kind with Z1 has another `of` while that is there."""
    found = made.since(version)
    assert found is not None
    return sorted(found.units - {"H17.10"}), sorted(found.gone)


def test_a_view_that_skipped_versions_tells_a_change_rather_twice_than_never() -> None:
    made = Channel(ViewKey(), 1)
    made.show(scene_of(10, scored("20242", 10, 50)))
    made.show(scene_of(20, scored("20242", 11, 50)))  # it changed in some version after 10
    assert all(made.since(version) == (frozenset({"20242"}), frozenset()) for version in (10, 15, 19))
