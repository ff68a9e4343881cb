"""A real OIDC provider (npm's oidc-provider, `tests/oidc_provider/`) on a port of this machine, and who signs in by its own pages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from dunghen.platform.local.servers import HOST, LocalServer, await_ready, free_port, launch

FOLDER = Path(__file__).parent / "oidc_provider"
CLIENT, SECRET = "dung-hen", "a secret:with/signs that+have to be written otherwise%"
_FORM = re.compile(r'<form[^>]*\baction="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass
class CityProvider:
    """`page`: address of the API's pages. `accounts`: {login: claims}. `restart` keeps the address and changes the keys."""

    page: str
    folder: Path
    accounts: Mapping[str, Mapping[str, Any]]
    port: int = field(default_factory=free_port)
    more: dict[str, Any] = field(default_factory=dict)
    client: dict[str, Any] = field(default_factory=dict)
    _server: LocalServer | None = None

    @property
    def issuer(self) -> str:
        return f"http://{HOST}:{self.port}"

    def settings(self) -> dict[str, Any]:
        """What the API has to be told of it."""
        secret = "" if self.client.get("token_endpoint_auth_method") == "none" else SECRET
        return {"oidc_issuer": self.issuer, "oidc_client": CLIENT, "oidc_secret": secret, "oidc_page": self.page}

    def start(self) -> None:
        if not (FOLDER / "node_modules").is_dir():
            pytest.fail("the provider's packages are missing: cd tests/oidc_provider && npm ci")
        client = {
            "client_id": CLIENT, "redirect_uris": [f"{self.page}/login/city/back"], "post_logout_redirect_uris": [f"{self.page}/officials"],
            **({"client_secret": SECRET} if "token_endpoint_auth_method" not in self.client else {}), **self.client,
        }  # fmt: skip
        text = json.dumps({"client": client, "accounts": self.accounts, **self.more})
        log = self.folder / "oidc-provider.log"
        log.unlink(missing_ok=True)
        self._server = launch(("node", str(FOLDER / "server.mjs"), str(self.port), text), self.port, log)
        await_ready(self._server, lambda: "ready" in log.read_text(encoding="utf-8"), 60)

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    def restart(self, **more: Any) -> None:
        self.stop()
        self.more |= more
        self.start()


class Visitor:
    """A browser without pictures: follows redirects and fills in the provider's forms as `login`, up to an address of ours."""

    def __init__(self, page: str, login: str) -> None:
        self.page, self.login = page, login
        self.http = httpx.AsyncClient(timeout=30)

    async def away(self) -> str:
        """Begins; gives the address at the provider to which it was sent."""
        answer = await self.http.get(f"{self.page}/login/city")
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def vouched(self, address: str) -> str:
        """Signs in at the provider; gives the address of ours to which it sends back, not yet opened."""
        answer = await self.http.get(address)
        for _ in range(12):
            if answer.is_redirect:
                address = urljoin(str(answer.url), answer.headers["location"])
                if address.startswith(self.page):
                    return address
                answer = await self.http.get(address)
                continue
            form = _FORM.search(answer.text)
            assert answer.status_code == 200, answer.text
            assert form, answer.text
            filled = dict(_HIDDEN.findall(answer.text)) | {"login": self.login, "password": "any"}
            answer = await self.http.post(urljoin(str(answer.url), unescape(form[1])), data=filled)
        raise AssertionError("the provider's pages lead nowhere")

    async def signs_in(self) -> httpx.Response:
        """The whole way: our answer to what the provider sent back."""
        return await self.http.get(await self.vouched(await self.away()))
