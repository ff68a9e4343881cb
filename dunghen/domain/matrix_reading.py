"""Reads the policy kind `stages` into the matrix and the manners; every fault is noted in the Reader, nothing is raised."""

from __future__ import annotations

import re

from dunghen.domain.bodies import Reader
from dunghen.domain.calendar import Hours
from dunghen.domain.days import DAY_SECONDS, Zone
from dunghen.domain.directory import ROLES, Role
from dunghen.domain.matrix import CLOCKS, ESCALATED, TERMS, Clock, Manners, Silence, Stage

_SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)\s*[-–]\s*([01]\d|2[0-4]):([0-5]\d)")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_CHANNEL = re.compile(r"[a-z]{1,20}")


def read_matrix(body: Reader, zone: Zone) -> tuple[tuple[Stage, ...], Manners]:
    """The stages in their order, and the manners. Not given: no quiet hours, no digest, no silences."""
    stages = tuple(_stage(given) for given in body.objects("stages"))
    seen: set[tuple[str, str, str]] = set()
    for i, stage in enumerate(stages):
        for clock in stage.clocks:
            key = (clock, stage.terms, stage.name)
            if key in seen and stage.valid_from is None:
                body.fault(f"stages[{i}]", f"{stage.name!r} is there twice for {clock} and {stage.terms} terms")
            seen.add(key)
    messages = _span(body, "messages") if body.has("messages") else ()
    silences = tuple(_silence(given, zone) for given in body.objects("silences"))
    return stages, Manners(messages, _time(body, "digest_at") if body.has("digest_at") else None, silences)


def _stage(given: Reader) -> Stage:
    percent = given.whole("percent", None, 1, 1000) if given.has("percent") else None
    remaining = given.whole("remaining_working_hours", None) if given.has("remaining_working_hours") else None
    if (percent is None) == (remaining is None):
        given.fault("stage", "needs either percent or remaining_working_hours")
    stage = Stage(
        name=given.text("stage", pattern=r"[a-z0-9_]{1,30}"),
        terms=given.choice("terms", TERMS),
        percent=percent,
        remaining_seconds=None if remaining is None else remaining * 3600,
        roles=_roles(given, "roles"),
        breaks_quiet_hours=given.raw("breaks_quiet_hours") is True,
        clocks=_clocks(given),
        channels=_channels(given),
        acknowledge_seconds=given.whole("acknowledge_working_hours", 0) * 3600,
        escalate_to=_roles(given, "escalate_to"),
        digest=given.raw("digest") is True,
        valid_from=given.day("valid_from"),
        valid_to=given.day("valid_to"),
    )
    _check(stage, given)
    given.finish()
    return stage


def _check(stage: Stage, given: Reader) -> None:
    if bool(stage.acknowledge_seconds) != bool(stage.escalate_to):
        given.fault("escalate_to", "needs acknowledge_working_hours, and they need it")
    if stage.name.endswith(ESCALATED):
        given.fault("stage", f"must not end in {ESCALATED}")
    if stage.valid_from is not None and stage.valid_to is not None and stage.valid_to < stage.valid_from:
        given.fault("valid_to", "lies before valid_from")


def _roles(given: Reader, key: str) -> tuple[Role, ...]:
    named = given.texts(key)
    if unknown := [role for role in named if role not in ROLES]:
        given.fault(key, f"{unknown[0]!r} is none of {', '.join(ROLES)}")
    return tuple(role for role in ROLES if role in named)


def _clocks(given: Reader) -> tuple[Clock, ...]:
    named = given.texts("clocks") or ("dossier",)
    if unknown := [clock for clock in named if clock not in CLOCKS]:
        given.fault("clocks", f"{unknown[0]!r} is none of {', '.join(CLOCKS)}")
    return tuple(clock for clock in CLOCKS if clock in named)


def _channels(given: Reader) -> tuple[str, ...]:
    named = given.texts("channels")
    if not all(map(_CHANNEL.fullmatch, named)):
        given.fault("channels", "must be names of channels like mail, push, webhook")
    return named


def _span(given: Reader, key: str) -> Hours:
    form = _SPAN.fullmatch(given.text(key))
    begin, until = (int(form[1]) * 3600 + int(form[2]) * 60, int(form[3]) * 3600 + int(form[4]) * 60) if form else (0, 0)
    if not begin < until <= DAY_SECONDS:
        given.fault(key, "must be like 07:00-19:00")
        return ()
    return ((begin, until),)


def _time(given: Reader, key: str) -> int | None:
    form = _TIME.fullmatch(given.text(key))
    if not form:
        given.fault(key, "must be like 07:30")
        return None
    return int(form[1]) * 3600 + int(form[2]) * 60


def _silence(given: Reader, zone: Zone) -> Silence:
    """Whole local days, both ends included; it must end, and say who wants it and why."""
    first, last = given.day("from"), given.day("to")
    for key, day in (("from", first), ("to", last)):
        if day is None:
            given.fault(key, "is missing")
    silence = Silence(
        begins=zone.start_of(first or 0),
        ends=zone.start_of((last or 0) + 1),
        author=given.text("author"),
        reason=given.text("reason"),
        unit=given.text("unit", ""),
        procedure=given.text("procedure", ""),
        dossier=given.text("dossier", ""),
    )
    if silence.ends <= silence.begins:
        given.fault("to", "lies before from")
    given.finish()
    return silence
