from __future__ import annotations

import pytest
from api_figures import DAY, scene_of, scored

from dunghen.contracts.policies import Applied, policy_records
from dunghen.domain.access import What
from dunghen.domain.indicator_values import Stated, UnitFacts
from dunghen.platform.sheets import write_csv
from services.api.access_table import ROUTES
from services.api.board_messages import Entry, Meta, Position, Pulse
from services.api.downloads import map_table
from services.api.freshness import freshness
from services.api.middleware import is_public
from services.api.mirror import Mirror
from services.api.ports import Stored
from services.api.views import View, ViewKey, heading


def meta(version: int) -> Meta:
    return Meta(version=version, policy=1, day=DAY, known_at=0)


def loaded(version: int = 10) -> Mirror:
    mirror = Mirror()
    assert mirror.load(Stored(Position(version), meta(version), {"A": scored("A")}))
    return mirror


def test_an_entry_is_applied_only_where_it_begins() -> None:
    mirror = loaded(10)
    assert not mirror.apply(Position(12), Entry(after="11-0", meta=meta(12), scores=[scored("B")]))
    assert mirror.apply(Position(11), Entry(after="10-0", meta=meta(11), scores=[scored("B")], removed=["A"]))
    assert (list(mirror.scores), mirror.position.text) == (["B"], "11-0")


def test_a_picture_is_never_replaced_by_none_nor_by_an_older_one() -> None:
    mirror = loaded(10)
    assert not mirror.load(Stored())
    assert not mirror.load(Stored(Position(9), meta(9)))
    assert list(mirror.scores) == ["A"]


def test_scores_that_say_the_same_stay_the_same_objects_when_all_is_loaded_again() -> None:
    mirror = loaded(10)
    before = mirror.scores["A"]
    mirror.load(Stored(Position(12), meta(12), {"A": scored("A"), "B": scored("B")}))
    assert mirror.scores["A"] is before


def test_the_city_has_the_facts_of_the_catalogue_of_procedures_of_its_policy() -> None:
    def facts(level: str) -> UnitFacts:
        procedures = {"procedures": [{"code": "1.1", "name": "x", "level": level}]}
        records = policy_records(1, {"city": {"code": "H17", "name": "x"}, "procedures": procedures}, Applied(1))
        mirror = Mirror()
        assert mirror.load(Stored(Position(1), meta(1), policies={(record.kind, record.version): record for record in records}))
        scene = mirror.scene()
        assert scene is not None
        assert scene.facts.unit("20242") == {}
        return scene.facts.unit("H17")

    assert facts("full")["QN2022.ONLINE"] == {"1970-01-01": Stated(1, 1)}
    assert facts("rest")["QN2022.ONLINE"] == {"1970-01-01": Stated(0, 1)}


def test_ages_count_from_the_last_sign_of_life() -> None:
    mirror = loaded()
    assert (mirror.age_seconds(5000), mirror.lag_seconds(5000)) == (None, None)
    mirror.hear(Pulse(at=3000, lag_seconds=0.5), 5000, 100.0)
    assert (mirror.age_seconds(100.0), mirror.lag_seconds(100.0)) == (2.0, 2.5)
    mirror.hear(Pulse(at=3000, lag_seconds=0.5), 6000, 101.0)
    assert mirror.age_seconds(101.0) == 3.0


@pytest.mark.parametrize("jump", [-86_400_000, -3_600_000, 3_600_000, 86_400_000])
def test_no_clock_that_is_put_elsewhere_makes_a_picture_younger_or_older(jump: int) -> None:
    """That of this machine, with the projector's as it was; and both, as they are one machine's."""
    for moved in (0, jump):
        mirror = loaded()
        mirror.hear(Pulse(at=3000, lag_seconds=0.0), 3000, 100.0)
        mirror.hear(Pulse(at=4000 + moved, lag_seconds=0.0), 4000 + jump, 101.0)
        assert (mirror.age_seconds(101.0) or 0) <= 1.0
        mirror.hear(Pulse(at=4000 + moved, lag_seconds=0.0), 34_000 + jump, 131.0)
        assert (mirror.age_seconds(131.0) or 0) >= 30.0


def test_a_word_that_came_while_nobody_could_look_is_as_old_as_it_says() -> None:
    mirror = loaded()
    mirror.hear(Pulse(at=3000, lag_seconds=0.0), 3000, 100.0)
    mirror.hear(Pulse(at=4000, lag_seconds=0.0), 63_000, 160.0)
    assert mirror.age_seconds(160.0) == 59.0


def test_positions_are_read_as_they_are_written_and_grow_by_version_first() -> None:
    assert Position.parse(b"12-3") == Position(12, 3)
    assert Position.parse(None) == Position(0, 0) < Position(0, 1) < Position(1, 0)


def test_csv_has_a_byte_order_mark_and_no_cell_that_runs_as_a_formula() -> None:
    view = View(ViewKey())
    scene = scene_of(1, scored("20242", before=(10, 10)))
    view.show(scene)
    evil = [replace_name(view, name) for name in ("=1+1", "+A1", "-A1", "@x", 'a;"b"\n,c')]
    _, *table = map_table(evil, {**heading(scene, view.key), **freshness(None)})
    text = write_csv(*table).decode()
    assert text.startswith("\ufeffcode,")
    assert [line.split(",")[1] for line in text.splitlines()[1:5]] == ["'=1+1", "'+A1", "'-A1", "'@x"]
    assert '"a;""b""\n,c"' in text
    assert ",-0.1," in text  # a number stays a number


def replace_name(view: View, name: str):  # type: ignore[no-untyped-def]
    import msgspec

    return msgspec.structs.replace(view.rows["20242"], name=name)


def test_everything_but_officials_routes_may_be_read_from_other_sites() -> None:
    assert all(map(is_public, ("/api/v1/map", "/api/v1/stream", "/api/v1/units/20242", "/openapi.json")))
    assert not any(map(is_public, ("/api/v1/notices", "/api/v1/dossiers/X", "/api/v1/units/20242/dossiers", "/api/v1/session", "/")))
    for (_, path), what in ROUTES.items():
        of_api = path.startswith("/api/v1/") or path in ("/openapi.json", "/asyncapi.json", "/open-data/{path:path}")
        assert is_public(path.replace("{code}", "20242")) == (of_api and what is What.OPEN), path
