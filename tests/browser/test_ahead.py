"""What falls due, read on a unit's page: asked for when it is opened, with figures or with why there are none, and nothing for axe-core."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.topics import DOSSIERS
from dunghen.domain.record import fold
from tests.browser.axe import violations
from tests.browser.conftest import Windows
from tests.browser.pages import THEMES
from tests.browser.screen_city import HAI_CHAU, MONDAY_8_00, ScreenCity
from tests.eventually import eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
LIEN_CHIEU, DAY = "20197", 86400
WORDS = {"vi": ("ít nhất 25 hồ sơ đến hạn", "dự kiến khoảng"), "en": ("at least 25 dossiers fall due", "expected to be late")}


def record_of(code: str, due: int, ended: int) -> bytes:
    """A dossier of Liên Chiểu, received a week before it is due; 0: open."""
    facts = {"status": 10, "ended": ended} if ended else {"status": 4}
    received = due - 7 * DAY
    event = DossierEvent(
        id="0123456789abcdef", dossier=code, unit=LIEN_CHIEU, kind="synced", occurred_at=received, arrived_at=received * 10**6,
        received=received, due=due, **facts,
    )  # fmt: skip
    record = fold(None, event)
    assert record is not None
    return record


@pytest.fixture(scope="module")
def busy(city: ScreenCity) -> ScreenCity:
    """Eighty that were due on Friday, half of them a day late, and thirty that are due tomorrow."""
    friday, tomorrow = MONDAY_8_00 - 3 * DAY, MONDAY_8_00 + DAY
    for number in range(110):
        due, ended = (friday, friday - (DAY if number % 2 else -DAY)) if number < 80 else (tomorrow, 0)
        code = f"000.00.97.H17-261101-{number:04d}"
        city.loop.run(city.world.say(DOSSIERS, code, record_of(code, due, ended)))
    eventually(lambda: due_soon(city), what="the look-ahead")
    return city


def due_soon(city: ScreenCity) -> bool:
    answer = httpx.get(f"{city.page}/api/v1/units/{LIEN_CHIEU}/look-ahead", timeout=60)
    return answer.status_code == 200 and answer.json()["horizons"][-1]["expected"] is not None


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("lang", WORDS)
def test_what_falls_due_opens_on_the_unit_s_page(
    busy: ScreenCity, window: Windows, lang: str, theme: str, options: dict[str, object]
) -> None:
    page = window(**options).open(f"/?view=unit&unit={LIEN_CHIEU}&lang={lang}&theme={theme}")
    ahead = page.locator("[data-role=ahead]")
    expect(ahead.locator("[data-role=looked-ahead]")).to_have_count(0)
    ahead.locator("summary").click()
    expect(ahead.locator("[data-days]")).to_have_count(3)
    expect(ahead.locator("[data-days='1']")).to_have_attribute("data-reason", "SUPPRESSED")
    for words in WORDS[lang]:
        expect(ahead.locator("[data-days='3']")).to_contain_text(words)
    assert violations(page) == []


def test_of_a_unit_with_next_to_nothing_due_no_number_is_said(city: ScreenCity, window: Windows) -> None:
    page = window().open(f"/?view=unit&unit={HAI_CHAU}")
    page.locator("[data-role=ahead] summary").click()
    expect(page.locator("[data-role=ahead] [data-reason=SUPPRESSED]").first).to_contain_text("không công bố")


def test_of_a_past_day_nothing_lies_ahead(city: ScreenCity, window: Windows) -> None:
    page = window().open(f"/?view=unit&unit={HAI_CHAU}&as_of=2026-11-10")
    expect(page.locator("[data-unit-page]")).to_be_visible()
    expect(page.locator("[data-role=ahead]")).to_have_count(0)
