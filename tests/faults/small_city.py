"""A city of few units before anything runs: its topics and first policies, by whichever release's code this file is run with.

`python -P small_city.py` in the folder of another release, with the `DUNGHEN_*` of its programs, prepares it as that release does.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from dunghen.cli.prepare import prepare
from dunghen.contracts.city_files import read_city
from dunghen.platform.clock import clock_from
from dunghen.platform.settings import PlatformSettings, load

UNITS = 8


def bodies_of_city() -> dict[str, Any]:
    """The policies of the made-up Đà Nẵng with its first units alone."""
    bodies = read_city("danang")
    bodies["units"] = {"units": bodies["units"]["units"][:UNITS]}
    return bodies


def make(settings: PlatformSettings) -> None:
    asyncio.run(prepare(settings, bodies_of_city(), clock_from(settings.clock_file)))


if __name__ == "__main__":
    assert os.environ["DUNGHEN_CLOCK_FILE"]
    make(load(PlatformSettings))
