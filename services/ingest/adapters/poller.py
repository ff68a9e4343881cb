"""Sources that do not send but are asked: GET with the time since when, the answer read like a delivery of the same service."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import httpx

from dunghen.contracts.refusals import Refusal
from dunghen.domain.days import Zone, date_of, day_number
from dunghen.platform import traces
from dunghen.platform.logs import get_logger
from services.ingest.fact_handlers import on_lists, reading_of
from services.ingest.feeds import Pulled
from services.ingest.handlers import Result, dates_of, on_delivery
from services.ingest.ports import Desk, Ports, Unavailable
from services.ingest.settings import FACTS, IngestSettings, Pull
from services.ingest.wire.deliveries import DeliveryRefused, sync_delivery
from services.ingest.wire.statements import told_delivery

log = get_logger("poller")
MOST_PAGES = 1_000
MENDED_BY_POLICY = frozenset({Refusal.UNKNOWN_UNIT, Refusal.UNIT_NOT_ALLOWED, Refusal.UNKNOWN_FACT})
HELD_SECONDS = 31 * 86_400  # no longer back than so is asked again


class Poller:
    """Asks one source for ever. What it asks for overlaps what it has, which is harmless; after a fault it asks for the same again.

    Who is asked does not send again what was refused: where units or codes were unknown, it is asked anew since then once another
    policy is there, and after a restart.
    """

    def __init__(self, pull: Pull, ports: Ports, settings: IngestSettings) -> None:
        self.pull, self.ports, self.most = pull, ports, settings.ingest_body_bytes
        self._policy = -1  # under which the last whole answer was read

    async def run(self) -> None:
        """For the life of the process."""
        async with httpx.AsyncClient(timeout=self.pull.answer_seconds, headers=self._headers()) as client:
            while True:
                desk = self.ports.desks.current()
                if desk is not None and self.ports.ready() and self._is_due(desk):
                    with traces.request("pull"):
                        await self._ask(client, desk)
                await asyncio.sleep(self.pull.every_seconds)

    def _is_due(self, desk: Desk) -> bool:
        source, service = self.pull.source, self.pull.service
        if self._policy != desk.version and self.ports.feeds.held(source, service):
            return True
        return self.pull.due(self.ports.feeds.pulled(source, service), self.ports.clock.seconds(), desk.zone)

    async def _ask(self, client: httpx.AsyncClient, desk: Desk) -> None:
        """One question, to its last page: only then is it remembered up to when the source was asked."""
        now, begin = self.ports.clock.seconds(), self._begin(desk)
        held, refused_since = self.ports.feeds.held(self.pull.source, self.pull.service), 0
        status, reason = "2xx", ""
        try:
            async for body in self._pages(client, local_text(desk.zone, begin)):
                results = await self._taken(body, replace(desk, allowed=desk.units_under(self.pull.bound)), now)
                self._say(results)
                if any(result.refused is not None and result.refused.code in MENDED_BY_POLICY for result in results):
                    refused_since = begin
            if held and begin > held:
                refused_since = held  # under the same policy: what waited waits on
            pulled = Pulled(now, refused_since and max(refused_since, now - HELD_SECONDS))
            self.ports.feeds.on_pull(self.pull.source, self.pull.service, pulled, feeds=self.pull.service != FACTS)
            self._policy = desk.version
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as fault:
            status, reason = "5xx", type(fault).__name__
        except DeliveryRefused as refused:
            status, reason = "4xx", refused.code.value
            self.ports.metrics.refused.labels(reason).inc()
        except Unavailable:
            status, reason = "5xx", Refusal.KAFKA_AWAY.value
        self.ports.metrics.requests.labels("pull", status).inc()
        if reason:
            traces.failed(reason)
            log.warning("pull_failed", source=self.pull.source, reason=reason)

    async def _taken(self, body: bytes, desk: Desk, now: int) -> Sequence[Result]:
        """What came of one page. Raises DeliveryRefused where it is of another source, Unavailable where it is not certain to be stored."""
        if self.pull.service == FACTS:
            told = told_delivery(body, may_be_none=True)
            self._check(told.source, "source")
            return await on_lists(told, reading_of(desk, now, ""), self.ports)
        delivery = sync_delivery(body, self.pull.service, self.pull.source, dates_of(desk, now))
        self._check(delivery.source, "madonvi")
        return await on_delivery(delivery, desk, self.ports)

    def _check(self, source: str, path: str) -> None:
        if source != self.pull.source:
            raise DeliveryRefused(403, Refusal.SOURCE_NOT_ALLOWED, path)

    def _say(self, results: Sequence[Result]) -> None:
        """What was refused of an answer that was taken: each code and place and how many, nothing of what was received."""
        counts = Counter((result.refused.code.value, result.refused.path) for result in results if result.refused is not None)
        for (code, path), count in sorted(counts.items()):
            log.warning("pull_refused", source=self.pull.source, code=code, path=path, count=count)

    async def _pages(self, client: httpx.AsyncClient, since: str) -> AsyncIterator[bytes]:
        """The body of every page. Raises httpx.HTTPError, TimeoutError where there is none, DeliveryRefused where it is too much."""
        page = httpx.URL(self.pull.url).copy_merge_params({self.pull.since_parameter: since})
        for _ in range(MOST_PAGES):
            async with asyncio.timeout(self.pull.answer_seconds):
                body, following = await self._fetched(client, page)
            yield body
            if not following:
                return
            page = self._next(page, following)
        raise DeliveryRefused(413, Refusal.TOO_MANY, "Link")

    async def _fetched(self, client: httpx.AsyncClient, page: httpx.URL) -> tuple[bytes, str]:
        """(body, address of the next page or "")."""
        body = bytearray()
        async with client.stream("GET", page) as response:
            response.raise_for_status()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self.most:
                    raise DeliveryRefused(413, Refusal.TOO_LARGE)
        return bytes(body), response.links.get("next", {}).get("url", "")

    def _next(self, page: httpx.URL, following: str) -> httpx.URL:
        """The address of the next page: on the same host, since our key goes with the question."""
        found = page.join(following)
        if (found.scheme, found.host, found.port) != (page.scheme, page.host, page.port):
            raise DeliveryRefused(403, Refusal.SOURCE_NOT_ALLOWED, "Link")
        return found

    def _begin(self, desk: Desk) -> int:
        """Since when to ask: where this or an earlier run ended, else as the settings say; under another policy since what waits for it."""
        source, service = self.pull.source, self.pull.service
        pulled, held = self.ports.feeds.pulled(source, service), self.ports.feeds.held(source, service)
        if not pulled:
            return desk.zone.start_of(day_number(self.pull.start))
        begin = pulled - self.pull.overlap_seconds
        return min(begin, held) if held and self._policy != desk.version else begin

    def _headers(self) -> dict[str, str]:
        given = self.pull.authorization.get_secret_value()
        return {"Accept": "application/json", **({"Authorization": given} if given else {})}


def local_text(zone: Zone, at: int) -> str:
    """An instant in the city's time as `yyyyMMddHHmmss`."""
    seconds = at + zone.offset_at(at)
    clock = seconds % 86400
    return f"{date_of(seconds // 86400):%Y%m%d}{clock // 3600:02d}{clock // 60 % 60:02d}{clock % 60:02d}"
