"""Starts the stack, tells it dossiers, kills one container after the other, and wants every dossier counted exactly once each time."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from stack import Stack

from tests.eventually import eventually

HANOI = timezone(timedelta(hours=7))
HAI_CHAU = "20242"
OURS = ("ingest", "scoring", "projector", "api", "webhooks", "alerts", "reconcile")
KILLED = ("redis", *OURS, "mongo", "kafka")


@dataclass
class Scenario:
    """`told`: each posted dossier was on time or not; from this everything that the map must say follows."""

    stack: Stack
    key: str = ""
    told: list[bool] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """`docker compose up --wait`, to the first answer of the map that is right."""
        began = time.monotonic()
        self.stack.compose("up", "-d", "--wait", "--wait-timeout", "300", *OURS)
        eventually(self.is_right, every=0.25, what="the map")
        self.note(name, began)

    def tell_one(self) -> None:
        """Posts one more dossier, on time and late in turn, until ingest takes it: what a one-stop system does while we are away."""
        on_time, number = len(self.told) % 2 == 0, len(self.told) + 1
        dossier = finished(f"H17.31.01-261101-{number:05d}", ended_days_ago=6 if on_time else 3)
        eventually(lambda: self.stack.post(dossier, self.key) == 200, every=0.25, what=f"ingest takes dossier {number}")
        self.told.append(on_time)

    def is_right(self) -> bool:
        """Whether the map, and the unit's own page, say exactly what was told, now."""
        shown = self.stack.map()
        unit: dict[str, Any] = next((u for u in shown.get("units", ()) if u["code"] == HAI_CHAU), {})
        said = tuple(unit.get(name) for name in ("numerator", "denominator", "received", "finished", "pending"))
        count, page = len(self.told), self.stack.get(f"/api/v1/units/{HAI_CHAU}")
        return said == (sum(self.told), count, count, count, 0) and not shown["stale"] and page[0] == 200

    def kill(self, service: str) -> None:
        """Killed, told one more while it is away, back by itself, and the map right again."""
        restarts, began = self.stack.state(service)["RestartCount"], time.monotonic()
        self.stack.kill(service)
        self.tell_one()
        eventually(lambda: self.stack.is_back(service, restarts), every=0.25, what=f"{service} comes back")
        self.note(f"{service}_healthy_again", began)
        eventually(self.is_right, every=0.25, what=f"the map after {service} was killed")
        self.note(f"map_right_after_{service}", began)

    def note(self, name: str, began: float) -> None:
        self.figures[name] = round(time.monotonic() - began, 1)
        print(f"{name:32} {self.figures[name]:6.1f} s", flush=True)


def finished(code: str, ended_days_ago: int) -> dict[str, str]:
    """A dossier of Hải Châu that was due five days ago; ended before or after that."""

    def day(ago: int) -> str:
        return (datetime.now(HANOI) - timedelta(days=ago)).strftime("%Y%m%d") + "090000"

    return {
        "MaHoSo": code,
        "MaTTHC": "1.004222",
        "TenTTHC": "Đăng ký thường trú",
        "KenhThucHien": "1",
        "NgayTiepNhan": day(10),
        "NgayHenTra": day(5),
        "NgayKetThucXuLy": day(ended_days_ago),
        "TrangThaiHoSo": "9",
        "DonViXuLy": "UBND phường Hải Châu",
    }


def check_what_is_open(stack: Stack) -> None:
    """Ports on loopback only; our containers are not root, write to no image and are bounded; nothing is taken without the key."""
    services = json.loads(stack.compose("config", "--format", "json"))["services"]
    ports = [port for service in services.values() for port in service.get("ports", ())]
    assert [port["host_ip"] for port in ports] == ["127.0.0.1"] * 2, ports
    for service in OURS:
        state = stack.state(service)
        assert (state["User"], state["ReadonlyRootfs"]) == ("dunghen", True), (service, state)
        assert min(state["Memory"], state["PidsLimit"], state["NanoCpus"]) > 0, (service, state)
        written = stack.compose(
            "exec", "-T", service, "sh", "-c", "touch /app/x /opt/dunghen/x 2>&1; ls /app/x /opt/dunghen/x 2>&1", check=False
        )
        assert written.count("Read-only file system") == 2, (service, written)
    for key in ("", "not the key"):
        assert stack.post(finished("H17.31.01-261101-99999", 3), key) == 401
    assert stack.get("/")[0] == 200, "the pages are not in the image"


def run(scenario: Scenario) -> None:
    stack, began = scenario.stack, time.monotonic()
    stack.compose("build", "--quiet")
    scenario.note("build", began)
    scenario.start("cold_start")
    scenario.key = stack.key()
    check_what_is_open(stack)
    began = time.monotonic()
    scenario.tell_one()
    eventually(scenario.is_right, every=0.25, what="the first dossier on the map")
    scenario.note("first_dossier_to_map", began)
    for service in KILLED:
        scenario.kill(service)
    stack.compose("down")
    scenario.start("warm_start")
    assert stack.key() == scenario.key, "a second start made another key"
    scenario.tell_one()
    eventually(scenario.is_right, every=0.25, what="the map after a restart of everything")
    watch_the_demo(scenario)


def watch_the_demo(scenario: Scenario) -> None:
    """The made-up city over it: most units have dossiers, the feed of each that sends is seen, and a crash does not tell the past again."""
    stack, began = scenario.stack, time.monotonic()
    stack.overlay("deploy/compose/demo.yml")
    stack.compose("up", "-d", "simulate")
    eventually(lambda: sum(u["received"] > 0 for u in stack.map()["units"]) > 40, every=0.25, what="a living city")
    eventually(lambda: sum(u["feed_seen_at"] is not None for u in stack.map()["units"]) > 100, every=0.25, what="heartbeats")
    scenario.note("demo_to_living_map", began)
    killed_at = datetime.now(HANOI)
    stack.kill("simulate")
    eventually(lambda: last_contact(stack) > killed_at, every=0.25, what="simulate goes on")
    assert stack.compose("logs", "simulate").count("day 1 of") == 1, "the past was told twice"


def lose_brokers(scenario: Scenario) -> None:
    """Three brokers: one is lost and nobody minds for long, a second one and nothing is taken, both come back and all is there."""
    stack = scenario.stack
    stack.overlay("deploy/compose/three-brokers.yml")
    scenario.start("three_brokers_cold_start")
    scenario.key = stack.key()
    scenario.tell_one()
    eventually(scenario.is_right, every=0.25, what="the first dossier on the map")
    began = time.monotonic()
    stack.compose("stop", "-t", "0", "kafka-2")
    scenario.tell_one()
    scenario.note("one_broker_lost_accepted_again", began)
    eventually(scenario.is_right, every=0.25, what="the map with two brokers")
    scenario.note("one_broker_lost_map_right", began)
    stack.compose("stop", "-t", "0", "kafka-3")
    waiting = finished(f"H17.31.01-261101-{len(scenario.told) + 1:05d}", 6)
    assert stack.answer(waiting, scenario.key) == (503, "5"), "taken by one broker of three"
    began = time.monotonic()
    stack.compose("start", "kafka-2", "kafka-3")
    scenario.tell_one()
    eventually(scenario.is_right, every=0.25, what="the map with all three again")
    scenario.note("two_brokers_back_map_right", began)


def last_contact(stack: Stack) -> datetime:
    """When any source was last heard of."""
    return max(datetime.fromisoformat(u["feed_seen_at"]) for u in stack.map()["units"] if u["feed_seen_at"])


def attempt(story: Callable[[Scenario], None]) -> Scenario:
    """From empty volumes; nothing is left of it, whatever happens."""
    scenario = Scenario(Stack("docker-compose.yml"))
    scenario.stack.compose("down", "-v", "--remove-orphans")
    try:
        story(scenario)
    except BaseException:
        for words in (("ps", "-a"), ("logs", "--tail", "40")):
            print(scenario.stack.compose(*words, check=False), file=sys.stderr)
        raise
    finally:
        scenario.stack.compose("down", "-v", "--remove-orphans")
    return scenario


def main() -> int:
    try:
        done = [attempt(story) for story in (run, lose_brokers)]
    finally:
        Stack("docker-compose.yml").compose("down", "-v", "--remove-orphans", "--rmi", "local")
    figures = {name: value for scenario in done for name, value in scenario.figures.items()}
    print(json.dumps({"dossiers": sum(len(scenario.told) for scenario in done), **figures}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
