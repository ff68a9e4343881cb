"""A source that is asked: a real HTTP server on one side, a real Kafka on the other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uvicorn
from bad_inputs import GOOD, NAME, PHONE
from processes import BODIES, apply_policies
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from dunghen.contracts.facts import decode_fact
from dunghen.contracts.topics import FACTS
from dunghen.domain.days import Zone
from dunghen.platform.local.servers import free_port
from services.ingest.adapters.poller import local_text
from tests.eventually import eventually_async as eventually


@dataclass
class Source:
    """A one-stop system that answers what it is told to answer."""

    port: int
    answers: list[tuple[int, bytes]]
    asked: list[dict[str, str]] = field(default_factory=list)
    following: list[str] = field(default_factory=list)  # of each answer the address of the next page, "" for none
    drips: bool = False  # a byte now and then, without end

    async def answer(self, request: Request) -> Response:
        self.asked.append({**request.query_params, "authorization": request.headers.get("authorization", "")})
        if self.drips:
            return StreamingResponse(self._drops(), media_type="application/json")
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        following = self.following.pop(0) if self.following else ""
        return Response(body, status, {"link": f'<{following}>; rel="next"'} if following else None, "application/json")

    async def _drops(self) -> AsyncIterator[bytes]:
        while self.drips:
            yield b" "
            await asyncio.sleep(0.1)

    def settings(self, **more: Any) -> str:
        pull = {
            "url": f"http://127.0.0.1:{self.port}/lgsp",
            "service": "DongBoHoSoMC",
            "source": "000.00.31.H17",
            "start": "2026-01-01",
            "every_seconds": 1,
            "authorization": "Bearer khoa",
        }
        return json.dumps([{**pull, **more}])


@pytest.fixture
async def source() -> AsyncIterator[Source]:

    made = Source(free_port(), [(200, b"[]")])
    app = Starlette(routes=[Route("/lgsp", made.answer)])
    server = uvicorn.Server(uvicorn.Config(app, port=made.port, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    yield made
    server.should_exit = True
    await serving


def page(*codes: str, **envelope: Any) -> tuple[int, bytes]:
    return 200, json.dumps({"data": [{**GOOD, "MaHoSo": code} for code in codes], **envelope}).encode()


async def test_a_source_is_asked_again_for_what_it_could_not_answer_and_nothing_is_lost(settings: Any, start: Any, source: Source) -> None:
    await apply_policies(settings, BODIES)
    source.answers = [(500, NAME.encode()), (200, f"<b>{PHONE}".encode()), page("A-1", madonvi="H17.32"), page("A-1", "A-2"), (200, b"[]")]
    async with start(INGEST_PULLS=source.settings()) as running:

        async def arrived() -> bool:
            return len(source.asked) >= 5

        await eventually(arrived)
        assert [event.dossier for event in await running.events()] == ["A-1", "A-2"]
        assert {event.source for event in await running.events()} == {"H17.31"}
        metrics = (await running.http.get("/metrics")).text
        log = running.log
    assert [asked["since"] for asked in source.asked[:4]] == ["20260101000000"] * 4
    assert {asked["authorization"] for asked in source.asked} == {"Bearer khoa"}
    assert source.asked[4]["since"] > "20260101000000"
    assert [f'"reason": "{reason}"' in log for reason in ("HTTPStatusError", "BAD_JSON", "SOURCE_NOT_ALLOWED")] == [True] * 3
    assert NAME not in log + metrics
    assert PHONE not in log + metrics
    assert 'dunghen_ingest_requests_total{route="pull",status="4xx"} 2.0' in metrics


async def test_after_a_restart_a_source_is_asked_from_where_it_was_heard_last(settings: Any, start: Any, source: Source) -> None:
    await apply_policies(settings, BODIES)
    source.answers = [page("A-1"), (200, b"[]")]
    async with start(INGEST_PULLS=source.settings(overlap_seconds=0)) as running:

        async def asked() -> bool:
            return len(source.asked) >= 2

        await eventually(asked)
    pulled = (await running.feeds())["H17.31"].pulled["DongBoHoSoMC"]
    source.asked.clear()
    async with start(INGEST_PULLS=source.settings(overlap_seconds=0)):
        await eventually(asked)

    assert source.asked[0]["since"] == local_text(Zone("Asia/Ho_Chi_Minh"), pulled)


async def test_a_pulled_source_writes_for_its_own_units_and_what_it_says_of_others_is_refused_by_place(
    settings: Any, start: Any, source: Source
) -> None:
    await apply_policies(settings, BODIES)
    items = [{**GOOD, "MaHoSo": "A-1"}, {**GOOD, "MaHoSo": "A-2", "DonViXuLy": "UBND phường An Khê"}, {**GOOD, "MaHoSo": "A-3"}]
    source.answers = [(200, json.dumps({"data": items}).encode()), (200, b"[]")]
    async with start(INGEST_PULLS=source.settings()) as running:

        async def asked() -> bool:
            return len(source.asked) >= 2

        await eventually(asked)
        assert [event.dossier for event in await running.events()] == ["A-1", "A-3"]
        assert 'dunghen_ingest_refusals_total{code="UNIT_NOT_ALLOWED"} 1.0' in (await running.http.get("/metrics")).text
        said = [json.loads(line) for line in running.log.splitlines() if '"pull_refused"' in line]
    assert [(line["code"], line["path"], line["count"]) for line in said] == [("UNIT_NOT_ALLOWED", "DonViXuLy", 1)]


async def test_what_no_policy_could_take_is_asked_for_again_under_the_next_one(settings: Any, start: Any, source: Source) -> None:
    await apply_policies(settings, BODIES)
    day, name, hai_chau = datetime.now(UTC).date() - timedelta(days=3), "UBND phường Mới Đặt Tên", BODIES["units"]["units"][0]
    since = f"{day:%Y%m%d}000000"
    source.answers = [(200, json.dumps({"data": [{**GOOD, "MaHoSo": "A-1", "DonViXuLy": name}]}).encode()), (200, b"[]")]
    asked_before = 0

    async def three_more() -> bool:
        return len(source.asked) >= asked_before + 3

    async def waiting() -> bool:
        return bool((await running.feeds())["H17.31"].held)

    async def nothing_waits() -> bool:
        return not await waiting()

    async with start(INGEST_PULLS=source.settings(overlap_seconds=0, start=f"{day}")) as running:
        await eventually(three_more)
        assert [each["since"] for each in source.asked].count(since) == 1  # under the same policy not again
        await eventually(waiting)
        asked_before = len(source.asked)
        source.answers = [(200, json.dumps({"data": [{**GOOD, "MaHoSo": code, "DonViXuLy": name} for code in ("A-1", "A-2")]}).encode())]
        known = {**BODIES, "units": {"units": [{**hai_chau, "aliases": [name]}, *BODIES["units"]["units"][1:]]}}
        await apply_policies(settings, known, 2)

        async def stored() -> bool:
            return {(event.dossier, event.unit) for event in await running.events()} == {("A-1", "20242"), ("A-2", "20242")}

        await eventually(stored)
        await eventually(three_more)
        await eventually(nothing_waits)
        assert [each["since"] for each in source.asked[asked_before:]].count(since) == 1


SETS = [
    {
        "code": "TEST",
        "name_vi": "a",
        "name_en": "a",
        "indicators": [{"code": "TEST.TOLD", "kind": "ratio", "name_vi": "a", "name_en": "a", "meaning_vi": "a", "meaning_en": "a"}],
    }
]


def told(*numerators: int, **envelope: Any) -> tuple[int, bytes]:
    facts = [{"unit": "20242", "code": "TEST.TOLD", "period": f"20{n:02}", "numerator": n, "denominator": 99} for n in numerators]
    return 200, json.dumps({"source": "H17.31", "facts": facts, **envelope}).encode()


async def test_facts_are_asked_for_page_by_page_and_after_a_fault_from_the_first_page_again(
    settings: Any, start: Any, source: Source
) -> None:
    await apply_policies(settings, {**BODIES, "indicators": {"sets": SETS}})
    source.answers = [told(1, 2), (503, b""), told(source="H17.32"), told(1, 2), told(3), told(4, 5), told()]
    source.following = ["/lgsp?page=2", "", "", "/lgsp?page=2", "/lgsp?page=3", "", ""]
    async with start(INGEST_PULLS=source.settings(service="facts", overlap_seconds=0)) as running:

        async def asked() -> bool:
            return len(source.asked) >= 8

        await eventually(asked)
        facts = [decode_fact(value) for _, value in await running.records(FACTS)]
        assert sorted({(fact.unit, fact.numerator, fact.source) for fact in facts}) == [("20242", n, "H17.31") for n in (1, 2, 3, 4, 5)]
        assert '"reason": "SOURCE_NOT_ALLOWED"' in running.log
    pages = [asked.get("page", asked.get("since", "")) for asked in source.asked[:7]]
    assert pages[:6] == ["20260101000000", "2", "20260101000000", "20260101000000", "2", "3"]
    assert pages[6] > "20260101000000"
    feeds = await running.feeds()
    assert list(feeds) == ["~H17.31"]  # no feed: who tells facts once a day is not silent between
    before = len(source.asked)
    async with start(INGEST_PULLS=source.settings(service="facts", overlap_seconds=0)):

        async def asked_anew() -> bool:
            return len(source.asked) > before

        await eventually(asked_anew)
    assert source.asked[before]["since"] >= local_text(Zone("Asia/Ho_Chi_Minh"), feeds["~H17.31"].pulled["facts"])


async def test_the_system_that_follows_tasks_is_asked_for_them_beside_figures(settings: Any, start: Any, source: Source) -> None:
    await apply_policies(settings, {**BODIES, "indicators": {"sets": SETS}})
    task = {"unit": "20242", "bloc": "committee", "year": 2026, "plan": "KH02", "code": "1.1", "vi": "Số hóa", "due_on": "2026-06-30"}
    follow_up = {"unit": "20242", "code": "VP-1", "violation": "late_result", "opened_on": "2026-06-01"}
    lists = {"tasks": [task, {**task, "bloc": "church"}], "follow_ups": [follow_up]}
    source.answers = [
        (200, json.dumps({"source": "H17.31", **lists}).encode()),
        told(7),
        (200, json.dumps({"source": "H17.31", "tasks": []}).encode()),
    ]
    async with start(INGEST_PULLS=source.settings(service="facts")) as running:

        async def three() -> bool:
            return len(await running.records(FACTS)) == 3

        await eventually(three)
        kinds = sorted(json.loads(value).get("type", "fact") for _, value in await running.records(FACTS))
        assert kinds == ["fact", "follow_up", "task"]
        assert '"path": "bloc"' in running.log


async def test_a_page_elsewhere_is_not_asked_for_and_an_answer_that_drips_is_given_up(settings: Any, start: Any, source: Source) -> None:
    await apply_policies(settings, {**BODIES, "indicators": {"sets": SETS}})
    source.answers, source.following = [told(1), told(2)], ["http://127.0.0.2:9/other"]
    async with start(INGEST_PULLS=source.settings(service="facts", answer_seconds=3)) as running:

        async def refused() -> bool:
            return '"reason": "SOURCE_NOT_ALLOWED"' in running.log

        await eventually(refused)
        source.drips = True

        async def given_up() -> bool:
            return '"reason": "TimeoutError"' in running.log

        await eventually(given_up)
        source.drips = False

        async def well_again() -> bool:
            return "~H17.31" in await running.feeds()

        await eventually(well_again)
