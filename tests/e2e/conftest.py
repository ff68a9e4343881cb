"""One city for the whole end-to-end session: Đà Nẵng's units, nobody sending but the tests."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.e2e.running_city import RunningCity


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCity]:
    running = RunningCity(tmp_path_factory.mktemp("city")).start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def new_code() -> Callable[[], str]:
    """A dossier code that no other test has."""
    numbers = itertools.count(1)
    return lambda: f"H17.31.01-261101-{next(numbers):05d}"
