"""A worker that dies inside a transaction hides what others write behind it: late, never wrong, and the age shows it."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.eventually import eventually
from tests.faults.world import FaultWorld, lasting_port


def figure(port: int, name: str) -> float:
    """The greatest value of a metric among its partitions; 0 where it has none."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
    return max((s.value for family in text_string_to_metric_families(text) for s in family.samples if s.name == name), default=0.0)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_what_an_open_transaction_hides_is_late_shown_as_such_and_never_wrong(
    make_world: Callable[..., FaultWorld], report: Callable[..., None]
) -> None:
    world = make_world()
    scores, board = lasting_port(), lasting_port()
    world.start_part("scoring-score", DUNGHEN_STAGES="score", DUNGHEN_METRICS_PORT=str(scores))
    world.start_part("scoring-doomed", "tests.faults.crashing", DUNGHEN_STAGES="fold", FAULT_TRANSACTION="120")
    world.start_part("projector", DUNGHEN_METRICS_PORT=str(board))
    for name in ("api", "ingest"):
        world.start_part(name)
    eventually(world.all_at_work, within=400, what="the city")
    world.watcher.start()
    world.load.rate = 40  # the level is said alone only where no event comes just then
    world.load.start()
    eventually(lambda: figure(board, "dunghen_api_versions_total") > 5, within=240, what="a map that moves")
    doomed = world.parts["scoring-doomed"]
    doomed.wanted = False
    (world.folder / "scoring-doomed.armed").write_text("fold.level.sent")  # a level goes to every partition of `unit-days`
    eventually(lambda: -9 in doomed.ends, within=240, what="its death")
    hidden = eventually(lambda: figure(scores, "dunghen_scoring_hidden_events"), what="what it hides")
    eventually(lambda: figure(scores, "dunghen_scoring_standing_seconds") > 1, what="how long it has been hidden")
    lag = eventually(lambda: max(figure(board, "dunghen_api_source_lag_seconds") - 4, 0), what="an age that grows")
    world.start_part("scoring-heir", DUNGHEN_STAGES="fold")
    eventually(lambda: figure(board, "dunghen_api_source_lag_seconds") < 3, within=240, what="a map that is level again")
    world.settle()
    for name in ("dunghen_scoring_hidden_events", "dunghen_scoring_standing_seconds"):
        eventually(lambda name=name: figure(scores, name) == 0, what=f"{name} at 0")
    report(**{"records hidden": int(hidden), "seconds late at least": int(lag + 4)}, **world.figures())
