"""The list of indicators in force, and a unit's score card, pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dunghen.contracts.messages import UnitScore
from dunghen.domain.bands import Thresholds
from dunghen.domain.days import Zone, date_of
from dunghen.domain.decimals import readable
from dunghen.domain.indicator_values import IndicatorValue, Inputs, Reason, evaluate, told_of, told_periods, total_of
from dunghen.domain.indicators import Group, Indicator, IndicatorBook, IndicatorSet, Term, Text, part_code
from dunghen.domain.reviewing import Criterion, own_value
from dunghen.domain.units import Unit
from dunghen.domain.windows import Window
from services.api.indicator_rows import Measure, figure_of, inputs_for, summed
from services.api.rows import instant_text
from services.api.views import NO_SCORE, Scene
from services.api.withdrawn import withdrawn_years

Found = list[tuple[Indicator, IndicatorValue]]


def indicators_list(scene: Scene, book: IndicatorBook) -> dict[str, Any]:
    """Every set with its groups, classes and the definitions that hold on the shown day, each with all its versions."""
    day = scene.meta.day
    sets = [
        {
            **_set(of),
            "published": _years(of, scene),
            "groups": [_group_in(of, group, book, day) for group in of.groups],
            "indicators": [_definition(one, book) for one in book.of_set(of.code, day)],
        }
        for of in book.sets.values()
    ]
    return {"policy": scene.meta.policy, "as_of": date_of(day).isoformat(), "city_places": _places(scene), "sets": sets}


def _years(of: IndicatorSet, scene: Scene) -> list[str] | None:
    """Of a yearly set those that are published, the newest first."""
    return scene.policy.publications.of(of.code) if of.yearly and scene.policy else None


def _places(scene: Scene) -> list[dict[str, Any]]:
    """Where the city stands, or stood, among others: every year that was told, the newest first."""
    facts, book = scene.facts.unit(scene.city[0]), scene.policy.indicators if scene.policy else IndicatorBook()
    codes = [code for code, versions in book.versions.items() if versions[-1].kind == "rank"]
    return [
        {"code": code, "period": period, "place": told.numerator, "of": told.denominator}
        for code in codes
        for period, told in sorted(facts.get(code, {}).items(), reverse=True)
        if told.assessed
    ]


def _set(of: IndicatorSet) -> dict[str, Any]:
    return {
        "code": of.code,
        "name": _both(of.name),
        "source": of.source,
        "law": of.law,
        "total": of.total,
        "bands": _bands(of.bands),
        "yearly": of.yearly,
        "classes": [{"code": one.code, "name": _both(one.name), "from": one.at_least / 1000} for one in of.classes],
    }


def _group_in(of: IndicatorSet, group: Group, book: IndicatorBook, day: int) -> dict[str, Any]:
    """`parent`: the group that it is a part of; `measure`: by which the map shows it as a total of its own, null: by none."""
    code = part_code(of, group)
    return {
        "code": group.code,
        "name": _both(group.name),
        "maximum": group.maximum,
        "parent": group.parent or None,
        "measure": code if code in book.parts and book.of_set(code, day) else None,
    }


def _definition(one: Indicator, book: IndicatorBook) -> dict[str, Any]:
    return {
        "code": one.code,
        "group": one.group or None,
        "name": _both(one.name),
        "meaning": _both(one.meaning),
        "kind": one.kind,
        "numerator": [_term(term) for term in one.numerator],
        "denominator": [_term(term) for term in one.denominator],
        "maximum": one.maximum or None,
        "threshold": one.threshold / 1000 if one.threshold else None,
        "bands": _bands(one.bands),
        "direction": one.direction,
        "kinds": one.kinds or ("city",),
        "facts_over": one.facts_over if any(term.of == "fact" for term in one.terms) else None,
        "source": one.source,
        "law": one.law,
        **_held(one),
        "versions": [_held(other) for other in book.versions[one.code]],
    }


def _held(one: Indicator) -> dict[str, Any]:
    days = {"valid_from": one.valid_from, "valid_to": one.valid_to}
    return {"version": one.version, **{name: None if day is None else date_of(day).isoformat() for name, day in days.items()}}


def _bands(bands: Thresholds | None) -> dict[str, float] | None:
    return None if bands is None else {name: getattr(bands, name) / 1000 for name in ("green", "yellow", "orange")}


def _both(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _term(term: Term) -> str:
    return f"fact:{term.name}" if term.of == "fact" else term.name


def score_card(unit: Unit, score: UnitScore, scene: Scene, asked: tuple[str, Window]) -> dict[str, Any]:
    """All indicators of a unit in one window, `asked` = (name, its days): sets, groups and sub-indicators with what they are made of."""
    book, (name, window) = scene.policy.indicators if scene.policy else IndicatorBook(), asked
    inputs = inputs_for(score, Measure(book, "", name, scene.meta.day), scene.facts.unit(unit.code))

    def found(of: IndicatorSet) -> Found:
        return [
            (one, _known(book.versions[one.code], scene.unknown) or evaluate(book.versions[one.code], inputs, unit.kind))
            for one in book.of_set(of.code, window.last)
        ]

    def own(given: Found) -> dict[str, dict[str, Any]]:
        return {one.code: _own(one, value, own_value(book.versions[one.code], inputs, unit.kind)) for one, value in given}

    sets = [_card(of, values := found(of), (inputs, scene.looks.zone), own(values)) for of in book.sets.values()]
    return {**_above((unit.code, unit.name, unit.kind), scene, asked), "sets": sets}


def _known(versions: Sequence[Indicator], unknown: frozenset[str]) -> IndicatorValue | None:
    """That nobody can say what it was, where it is made of what is not known of that time; else None."""
    names = {term.name for one in versions for term in one.terms if term.of == "fact"}
    return None if unknown.isdisjoint(names) else IndicatorValue(0, 0, Reason.NO_HISTORY)


def city_card(scene: Scene, asked: tuple[str, Window]) -> dict[str, Any]:
    """The same of the whole city, each indicator as the map's `city` has it: Σ/Σ over all units, or the facts of the city itself."""
    book, (name, window) = scene.policy.indicators if scene.policy else IndicatorBook(), asked
    measure = Measure(book, "", name, scene.meta.day)
    own = inputs_for(NO_SCORE, measure, scene.facts.unit(scene.city[0]))
    units = [(unit.kind, inputs_for(scene.scores.get(unit.code, NO_SCORE), measure, scene.facts.unit(unit.code))) for unit in scene.units()]

    def value(one: Indicator) -> IndicatorValue:
        versions = book.versions[one.code]
        return summed(one, evaluate(versions, own), [evaluate(versions, inputs, kind) for kind, inputs in units])

    sets = [
        _card(of, [(one, value(one)) for one in book.of_set(of.code, window.last)], (None, scene.looks.zone), {})
        for of in book.sets.values()
    ]
    return {**_above((*scene.city[:2], "city"), scene, asked), "sets": sets}


def _above(who: tuple[str, str, str], scene: Scene, asked: tuple[str, Window]) -> dict[str, Any]:
    """Whose card it is (code, name, kind), of which picture and days."""
    code, name, kind = who
    window, (first, last) = asked
    days = {"as_of": scene.meta.day, "first": first, "last": last}
    return {
        "code": code,
        "name": name,
        "kind": kind,
        "known_at": instant_text(scene.meta.known_at, scene.looks.zone),
        "version": scene.meta.version,
        "policy": scene.meta.policy,
        "window": window,
        **{key: date_of(day).isoformat() for key, day in days.items()},
        "withdrawn": withdrawn_years(scene),
    }


def _card(of: IndicatorSet, found: Found, made_of: tuple[Inputs | None, Zone], own: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """`made_of`: the unit's inputs, and the zone in which it is said when they were told. `own`: by code what the unit gives itself."""
    groups = [_group(of, group, found) for group in of.groups]
    total = figure_of(total_of(of, [value for _, value in found])) if of.total else None
    return {
        "code": of.code,
        "name": _both(of.name),
        "total": total.shown() if total else None,
        "groups": groups,
        "indicators": [{**_line(one, value, *made_of), **own.get(one.code, {})} for one, value in found],
    }


def _group(of: IndicatorSet, group: Group, found: Found) -> dict[str, Any]:
    """Its points and those of the groups below it, out of the maxima of what has a value (`counted`); without any it says why, and is
    left out.
    """
    within = of.within(group.code)
    total = figure_of(total_of(IndicatorSet(group.code, group.name), [value for one, value in found if one.group in within]))
    return {
        "code": group.code,
        "name": _both(group.name),
        "maximum": group.maximum,
        "parent": group.parent or None,
        "points": total.shown()["points"],
        "counted": total.maximum,
        "reason": total.reason.value,
    }


def _line(one: Indicator, value: IndicatorValue, inputs: Inputs | None, zone: Zone) -> dict[str, Any]:
    figure = {**figure_of(value).shown(), "maximum": one.maximum or None}
    del figure["standing"]
    return {
        "code": one.code,
        "group": one.group or None,
        "definition": one.version,
        **figure,
        "inputs": [_input(term, one, inputs, zone) for term in dict.fromkeys(one.terms)]
        if inputs is not None and value.reason is not Reason.NOT_FOR_KIND
        else [],
    }


def _own(one: Indicator, reviewed: IndicatorValue, own: IndicatorValue) -> dict[str, Any]:
    """Of points that a reviewer gives: what the unit gives itself, and by how much more that is."""
    if one.kind != "manual":
        return {}
    criterion = Criterion(one, reviewed, own)
    points = (own.points, criterion.gap)
    return dict(zip(("self_points", "gap"), (None if given is None else float(given) for given in points), strict=True))


def _input(term: Term, one: Indicator, inputs: Inputs, zone: Zone) -> dict[str, Any]:
    """What a term is in the whole window; a fact's None: not told. Of a fact also of which periods it is, and when the newest was told."""
    if term.of == "count":
        return {"term": term.name, "numerator": inputs.tally.counts.get(term.name, 0), "denominator": None}
    if term.of == "rate":
        numerator, denominator = inputs.tally.rates.get(term.name, (0, 0))
        return {"term": term.name, "numerator": numerator, "denominator": denominator}
    fact = told_of(term, inputs, inputs.whole, one.facts_over)
    told = fact is not None and fact.assessed
    figures = {
        "term": _term(term),
        "numerator": readable(fact.numerator) if told and fact else None,
        "denominator": readable(fact.denominator) if told and fact and fact.denominator is not None else None,
    }
    if term.of != "fact":
        return figures
    periods = told_periods(inputs.facts.get(term.name, {}), inputs.whole, one.facts_over)
    return {**figures, "periods": periods, "told_at": instant_text(fact.told_at or None, zone) if fact else None}
