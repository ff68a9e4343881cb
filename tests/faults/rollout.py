"""A city of an older release that is replaced part by part, and what is looked at meanwhile: the maps of both, mails, webhooks."""

from __future__ import annotations

import email
import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.policy import default
from pathlib import Path
from typing import Any

import httpx

from dunghen.platform.local.servers import free_port
from tests.e2e.running_city import COMMAND
from tests.e2e.watcher import Watcher
from tests.eventually import eventually
from tests.faults import small_city
from tests.faults.form import LONG
from tests.faults.world import MONDAY_8_00, FaultWorld, kind_of, lasting_port
from tests.http_receiver import HOST, HttpReceiver
from tests.releases import Release
from tests.shown import SUMMED, Shown
from tests.smtp_server import SmtpServer

ORDER = ("api", "projector", "webhooks", "alerts", "scoring-0", "scoring-1", "ingest", "api-beside")  # that of docs/operations.md
QUESTIONS = [
    {"window": window, "rate": rate} for window in ("30d", "month") for rate in ("official", "resolved", "due_cohort", "statutory")
]
FIGURES = ("value", "band", "rank", *SUMMED)  # of a row, as both releases show it
TIMED = frozenset(("age_seconds", "stale"))  # of the moment of asking, not of the map
RATE = 60  # items a second
OUR_OWN = "127.0.0.1/32"


@dataclass
class Told:
    """Who is told by the city: a mail server and a receiver of webhooks. `mails`: each Message-ID as often as it came."""

    mails: Counter[str] = field(default_factory=Counter)
    port: int = field(default_factory=free_port)
    http: HttpReceiver = field(default_factory=HttpReceiver)

    async def handle_DATA(self, _: object, __: object, envelope: Any) -> str:
        self.mails[email.message_from_bytes(envelope.content, policy=default)["Message-ID"]] += 1
        return "250 taken"

    @contextmanager
    def listening(self) -> Iterator[Told]:
        with SmtpServer(self, self.port), self.http.listening():
            yield self

    def posts(self) -> Counter[str]:
        return Counter(headers["webhook-id"] for headers, _ in self.http.requests)

    def sequences(self) -> list[int]:
        """Of the changes of band, as they came."""
        bodies = [json.loads(body) for _, body in self.http.requests]
        return [body["data"]["sequence"] for body in bodies if body["type"] == "unit.bands_changed"]


@dataclass
class Remembered(Shown):
    """Also what each version showed: each unit's figures."""

    by_version: dict[int, dict[str, tuple[Any, ...]]] = field(default_factory=dict)

    def take(self, event: str, data: dict[str, Any]) -> None:
        super().take(event, data)
        self.by_version[self.version] = {code: tuple(unit.get(name) for name in FIGURES) for code, unit in self.units.items()}


@dataclass
class Rollout:
    """`older`: the folder of the release that is there at first; `compared`: answers of two releases to one question about one version."""

    world: FaultWorld
    release: Release
    older: Path
    told: Told
    watchers: tuple[Watcher, Watcher] = field(init=False)
    remembered: tuple[Remembered, Remembered] = field(init=False)  # what each of them saw
    compared: int = 0
    replaced: int = 0
    read: int = 0  # lists of dossiers that an operator was shown, each by a worker of either release
    beside: int = field(default_factory=lasting_port)
    operator: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.remembered = Remembered(), Remembered()
        self.watchers = Watcher(self.pages[0], self.remembered[0]), Watcher(self.pages[1], self.remembered[1])
        self.world.watcher = self.watchers[0]

    @property
    def names(self) -> list[str]:
        """Its parts, in the order of the rollout."""
        return [name for name in ORDER if name in self.world.parts]

    def begin(self) -> None:
        """The older release at work under load, somebody subscribed."""
        own = {
            "alerts": {"DUNGHEN_ALERTS_MODE": "on", "DUNGHEN_SMTP_PORT": str(self.told.port)},
            "webhooks": {"DUNGHEN_WEBHOOK_CALM_SECONDS": "1"},
        }
        self.world.start_part("api-beside", DUNGHEN_PORT=str(self.beside))
        for kind in own.keys() - self.release.lacks:
            self.world.start_part(kind, **own[kind])
        self.world.start(scoring=2)
        self.operator = self.key("--operator")
        if "webhooks" not in self.release.lacks:
            self.subscribe(self.key("--consumer", "newsroom"))
        self.watchers[1].start()
        self.world.load.rate = RATE
        self.world.load.start()
        self.goes_on()

    def forward(self) -> None:
        """Part by part; in the middle a policy changes."""
        small_city.make(self.world.settings)
        names = self.names
        while names:
            step = self.together(names[0])
            names = [name for name in names if name not in step]
            self.to(step, None)
            if step[0] in ("scoring-0", "projector"):
                self.world.turn_policy()
                self.world.until_level()

    def back_and_forth(self) -> None:
        """What may come back does, one part after the other, and goes forward again."""
        possible = [name for name in reversed(self.names) if kind_of(name) not in self.release.apart]
        for name in possible if LONG else [name for name in possible if name in ("projector", "scoring-1")]:
            self.to([name], self.older)
            self.world.until_level()
            self.to([name], None)

    def together(self, name: str) -> list[str]:
        """What has to be replaced at once with it."""
        kind = kind_of(name)
        return [each for each in self.names if kind_of(each) == kind] if kind in self.release.apart else [name]

    def to(self, names: list[str], tree: Path | None) -> None:
        self.world.replace(names, tree)
        self.replaced += len(names)
        self.goes_on()
        self.maps_agree()
        self.operator_reads()

    def goes_on(self) -> None:
        """More is taken, and the map moves."""
        accepted, version = self.world.load.accepted.total(), eventually(self.version, within=300, what="a map")
        eventually(lambda: self.world.load.accepted.total() > accepted + 100, within=300, what="something accepted")
        eventually(lambda: self.version() > version, within=300, what="a newer map")

    def version(self) -> int:
        """Of the map that is shown; a worker that is alive may have none yet (503)."""
        return int(self.answer(self.world.page, {"window": "30d"})["version"])

    def maps_agree(self) -> None:
        """At rest for a moment both HTTP workers say the same of the same version."""
        self.world.load.stop()
        self.world.until_level()
        for question in QUESTIONS:
            one, other = eventually(lambda question=question: self._of_one_version(question), within=300, what="one version of both")
            found = list(differences(one, other, "$"))
            assert found == [], f"{self.release} and this one, {question}, version {one['version']}: {found[:10]}"
            self.compared += 1
        self.world.load.start()

    def _of_one_version(self, question: dict[str, str]) -> Any:
        pair = [self.answer(page, question) for page in self.pages]
        return pair if pair[0]["version"] == pair[1]["version"] else None

    def streams_agree(self) -> int:
        """Of every version under load that both told, they told the same; how many."""
        beside = self.watchers[1]
        beside.stop()
        one, other = (each.by_version for each in self.remembered)
        both = one.keys() & other.keys()
        wrong = [version for version in sorted(both) if one[version] != other[version]]
        assert wrong == [], f"{len(wrong)} versions differ, first {one[wrong[0]]} and {other[wrong[0]]}"
        assert beside.faults == [], beside.faults[:10]
        return len(both)

    def answer(self, page: str, question: dict[str, str]) -> Any:
        return httpx.get(f"{page}/api/v1/map", params=question, timeout=20).raise_for_status().json()

    @property
    def pages(self) -> tuple[str, str]:
        return self.world.page, f"http://{HOST}:{self.beside}"

    def operator_reads(self) -> None:
        """Dossiers of a unit, of both HTTP workers: each reading goes into the one audit log."""
        unit = next(iter(self.world.units))
        for page in self.pages:
            eventually(lambda page=page: self._shown(page, unit), within=300, what=f"dossiers of {page}")
            self.read += 1

    def _shown(self, page: str, unit: str) -> bool:
        answer = httpx.get(f"{page}/api/v1/units/{unit}/dossiers", headers=self.operator, timeout=20)
        return answer.status_code == 200 and len(answer.json()["dossiers"]) > 0

    def key(self, *what: str) -> dict[str, str]:
        """The header of a new key."""
        file = self.world.folder / f"{what[0]}.key"
        self.command("keys", "create", *what, "--out", str(file), "--data", str(self.world.folder))
        return {"authorization": f"Bearer {file.read_text().strip()}"}

    def subscribe(self, key: dict[str, str]) -> None:
        wanted = {"url": f"http://{HOST}:{self.told.http.port}/hook", "window": "30d", "rate": "official", "kind": "all"}

        def made() -> bool:
            return httpx.post(f"{self.world.page}/api/v1/webhooks", json=wanted, headers=key, timeout=20).status_code == 201

        eventually(made, within=60, every=0.5, what="the key known to api")

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of this release."""
        env = {**os.environ, **self.world.env}
        return subprocess.run((*COMMAND, *words), env=env, capture_output=True, text=True, timeout=300, check=False)

    def audit_log_is_whole(self) -> None:
        """What workers of both releases wrote into it is one chain."""
        said = self.command("audit", "verify", "--data", str(self.world.folder))
        assert said.returncode == 0, said.stdout[-3000:] + said.stderr[-3000:]

    def ledger_is_right(self) -> dict[str, Any]:
        """On the next morning by the city's clock every stage has its word, by `notices audit`; gives what that says.

        What the older release wrote of faults that are mended since stays in the ledger.
        """
        self.world.set_clock(MONDAY_8_00 + 26 * 3600)
        found = dict[str, Any]()

        def right() -> bool:
            said = self.command("notices", "audit", "--json", "--data", str(self.world.folder))
            found.update(json.loads(said.stdout or "{}"), stderr=said.stderr[-3000:])
            return "faults" in found and all(fault["text"] in self.release.ledger for fault in found["faults"])

        try:
            eventually(right, within=300, every=2, what="the ledger")
        except AssertionError as late:
            raise AssertionError(json.dumps(found, ensure_ascii=False)) from late
        return found


def differences(one: Any, other: Any, where: str) -> Iterator[str]:
    """Between what both say: a member that only one of them has is a member more."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() & other.keys() - TIMED):
            yield from differences(one[name], other[name], f"{where}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, f"{where}[{place}]")
    elif one != other:
        yield f"{where}: {one!r} and {other!r}"
