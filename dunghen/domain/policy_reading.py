"""Reads the bodies of a policy into its parts; every fault is noted in the Reader (`domain.bodies`), nothing is raised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from dunghen.domain.bands import Thresholds
from dunghen.domain.bodies import Reader
from dunghen.domain.calendar import VIETNAM_HOURS, Hours, WorkingCalendar
from dunghen.domain.days import DAY_SECONDS, Zone
from dunghen.domain.deadline import LIMIT_UNITS, TimeLimit
from dunghen.domain.policy_parts import ALWAYS, LEVELS, RESULT_FORMS, City, Procedure, ResultForm, SupplementRules
from dunghen.domain.ranking import FEW
from dunghen.domain.rules import SUPPLEMENT_RULES
from dunghen.domain.units import KINDS, SETTINGS, Unit, normalise_wire_code

CODE = r"[ -~]{1,60}"  # contracts.messages.Code


def read_city(city: Reader) -> tuple[City, Zone]:
    name = city.text("time_zone", "Asia/Ho_Chi_Minh")
    try:
        zone = Zone(name)
    except (ZoneInfoNotFoundError, ValueError):
        city.fault("time_zone", f"{name!r} is not a time zone like Asia/Ho_Chi_Minh")
        zone = Zone("UTC")
    former = city.texts("former_codes")
    return City(city.text("code", pattern=CODE), city.text("name"), zone.name, former, _precedence(city), _forms(city)), zone


def _forms(city: Reader) -> dict[str, ResultForm]:
    """What each code of HinhThuc means: `domain.md` §2 has the field without its codes, so the city says what its systems send."""
    if not city.has("result_forms"):
        return {}
    table = city.raw("result_forms")
    given = Reader(f"{city.where}.result_forms", table, city.faults)
    return {code: given.choice(code, RESULT_FORMS) for code in sorted(table)} if isinstance(table, Mapping) else {}


def _precedence(city: Reader) -> dict[str, int]:
    """Of each source that is named: where several state one dossier, those of the highest are heard (decision 0029)."""
    found: dict[str, int] = {}
    for given in city.objects("sources"):
        code = normalise_wire_code(given.text("code", pattern=CODE))
        if code in found:
            given.fault("code", f"{code!r} is there twice")
        found[code] = given.whole("precedence", 0, 0, 9)
        given.text("name", "")
        given.finish()
    return found


def read_units(body: Reader) -> list[Unit]:
    units, seen = [], dict[str, str]()
    for given in body.objects("units"):
        unit = _unit(given)
        units.append(unit)
        for code in {unit.code, *(unit.wire_codes if unit.valid_to is None else ())}:
            if code and seen.setdefault(code, given.where) != given.where:
                given.fault("code", f"{code!r} is also a code of {seen[code]}")
    return units


def _unit(given: Reader) -> Unit:
    unit = Unit(
        code=given.text("code", pattern=CODE),
        name=given.text("name"),
        kind=given.choice("kind", KINDS),
        type=given.text("type", ""),
        short=given.text("short", ""),
        wire_codes=tuple(map(normalise_wire_code, given.texts("wire_codes"))),
        aliases=given.texts("aliases"),
        valid_from=given.day("valid_from"),
        valid_to=given.day("valid_to"),
        predecessors=given.texts("predecessors"),
        notice_address=given.text("notice_address", ""),
        setting=given.choice("setting", SETTINGS) if given.has("setting") else None,
    )
    if unit.valid_from is not None and unit.valid_to is not None and unit.valid_to < unit.valid_from:
        given.fault("valid_to", "lies before valid_from")
    given.finish()
    return unit


def read_calendar(body: Reader, zone: Zone) -> WorkingCalendar:
    weekend = body.raw("weekend")
    if weekend is not None and not (isinstance(weekend, list) and all(day in range(7) for day in weekend)):
        body.fault("weekend", "must be a list of weekdays from 0 (Monday) to 6 (Sunday)")
        weekend = None
    given = Reader("calendar.overrides", body.raw("overrides") or {}, body.faults)
    overrides = {}
    for text, hours in (body.raw("overrides") or {}).items() if isinstance(body.raw("overrides"), dict) else ():
        day = given.day_from(text, text)
        if day is not None:
            overrides[day] = _hours(given, text, hours)
    hours = _hours(body, "hours", body.raw("hours")) if body.has("hours") else VIETNAM_HOURS
    return WorkingCalendar(zone, hours, (5, 6) if weekend is None else tuple(weekend), overrides)


def _hours(at: Reader, key: str, given: Any) -> Hours:
    """Pairs of seconds of the local day, in order and not overlapping; an empty list is a day off."""
    try:
        hours = tuple((begin, until) for begin, until in given)
        edges = [edge for pair in hours for edge in pair]
        if all(type(edge) is int and 0 <= edge <= DAY_SECONDS for edge in edges) and edges == sorted(set(edges)):
            return hours
    except (TypeError, ValueError):
        pass
    at.fault(key, "must be pairs of seconds of the day like [[25200, 41400], [48600, 61200]], in order")
    return ()


def read_rules(body: Reader) -> tuple[SupplementRules, int]:
    if isinstance(body.raw("supplement_rule"), list):
        since = [(one.day("from") or ALWAYS, one.choice("rule", SUPPLEMENT_RULES)) for one in body.objects("supplement_rule")]
    else:
        since = [(ALWAYS, body.choice("supplement_rule", SUPPLEMENT_RULES, "subtract"))]
    return SupplementRules(tuple(sorted(since, key=lambda pair: pair[0]))), body.whole("few", FEW)


def read_bands(body: Reader) -> Thresholds:
    green, yellow, orange = (_thousandths(body, key, default) for key, default in (("green", 90), ("yellow", 80), ("orange", 70)))
    if not green > yellow > orange:
        body.fault("green", "the thresholds must fall: green above yellow above orange")
    return Thresholds(green, yellow, orange)


def _thousandths(body: Reader, key: str, default: int) -> int:
    value = body.raw(key) if body.has(key) else default
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 100 or round(value * 10) != value * 10:
        body.fault(key, "must be a per cent from 0.1 to 100 with at most one decimal")
        return default * 10
    return round(value * 10)


def read_procedures(body: Reader) -> list[Procedure]:
    """`imported`: an operator's list, in whose place a city file's does not come (`dunghen procedures import`)."""
    procedures, seen = [], set[tuple[str, int]]()
    body.yes("imported")
    for given in body.objects("procedures"):
        procedure = _procedure(given)
        if (procedure.code, procedure.valid_from) in seen:
            given.fault("code", f"{procedure.code!r} is there twice for the same day")
        seen.add((procedure.code, procedure.valid_from))
        procedures.append(procedure)
    return procedures


def _procedure(given: Reader) -> Procedure:
    since = given.day("valid_from")
    kinds = tuple(kind for kind in KINDS if kind in given.texts("kinds")) or KINDS
    if unknown := [kind for kind in given.texts("kinds") if kind not in KINDS]:
        given.fault("kinds", f"{unknown[0]!r} is none of {', '.join(KINDS)}")
    limit = TimeLimit(given.whole("limit", None, 1, 5000), given.choice("unit", LIMIT_UNITS)) if given.has("limit") else None
    procedure = Procedure(
        code=given.text("code", pattern=CODE),
        name=given.text("name"),
        field=given.text("field", ""),
        limit=limit,
        kinds=kinds,
        weight=given.whole("weight", 1),
        valid_from=ALWAYS if since is None else since,
        name_en=given.text("name_en", ""),
        level=given.choice("level", LEVELS) if given.has("level") else None,
        integrated=given.yes("integrated"),
        online_payment=given.yes("online_payment"),
    )
    given.finish()
    return procedure


def read_counters(given: Reader) -> None:
    """What the program that published this counts: it changes no rule, but whoever counts anew under this version counts these."""
    given.texts("names")
    given.whole("edition", 1, 1)
