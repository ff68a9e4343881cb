"""The officials' page in a browser (D6): by link to one's own dossiers, what is answered, live change, for every eye and on a phone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from dunghen.contracts.people import NoticeAction
from tests.browser.axe import violations
from tests.browser.chromium import Screen
from tests.browser.conftest import Windows
from tests.browser.officials_city import (
    CASES,
    COURSES,
    LATE_TODAY,
    LINK,
    MOVED,
    OLD_LINK,
    OTHERS,
    OVERDUE,
    PAUSED,
    TODAY,
    Course,
    OfficialsCity,
)
from tests.browser.screen_city import HAI_VAN
from tests.integration.api.api_world import MONDAY_8_00

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
ORDER = [OVERDUE, LATE_TODAY, TODAY, MOVED, PAUSED]


def signed_in(window: Windows, officials: OfficialsCity, name: str = "official", **options: Any) -> Screen:
    screen = window(**options)
    screen.context.add_cookies([officials.cookie(name)])
    return screen


def mine(page: Page) -> list[str | None]:
    return [entry.get_attribute("data-dossier") for entry in page.locator("[data-dossier]").all()]


def opened(screen: Screen, path: str = "/officials") -> Page:
    page = screen.open(path)
    expect(page.locator("[data-dossier]").first).to_be_visible()
    return page


def test_the_link_signs_in_and_shows_one_s_own_dossiers_only_by_time_left(window: Windows, officials: OfficialsCity) -> None:
    screen = window()
    page = screen.open(f"/login#{officials.link('official')}")
    page.get_by_role("button").click()
    expect(page.locator("[data-dossier]")).to_have_count(len(ORDER))
    assert mine(page) == ORDER
    assert OTHERS not in page.content()
    stands = page.locator(f"[data-group=overdue] [data-dossier='{LATE_TODAY}']")
    expect(stands).to_contain_text("trễ 30 phút")
    expect(stands).to_contain_text("xong hôm nay vẫn đúng hẹn")
    expect(page.locator("[data-group=today]")).to_contain_text("còn 2 giờ 20")
    expect(page.locator(f"[data-group=paused] [data-dossier='{PAUSED}']")).to_contain_text("chờ bổ sung")
    assert screen.faults == []


def test_one_dossier_says_why_it_is_due_when_it_is(window: Windows, officials: OfficialsCity) -> None:
    page = opened(screen := signed_in(window, officials))
    page.locator(f"[data-dossier='{TODAY}']").click()
    expect(page.locator(f"[data-one='{TODAY}'] [data-role=left]")).to_have_text("còn 2 giờ 20")
    expect(page.locator("[data-role=sum]")).to_have_text("5:40 + 2:20 = 8 giờ")
    expect(page.locator("[data-mark]")).to_have_count(3)
    expect(page.locator("[data-role=why]")).to_contain_text("Cả hồ sơ: còn 4 giờ làm việc")
    assert (TODAY in page.url, TODAY in page.title(), TODAY in page.evaluate("JSON.stringify(history.state)")) == (False, False, False)
    page.go_back()
    expect(page.locator("[data-one]")).to_have_count(0)
    page.go_forward()
    expect(page.locator(f"[data-one='{TODAY}']")).to_be_visible()
    assert screen.faults == []


def test_every_event_stands_there_with_both_times_and_each_pause_with_who_set_it(window: Windows, officials: OfficialsCity) -> None:
    page = opened(signed_in(window, officials))
    page.locator(f"[data-dossier='{MOVED}']").click()
    rows = page.locator("[data-role=events] tbody tr")
    expect(rows).to_have_count(3)
    assert [row.locator("td").all_inner_texts() for row in rows.all()] == [
        ["đồng bộ: Được tiếp nhận", "4/11 15:22", "4/11 15:23", "one-stop"],
        ["bước xử lý: Đang xử lý", "5/11 08:00", "5/11 08:01", "one-stop"],
        ["đồng bộ: Đang xử lý", "10/11 16:00", "10/11 16:01", "one-stop"],
    ]
    page.locator(f"[data-dossier='{PAUSED}']").click()
    expect(page.locator("[data-role=explanation]")).to_contain_text("từ 9/11 10:00")
    expect(page.locator("[data-role=explanation]")).to_contain_text("nguồn one-stop báo lúc 9/11 10:01")


@pytest.mark.parametrize(("course", "due"), CASES)
def test_hard_dossiers_are_due_when_they_are_by_hand(window: Windows, officials: OfficialsCity, course: Course, due: str) -> None:
    token = f"{int(course.code[-4:]):020x}"
    officials.tell(course)
    officials.notice(course, "breach", "16/11 07:00", token)
    officials.await_link(token)
    page = signed_in(window, officials).open(f"/officials?notice={token}")
    expect(page.locator(f"[data-one='{course.code}'] #why-title")).to_have_text(f"Vì sao hẹn trả là {due}")


def test_the_link_of_a_message_opens_its_dossier_and_what_is_answered_is_stored(window: Windows, officials: OfficialsCity) -> None:
    officials.await_link(LINK)
    screen = signed_in(window, officials)
    page = screen.open(f"/officials?notice={LINK}")
    expect(page.locator(f"[data-one='{TODAY}'][data-state=one]")).to_be_visible()
    assert LINK not in page.url
    assert officials.actions(TODAY) == []  # opened, and nothing said
    page.locator("[data-act=acknowledge]").click()
    expect(page.locator("[data-role=reply]")).to_have_text("Đã ghi lúc 08:00: đã nhận việc.")
    whose: dict[str, Any] = {"person": officials.people["official"], "at": MONDAY_8_00}
    assert officials.actions(TODAY) == [NoticeAction(dossier=TODAY, kind="acknowledge", stage="four_hours_left", **whose)]
    page.locator(f"[data-dossier='{LATE_TODAY}']").click()
    page.locator("[data-act=dispute]").click()
    page.locator("[data-form=dispute] select").select_option("ALREADY_FINISHED")
    page.locator("[data-form=dispute] .pri").click()
    expect(page.locator("[data-role=reply]")).to_have_text("Đã ghi lúc 08:00: số liệu bị báo sai, chủ nguồn sẽ được báo.")
    disputed = NoticeAction(dossier=LATE_TODAY, kind="dispute", stage="breach", reason="ALREADY_FINISHED", **whose)
    assert officials.actions(LATE_TODAY) == [disputed]
    assert screen.faults == []


def test_a_notice_is_counted_until_somebody_answers_it_and_then_says_who(window: Windows, officials: OfficialsCity) -> None:
    course, token = next(c for c in COURSES if c.code == PAUSED), "0c" * 10
    officials.notice(course, "three_quarters", "6/11 16:00", token)
    officials.await_link(token)
    page = opened(signed_in(window, officials))
    unread = page.locator("[data-role=unread]")
    expect(unread).to_be_visible()
    before = int(unread.locator("[aria-hidden]").inner_text())
    assert before > 1
    page.evaluate("window.sameDocument = true")
    officials.answer(course.code, "working", "three_quarters")
    expect(unread.locator("[aria-hidden]")).to_have_text(str(before - 1))
    page.locator("[data-tab=notices]").click()
    expect(page.locator(f"[data-notice='{course.code}']").filter(has_text="bạn báo đang xử lý lúc 16/11 08:00")).to_have_count(1)
    assert page.evaluate("window.sameDocument") is True


def test_a_term_in_calendar_days_is_told_in_days_and_an_end_that_was_taken_back_is_crossed_out(
    window: Windows, officials: OfficialsCity
) -> None:
    (by_days, _), (reopened, _) = CASES[1], CASES[2]
    for course in (by_days, reopened):
        officials.tell(course)
        officials.notice(course, "breach", "16/11 07:01", f"{int(course.code[-4:]):020x}")
        officials.await_link(f"{int(course.code[-4:]):020x}")
    page = signed_in(window, officials).open(f"/officials?notice={int(by_days.code[-4:]):020x}")
    expect(page.locator("[data-role=sum]")).to_have_text("11 + 6 = 17 ngày")
    expect(page.locator("[data-key=paused]")).to_have_text("tạm dừng 10 ngày, không tính")
    explained = page.locator("[data-role=explanation]")
    expect(explained).to_contain_text("thứ Hai–thứ Sáu 07:00–11:30, 13:30–17:00")
    expect(explained.locator(".steps tr", has_text="Tạm dừng").first).to_contain_text("10 ngày")
    expect(explained).not_to_contain_text("giờ làm việc còn")
    page.locator("details summary").first.click()
    assert violations(page) == []
    page = signed_in(window, officials).open(f"/officials?lang=en&notice={int(reopened.code[-4:]):020x}")
    row = page.locator("[data-role=explanation] tr", has_text="Taken back")
    expect(row.locator("s")).to_have_text("Stopped 24/8 14:00")
    expect(row).to_contain_text("opened it again at 25/8 09:00")
    expect(page.locator("#one-title [lang=vi]")).to_be_visible()
    assert violations(page) == []


def test_a_dossier_of_which_nothing_was_told_has_nothing_to_acknowledge(window: Windows, officials: OfficialsCity) -> None:
    page = opened(signed_in(window, officials))
    page.locator(f"[data-dossier='{MOVED}']").click()
    expect(page.locator(f"[data-one='{MOVED}'] [data-act=dispute]")).to_be_visible()
    expect(page.locator("[data-act=acknowledge], [data-act=working]")).to_have_count(0)


def test_a_link_that_is_too_old_or_another_person_s_says_so_and_opens_nothing(window: Windows, officials: OfficialsCity) -> None:
    for token in (LINK, OLD_LINK):
        officials.await_link(token)
    page = opened(signed_in(window, officials), f"/officials?notice={OLD_LINK}")
    expect(page.locator("[data-state=link]")).to_contain_text("Liên kết trong tin đã quá 72 giờ")
    assert (page.locator("[data-one]").count(), OLD_LINK in page.url) == (0, False)
    page = signed_in(window, officials, "neighbour").open(f"/officials?notice={LINK}")
    expect(page.locator("[data-state=link]")).to_contain_text("không phải của tin gửi cho bạn")
    assert (page.locator("[data-one]").count(), TODAY in page.content()) == (0, False)


def test_messages_of_the_browser_are_offered_only_where_the_server_has_a_key_for_them(window: Windows, officials: OfficialsCity) -> None:
    screen = signed_in(window, officials)
    page = screen.page
    with page.expect_response("**/api/v1/push-key") as asked:
        opened(screen)
    assert asked.value.status == 404
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    expect(page.locator("[data-push]")).to_have_count(0)
    page.route("**/api/v1/push-key", lambda route: route.fulfill(status=200, body='{"key": "BEl6"}', content_type="application/json"))
    opened(screen)
    expect(page.locator("[data-push=off]")).to_be_visible()


def test_a_dossier_that_is_finished_leaves_the_list_without_a_reload(window: Windows, officials: OfficialsCity) -> None:
    page = opened(signed_in(window, officials))
    page.evaluate("window.sameDocument = true")
    course = next(c for c in COURSES if c.code == MOVED)
    try:
        officials.finish(course, "16/11 07:50")
        expect(page.locator(f"[data-dossier='{MOVED}']")).to_have_count(0)
        assert page.evaluate("window.sameDocument") is True
    finally:
        officials.tell(course)
    expect(page.locator(f"[data-dossier='{MOVED}']")).to_have_count(1)


def test_the_unit_s_board_has_all_of_the_unit_and_a_leader_picks_one(window: Windows, officials: OfficialsCity) -> None:
    page = screen_page(signed_in(window, officials), "/officials?view=board")
    expect(page.locator("[data-tab=board]")).to_have_text("Hải Châu")
    expect(page.locator("[data-dossier]")).to_have_count(len(ORDER))
    leader = screen_page(signed_in(window, officials, "leader"), f"/officials?view=board&unit={HAI_VAN}")
    expect(leader.locator(f"[data-dossier='{OTHERS}']")).to_be_visible()
    leader.locator("select[name=unit]").select_option("20242")
    expect(leader.locator("[data-dossier]")).to_have_count(len(ORDER))
    neighbour = screen_page(signed_in(window, officials, "neighbour"), "/officials?view=board&unit=20242")
    expect(neighbour.locator(f"[data-dossier='{OTHERS}']")).to_be_visible()
    assert mine(neighbour) == [OTHERS]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_leader_s_board_says_how_good_the_notices_were_and_an_official_s_does_not(
    window: Windows, officials: OfficialsCity, lang: str
) -> None:
    leader = signed_in(window, officials, "leader").open(f"/officials?view=board&lang={lang}")  # of the first unit by its name
    expect(leader.locator("#list-title")).to_contain_text("không có hồ sơ" if lang == "vi" else "no open dossiers")
    table = leader.locator("[data-role=quality]")
    expect(table.get_by_role("heading")).to_contain_text("Chất lượng tin báo" if lang == "vi" else "Quality of notices")
    counts = table.locator("table").first.locator("tbody tr").first
    expect(counts.locator("[data-count=sent]")).not_to_have_text("0")
    shown = {cell.get_attribute("data-count"): cell.inner_text() for cell in counts.locator("[data-count]").all()}
    said = officials.quality("leader")["total"]
    assert {name: int(shown[name] or "") for name in ("sent", "acted", "breached", "late_data", "failed")} == {
        name: said[name] for name in ("sent", "acted", "breached", "late_data", "failed")
    }
    assert violations(leader) == []
    official = screen_page(signed_in(window, officials), f"/officials?view=board&lang={lang}")
    expect(official.locator("[data-role=quality]")).to_have_count(0)


def screen_page(screen: Screen, path: str) -> Page:
    return opened(screen, path)


def test_notices_are_those_to_oneself_and_open_their_dossier(window: Windows, officials: OfficialsCity) -> None:
    screen = signed_in(window, officials)
    page = screen.open("/officials?view=notices")
    page.locator(f"[data-notice='{TODAY}']").click()
    expect(page.locator(f"[data-one='{TODAY}']")).to_be_visible()
    other = signed_in(window, officials, "neighbour").open("/officials?view=notices")
    expect(other.get_by_role("heading", name="Chưa có tin báo nào")).to_be_visible()


def test_signed_out_there_is_how_one_gets_a_link_and_nothing_of_before(window: Windows, officials: OfficialsCity) -> None:
    screen = window()
    page = screen.open("/officials")
    expect(page.get_by_role("heading", name="Trang dành cho cán bộ")).to_be_visible()
    assert violations(page) == []
    screen.context.add_cookies([officials.cookie("official")])
    page = opened(screen)
    screen.context.clear_cookies()
    page.locator(f"[data-dossier='{TODAY}']").click()
    expect(page.locator("[data-state=signed-out]")).to_be_visible()
    assert all(code not in page.content() for code in ORDER)


def test_a_killed_server_is_said_and_the_list_is_of_now_again_when_it_is_back(window: Windows, officials: OfficialsCity) -> None:
    page = opened(signed_in(window, officials))
    officials.city.kill("http")
    expect(page.locator(".officials[data-mode=lost] [data-state=stale]")).to_contain_text(
        "Mất kết nối máy chủ. Danh sách dưới là của lúc 08:00"
    )
    officials.city.mend()
    expect(page.locator(".officials[data-mode=live]")).to_be_visible()
    assert mine(page) == ORDER


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_axe_finds_nothing_wherever_one_looks(window: Windows, officials: OfficialsCity, lang: str, theme: str) -> None:
    screen = signed_in(window, officials)
    page = opened(screen, f"/officials?lang={lang}&theme={theme}")
    assert violations(page) == []
    for code in (PAUSED, MOVED):
        page.locator(f"[data-dossier='{code}']").click()
        expect(page.locator(f"[data-one='{code}'] [data-role=explanation]")).to_be_visible()
        page.locator("details summary").first.click()
        page.locator("[data-act=snooze]").click()
        assert violations(page) == []
    page.locator("[data-tab=notices]").click()
    expect(page.locator("[data-notice]").first).to_be_visible()
    assert (violations(page), screen.faults) == ([], [])


def test_on_a_phone_the_list_and_the_dossier_are_one_after_the_other(window: Windows, officials: OfficialsCity) -> None:
    page = opened(signed_in(window, officials, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True))
    entry = page.locator(f"[data-dossier='{TODAY}']")
    entry.tap()
    expect(entry).to_be_hidden()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    low = [b.bounding_box() for b in page.locator("[data-act]").all()]
    assert all(box is not None and box["height"] >= 44 for box in low)
    page.get_by_role("button", name="Danh sách").tap()
    expect(entry).to_be_visible()


def test_by_keyboard_a_dossier_is_opened_and_heard(window: Windows, officials: OfficialsCity) -> None:
    page = opened(signed_in(window, officials))
    page.locator(f"[data-dossier='{TODAY}']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#one-title")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[data-act=acknowledge]")).to_be_focused()


def test_only_what_the_server_recorded_is_said_to_be(window: Windows, officials: OfficialsCity) -> None:
    page = opened(signed_in(window, officials))
    asked: list[Any] = []

    def refused(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or ""))
        route.fulfill(status=503, body="{}")

    page.route("**/actions", refused)
    page.locator(f"[data-dossier='{TODAY}']").click()
    page.locator("[data-act=acknowledge]").click()
    expect(page.locator("[data-role=reply]")).to_contain_text("Chưa ghi")
    page.locator("[data-act=dispute]").click()
    page.locator("[data-form=dispute] select").select_option("WRONG_DATE")
    page.locator("[data-form=dispute] .pri").click()
    expect(page.locator("[data-role=reply]")).to_contain_text("Chưa ghi")
    assert asked == [{"kind": "acknowledge"}, {"kind": "dispute", "reason": "WRONG_DATE"}]
