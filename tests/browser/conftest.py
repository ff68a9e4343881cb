"""One city for all, one browser a module, a fresh window (no cookies, no cache) a test."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import Screen, chromium
from tests.browser.officials_city import COURSES, OfficialsCity
from tests.browser.screen_city import ScreenCity, screen_city
from tests.eventually import eventually


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the whole session: while it is open, no async test of another folder could run."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def city(kafka_broker: Any, redis_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScreenCity]:
    where = {"kafka": kafka_broker.address, "redis": f"redis://127.0.0.1:{redis_server.port}/0", "data": tmp_path_factory.mktemp("city")}
    with screen_city(**where, namespace=f"b{secrets.token_hex(4)}-") as opened:
        yield opened


Windows = Callable[..., Screen]


@pytest.fixture
def window(browser: Browser, city: ScreenCity) -> Iterator[Windows]:
    """`window(**options of Playwright's new_context)`: another reader's browser window."""
    contexts = []

    def opened(**options: Any) -> Screen:
        context = browser.new_context(
            **{
                "viewport": {"width": 1440, "height": 900},
                "locale": "vi-VN",
                "service_workers": "block",
                "timezone_id": "Asia/Ho_Chi_Minh",
                **options,
            }
        )
        contexts.append(context)
        return Screen(context, city.page)

    yield opened
    for context in contexts:
        context.close()
    city.mend()


@pytest.fixture(scope="session")
def officials(city: ScreenCity) -> OfficialsCity:
    """People and dossiers in it, shown."""
    found = OfficialsCity(city)
    found.begin()
    cookie = found.cookie("official")
    eventually(lambda: len(found.own(cookie)) == sum(course.mine for course in COURSES), what="the dossiers")
    return found
