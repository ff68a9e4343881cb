"""Answers to questions about other days, named periods and earlier knowledge, as views like the live ones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from dunghen.contracts.facts import Fact, FactsByUnit, PublicFacts
from dunghen.contracts.scores import since_windows, unit_score
from dunghen.contracts.stores import unknown_since
from dunghen.domain.days import date_of, day_number
from dunghen.domain.desks import DESK_FACTS
from dunghen.domain.indicators import IndicatorBook
from dunghen.domain.policy import Policy
from dunghen.domain.publications import Withdrawal, withdrawals
from dunghen.domain.rates import DaySeries
from dunghen.domain.windows import WINDOWS, Window, WindowError, before, resolve
from dunghen.platform.store import StoreAwayError
from services.api.follower import Follower
from services.api.indicator_view import known_indicator, view_of
from services.api.mirror import Mirror
from services.api.past import Moment, Of, Past, score_at
from services.api.problems import ProblemError
from services.api.told_history import beyond_knowing, codes_of
from services.api.unit_page import Told, told_now
from services.api.views import Scene, View, ViewKey, heading
from services.api.withdrawn import withdrawn_years

FIRST_DAY = day_number(date(1970, 1, 1))


@dataclass(frozen=True, slots=True)
class When:
    """As of which local date the dossiers are asked, and as it was known at which instant; None: now."""

    as_of: date | None = None
    known_at: datetime | None = None


class OneUnit(NamedTuple):
    """Which unit, in which window; `told`: with the facts as they were known then, too."""

    code: str
    window: str
    told: bool = False


class FactsAsked(NamedTuple):
    """A page of facts: of a unit, a code or both, behind one (`told_history.subject`)."""

    of: Of
    after: str
    limit: int


class Shown(NamedTuple):
    """A view and what stands above its rows; `age`: real seconds that it is behind, where that is too long."""

    view: View
    heading: dict[str, object]
    age: float | None = None


def is_live(key: ViewKey, when: When, scene: Scene) -> bool:
    """Whether the live picture answers the question."""
    return when.known_at is None and key.window in WINDOWS and (when.as_of is None or day_number(when.as_of) == scene.meta.day)


async def past_view(past: Past, follower: Follower, key: ViewKey, when: When) -> Shown:
    """The view of another day or a named window. Raises ProblemError for what lies ahead, is no window, or was never known."""
    with _as_problems():
        then = await _then(past, follower, when, (key.window,))
        window = _window(key.window, then.day)
        known_indicator(key, then.scene)
        if key.indicator and when.known_at is not None and (codes := _told_codes(key, then.scene)):
            if beyond_knowing(codes):
                raise ProblemError("NO_HISTORY", "of desks only what they say now is kept")
            then = then._replace(scene=await _as_told(past, then.scene, [{"code": code} for code in sorted(codes)]))
        of_then = _counted(then, {key.window: window})
        view = view_of(key)
        view.show(of_then)
        above = {**heading(of_then, key), "as_of": date_of(then.day).isoformat()}
        if key.indicator and when.known_at is not None:
            above["withdrawn"] = withdrawn_years(then.scene, {key.indicator.partition(".")[0]})
        return Shown(view, above, then.age)


def _counted(then: _Then, windows: Mapping[str, Window]) -> Scene:
    """The scene of then with the scores of all units in these windows, and since each change of a definition inside them."""
    book = then.scene.policy.indicators if then.scene.policy else IndicatorBook()
    within = {name: since for window in windows.values() for name, since in since_windows(book, window).items()}
    moment = Moment(then.day, then.today - 1, {**windows, **within})
    return replace(then.scene, scores={unit: score_at(unit, series, moment) for unit, series in then.units.items()})


async def past_scene(past: Past, follower: Follower, windows: Iterable[str]) -> Scene:
    """All units in named windows at once, as the dossiers tell them now. Raises ProblemError as `past_view` does."""
    with _as_problems():
        windows = [*windows]
        then = await _then(past, follower, When(), windows)
        return _counted(then, {name: _window(name, then.day) for name in windows})


async def past_facts(past: Past, follower: Follower, asked: FactsAsked, known_at: datetime) -> tuple[Scene, list[Fact]]:
    """The scene of an instant, without facts, and the first of the facts behind `after` that were known and public then; one more than
    the page has tells that there is another. Raises ProblemError as `past_view` does."""
    with _as_problems():
        now = follower.mirror.scene()
        if now is None:
            raise ProblemError("NOT_READY")
        scene = await _known_at(past, follower, now, known_at)
        refuse_behind(follower, _age(follower, scene.meta.known_at))
        await _since_seen(past, scene)
        if scene.policy is None:
            return scene, []  # nobody can say which of them were drafts
        public, found = PublicFacts(FactsByUnit(), scene.policy.indicators, scene.policy.publications), list[Fact]()
        async for fact in past.facts_at(scene.meta.known_at, asked.of, asked.after):
            if public.shows(fact.told_as, fact.period):
                found.append(fact)
            if len(found) > asked.limit:
                break
        return scene, found


async def unit_then_or_now(past: Past, follower: Follower, asked: OneUnit, when: When) -> Told:
    """One unit as the live picture shows it where that answers, else as `past_unit`."""
    now = follower.mirror.scene()
    if now is None or not is_live(ViewKey(asked.window), when, now):
        return await past_unit(past, follower, asked, when)
    return await told_now(past, now, asked.code, behind=follower.store_behind() is not None)


async def past_unit(past: Past, follower: Follower, asked: OneUnit, when: When) -> Told:
    """One unit in all live windows and the one asked for. Raises ProblemError as `past_view` does."""
    code, window, told = asked
    with _as_problems():
        then = await _then(past, follower, when, (window,))
        if when.known_at is not None and told:
            then = then._replace(scene=await _as_told(past, then.scene, [{"unit": code}]))
        windows = {name: _window(name, then.day) for name in (*WINDOWS, window)}
        book = then.scene.policy.indicators if then.scene.policy else IndicatorBook()
        windows |= since_windows(book, windows[window])
        series = then.units.get(code, DaySeries())
        over = then.today - 1
        return Told(then.scene, unit_score(code, series, (then.day, over), windows), series, over, then.age)


def _told_codes(key: ViewKey, scene: Scene) -> frozenset[str]:
    """Of what, that is told and not counted, an indicator or a set's total is made."""
    book = scene.policy.indicators if scene.policy else IndicatorBook()
    return codes_of(book.versions_of(key.indicator))


async def _as_told(past: Past, scene: Scene, of: Sequence[Of]) -> Scene:
    """A scene of another instant with the facts that were known then. Raises ProblemError before what the store saw arrive."""
    await _since_seen(past, scene)
    known = await past.known_at(scene.meta.known_at, of)
    told, public = await asyncio.to_thread(known.by, scene.policy)
    return replace(scene, facts=public, told=told, unknown=DESK_FACTS)


async def _since_seen(past: Past, scene: Scene) -> None:
    if not await past.saw(scene.meta.known_at):
        raise ProblemError("NO_HISTORY", "what was told until then is not known by when")


class _Then(NamedTuple):
    """The city at another day: its scene without scores and feeds, the day asked for, the day that was today, all day counters; how many
    real seconds these are behind, where that is too long.
    """

    scene: Scene
    day: int
    today: int
    units: Mapping[str, DaySeries]
    age: float | None


async def _then(past: Past, follower: Follower, when: When, windows: Iterable[str]) -> _Then:
    """Raises what is wrong with the day or one of these windows before the store is asked."""
    now = follower.mirror.scene()
    if now is None:
        raise ProblemError("NOT_READY")
    scene = now if when.known_at is None else await _known_at(past, follower, now, when.known_at)
    today, policy = scene.meta.day, scene.meta.policy
    day = today if when.as_of is None else day_number(when.as_of)
    if not FIRST_DAY <= day <= today:
        raise ProblemError("INVALID_PARAMETER", "as_of lies ahead" if day > today else "as_of lies before 1970")
    for window in windows:
        _window(window, day)
    known_at = None if when.known_at is None else scene.meta.known_at
    units = await (past.units(policy) if known_at is None else past.units_at(policy, known_at))
    shown = replace(scene, meta=msgspec.structs.replace(scene.meta, day=day), scores={}, feeds={})
    return _Then(shown, day, today, units, _age(follower, known_at))


def _age(follower: Follower, known_at: int | None) -> float | None:
    """How far behind an answer out of the store is, where that is too long; of what was known before it fell behind it has all."""
    age = follower.stored_age()
    return None if age and known_at is not None and known_at < follower.clock.seconds() - age else age


def refuse_behind(follower: Follower, age: float | None) -> None:
    """For tables and pages of the past, and for facts as they were known. Raises ProblemError where the store is behind."""
    if age is not None and follower.store_behind() is not None:
        raise ProblemError("NOT_READY", "the history is behind what was sent: try again when it is level")


def _window(name: str, day: int) -> Window:
    window = resolve(name, day)
    if before(window).first < FIRST_DAY:
        raise ProblemError("INVALID_PARAMETER", "window lies before 1970")
    return window


@contextmanager
def _as_problems() -> Iterator[None]:
    try:
        yield
    except WindowError as fault:
        raise ProblemError("INVALID_PARAMETER", str(fault)) from fault
    except StoreAwayError as fault:
        raise ProblemError("NOT_READY", "the history cannot be read now") from fault


async def _known_at(past: Past, follower: Follower, now: Scene, known_at: datetime) -> Scene:
    """The scene whose policy and day were shown at an instant."""
    at = _seconds(known_at, now)
    if at > follower.clock.seconds():
        raise ProblemError("INVALID_PARAMETER", "known_at lies ahead")
    generation = await past.generation_at(at)
    if generation is None or (generation.policy, generation.day) == unknown_since():
        raise ProblemError("HISTORY_LOST" if _had_rules(follower.mirror, at) else "NO_HISTORY")
    meta = msgspec.structs.replace(now.meta, policy=generation.policy, day=generation.day, known_at=at)
    policy = follower.mirror.policy_at(generation.policy)
    return replace(now, meta=meta, policy=policy, withdrawn=_withdrawn(follower, now, policy, generation.policy))


def _withdrawn(follower: Follower, now: Scene, then: Policy | None, version: int) -> list[Withdrawal]:
    if then is None or now.policy is None:
        return []
    return withdrawals(then.publications, follower.mirror.publications_since(version), now.policy.publications)


def _had_rules(mirror: Mirror, at: int) -> bool:
    """Whether the city had applied its first policy by an instant: then something was shown, or about to be, that this store has not."""
    return at >= min((record.applied_at for record in mirror.records.values()), default=at + 1)


def _seconds(known_at: datetime, scene: Scene) -> int:
    if known_at.tzinfo is not None:
        return int(known_at.timestamp())
    seconds = known_at.hour * 3600 + known_at.minute * 60 + known_at.second
    return scene.looks.zone.at(day_number(known_at.date()), seconds)
