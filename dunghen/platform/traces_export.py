"""Whether spans are made, which, and their way to a collector: by the standard variables of OpenTelemetry, read once at start.

A collector that is away or slow changes nothing here: what waits is bounded, the rest is let go and counted.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dunghen.platform import traces
from dunghen.platform.logs import get_logger, quiet
from dunghen.platform.settings import SettingsError
from dunghen.platform.traces import AT_ONCE, Count

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import Sampler

log = get_logger("traces")
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SAMPLER, RATIO, WAITING = "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG", "OTEL_BSP_MAX_QUEUE_SIZE"
SAMPLERS = {"always_on": 1.0, "always_off": 0.0, "traceidratio": None}  # each also as parentbased_…; None: the ratio says
DEFAULTS = {SAMPLER: "parentbased_traceidratio", RATIO: "0.01", WAITING: "2048"}
STOP_SECONDS = 1.0  # `up` gives a program three for all that it has to end
_provider: TracerProvider | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the variables say. `ratio`: of the requests that are kept; `by_parent`: what follows from one is kept as that one is."""

    ratio: float
    by_parent: bool
    waiting: int  # spans that may wait for the collector

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Chosen | None:
        """None: no spans. An empty variable is none. Raises SettingsError."""
        said = {name: value.strip() for name, value in environ.items() if name.startswith("OTEL_") and value.strip()}
        endpoint = next((name for name in ENDPOINTS if name in said), None)
        exporter = said.get("OTEL_TRACES_EXPORTER", "otlp").lower()
        if endpoint is None or exporter == "none" or said.get("OTEL_SDK_DISABLED", "").lower() == "true":
            return None
        faults = [] if exporter == "otlp" else ["OTEL_TRACES_EXPORTER: otlp or none"]
        faults += [f"{name}: only http/protobuf" for name in PROTOCOLS if said.get(name, "http/protobuf") != "http/protobuf"]
        if urlsplit(said[endpoint]).scheme not in ("http", "https") or not urlsplit(said[endpoint]).hostname:
            faults.append(f"{endpoint}: must be like http://host:4318")
        given = {**DEFAULTS, **said}
        kind, ratio, waiting = given[SAMPLER].lower(), _number(given[RATIO], 1.0), _number(given[WAITING], 1e6)
        if kind.removeprefix("parentbased_") not in SAMPLERS:
            faults.append(f"{SAMPLER}: one of {', '.join(SAMPLERS)}, or parentbased_ before it")
        if ratio is None:
            faults.append(f"{RATIO}: a number from 0 to 1")
        if waiting is None or not waiting.is_integer() or waiting < AT_ONCE:
            faults.append(f"{WAITING}: a whole number from {AT_ONCE} to 1000000")
        if faults or ratio is None or waiting is None:
            raise SettingsError("\n".join(faults))
        fixed = SAMPLERS[kind.removeprefix("parentbased_")]
        return cls(ratio if fixed is None else fixed, kind.startswith("parentbased_"), int(waiting))


def start(service: str, count: Count) -> None:
    """Switches spans on if the variables name a collector. `service`: its name there, unless OTEL_SERVICE_NAME says another.

    Raises SettingsError. What an earlier start switched on must have been stopped.
    """
    chosen = Chosen.of(os.environ)
    if chosen is None:
        return
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider

    from dunghen.platform.traces_live import Live
    from dunghen.platform.traces_sending import sending

    quiet("opentelemetry", "urllib3")  # they complain at each attempt, and may repeat the headers that the collector asks for
    given = OTELResourceDetector().detect().attributes
    ours = {"service.name": f"dunghen-{service}", "service.namespace": "dunghen"}
    resource = Resource.create({name: value for name, value in ours.items() if name not in given})
    provider = TracerProvider(_sampler(chosen), resource, shutdown_on_exit=False)
    try:
        provider.add_span_processor(sending(chosen.waiting, count))
    except ValueError as fault:
        raise SettingsError(f"OTEL_EXPORTER_OTLP_…, OTEL_BSP_…: {fault}") from None
    global _provider
    _provider = provider
    traces.switch(Live(provider.get_tracer("dunghen")))
    log.info("traces_on", ratio=chosen.ratio, by_parent=chosen.by_parent)


async def stop() -> None:
    """What waits is sent, as far as that takes no longer than STOP_SECONDS. To be released after all that makes spans."""
    global _provider
    provider, _provider = _provider, None
    traces.switch(None)
    if provider is None:
        return
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def shut() -> None:
        provider.shutdown()
        with suppress(RuntimeError):  # it took too long, and the loop is closed
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=shut, name="traces-stop", daemon=True).start()  # a thread of the loop's own would hold up its end
    with suppress(TimeoutError):
        await asyncio.wait_for(ended.wait(), STOP_SECONDS)


def _sampler(chosen: Chosen) -> Sampler:
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    root = TraceIdRatioBased(chosen.ratio)
    return ParentBased(root) if chosen.by_parent else root


def _number(text: str, most: float) -> float | None:
    """From 0 to `most`; None for anything else."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 <= found <= most else None
