"""A dossier that several systems send: each is named, with the one that is heard and why the others are not, as the fold has it."""

from __future__ import annotations

from random import Random
from typing import Any

from dunghen.contracts.messages import DossierEvent
from dunghen.domain.days import Zone
from dunghen.domain.record import fold
from dunghen.domain.record_reading import unpack
from services.api.definitions import definitions
from services.api.dossier_events import Course, joined
from services.api.sources_said import SOURCE_REASONS, sources_said

AT, ZONE = 1_794_790_800, Zone("Asia/Ho_Chi_Minh")  # Monday 2026-11-16 08:00 in Đà Nẵng


def event(n: int, source: str, precedence: int = 0, **more: Any) -> DossierEvent:
    given = {"kind": "synced", "status": 4, "occurred_at": AT + n, "arrived_at": (AT + n) * 10**6, "received": AT, **more}
    return DossierEvent(**{"id": f"{n + 1:016x}", "dossier": "D-1", "unit": "20242", "source": source, "precedence": precedence, **given})


def course(*events: DossierEvent) -> Course:
    return joined(Course(), [(0, n, each) for n, each in enumerate(events)]) or Course()


def test_the_source_of_the_highest_precedence_is_heard_and_each_other_says_why_it_is_not() -> None:
    events = [
        event(0, "H17", 2),
        event(3, "G09", 2, occurred_at=AT - 60),
        event(5, "H17.31", status=9),
        event(6, "H17.31", kind="progressed"),
        event(9, "H17.32", kind="progressed"),
    ]
    found = sources_said(course(*events), ZONE)
    assert [(one["source"], one["precedence"], one["reason"], one["statements"], one["steps"]) for one in found] == [
        ("H17", 2, "HOLDS", 1, 0),
        ("G09", 2, "OLDER", 1, 0),
        ("H17.31", 0, "LOWER_PRECEDENCE", 1, 1),
        ("H17.32", 0, "STEPS_ONLY", 0, 1),
    ]
    assert (found[2]["status"], found[2]["stated_at"], found[2]["last_arrived_at"]) == (
        9,
        "2026-11-16T08:00:05+07:00",
        "2026-11-16T08:00:06+07:00",
    )


def test_it_names_the_source_whose_statement_the_fold_holds() -> None:
    for seed in range(200):
        rng = Random(seed)
        events = [
            event(
                n,
                rng.choice("ABC"),
                rng.randrange(3),
                occurred_at=AT + rng.randrange(4),
                kind=rng.choice(("synced", "progressed", "retracted")),
            )
            for n in range(8)
        ]
        record: bytes | None = None
        for each in events:
            record = fold(record, each) or record
        head, _ = unpack(record or b"")
        holds = [one["source"] for one in sources_said(course(*events), ZONE) if one["reason"] == "HOLDS"]
        assert holds == [each.source for each in events if int(each.id, 16) == head.id and head.stated]


def test_every_reason_is_in_the_definitions() -> None:
    assert list(definitions(None)["source_reasons"]) == list(SOURCE_REASONS)  # type: ignore[call-overload]
