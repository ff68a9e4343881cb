"""Which changes of band are told: what is other than was told last, at once, and within the calm only what stands at its end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dunghen.domain.band_news import MOST_CHANGES, Change, Reason, Told, after, decide_news, found
from dunghen.domain.bands import BANDS, Band

CALM = 60_000
NOON = 1_794_790_800_000


def test_where_a_subscription_begins_nothing_is_news() -> None:
    bands: dict[str, Band] = {"20242": "green", "20194": "none"}
    assert decide_news(found(bands), bands, NOON, CALM).reason is Reason.NOTHING_NEW


def test_the_first_change_goes_at_once_and_says_from_what_to_what() -> None:
    told = found({"20242": "green", "20194": "red"})
    news = decide_news(told, {"20242": "yellow", "20194": "red"}, NOON, CALM)
    assert (news.changes, news.reason, news.again_at) == ((Change("20242", "green", "yellow"),), Reason.CHANGED, 0)


def test_what_was_taken_back_before_it_was_told_is_none() -> None:
    told = {"20242": Told("green", NOON - 10 * CALM)}
    assert decide_news(told, {"20242": "green"}, NOON, CALM).changes == ()


def test_within_the_calm_after_a_message_a_unit_waits_and_others_do_not() -> None:
    told = {"20242": Told("yellow", NOON - 1000), "20194": Told("red")}
    news = decide_news(told, {"20242": "green", "20194": "orange"}, NOON, CALM)
    assert (news.changes, news.again_at) == ((Change("20194", "red", "orange"),), NOON - 1000 + CALM)
    late = decide_news({**told, "20194": Told("orange", NOON)}, {"20242": "green", "20194": "orange"}, NOON, CALM)
    assert (late.reason, late.again_at) == (Reason.CALM, NOON - 1000 + CALM)
    assert decide_news(told, {"20242": "green"}, news.again_at, CALM).changes == (Change("20242", "yellow", "green"),)


def test_a_band_that_flutters_for_an_hour_is_told_once_a_minute_at_most() -> None:
    told, messages = found({"20242": "green"}), 0
    for second in range(3600):
        bands: dict[str, Band] = {"20242": "yellow" if second % 2 else "green"}
        news = decide_news(told, bands, NOON + 1000 * second, CALM)
        messages += len(news.changes)
        told = after(told, bands, news.changes, NOON + 1000 * second)
    assert 30 <= messages <= 60


def test_a_unit_that_is_new_comes_from_none_and_one_that_left_is_forgotten() -> None:
    told = found({"20242": "green", "20194": "red"})
    bands: dict[str, Band] = {"20242": "green", "20197": "orange"}
    news = decide_news(told, bands, NOON, CALM)
    assert news.changes == (Change("20197", "none", "orange"),)
    assert sorted(after(told, bands, news.changes, NOON)) == ["20197", "20242"]


def test_of_very_many_changes_what_does_not_fit_goes_with_the_next_message() -> None:
    before: dict[str, Band] = {f"{n:05d}": "green" for n in range(1200)}
    now: dict[str, Band] = dict.fromkeys(before, "none")
    told, sizes = found(before), []
    while (news := decide_news(told, now, NOON, CALM)).changes:
        sizes.append(len(news.changes))
        told = after(told, now, news.changes, NOON)
    assert sizes == [MOST_CHANGES, MOST_CHANGES, 200]


UNITS = st.fixed_dictionaries({unit: st.sampled_from(BANDS) for unit in "ABC"})


@given(st.lists(st.tuples(UNITS, st.integers(0, 90_000)), min_size=1, max_size=20))
def test_who_applies_every_message_ends_with_the_bands_as_they_are(steps: list[tuple[dict[str, Band], int]]) -> None:
    """Whatever happened, once the calm is over; and each message fits behind the one before."""
    now, held = NOON, dict.fromkeys("ABC", "none")
    told = found(dict.fromkeys("ABC", "none"))
    for bands, wait in [*steps, (steps[-1][0], 2 * CALM)]:
        now += wait
        news = decide_news(told, bands, now, CALM)
        assert all(held[change.unit] == change.before for change in news.changes)
        told = after(told, bands, news.changes, now)
        held |= {change.unit: change.now for change in news.changes}
    assert held == steps[-1][0]
