"""Builds the images, plays each story from empty volumes, and says what it took: JSON in the last line."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

from scenario import Scenario
from stack import OVERLAYS, Stack, left
from stories import STORIES


def attempt(story: Callable[[Scenario], None]) -> Scenario:
    """From empty volumes; nothing is left of it, whatever happens."""
    scenario = Scenario(Stack())
    scenario.stack.compose("down", "-v", "--remove-orphans")
    try:
        story(scenario)
    except BaseException:
        for words in (("ps", "-a"), ("logs", "--tail", "40")):
            print(scenario.stack.compose(*words, check=False), file=sys.stderr)
        raise
    finally:
        scenario.telling.give_up()
        scenario.stack.compose("down", "-v", "--remove-orphans")
    return scenario


def main(names: list[str]) -> int:
    if unknown := set(names) - STORIES.keys():
        print(f"no story {', '.join(sorted(unknown))}; there are {', '.join(STORIES)}", file=sys.stderr)
        return 64
    every = Stack(*(file.stem for file in sorted(OVERLAYS.glob("*.yml"))), "tests/compose/mail_catcher.yml")
    began = time.monotonic()
    try:
        every.compose("build", "--quiet")
        built = time.monotonic() - began
        done = [attempt(STORIES[name]) for name in names or STORIES]
    finally:
        every.compose("down", "-v", "--remove-orphans", "--rmi", "local")
    assert not left(), f"left behind: {', '.join(left())}"
    figures = {name: value for scenario in done for name, value in scenario.figures.items()}
    dossiers = sum(len(scenario.telling.told) for scenario in done)
    print(json.dumps({"dossiers": dossiers, "build": round(built, 1), **figures, "blows": [b for s in done for b in s.blows]}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
