"""Notices in a browser: the switch against the real routes, and what the service worker shows and where a click on it leads.

A browser that reaches no push service cannot subscribe, so `pushManager` of the page is a fake here; the message itself comes to the real
worker by the browser's own debugging protocol, as from the push service.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dunghen.contracts.subscriptions import Subscription, SubscriptionBook
from dunghen.contracts.topics import PUSH_SUBSCRIPTIONS
from dunghen.platform import kafka
from tests.browser.axe import violations
from tests.browser.chromium import Screen
from tests.browser.conftest import Windows
from tests.browser.officials_city import LINK, TODAY, OfficialsCity
from tests.eventually import eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
ENDPOINT, ANOTHER = "https://push.example/send/this-computer", "https://push.example/send/the-other-computer"
FAKE = """(() => {
  let held = sessionStorage.getItem('subscribed');
  const keys = {p256dh: '%s', auth: 'BTBZMqHH6r4Tts7J_aSIgg'};
  const made = () => ({endpoint: held, toJSON: () => ({endpoint: held, expirationTime: null, keys}), unsubscribe: async () => { sessionStorage.removeItem('subscribed'); held = null; return true; }});
  PushManager.prototype.subscribe = async ({userVisibleOnly, applicationServerKey}) => {
    if (!userVisibleOnly || applicationServerKey !== '%s') throw new Error('not as a browser wants it');
    sessionStorage.setItem('subscribed', held = '%s');
    return made();
  };
  PushManager.prototype.getSubscription = async () => (held ? made() : null);
})()""" % (KEY, KEY, ENDPOINT)  # noqa: E501, UP031 - braces


@pytest.fixture(scope="module")
def pushing(officials: OfficialsCity) -> Iterator[OfficialsCity]:
    """The city with a key for browsers."""
    officials.city.kill("http")
    officials.city.start("http", push_key=KEY)
    yield officials
    officials.city.kill("http")
    officials.city.mend()


def signed_in(window: Windows, officials: OfficialsCity, *, granted: bool = True, fake: bool = True) -> Screen:
    screen = window(service_workers="allow", permissions=["notifications"] if granted else [])
    screen.context.add_cookies([officials.cookie("official")])
    if fake:
        screen.context.add_init_script(FAKE)
    return screen


def opened(screen: Screen) -> Page:
    page = screen.open("/officials")
    expect(page.locator("[data-push]")).to_be_visible()
    return page


def stored(officials: OfficialsCity) -> tuple[Subscription, ...]:
    """As alerts reads them."""
    book, city = SubscriptionBook(), officials.city
    city.loop.run(kafka.read_all(city.settings, (PUSH_SUBSCRIPTIONS, 0), lambda key, value, *_: book.take(key, value)))
    return book.of(officials.people["official"])


def post(page: Page, endpoint: str) -> None:
    """Another computer of the same person."""
    body = {"endpoint": endpoint, "keys": {"p256dh": KEY, "auth": "A" * 22}}
    done = "body => fetch('/api/v1/push-subscriptions', {method: 'POST', body: JSON.stringify(body)}).then((answer) => answer.status)"
    assert page.evaluate(done, body) == 200


def test_the_switch_turns_this_browser_on_and_off_and_any_other_of_one_s_own_off(window: Windows, pushing: OfficialsCity) -> None:
    page = opened(screen := signed_in(window, pushing))
    switch = page.get_by_role("switch")
    expect(switch).not_to_be_checked()
    post(page, ANOTHER)
    switch.focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-push=on]")).to_be_visible()
    expect(switch).to_be_checked()
    assert {each.endpoint for each in stored(pushing)} == {ENDPOINT, ANOTHER}
    assert {(each.browser, each.system) for each in stored(pushing)} == {("chrome", "linux")}
    page.reload()
    expect(page.locator("[data-push=on]")).to_be_visible()
    page.locator("[data-push] summary").click()
    expect(page.locator("[data-browser]")).to_have_count(2)
    expect(page.locator("[data-browser]", has_text="máy này")).to_have_count(1)
    assert violations(page) == []
    page.locator("[data-browser]", has_not_text="máy này").get_by_role("button").click()
    expect(page.locator("[data-push] [role=status]")).to_have_text("Đã thôi nhận tin trên Chrome, Linux.")
    expect(page.locator("[data-push=on]")).to_be_visible()
    assert [each.endpoint for each in stored(pushing)] == [ENDPOINT]
    switch.click()
    expect(page.locator("[data-push=off]")).to_be_visible()
    assert (stored(pushing), page.evaluate("sessionStorage.getItem('subscribed')"), screen.faults) == ((), None, [])


def test_a_browser_that_may_not_or_cannot_says_so_in_both_languages(window: Windows, pushing: OfficialsCity) -> None:
    screen = signed_in(window, pushing, granted=False)
    screen.context.add_init_script("Notification.requestPermission = async () => 'denied'")
    page = opened(screen)
    page.get_by_role("switch").click()
    expect(page.locator("[data-push=denied] [role=status]")).to_contain_text("hãy cho phép trong cài đặt trang")
    unreached = opened(signed_in(window, pushing, fake=False))  # as this browser is: its maker's service is not to be reached
    unreached.get_by_role("switch").click()
    expect(unreached.locator("[data-push=unreached] [role=status]")).to_contain_text("không nối được với dịch vụ đẩy tin")
    unable = signed_in(window, pushing)
    unable.context.add_init_script("delete window.PushManager")
    page = unable.open("/officials?lang=en")
    expect(page.locator("[data-push=unable] [role=status]")).to_have_text("This browser cannot show notices when the page is closed.")
    expect(page.get_by_role("switch")).to_have_count(0)
    assert stored(pushing) == ()


def shown(page: Page) -> list[list[Any]]:
    """The notices that the browser shows. Asked while one is on its way to the screen, Chromium takes that one for closed and drops it."""
    found: list[list[Any]] = page.evaluate(
        "navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) => all.map((n) => [n.title, n.body, n.tag, n.lang]))"
    )
    return found


COUNT_SHOWN = """() => {
  const {registration} = self, show = registration.showNotification.bind(registration);
  self.shown = 0;
  registration.showNotification = (...said) => show(...said).then(() => { self.shown += 1; });
}"""


def test_a_message_is_shown_once_however_often_it_comes_and_a_click_leads_to_its_dossier(window: Windows, pushing: OfficialsCity) -> None:
    page = opened(screen := signed_in(window, pushing))
    page.get_by_role("switch").click()
    expect(page.locator("[data-push=on]")).to_be_visible()
    page.reload()  # under the worker that the switch has brought
    expect(page.locator("[data-push=on]")).to_be_visible()
    devtools = screen.context.new_cdp_session(page)
    registrations: list[dict[str, Any]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    devtools.send("ServiceWorker.enable")
    eventually(lambda: page.evaluate("1") and registrations, what="the worker")
    words = {"title": f"Sắp đến hẹn: hồ sơ {TODAY}, còn 2 giờ 20", "body": "Đơn vị: Phường Hải Châu"}

    (worker,) = screen.context.service_workers
    worker.evaluate(COUNT_SHOWN)

    def push(**said: Any) -> None:
        """Comes back when the worker has shown it."""
        before = worker.evaluate("self.shown")
        message = {"id": LINK, **words, "link": f"{pushing.city.page}/officials?notice={LINK}", **said}
        where = {"origin": pushing.city.page, "registrationId": registrations[-1]["registrationId"]}
        devtools.send("ServiceWorker.deliverPushMessage", {**where, "data": json.dumps(message)})
        eventually(lambda: worker.evaluate("self.shown") == before + 1, what="the message")

    push()
    assert shown(page) == [[words["title"], words["body"], LINK, "vi"]]
    push()
    push(id="another", title="Quá giờ hẹn", link="https://elsewhere.example/officials?notice=x")
    assert len(shown(page)) == 2
    pushing.await_link(LINK)
    click = """async (tag) => {
      const [notification] = await self.registration.getNotifications({tag});
      self.addEventListener('error', (event) => event.preventDefault()); // a click that a script makes may not be waited for
      self.dispatchEvent(new NotificationEvent('notificationclick', {notification}));
    }"""
    with page.expect_navigation():
        worker.evaluate(click, LINK)
    expect(page.locator(f"[data-one='{TODAY}']")).to_be_visible()
    assert (LINK in page.url, [title for title, *_ in shown(page)]) == (False, ["Quá giờ hẹn"])
    with page.expect_navigation():
        worker.evaluate(click, "another")
    expect(page.locator("[data-dossier]").first).to_be_visible()
    assert shown(page) == []
    assert (page.url, len(screen.context.pages)) == (f"{pushing.city.page}/officials", 1)
    post_off = "id => fetch('/api/v1/push-subscriptions/end', {method: 'POST', body: JSON.stringify({id})}).then((answer) => answer.status)"
    assert page.evaluate(post_off, stored(pushing)[0].id) == 200
