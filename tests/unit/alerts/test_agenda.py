"""Each dossier is looked at when its instant has come, once, however often and for what it was written down before."""

from __future__ import annotations

from random import Random

from services.alerts.agenda import HOUR, Agenda

START = 1_795_000_000


class Told:
    """An agenda and what is so now."""

    def __init__(self) -> None:
        self.at: dict[bytes, int] = {}
        self.agenda = Agenda(lambda key: self.at.get(key, 0))

    def say(self, key: bytes, at: int) -> None:
        self.at[key] = at
        self.agenda.add(at, key)

    def due(self, now: int) -> list[bytes]:
        return list(self.agenda.due(now))


def test_the_earliest_comes_first_and_nothing_before_its_second() -> None:
    told = Told()
    for key, at in ((b"c", START + 3 * HOUR), (b"b", START + 20), (b"a", START + 10)):
        told.say(key, at)
    assert (told.due(START + 9), told.due(START + 20)) == ([], [b"a", b"b"])
    assert (told.due(START + 3 * HOUR - 1), told.due(START + 3 * HOUR)) == ([], [b"c"])


def test_what_was_put_off_brought_forward_or_dropped_is_looked_at_as_things_are() -> None:
    told = Told()
    for key in (b"later", b"sooner", b"gone", b"same hour"):
        told.say(key, START + 5 * HOUR)
    told.say(b"later", START + 9 * HOUR)
    told.say(b"sooner", START + HOUR)
    told.say(b"same hour", START + 5 * HOUR + 5)
    del told.at[b"gone"]
    assert told.due(START + 2 * HOUR) == [b"sooner"]
    assert told.due(START + 5 * HOUR) == []
    assert told.due(START + 5 * HOUR + 5) == [b"same hour"]
    assert told.due(START + 9 * HOUR) == [b"later"]


def test_a_clock_that_is_put_back_brings_nothing_twice_and_loses_nothing() -> None:
    told = Told()
    told.say(b"a", START)
    told.say(b"b", START + HOUR)
    assert told.due(START) == [b"a"]
    told.say(b"a", START + 10)
    assert told.due(START - 3 * HOUR) == []
    assert told.due(START + HOUR) == [b"a", b"b"]


def test_it_is_what_looking_at_every_dossier_would_give() -> None:
    rng = Random(7)
    told, now, keys = Told(), START, [b"%d" % n for n in range(60)]
    for _ in range(400):
        for key in rng.sample(keys, 5):
            told.say(key, now + rng.randrange(1, 6 * HOUR))
        now += rng.randrange(0, 2 * HOUR)
        wanted = sorted((at, key) for key, at in told.at.items() if at <= now)
        assert told.due(now) == [key for _, key in wanted]
        for _, key in wanted:
            del told.at[key]
