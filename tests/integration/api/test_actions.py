"""What officials say of a dossier's notices, by HTTP and through Kafka, until alerts hears it. Monday 2026-11-16 08:00."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from access_world import DOSSIERS_OF, HAI_CHAU, HAI_VAN, Actor, settle
from api_world import BODIES, MONDAY_8_00, Opened, World

from dunghen.cli.audit.command import Wanted, show
from dunghen.cli.data_folder import DataFolder
from dunghen.contracts.people import NoticeAction, decode_action
from dunghen.contracts.topics import NOTICE_ACTIONS, partition_of
from dunghen.domain.manners import Telling, ruling
from dunghen.domain.matrix import Stage
from dunghen.domain.policy import Policy
from dunghen.platform import kafka
from services.alerts.actions import ActionBook
from services.api.adapters.kafka_said import KafkaSaid
from tests.eventually import eventually_async as eventually

HOUR, DAY = 3600, 86400
CODE = DOSSIERS_OF[HAI_CHAU]  # due on Tuesday at 8
OFFICIAL = "official of Hải Châu"


@pytest.fixture
async def settled(open_world: Opened) -> AsyncIterator[tuple[World, dict[str, Actor]]]:
    async with open_world() as world:
        yield world, await settle(world)


async def say(world: World, actor: Actor, body: Any, code: str = CODE, **headers: str) -> httpx.Response:
    ours = {"origin": str(world.http.base_url).rstrip("/"), **actor.headers, **headers}
    if isinstance(body, bytes):
        return await world.http.post(f"/api/v1/dossiers/{code}/actions", content=body, headers=ours)
    return await world.http.post(f"/api/v1/dossiers/{code}/actions", json=body, headers=ours)


async def heard(world: World, take: Any) -> None:
    """Everything in the topic, in the order of its partitions."""
    for partition in range(world.settings.partitions):
        await kafka.read_all(world.settings, (NOTICE_ACTIONS, partition), lambda key, value, *_: take(key, value))


async def test_what_is_said_is_stored_beside_the_dossier_s_records_and_in_the_audit_log(
    settled: tuple[World, dict[str, Actor]], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, actors = settled
    me = actors[OFFICIAL]
    answer = await eventually(lambda: stored(world, me, {"kind": "acknowledge"}))
    assert answer.json() == {"kind": "acknowledge", "at": "2026-11-16T08:00:00+07:00", "until": None}
    snooze = {"kind": "snooze", "until": "2026-11-16T10:00:00Z", "reason": "ON_SITE"}
    assert (await say(world, me, snooze)).json()["until"] == "2026-11-16T17:00:00+07:00"
    assert (await say(world, me, {"kind": "dispute", "clock": "step", "stage": "breach", "reason": "WRONG_DATE"})).status_code == 202
    found: list[NoticeAction] = []
    await kafka.read_all(
        world.settings,
        (NOTICE_ACTIONS, partition_of(CODE, world.settings.partitions)),
        lambda _, value, *__: found.append(decode_action(value or b"")),
    )
    who = {"dossier": CODE, "person": me.secrets[2], "at": MONDAY_8_00}
    assert found == [
        NoticeAction(kind="acknowledge", stage="due", **who),  # type: ignore[arg-type]
        NoticeAction(kind="snooze", until=MONDAY_8_00 + 9 * HOUR, reason="ON_SITE", **who),  # type: ignore[arg-type]
        NoticeAction(kind="dispute", clock="step", stage="breach", reason="WRONG_DATE", **who),  # type: ignore[arg-type]
    ]
    lines: list[str] = []
    for name in ("data", "namespace"):
        monkeypatch.setenv(f"DUNGHEN_{name.upper()}", str(getattr(world.settings, name)))
    await show(DataFolder(world.settings.data), Wanted(dossier=CODE), lines.append)
    assert [sum(word in line for line in lines) for word in ("ACKNOWLEDGE", "SNOOZE", "DISPUTE")] == [1, 1, 1]


async def stored(world: World, actor: Actor, body: Any) -> httpx.Response | None:
    """The answer, once the worker has reached Kafka."""
    answer = await say(world, actor, body)
    return answer if answer.status_code == 202 else None


LATER = "2026-11-16T17:00:00+07:00"
REFUSED: list[tuple[Any, int]] = [
    ({}, 422),
    ({"kind": "dance"}, 422),
    ({"kind": "acknowledge", "reason": "OTHER"}, 422),
    ({"kind": "acknowledge", "until": LATER}, 422),
    ({"kind": "acknowledge", "name": "Trần Văn Mít"}, 422),
    ({"kind": "snooze", "until": LATER}, 422),
    ({"kind": "snooze", "reason": "ON_SITE"}, 422),
    ({"kind": "snooze", "reason": "WRONG_DATE", "until": LATER}, 422),
    ({"kind": "snooze", "reason": "Trần Văn Mít", "until": LATER}, 422),
    ({"kind": "snooze", "reason": "ON_SITE", "until": "2026-11-16T17:00:00"}, 422),  # of which zone?
    ({"kind": "snooze", "reason": "ON_SITE", "until": "2026-11-16T08:00:00+07:00"}, 422),  # over
    ({"kind": "snooze", "reason": "ON_SITE", "until": "2026-11-17T08:00:00+07:00"}, 422),  # when it is due
    ({"kind": "dispute"}, 422),
    ({"kind": "dispute", "reason": "ON_SITE"}, 422),
    (b"\xff", 422),
    (b"[" * 100_000, 422),
]


async def test_what_the_rules_do_not_let_be_said_is_refused_without_being_repeated(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    await eventually(lambda: stored(world, actors[OFFICIAL], {"kind": "working"}))
    for body, status in REFUSED:
        answer = await say(world, actors[OFFICIAL], body)
        assert (body, answer.status_code, answer.json()["code"], "Mít" in answer.text) == (body, status, "INVALID_PARAMETER", False)
    good = {"kind": "acknowledge"}
    for name in ("head of Hải Vân", "leader of the department"):
        assert ((answer := await say(world, actors[name], good)).status_code, answer.json()["code"]) == (404, "UNKNOWN_DOSSIER")
    assert (await say(world, actors[OFFICIAL], good, DOSSIERS_OF[HAI_VAN])).status_code == 404
    assert [(await say(world, actors[name], good)).status_code for name in ("operator", "reader of Hải Châu", "nobody")] == [403, 403, 401]
    for headers in ({"origin": "https://elsewhere.example"}, {"origin": "null"}):
        assert (await say(world, actors[OFFICIAL], good, **headers)).json()["code"] == "CROSS_SITE"
    said: list[bytes | None] = []
    await heard(world, lambda _, value: said.append(value))
    assert len(said) == 1


async def test_what_is_not_stored_is_not_taken_for_said(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    await world.stop("worker")
    world.said = KafkaSaid(world.settings.model_copy(update={"kafka": "127.0.0.1:9"}))
    await world.start_worker()

    async def refused() -> httpx.Response | None:
        answer = await say(world, actors[OFFICIAL], {"kind": "acknowledge"})
        return answer if answer.json().get("detail", "").startswith("not stored") else None

    assert (await eventually(refused)).status_code == 503


@pytest.mark.parametrize("kind", ["acknowledge", "working"])
async def test_an_answer_stops_what_would_have_gone_further_up(settled: tuple[World, dict[str, Actor]], kind: str) -> None:
    """From the post over the worker and Kafka into what alerts reads and rules by."""
    world, actors = settled
    policy = Policy.from_bodies(1, BODIES)
    stage = Stage("breach_escalated", "long", 100, None, ("unit_head",), breaks_quiet_hours=True)
    further_up = Telling(
        CODE, HAI_CHAU, "1.004222", "dossier", stage, "p00000000000000bb",
        crossed_at=MONDAY_8_00, asked_at=MONDAY_8_00 - HOUR,
    )  # fmt: skip
    assert ruling(further_up, (), policy, MONDAY_8_00 + HOUR).what == "send"
    await eventually(lambda: stored(world, actors[OFFICIAL], {"kind": kind, "stage": "breach"}))
    book = ActionBook(world.clock.seconds)
    await heard(world, book.take)
    assert ruling(further_up, book.of(CODE), policy, MONDAY_8_00 + HOUR)[:2] == ("drop", "ACKNOWLEDGED")
