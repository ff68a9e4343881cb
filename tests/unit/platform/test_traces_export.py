"""What OpenTelemetry's variables choose, each fault of them said; a collector that is away or slow holds nobody up and is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
import structlog

from dunghen.platform import traces, traces_export
from dunghen.platform.local.servers import HOST, free_port
from dunghen.platform.settings import SettingsError
from dunghen.platform.traces import AT_ONCE, LOST, SENT
from dunghen.platform.traces_export import Chosen
from dunghen.platform.traces_live import Live
from tests.eventually import eventually, eventually_async
from tests.otlp_collector import Collector, collecting

THERE = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ({}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, None),
        ({**THERE, "OTEL_SDK_DISABLED": "true"}, None),
        ({**THERE, "OTEL_TRACES_EXPORTER": "none"}, None),
        (THERE, Chosen(0.01, True, 2048)),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://collector/v1/traces"}, Chosen(0.01, True, 2048)),
        ({**THERE, "OTEL_TRACES_SAMPLER": "", "OTEL_TRACES_SAMPLER_ARG": "0.5"}, Chosen(0.5, True, 2048)),
        ({**THERE, "OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.5"}, Chosen(0.5, False, 2048)),
        ({**THERE, "OTEL_TRACES_SAMPLER": "parentbased_always_on"}, Chosen(1.0, True, 2048)),
        ({**THERE, "OTEL_TRACES_SAMPLER": "always_off"}, Chosen(0.0, False, 2048)),
        ({**THERE, "OTEL_BSP_MAX_QUEUE_SIZE": "600", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, Chosen(0.01, True, 600)),
    ],
)
def test_the_standard_variables_choose(said: dict[str, str], chosen: Chosen | None) -> None:
    assert Chosen.of(said) == chosen


FAULTS = {
    "OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318",
    "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
    "OTEL_TRACES_EXPORTER": "zipkin",
    "OTEL_TRACES_SAMPLER": "jaeger_remote",
    "OTEL_TRACES_SAMPLER_ARG": "1.5",
    "OTEL_BSP_MAX_QUEUE_SIZE": "7",
}


@pytest.mark.parametrize(("name", "value"), [*FAULTS.items(), ("OTEL_TRACES_SAMPLER_ARG", "nan"), ("OTEL_BSP_MAX_QUEUE_SIZE", "x")])
def test_a_fault_is_said_by_the_name_of_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: ") as fault:
        Chosen.of({**THERE, name: value})
    assert value not in str(fault.value).replace("http/protobuf", "")


def test_all_faults_are_said_together() -> None:
    with pytest.raises(SettingsError) as fault:
        Chosen.of(FAULTS)
    assert {line.partition(":")[0] for line in str(fault.value).splitlines()} == FAULTS.keys()


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collecting() as collector:
        for name, value in collector.environment.items():
            monkeypatch.setenv(name, value)
        yield collector


def make(count: int) -> None:
    for _ in range(count):
        with traces.request("/events", "POST"):
            pass


async def test_spans_arrive_under_the_name_of_their_program_and_a_stop_sends_what_waits(collector: Collector) -> None:
    counts = Counter[str]()
    traces_export.start("ingest", lambda result, count: counts.update({result: count}))
    make(3)
    await traces_export.stop()
    assert {(span.service, span.name) for span in collector.spans()} == {("dunghen-ingest", "POST /events")}
    assert (len(collector.spans()), counts) == (3, {SENT: 3})
    assert not traces.on()


async def test_a_city_may_name_its_programs_itself(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "cong-dich-vu")
    traces_export.start("ingest", lambda *_: None)
    make(1)
    await traces_export.stop()
    assert [span.service for span in collector.spans()] == ["cong-dich-vu"]


async def test_the_usual_part_of_the_requests_is_kept(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "")
    traces_export.start("ingest", lambda *_: None)
    make(10_000)
    await traces_export.stop()
    assert 40 < len(collector.spans()) < 180


async def test_a_collector_that_is_not_there_loses_spans_counted_and_is_said_once(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{HOST}:{free_port()}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.3")
    counts = Counter[str]()
    with structlog.testing.capture_logs() as lines:
        traces_export.start("ingest", lambda result, count: counts.update({result: count}))
        make(5000)
        await eventually_async(lambda: counts[LOST] == 5000)
        monkeypatch.undo()
        await traces_export.stop()
    assert counts == {LOST: 5000}
    assert [line["event"] for line in lines] == ["traces_on", "collector_away"]


def test_before_a_collector_that_does_not_answer_a_bounded_number_waits(collector: Collector) -> None:
    collector.hold.set()
    counts = Counter[str]()
    from opentelemetry.sdk.trace import TracerProvider

    from dunghen.platform.traces_sending import sending

    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(sending(AT_ONCE, lambda result, count: counts.update({result: count})))
    traces.switch(Live(provider.get_tracer("test")))
    try:
        make(1)
        eventually(lambda: collector.raw)
        make(4 * AT_ONCE)
        assert counts[LOST] >= 2 * AT_ONCE, "beyond those that wait and those on their way"
        collector.hold.clear()
        eventually(lambda: counts.total() == 4 * AT_ONCE + 1)
    finally:
        traces.switch(None)
        provider.shutdown()
    assert counts[SENT] > 0
