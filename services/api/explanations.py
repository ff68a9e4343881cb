"""The account of one dossier as officials see it: working intervals, pauses, the date's calculation, and the versions of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dunghen.contracts.messages import PolicyRecord
from dunghen.domain.account import KINDS, Kind, Span
from dunghen.domain.day_account import DAY_KINDS, DayAccount
from dunghen.domain.days import Zone, date_of
from dunghen.domain.deadline import TimeLimit
from dunghen.domain.explanation import Explanation, Stop, explain
from dunghen.domain.policy import Policy
from dunghen.domain.warnings import Facts, crossings, facts_of, mark_of
from services.api.dossier_events import Course, setter_of
from services.api.explanation_words import Both, Told, exceptions, hours_line, limit_text, sentence, working_seconds
from services.api.items import names_of, record_of
from services.api.rows import instant_text
from services.api.taken_back import taken_back

MOST_SPANS = 1000
RULES = ("calendar", "procedures", "rules", "stages")


def explanation_of(body: Mapping[str, Any], policy: Policy, now: int, course: Course) -> dict[str, object]:
    """What follows from the record, and who set each pause. Instants as texts, durations in whole minutes that add up."""
    account = explain(record_of(body), policy, now)
    told = Told(account, policy) if account else None
    procedure = policy.procedures.get(body["procedure"])
    limit = account.limit if account else None
    spans = account.spans if account else ()
    return {
        "procedure": {
            "code": body["procedure"],
            "name": names_of(procedure),
            "limit_minutes": _limit_minutes(limit, policy),
            "limit_text": _both(limit_text(limit)),
        },
        "spans": _spans(spans[:MOST_SPANS], policy.zone),
        "spans_left_off": max(0, len(spans) - MOST_SPANS),
        "totals": _totals(account),
        "days": _days(account.days) if account and account.days else None,
        "due": _due(account, told, policy.zone),
        "pauses": _pauses(told, course) if told else [],
        "taken_back": _taken_back(course, body, policy.zone),
        "working_hours": _both(hours_line(policy.calendar)),
        "exceptions": [{"day": date_of(day).isoformat(), "works": works} for day, works in exceptions(told)] if told else [],
        "supplement_rule": account.rule if account else None,
    }


def versions_of(records: Mapping[tuple[str, int], PolicyRecord], version: int) -> dict[str, int]:
    """The version of the policy, and of each of its kinds that decide a date; 0: as shipped."""
    of = {kind: max((v for k, v in records if k == kind and v <= version), default=0) for kind in RULES}
    return {"policy": version, **of}


def reason_now(body: Mapping[str, Any], policy: Policy, now: int, notices: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """Why nobody is told of it now, as `alerts` would say it and as far as that can be known here, and what comes next.

    OUTSIDE, ENDED, PAUSED, UNDATED, NOT_DUE, ALREADY_TOLD; NOT_TOLD: a stage was crossed of which no notice is known (yet).
    """
    facts, why = facts_of(record_of(body), policy)
    if facts is None or not any(running.due_at for running in facts.clocks):
        return {"reason": why, "next": None}
    return _by_stages(facts, policy, now, {mark_of(n["clock"], n["due_at"], n["stage"]) for n in notices})


def _by_stages(facts: Facts, policy: Policy, now: int, told: set[str]) -> dict[str, object]:
    found = [crossing for crossing in crossings(facts, policy) if crossing.base is None]
    crossed = [crossing for crossing in found if crossing.at <= now]
    ahead = next((crossing for crossing in found if crossing.at > now), None)
    reason = "NOT_DUE" if not crossed else "ALREADY_TOLD" if crossed[-1].mark in told else "NOT_TOLD"
    coming = {"at": instant_text(ahead.at, policy.zone), "clock": ahead.clock, "stage": ahead.stage.name} if ahead else None
    return {"reason": reason, "next": coming}


def _limit_minutes(limit: TimeLimit | None, policy: Policy) -> int | None:
    if limit is None or limit.in_calendar_days:
        return None
    return limit.amount * (60 if limit.unit == "hours" else policy.calendar.day_seconds // 60)


def _spans(spans: Sequence[Span], zone: Zone) -> list[dict[str, object]]:
    """Minutes by what has been told so far, so that rounding never loses one: those of a kind sum up to its total."""
    passed: dict[str, int] = {}
    texts = list[dict[str, object]]()
    for span in spans:
        counter = _counter(span.kind)
        before = passed.get(counter, 0)
        passed[counter] = before + span.seconds
        minutes = passed[counter] // 60 - before // 60
        begin, until = instant_text(span.begin, zone), instant_text(span.until, zone)
        texts.append({"kind": span.kind, "from": begin, "to": until, "minutes": minutes})
    return texts


def _counter(kind: Kind) -> str:
    """What counted and what remains are rounded as one, since together they are the term."""
    return "term" if kind in ("counted", "remaining") else kind


def _totals(account: Explanation | None) -> dict[str, int | None]:
    """Whole minutes of each kind. `remaining` None: no due date to count to. `limit`: the working time that the due date allows."""
    if account is None:
        return {**dict.fromkeys(KINDS, 0), "remaining": None, "limit": None}
    minutes: dict[str, int | None] = {kind: account.seconds(kind) // 60 for kind in KINDS}
    limit = None if account.term_seconds is None else account.term_seconds // 60
    term = (account.seconds("counted") + account.seconds("remaining")) // 60
    minutes["remaining"] = term - account.seconds("counted") // 60 if account.due_at else None
    return {**minutes, "limit": limit}


def _days(account: DayAccount) -> dict[str, object]:
    """Whole days of each kind, and each day after the one from which the term counts; `limit`: those that the due day allows."""
    counts: dict[str, object] = {kind: account.count(kind) for kind in DAY_KINDS}
    return {**counts, "limit": account.limit, "each": [{"day": date_of(day).isoformat(), "kind": kind} for day, kind in account.days]}


def _taken_back(course: Course, body: Mapping[str, Any], zone: Zone) -> list[dict[str, object]]:
    return [
        {
            "status": each.status,
            "at": instant_text(each.at, zone),
            "taken_back_at": instant_text(each.taken_back_at, zone),
            "source": each.by,
        }
        for each in taken_back(course, body.get("ended_at", 0))
    ]


def _due(account: Explanation | None, told: Told | None, zone: Zone) -> dict[str, object]:
    return {
        "due_at": instant_text(account.due_at or None, zone) if account else None,
        "first_due_at": instant_text(account.first_due_at or None, zone) if account else None,
        "by": account.by if account else "none",
        "how": account.how if account else "OUTSIDE",
        "sentence": _both(sentence(told)),
    }


def _pauses(told: Told, course: Course) -> list[dict[str, object]]:
    zone, stops = told.policy.zone, told.account.stops
    return [{**_pause(told, stop, n), **setter_of(course, stop.said_at, stop.status, zone)} for n, stop in enumerate(stops, 1)]


def _pause(told: Told, stop: Stop, ordinal: int) -> dict[str, object]:
    zone, until = told.policy.zone, stop.ended or told.account.told_at
    in_days = told.account.days is not None
    return {
        "from": instant_text(stop.began, zone),
        "to": instant_text(stop.ended or None, zone),
        "minutes": working_seconds(stop, told, until) // 60,
        "days": max(0, zone.day_of(until) - zone.day_of(stop.began)) if in_days else None,
        "denied_at": None if stop.ended else instant_text(told.account.denied_at or None, zone),
        "status": stop.status,
        "ordinal": ordinal,
        "effect": stop.effect,
    }


def _both(text: Both) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}
