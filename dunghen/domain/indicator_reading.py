"""Reads the policy kind `indicators`, a list of sets, into an `IndicatorBook`; every fault is noted with its place, nothing is raised.

The format is that of the files under `data/indicators/`; what each key means is said in `qd766.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dunghen.domain.bands import Thresholds
from dunghen.domain.bodies import Reader
from dunghen.domain.indicators import (
    BY_DAY_RATES,
    DIRECTIONS,
    FACTS_OVER,
    INDICATOR_KINDS,
    OF_PLAN,
    STOCK_RATES,
    Class,
    Direction,
    Group,
    Indicator,
    IndicatorBook,
    IndicatorKind,
    IndicatorSet,
    Term,
    Text,
)
from dunghen.domain.marks import IN_A_WINDOW
from dunghen.domain.tasks import BLOCS, TASKS
from dunghen.domain.units import KINDS

SET_CODE = r"[A-Z0-9][A-Z0-9_]{0,29}"
CODE = r"[A-Z0-9][A-Z0-9_]{0,29}\.[A-Z0-9][A-Z0-9_]{0,29}"
GROUP_CODE = r"[a-z0-9_]{1,30}"
FACT = "fact"
TASK_TERM = rf"{TASKS}(:({'|'.join(BLOCS)}))?({OF_PLAN}[A-Za-z0-9][A-Za-z0-9._/-]{{0,29}})?"
MOST_MONTHLY = 20
CITY = "city"  # in `kinds`: for the city itself
_SAME_FAMILY = {"ratio", "threshold"}


def read_indicators(body: Reader) -> IndicatorBook:
    """All sets with their definitions."""
    sets, definitions = list[IndicatorSet](), list[Indicator]()
    for given in body.objects("sets"):
        one, own = _set(given)
        if any(one.code == other.code for other in sets):
            given.fault("code", f"{one.code!r} is there twice")
        sets.append(one)
        definitions += own
    return IndicatorBook(sets, definitions, _monthly(body, sets, definitions))


def _monthly(body: Reader, sets: Iterable[IndicatorSet], definitions: Iterable[Indicator]) -> tuple[str, ...]:
    """What a unit's monthly sheet is made of: nothing of sets that are told by years."""
    yearly, chosen = {of.code for of in sets if of.yearly}, body.texts("monthly_sheet")
    known = {one.code for one in definitions if one.set not in yearly}
    if unknown := [code for code in chosen if code not in known]:
        body.fault("monthly_sheet", f"{unknown[0]!r} is no indicator of a month")
    if len(chosen) > MOST_MONTHLY:
        body.fault("monthly_sheet", f"more than {MOST_MONTHLY} indicators")
    return chosen


def _set(given: Reader) -> tuple[IndicatorSet, list[Indicator]]:
    of = IndicatorSet(
        code=given.text("code", pattern=SET_CODE),
        name=_text(given, "name"),
        groups=_groups(given),
        classes=tuple(_class(one) for one in given.objects("classes")),
        bands=_bands(given, 10, "higher"),
        source=given.text("source", ""),
        law=given.text("law", ""),
        total=given.raw("total") is True,
        yearly=given.raw("yearly") is True,
    )
    definitions = list[Indicator]()
    for each in given.objects("indicators"):
        one = _indicator(each, of)
        _check_versions(each, one, definitions)
        definitions.append(one)
    _check_maxima(given, of, definitions)
    given.finish()
    return of, definitions


def _groups(given: Reader) -> tuple[Group, ...]:
    """A tree: a parent stands before its parts."""
    found: dict[str, Group] = {}
    for one in given.objects("groups"):
        code, parent = one.text("code", pattern=GROUP_CODE), one.text("parent", "")
        if code in found:
            one.fault("code", f"{code!r} is there twice")
        if parent and parent not in found:
            one.fault("parent", f"{parent!r} is no group that stands before this one")
        found[code] = Group(code, _text(one, "name"), one.whole("maximum", 0), parent)
        one.finish()
    return tuple(found.values())


def _class(given: Reader) -> Class:
    code, name, at_least = given.text("code", pattern=GROUP_CODE), _text(given, "name"), given.whole("from", 0, 0, 100)
    given.finish()
    return Class(code, name, at_least * 10)


def _text(given: Reader, key: str) -> Text:
    return Text(given.text(f"{key}_vi"), given.text(f"{key}_en"))


def _indicator(given: Reader, of: IndicatorSet) -> Indicator:
    kind = given.choice("kind", INDICATOR_KINDS)
    direction = given.choice("direction", DIRECTIONS, "higher")
    code, numerator, denominator = _inputs(given, kind)
    one = Indicator(
        code=code,
        set=of.code,
        group=given.text("group", ""),
        name=_text(given, "name"),
        meaning=_text(given, "meaning"),
        kind=kind,
        numerator=numerator,
        denominator=denominator,
        maximum=given.whole("maximum", 0),
        threshold=_thousandths(given, "threshold", 1000 if kind == "sum" else 10),
        bands=_bands(given, 1000 if kind == "sum" else 10, direction) or of.bands,
        direction=direction,
        kinds=tuple(k for k in KINDS if k in given.texts("kinds")) if given.has("kinds") else KINDS,
        facts_over=given.choice("facts_over", FACTS_OVER, "sum"),
        source=given.text("source", of.source),
        law=given.text("law", of.law),
        version=given.whole("version", 1, 1),
        valid_from=given.day("valid_from"),
        valid_to=given.day("valid_to"),
    )
    _check(given, one, of)
    given.finish()
    return one


def _inputs(given: Reader, kind: IndicatorKind) -> tuple[str, tuple[Term, ...], tuple[Term, ...]]:
    """(code, numerator, denominator); where neither is given, the fact of the indicator's own code."""
    code = given.text("code", pattern=CODE)
    own = not given.has("numerator") and not given.has("denominator")
    numerator, denominator = ((Term("fact", code),) if own else _terms(given, key, code) for key in ("numerator", "denominator"))
    if kind == "sum":
        if given.has("denominator"):
            given.fault("denominator", "a sum has none")
        return code, numerator, ()
    for key, terms in (("numerator", numerator), ("denominator", denominator)):
        if not terms:
            given.fault(key, "is missing")
    return code, numerator, denominator


def _terms(given: Reader, key: str, code: str) -> tuple[Term, ...]:
    terms = [(name, _term(name, code)) for name in given.texts(key)]
    if unknown := [name for name, term in terms if term is None]:
        given.fault(key, f"{unknown[0]!r} is no count of dossiers, no rate, no fact and no tasks")
    return tuple(term for _, term in terms if term is not None)


def _term(name: str, code: str) -> Term | None:
    if name in IN_A_WINDOW:
        return Term("count", name)
    if name in (*BY_DAY_RATES, *STOCK_RATES):
        return Term("rate", name)
    if re.fullmatch(TASK_TERM, name):
        return Term("task", name)
    if name == FACT:
        return Term("fact", code)
    fact = name.removeprefix(f"{FACT}:")
    return Term("fact", fact) if fact != name and re.fullmatch(CODE, fact) else None


def _bands(given: Reader, scale: int, direction: Direction) -> Thresholds | None:
    if not given.has("bands"):
        return None
    body = Reader(f"{given.where}.bands", given.raw("bands"), given.faults)
    green, yellow, orange = (_thousandths(body, key, scale) for key in ("green", "yellow", "orange"))
    yellow, orange = yellow or green, orange or yellow or green
    in_order = (green, yellow, orange) if direction == "higher" else (orange, yellow, green)
    if not in_order[0] >= in_order[1] >= in_order[2] > 0:
        body.fault("green", "the thresholds must go one way from green over yellow to orange")
    body.finish()
    return Thresholds(green, yellow, orange)


def _thousandths(given: Reader, key: str, scale: int) -> int:
    """A per cent (`scale` 10) or a number (1000) with at most one decimal, in thousandths; 0 where it is not given."""
    if not given.has(key):
        return 0
    value = given.raw(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9 or round(value * 10) != value * 10:
        given.fault(key, "must be a number above 0 with at most one decimal")
        return 0
    return round(value * 10) * scale // 10


def _check(given: Reader, one: Indicator, of: IndicatorSet) -> None:
    if not one.code.startswith(f"{of.code}."):
        given.fault("code", f"must begin with {of.code}.")
    if (one.group or of.groups) and one.group not in {group.code for group in of.groups}:
        given.fault("group", f"{one.group!r} is no group of {of.code}")
    if one.threshold and one.direction == "lower":
        given.fault("threshold", "is for what is better the higher it is")
    if one.kind == "threshold" and not one.threshold:
        given.fault("threshold", "is missing")
    if one.kind == "sum" and one.maximum and not one.threshold:
        given.fault("threshold", "a sum that gives points needs the number that gives them all")
    if unknown := [kind for kind in given.texts("kinds") if kind not in (*KINDS, CITY)]:
        given.fault("kinds", f"{unknown[0]!r} is none of {', '.join((*KINDS, CITY))}")
    _check_facts(given, one, of)
    if one.valid_from is not None and one.valid_to is not None and one.valid_to < one.valid_from:
        given.fault("valid_to", "lies before valid_from")


def _check_facts(given: Reader, one: Indicator, of: IndicatorSet) -> None:
    of_facts = all(term.of == "fact" for term in one.terms)
    if of.yearly and not of_facts:
        given.fault("numerator", "a set that is told by years is made of facts alone")
    if of.yearly and one.facts_over != "latest":
        given.fault("facts_over", "in a set that is told by years a year holds until the next one: latest")
    if one.kind == "rank" and (not of_facts or one.maximum or one.direction == "higher"):
        given.fault("kind", "a rank is a fact, gives no points, and is better the lower it is")


def _check_versions(given: Reader, one: Indicator, others: Iterable[Indicator]) -> None:
    for other in (other for other in others if other.code == one.code):
        if _begin(one) <= _end(other) and _begin(other) <= _end(one):
            given.fault("valid_from", f"another version of {one.code} holds on some of the same days")
        if one.kind != other.kind and {one.kind, other.kind} != _SAME_FAMILY:
            given.fault("kind", f"another version of {one.code} is of another kind: that is another code")


def _begin(one: Indicator) -> int:
    return -(1 << 40) if one.valid_from is None else one.valid_from


def _end(one: Indicator) -> int:
    return 1 << 40 if one.valid_to is None else one.valid_to


def _check_maxima(given: Reader, of: IndicatorSet, definitions: Iterable[Indicator]) -> None:
    """The newest versions of a group's indicators, and the groups that are its parts, give no more points than the group has."""
    newest = {one.code: one for one in sorted(definitions, key=_begin)}
    for group in of.groups:
        points = sum(one.maximum for one in newest.values() if one.group == group.code)
        points += sum(one.maximum for one in of.groups if one.parent == group.code)
        if points > group.maximum:
            given.fault("groups", f"{group.code} has {group.maximum} points, its parts give {points}")
    if of.total and not any(one.maximum for one in newest.values()):
        given.fault("total", "none of its indicators gives points")
