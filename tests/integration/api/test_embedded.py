"""The embeddable element and the badge on a page of another origin, in a real browser against the real API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from api_world import World, score
from playwright.async_api import Page, async_playwright, expect

from tests.browser.chromium import FLAGS, PATIENCE_MS, program

pytestmark = pytest.mark.browser


@asynccontextmanager
async def elsewhere(html: str) -> AsyncIterator[str]:
    """The origin of a page that is not ours."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = html.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield "http://{}:{}/".format(*server.sockets[0].getsockname())


@asynccontextmanager
async def shown(html: str) -> AsyncIterator[Page]:
    """That page in a browser; an error of any script on it fails the test."""
    faults: list[str] = []
    async with elsewhere(html) as origin, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program(), args=list(FLAGS))
        page = await browser.new_page(viewport={"width": 1000, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        await page.goto(origin)
        yield page
        await browser.close()
    assert faults == []


def embedding(world: World, attributes: str) -> str:
    return f'<!doctype html><script src="{world.http.base_url}/ban-do-the-che.js"></script><ban-do-the-che {attributes}></ban-do-the-che>'


@pytest.fixture(autouse=True)
def patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


async def test_a_unit_stands_on_a_page_of_another_origin_and_follows_its_attributes(world: World) -> None:
    async with shown(embedding(world, 'unit="20242" language="en"')) as page:
        element = page.locator("ban-do-the-che")
        await expect(element.locator("[data-role=value]")).to_have_text("95.0 %")
        await expect(element).to_contain_text("n = 100")
        await expect(element.locator("[data-role=age]")).to_contain_text("Data")
        await world.scores(score("20242", 50, 50))
        await world.levels(10)
        await expect(element.locator("[data-role=value]")).to_have_text("50.0 %")
        await element.evaluate("e => { e.setAttribute('unit', 'H17.10'); e.setAttribute('language', 'vi') }")
        await expect(element.locator("[data-role=value]")).to_have_text("70,0 %")
        await expect(element.locator("h2")).to_contain_text("Sở Xây dựng")


async def test_the_map_stands_on_a_page_of_another_origin(world: World) -> None:
    async with shown(embedding(world, "")) as page:
        element = page.locator("ban-do-the-che")
        await expect(element.locator("[data-unit='20242'] [data-role=value]")).to_contain_text("95,0")
        await element.locator("[data-unit='20194']").click()
        await expect(element.locator("h2")).to_contain_text("Hải Vân")


async def test_a_badge_is_an_image_on_a_page_of_another_origin(world: World) -> None:
    async with shown(f'<!doctype html><img src="{world.http.base_url}/api/v1/units/20242/badge.svg">') as page:
        image = page.locator("img")
        assert await image.evaluate("i => i.decode().then(() => i.naturalWidth)") > 200


async def test_the_element_is_kept_for_a_day_and_any_site_may_load_it(world: World) -> None:
    answer = await world.http.get("/ban-do-the-che.js")
    assert "max-age=86400" in answer.headers["cache-control"]
    assert answer.headers["access-control-allow-origin"] == "*"
