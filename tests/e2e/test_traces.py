"""One dossier is posted, and one trace goes from the request through Kafka to the map, the store and what alerts decides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from dunghen.cli.data_folder import DataFolder
from tests.e2e.running_city import RunningCity, dossier, stamp
from tests.e2e.traces import traces
from tests.eventually import NotInTime, eventually
from tests.otlp_collector import Collector, Span, collecting

CODE, LATER = "H17.31-261109-0043", "H17.31-261109-0044"
PERSONAL = ["Nguyễn Thị Không Ai Cả", "0905999888"]
THEIRS = "000000000000000000000a0905999888"  # a sender's own trace
REQUEST = "POST /sync/DongBoHoSoMC"
WAY = {
    (REQUEST, "send dossier-events"),
    ("send dossier-events", "fold dossier-events"),
    ("send dossier-events", "store dossier-events"),
    ("fold dossier-events", "score unit-days"),
    ("score unit-days", "show map"),
    ("fold dossier-events", "store dossiers"),
    ("fold dossier-events", "store history"),
    ("fold dossier-events", "alerts dossiers"),
    ("alerts dossiers", "tell notices"),
    ("tell notices", "store history"),
}
SPEED = 60


@dataclass
class Traced:
    """A city whose every request is kept, and where its spans go."""

    city: RunningCity
    collector: Collector
    live_at: int = 0  # the city's instant at which alerts was at work

    def post_one_overdue(self, code: str) -> httpx.Response:
        """A dossier that has crossed its last stage since alerts is live, without anybody having been told of it."""
        clock = DataFolder(self.city.data).clock
        eventually(lambda: clock().seconds() > self.live_at + 120)
        due = datetime.fromtimestamp(self.live_at + 60, UTC)
        times = {"NgayNopHoSo": due - timedelta(days=7, hours=1), "NgayTiepNhan": due - timedelta(days=7), "NgayHenTra": due}
        made = dossier(code, KenhThucHien="1", **{name: stamp(at) for name, at in times.items()})
        body = {"session": "s", "madonvi": "H17", "service": "DongBoHoSoMC", "isUpdating": "False", "data": [made]}
        theirs = {"traceparent": f"00-{THEIRS}-00000905999888aa-01", "tracestate": "ten=Nguyen"}
        return httpx.post(f"{self.city.ingest}/sync/DongBoHoSoMC", json=body, headers=theirs, timeout=60)

    def metrics(self, page: str) -> str:
        return httpx.get(f"{page}/metrics", timeout=60).text


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    with collecting() as collector:
        options = ("--city", "danang", "--clock", "2026-11-16T09:00", "--speed", str(SPEED))
        city = RunningCity(tmp_path_factory.mktemp("traced") / "city", options, env=collector.environment)
        try:
            made = Traced(city.start(), collector)
            made.live_at = DataFolder(city.data).clock().seconds()
            assert made.post_one_overdue(CODE).json()["error_code"] == "0"
            eventually(lambda: city.unit("20242")["received"] >= 1)
            yield made
        finally:
            city.stop()


def steps(spans: list[Span], of: Span) -> set[tuple[str, str]]:
    """The names of every span that follows from one, each behind that from which it follows."""
    found, reached, edge = set[tuple[str, str]](), {(of.trace, of.id)}, [of]
    while edge:
        before = edge.pop()
        for after in spans:
            if after.follows(before):
                found.add((before.name, after.name))
                if (after.trace, after.id) not in reached:
                    reached.add((after.trace, after.id))
                    edge.append(after)
    return found


def request_of(spans: list[Span]) -> Span:
    return next(span for span in spans if span.name == REQUEST)


def test_one_trace_goes_from_the_request_to_the_map_the_store_and_the_notice(traced: Traced) -> None:
    def missing() -> set[tuple[str, str]]:
        spans = traced.collector.spans()
        return WAY - steps(spans, request_of(spans)) if any(span.name == REQUEST for span in spans) else WAY

    with suppress(NotInTime):
        eventually(lambda: not missing())
    assert missing() == set()
    spans = traced.collector.spans()
    of_trace = [span for span in spans if span.trace == request_of(spans).trace]
    assert {name for step in WAY for name in step} <= {span.name for span in of_trace}
    assert {span.service for span in of_trace} == {"dunghen-ingest", "dunghen-scoring", "dunghen-projector", "dunghen-alerts"}
    assert not any(span.failed for span in of_trace)


def test_a_span_says_where_its_records_stand_and_what_came_of_them(traced: Traced) -> None:
    said: dict[str, dict[str, Any]] = {span.name: span.attributes for span in traced.collector.spans()}
    assert said[REQUEST] == {
        "http.request.method": "POST",
        "http.route": "/sync/DongBoHoSoMC",
        "http.response.status_code": 200,
        "dunghen.units": ["20242"],
        "dunghen.policy.version": said["fold dossier-events"]["dunghen.policy.version"],
    }
    sent, folded, shown = said["send dossier-events"], said["fold dossier-events"], said["show map"]
    assert sent["dunghen.records"] == folded["dunghen.records"]
    assert (sent["messaging.system"], sent["messaging.destination.name"]) == ("kafka", "dossier-events")
    assert (folded["messaging.operation.type"], folded["dunghen.units"]) == ("process", ["20242"])
    assert int(shown["dunghen.map.version"].partition("-")[0]) > 0


def test_no_span_has_a_personal_value_or_the_code_of_a_dossier(traced: Traced) -> None:
    everything = b"\n".join(traced.collector.raw)
    assert traces(everything, [*PERSONAL, CODE, "H17.31"]) == []
    assert traces(everything + CODE.encode(), [CODE]) == [CODE]  # the search finds what is there


def test_of_the_trace_that_a_sender_without_a_key_is_in_nothing_is_kept(traced: Traced) -> None:
    everything = b"".join(traced.collector.raw)
    assert request_of(traced.collector.spans()).trace in everything.hex()
    assert THEIRS not in everything.hex()
    assert b"Nguyen" not in everything


def test_without_its_collector_a_city_takes_and_shows_as_before_and_counts_what_it_let_go(traced: Traced) -> None:
    before = traced.city.unit("20242")["received"]
    traced.collector.stop()
    try:
        assert traced.post_one_overdue(LATER).json()["error_code"] == "0"
        eventually(lambda: traced.city.unit("20242")["received"] == before + 1)
        scoring = f"http://127.0.0.1:{DataFolder(traced.city.data).running()['metrics']['scoring']}"
        for page, name in ((traced.city.ingest, "ingest"), (scoring, "scoring")):
            eventually(lambda page=page, name=name: _lost(traced.metrics(page), name) > 0)
    finally:
        traced.collector.start()


def _lost(metrics: str, service: str) -> float:
    (line,) = (line for line in metrics.splitlines() if line.startswith(f'dunghen_{service}_spans_total{{result="lost"}}'))
    return float(line.rpartition(" ")[2])
