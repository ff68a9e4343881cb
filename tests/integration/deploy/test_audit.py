"""`make audit` with the real pip-audit and npm, before databases that know something, nothing, fail, or are not there."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from tools.audit import LOCKS
from tools.locks import PAGES, ROOT, lock_of, read_npm, read_pip

pytestmark = pytest.mark.slow


@dataclass
class Databases:
    """OSV's question for one package and npm's for many, as both are asked over HTTP. `known`: name of a package → what is known of it."""

    known: dict[str, Any] = field(default_factory=dict)
    fails_for: str = ""
    asked: set[tuple[str, str]] = field(default_factory=set)
    url: str = ""

    async def osv(self, request: web.Request) -> web.Response:
        question = json.loads(await request.read())
        name = question["package"]["name"]
        self.asked.add((name, question["version"]))
        if name == self.fails_for:
            return web.Response(status=500)
        return web.json_response({"vulns": [self.known[name]]} if name in self.known else {})

    async def npm(self, request: web.Request) -> web.Response:
        question: dict[str, list[str]] = json.loads(await request.read())
        self.asked |= {(name, version) for name, versions in question.items() for version in versions}
        return web.json_response({name: [self.known[name]] for name in question if name in self.known})


@pytest.fixture
async def databases() -> AsyncIterator[Databases]:
    made = Databases()
    app = web.Application()
    app.router.add_post("/v1/query", made.osv)
    app.router.add_post("/-/npm/v1/security/advisories/bulk", made.npm)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


async def audit(osv: str, registry: str) -> tuple[int | None, str]:
    """The exit code, and all that was said."""
    command = (sys.executable, "-m", "tools.audit", "--osv-url", f"{osv}/v1/query", "--npm-registry", f"{registry}/")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_every_package_of_every_lock_is_asked_about(databases: Databases) -> None:
    code, said = await audit(databases.url, databases.url)
    assert (code, said.splitlines()[-1]) == (0, "all checked, nothing known")
    wanted = {(each.name, each.version) for each in read_npm(PAGES.read_text(encoding="utf-8"), "")}
    for name in LOCKS:
        wanted |= {(each.name, each.version) for each in read_pip(lock_of(name).read_text(encoding="utf-8"), "")}
    assert databases.asked == wanted


async def test_what_is_known_fails_and_is_named(databases: Databases) -> None:
    databases.known = {
        "starlette": {"id": "PLANTED-1", "summary": "planted", "affected": []},
        "d3-array": {"id": 1, "url": "PLANTED-2", "title": "planted", "severity": "high", "vulnerable_versions": "<=99"},
    }
    code, said = await audit(databases.url, databases.url)
    assert code == 1
    assert "KNOWN starlette" in said
    assert "PLANTED-1" in said
    assert "KNOWN d3-array (high): planted PLANTED-2" in said


async def test_where_a_package_cannot_be_asked_about_it_fails(databases: Databases) -> None:
    databases.fails_for = "starlette"
    code, said = await audit(databases.url, databases.url)
    assert code == 2
    assert "NOT CHECKED" in said


async def test_where_no_database_answers_it_fails_and_says_what_was_not_checked(databases: Databases) -> None:
    nowhere = "http://127.0.0.1:1"
    code, said = await audit(nowhere, nowhere)
    assert (code, said.splitlines()[-1]) == (2, "not everything could be checked")
    assert f"NOT CHECKED {len(read_npm(PAGES.read_text(encoding='utf-8'), ''))} packages: " in said
    assert "ECONNREFUSED" in said
    assert "Connection refused" in said
    for osv, registry in ((databases.url, nowhere), (nowhere, databases.url)):
        code, said = await audit(osv, registry)
        assert (code, "NOT CHECKED" in said) == (2, True)
