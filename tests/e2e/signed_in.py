"""An official's browser, without the browser: the way from a link to a session."""

from __future__ import annotations

import httpx

from tests.e2e.running_city import FRESH, PATIENCE, RunningCity
from tests.eventually import eventually


def link_of(city: RunningCity, person: str) -> str:
    """A new one-time link for somebody in the directory."""
    return city.command("people", "link", person).stdout.split()[-1]


def sign_in(city: RunningCity, link: str) -> httpx.Client:
    """A browser's way: the page is opened, its button posts what stands behind the `#`."""
    page, _, secret = link.partition("#")
    client = httpx.Client(base_url=city.page, timeout=PATIENCE, limits=FRESH)
    assert "<form" in client.get(page).text

    def posted() -> httpx.Response | None:
        answer = client.post("/api/v1/session", data={"link": secret}, headers={"origin": city.page})
        return answer if answer.status_code == 303 else None

    eventually(posted)
    return client
