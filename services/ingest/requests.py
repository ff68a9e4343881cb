"""One request from its first byte to its answer: key → body → what it delivers → handler → answer; every way to fail has its own answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from time import monotonic
from typing import Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from dunghen.contracts.messages import KeyRecord
from dunghen.contracts.refusals import Refusal
from dunghen.platform import traces
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.logs import get_logger
from dunghen.platform.throttle import Throttle
from services.ingest import answers
from services.ingest.answers import Answer
from services.ingest.bodies import Bodies
from services.ingest.desk_handlers import on_desk_events
from services.ingest.fact_handlers import on_lists, reading_of
from services.ingest.handlers import Result, dates_of, on_delivery, on_heartbeat
from services.ingest.keys import Gate, check
from services.ingest.ports import Desk, Ports, Unavailable
from services.ingest.settings import IngestSettings
from services.ingest.wire.dates import WireDates
from services.ingest.wire.deliveries import RETRY_SECONDS, Delivery, DeliveryRefused, events_delivery, sync_delivery
from services.ingest.wire.desk_events import desk_delivery
from services.ingest.wire.facts import FactReading
from services.ingest.wire.heartbeats import heartbeat
from services.ingest.wire.statements import told_delivery

log = get_logger("ingest")
_CHOICES = {"": False, "0": False, "false": False, "1": True, "true": True}


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose body has been read. `holder`: its key, None where none is needed."""

    request: Request
    body: bytes
    desk: Desk
    dates: WireDates
    holder: KeyRecord | None


Work = Callable[[Call], Awaitable[Answer]]


class Handler(Protocol):
    """What is done with told items: one result each."""

    async def __call__(self, reading: FactReading, ports: Ports, *, dry_run: bool) -> list[Result]: ...


@dataclass(frozen=True, slots=True)
class Door:
    """The endpoints."""

    ports: Ports
    settings: IngestSettings
    bodies: Bodies
    gate: Gate
    throttle: Throttle | None

    @classmethod
    def of(cls, ports: Ports, settings: IngestSettings) -> Door:
        bodies = Bodies(settings.ingest_body_bytes, settings.ingest_held_bytes, settings.ingest_body_seconds)
        gate = Gate(ports.keys, lambda: real_milliseconds() // 1000, settings.ingest_insecure)
        throttle = (
            Throttle(settings.ingest_requests_a_second, settings.ingest_requests_at_once) if settings.ingest_requests_a_second else None
        )
        return cls(ports, settings, bodies, gate, throttle)

    def sync(self, service: str) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of one of the two sync services."""

        async def work(call: Call) -> Answer:
            delivery = sync_delivery(call.body, service, call.request.query_params.get("MaDinhDanhDV"), call.dates)
            return await self._deliver(call, delivery)

        async def endpoint(request: Request) -> Response:
            return await self._answer(service, request, work)

        return endpoint

    async def events(self, request: Request) -> Response:
        """CloudEvents 1.0, structured, one or a batch."""
        return await self._answer("events", request, self._events)

    async def facts(self, request: Request) -> Response:
        """What is told of units for a period."""
        return await self._answer("facts", request, self._facts)

    async def desk_events(self, request: Request) -> Response:
        """Tickets, appointments and answers of one-stop desks."""
        return await self._answer("desk-events", request, self._desk_events)

    async def heartbeats(self, request: Request) -> Response:
        """What a source says of itself."""
        return await self._answer("heartbeats", request, self._heartbeat)

    async def _events(self, call: Call) -> Answer:
        delivery = events_delivery(call.body, call.dates)
        return await self._deliver(call, delivery)

    async def _facts(self, call: Call) -> Answer:
        told = told_delivery(call.body)
        return await self._tell(call, told.source, partial(on_lists, told))

    async def _desk_events(self, call: Call) -> Answer:
        told = desk_delivery(call.body)
        return await self._tell(call, told[0], partial(on_desk_events, told))

    async def _tell(self, call: Call, source: str, handler: Handler) -> Answer:
        self._check(call.holder, {source})
        dry_run, reading = _dry_run(call.request), reading_of(call.desk, self.ports.clock.seconds(), call.holder.id if call.holder else "")
        results = await handler(reading, self.ports, dry_run=dry_run)
        _say_foreign(call.holder, results)
        return answers.of_results(results, self.settings.success_word(source), dry_run=dry_run)

    async def _heartbeat(self, call: Call) -> Answer:
        beat = heartbeat(call.body, call.dates)
        self._check(call.holder, {beat.source})
        await on_heartbeat(beat, self.ports)
        return answers.of_success(self.settings.success_word(beat.source))

    async def _deliver(self, call: Call, delivery: Delivery) -> Answer:
        self._check(call.holder, delivery.sources)
        dry_run = _dry_run(call.request)
        results = await on_delivery(delivery, call.desk, self.ports, dry_run=dry_run)
        _say_foreign(call.holder, results)
        return answers.of_results(results, self.settings.success_word(min(delivery.sources, default="")), dry_run=dry_run)

    @staticmethod
    def _check(holder: KeyRecord | None, sources: set[str]) -> None:
        try:
            check(holder, sources)
        except DeliveryRefused as refused:
            log.warning("write_refused", key=holder and holder.id, code=refused.code.value)
            raise

    def _pace(self, holder: KeyRecord | None) -> None:
        """By key: what a program of this machine sends without one is not counted."""
        if self.throttle is not None and holder is not None and (wait := self.throttle.wait(holder.id, monotonic())):
            raise DeliveryRefused(429, Refusal.TOO_OFTEN, retry_after=ceil(wait))

    async def _answer(self, route: str, request: Request, work: Work) -> Response:
        with traces.request(request.scope["path"], request.method):  # our routes have no parameters: what was asked is what is declared
            answer = await self._answered(route, request, work)
            traces.note("http.response.status_code", answer.status)
            if answer.status >= 500:
                traces.failed(str(answer.status))
        self.ports.metrics.requests.labels(route, f"{answer.status // 100}xx").inc()
        return Response(answer.body, answer.status, _headers(answer), "application/json")

    async def _answered(self, route: str, request: Request, work: Work) -> Answer:
        try:
            return await self._worked(request, work)
        except DeliveryRefused as refused:
            self.ports.metrics.refused.labels(refused.code.value).inc()
            return answers.of_refusal(refused.status, refused.code, refused.path, refused.retry_after)
        except Unavailable:
            self.ports.metrics.refused.labels(Refusal.KAFKA_AWAY.value).inc()
            return answers.of_refusal(503, Refusal.KAFKA_AWAY, retry_after=RETRY_SECONDS)
        except ClientDisconnect:
            return answers.of_refusal(400, Refusal.BAD_JSON)  # nobody is left to read it
        except Exception as fault:
            log.error("request_failed", route=route, error=type(fault).__name__, where=_place(fault))
            return answers.of_refusal(500, Refusal.INTERNAL, retry_after=RETRY_SECONDS)

    async def _worked(self, request: Request, work: Work) -> Answer:
        holder = self.gate.holder(request.headers)
        self._pace(holder)
        desk = self.ports.desks.current()
        if desk is None or not self.ports.ready():
            raise DeliveryRefused(503, Refusal.NOT_READY)
        if holder is not None:
            traces.link(request.headers.get(traces.HEADER))
            desk = replace(desk, allowed=desk.units_under(holder.code))
        async with self.bodies.read(request) as body:
            self.ports.metrics.bytes.inc(len(body))
            with self.ports.metrics.handling.time():
                return await work(Call(request, body, desk, dates_of(desk, self.ports.clock.seconds()), holder))


def _say_foreign(holder: KeyRecord | None, results: Sequence[Result]) -> None:
    """What a key was refused for units that are not its own, as a count: neither their codes nor the dossiers'."""
    count = sum(result.refused is not None and result.refused.code is Refusal.UNIT_NOT_ALLOWED for result in results)
    if count and holder is not None:
        log.warning("write_refused", key=holder.id, code=Refusal.UNIT_NOT_ALLOWED.value, count=count)


def _dry_run(request: Request) -> bool:
    chosen = _CHOICES.get(request.query_params.get("dry_run", "").lower())
    if chosen is None:
        raise DeliveryRefused(400, Refusal.BAD_CHOICE, "dry_run")
    return chosen


def _headers(answer: Answer) -> dict[str, str]:
    """The answer's own headers; where a body may be left unread the connection is not used again."""
    if answer.status in (401, 408, 413, 415, 429, 503):
        answer.headers["Connection"] = "close"
    if answer.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer.headers


def _place(fault: Exception) -> str:
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
