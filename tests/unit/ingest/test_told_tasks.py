"""`POST /facts` with tasks and follow-ups: stored as they were said, or refused with what, where and in which list."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from test_told_facts import CODE, desk, fact  # noqa: F401 - the fixture is used by name

from dunghen.cli.recompute.fact_table import day_of as day
from dunghen.contracts.facts import decode_fact
from dunghen.contracts.messages import encode
from dunghen.contracts.statements import decode_told, told_key

TASK = {"unit": "20242", "bloc": "committee", "year": 2026, "plan": "KH02", "code": "UB-03", "vi": "Số hóa kết quả", "due_on": "2026-06-30"}
FOLLOW_UP = {"unit": "H17.31", "code": "VP-2026-07", "violation": "late_result", "opened_on": "2025-12-30"}


def task(**other: Any) -> dict[str, Any]:
    return {**TASK, **other}


def follow_up(**other: Any) -> dict[str, Any]:
    return {**FOLLOW_UP, **other}


def told(**lists: list[Any]) -> dict[str, Any]:
    return {"source": "H17", **lists}


async def test_all_three_lists_of_a_body_are_stored_in_the_partition_of_their_unit(ingest: Any) -> None:
    answer = await ingest.post("/facts", told(facts=[fact()], tasks=[task(en="Digitise", done_on="2026-01-04")], follow_ups=[follow_up()]))
    assert (answer.status_code, answer.json()["accepted"]) == (200, 3)
    _, done, opened = ingest.facts.kept
    assert (done.unit, done.bloc, done.plan, done.code, done.vi, done.en) == ("20242", "committee", "KH02", "UB-03", TASK["vi"], "Digitise")
    assert (done.owner, done.due_on, done.done_on, done.start_on) == ("20242", day("2026-06-30"), day("2026-01-04"), None)
    assert (opened.unit, opened.violation, opened.opened_on, opened.closed_on) == ("20242", "late_result", day("2025-12-30"), None)
    counted = ingest.ports.metrics.accepted
    assert [counted.labels(kind)._value.get() for kind in ("fact", "task", "follow_up")] == [1, 1, 1]
    assert all(told_key(one).startswith(b"20242|") for one in ingest.facts.kept)


async def test_a_bloc_that_is_not_assessed_and_a_withdrawal_need_no_content(ingest: Any) -> None:
    whole = {"unit": "20242", "bloc": "front", "year": "2026", "kind": "not_assessed"}
    gone = {"unit": "20242", "bloc": "party", "year": 2026, "plan": "KH02", "code": "UB-03", "kind": "withdrawn"}
    answer = await ingest.post("/facts", told(tasks=[whole, gone], follow_ups=[{"unit": "20242", "code": "VP-1", "kind": "withdrawn"}]))
    assert answer.status_code == 200, answer.text
    assert [(one.kind, one.code) for one in ingest.facts.kept] == [("not_assessed", ""), ("withdrawn", "UB-03"), ("withdrawn", "VP-1")]


async def test_the_same_task_said_again_takes_its_own_place_and_a_correction_another(ingest: Any) -> None:
    for one in (task(), task(), task(done_on="2026-01-04")):
        await ingest.post("/facts", told(tasks=[one]))
    first, again, corrected = map(told_key, ingest.facts.kept)
    assert first == again != corrected


@pytest.mark.parametrize(
    ("item", "code", "path"),
    [
        (task(unit="99999"), "UNKNOWN_UNIT", "unit"),
        (task(unit="H17"), "UNKNOWN_UNIT", "unit"),  # tasks are of localities: the city's are no unit's
        (task(owner="99999"), "UNKNOWN_UNIT", "owner"),
        (task(bloc="ubnd"), "BAD_CHOICE", "bloc"),
        (task(bloc=None), "MISSING", "bloc"),
        (task(year="26"), "BAD_PERIOD", "year"),
        (task(year=None), "MISSING", "year"),
        (task(plan=None), "MISSING", "plan"),
        (task(code="Nguyễn Văn A"), "BAD_CODE", "code"),
        (task(code="A0905123456"), "PERSONAL_TEXT", "code"),
        (task(vi=""), "MISSING", "vi"),
        (task(vi="x" * 301), "BAD_TEXT", "vi"),
        (task(en="two\nlines"), "BAD_TEXT", "en"),
        (task(vi="Liên hệ 0905 123 456 để biết"), "PERSONAL_TEXT", "vi"),
        (task(vi="CCCD 048090001234"), "PERSONAL_TEXT", "vi"),
        (task(en="ask buoi.nguyen@danang.example"), "PERSONAL_TEXT", "en"),
        (task(due_on=None), "MISSING", "due_on"),
        (task(due_on="30/6/2026"), "BAD_DATE", "due_on"),
        (task(due_on="2026-02-30"), "BAD_DATE", "due_on"),
        (task(due_on="0001-01-01"), "OUT_OF_RANGE", "due_on"),
        (task(done_on="2026-01-06"), "IN_THE_FUTURE", "done_on"),
        (task(start_on="2026-07-01"), "BAD_ORDER", "due_on"),
        (task(kind="not_assessed"), "BAD_CHOICE", "code"),
        (task(kind="done"), "BAD_CHOICE", "kind"),
        (task(evidence="http://x.example"), "BAD_LINK", "evidence"),
        (task(vi=["x"]), "WRONG_TYPE", "vi"),
        ("text", "NOT_AN_OBJECT", ""),
    ],
)
async def test_a_task_that_cannot_be_is_refused_without_repeating_it(ingest: Any, item: Any, code: str, path: str) -> None:
    answer = await ingest.post("/facts", told(facts=[fact()], tasks=[task(), item]))
    line = answer.json()["results"][2]
    assert (line["of"], line["index"], line["accepted"], line["code"], line.get("path", "")) == ("tasks", 1, False, code, path)
    for personal in ("0905", "048090001234", "buoi.nguyen", "Nguyễn"):
        assert personal not in answer.text
    assert len(ingest.facts.kept) == 2


@pytest.mark.parametrize(
    ("item", "code", "path"),
    [
        (follow_up(unit="H17"), "UNKNOWN_UNIT", "unit"),
        (follow_up(code=""), "MISSING", "code"),
        (follow_up(violation="Nguyễn Văn A"), "BAD_CHOICE", "violation"),
        (follow_up(violation=None), "MISSING", "violation"),
        (follow_up(opened_on=""), "MISSING", "opened_on"),
        (follow_up(opened_on="2026-01-06"), "IN_THE_FUTURE", "opened_on"),
        (follow_up(explained_on="2025-12-29"), "BAD_ORDER", "explained_on"),
        (follow_up(explained_on="2026-01-02", closed_on="2026-01-01"), "BAD_ORDER", "closed_on"),
    ],
)
async def test_a_follow_up_that_cannot_be_is_refused(ingest: Any, item: Any, code: str, path: str) -> None:
    answer = await ingest.post("/facts", told(follow_ups=[item]))
    (line,) = answer.json()["results"]
    assert (answer.status_code, line["of"], line["code"], line["path"]) == (422, "follow_ups", code, path)
    assert ingest.facts.kept == []


async def test_no_member_but_the_known_ones_is_kept(ingest: Any) -> None:
    await ingest.post("/facts", told(tasks=[task(person="Nguyễn Văn A", phone="0905123456")], follow_ups=[follow_up(who="Trần B")]))
    for one in ingest.facts.kept:
        assert not any(word in encode(one).decode() for word in ("Nguyễn", "0905", "Trần"))


async def test_a_field_given_twice_and_an_empty_body_are_refused_as_a_whole(ingest: Any) -> None:
    twice = b'{"source": "H17", "tasks": [{"bloc": "party", "bloc": "front"}]}'
    assert (await ingest.post("/facts", content=twice)).json()["code"] == "DUPLICATE_KEY"
    assert (await ingest.post("/facts", told(facts=[], tasks=[], follow_ups=[]))).json()["code"] == "NO_DATA"


async def test_a_reader_of_an_earlier_release_takes_neither_for_a_fact(ingest: Any) -> None:
    await ingest.post("/facts", told(facts=[fact()], tasks=[task()], follow_ups=[follow_up()]))
    told_fact, *others = map(encode, ingest.facts.kept)
    assert decode_fact(told_fact).code == CODE
    for other in others:
        with pytest.raises(msgspec.ValidationError):
            decode_fact(other)
    assert [decode_told(raw) for raw in (told_fact, *others)] == ingest.facts.kept
    with pytest.raises(msgspec.ValidationError):
        decode_told(b'{"type": "of a later release"}')
