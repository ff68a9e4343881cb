"""What people do with the compose file, each from empty volumes: README.md says what each wants."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from onlooker import HAI_CHAU
from scenario import OURS, Scenario, until
from stack import Stack, run
from telling import HANOI, finished, stamp, unfinished

WORK = "/work"  # the volume of commands that need room on a disk
ALL = ("redis", *OURS, "mongo", "kafka")
OBSERVED = ("prometheus", "alertmanager", "node-exporter")
HEAD = "head@danang.example"


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


def use_and_break(scenario: Scenario) -> None:
    """The stack as the guide starts it: each container killed and cut off under load, a backup, everything anew, the demo over it."""
    stack = scenario.stack
    scenario.start("cold_start")
    check_what_is_open(stack)
    scenario.tell_one("the first dossier on the map", "first_dossier_to_map")
    with scenario.under_load() as onlooker:
        for blow in (scenario.kill, scenario.cut_off):
            for service in ALL:
                blow(service, onlooker)
    began = time.monotonic()
    stack.command("backup", f"{WORK}/backup")
    scenario.note("backup", began)
    key = scenario.telling.key
    stack.compose("down")
    scenario.start("warm_start")
    assert scenario.telling.key == key, "a second start made another key"
    scenario.tell_one("the map after a restart of everything")
    watch_the_demo(scenario)


def watch_the_demo(scenario: Scenario) -> None:
    """The made-up city over it: most units have dossiers, the feed of each that sends is seen, and a crash does not tell the past again."""
    stack, began = scenario.stack, time.monotonic()
    stack.overlay("demo")
    stack.compose("up", "-d", "simulate")
    until(lambda: sum(u["received"] > 0 for u in stack.map()["units"]) > 40, what="a living city")
    until(lambda: all(u["feed_seen_at"] for u in stack.map()["units"] if u["received"]), what="the feeds")
    scenario.note("demo_to_living_map", began)
    until(lambda: "dossiers" in stack.compose("logs", "--no-log-prefix", "simulate"), what="all of the past told")
    killed_at = datetime.now(HANOI)
    stack.kill("simulate")
    until(lambda: last_contact(stack) > killed_at, what="simulate goes on")
    assert stack.compose("logs", "simulate").count("day 1 of") == 1, "the past was told twice"


def last_contact(stack: Stack) -> datetime:
    """When any source was last heard of."""
    return max(datetime.fromisoformat(u["feed_seen_at"]) for u in stack.map()["units"] if u["feed_seen_at"])


def lose_brokers(scenario: Scenario) -> None:
    """Three brokers: one is lost and nobody minds for long, a second one and nothing is taken, both come back and all is there."""
    stack = scenario.stack
    stack.overlay("three-brokers")
    scenario.start("three_brokers_cold_start")
    scenario.tell_one("the first dossier on the map")
    began = time.monotonic()
    stack.compose("stop", "-t", "0", "kafka-2")
    scenario.telling.one()
    scenario.note("one_broker_lost_accepted_again", began)
    until(scenario.is_right, what="the map with two brokers")
    scenario.note("one_broker_lost_map_right", began)
    stack.compose("stop", "-t", "0", "kafka-3")
    assert stack.answer(scenario.telling.next(), scenario.telling.key) == (503, "5"), "taken by one broker of three"
    stack.compose("start", "kafka-2", "kafka-3")
    scenario.tell_one("the map with all three again", "two_brokers_back_map_right")


def with_users(scenario: Scenario) -> None:
    """Kafka with TLS, users and rights: what is told is on the map, both paths agree, a backup is made as its own user."""
    stack = scenario.stack
    with tempfile.TemporaryDirectory() as folder:
        secrets = Path(folder) / "secrets"
        run(["deploy/kafka/make-secrets", str(secrets)])
        stack.set(KAFKA_SECRETS=str(secrets))
        stack.overlay("secured")
        scenario.start("with_users_cold_start")
        scenario.tell_one("a dossier on the map, with users", "with_users_dossier_to_map")
        scenario.reconcile()
        as_backup = ("-e", "DUNGHEN_KAFKA_USER=backup", "-e", "DUNGHEN_KAFKA_PASSWORD_FILE=/backup.password")
        stack.command("backup", f"{WORK}/backup", options=("-v", f"{secrets}/kafka-backup.password:/backup.password:ro", *as_backup))
        another = ("-e", "DUNGHEN_KAFKA_PASSWORD_FILE=/keys/H17.key")
        listed, refused = stack.command("keys", "list"), stack.command("keys", "list", options=another, check=False)
        assert ("H17" in listed, "H17" in refused) == (True, False), (listed, refused)


def observed(scenario: Scenario) -> None:
    """Prometheus reaches every program and takes every rule."""
    stack = scenario.stack
    stack.overlay("observability")
    scenario.start("observed_cold_start")
    stack.compose("up", "-d", "--wait", "--wait-timeout", "120", "--no-deps", *OBSERVED)
    began = time.monotonic()
    until(lambda: not down(stack), what="every target is up")
    until(lambda: all(rule["health"] == "ok" for rule in rules(stack)), what="every rule was evaluated")
    scenario.note("targets_up_and_rules_taken", began)
    print(f"{len(rules(stack))} rules", flush=True)


def asked(stack: Stack, path: str) -> Any:
    """What Prometheus answers."""
    return json.loads(stack.get(f"/api/v1/{path}", "PROMETHEUS_PORT")[1])["data"]


def down(stack: Stack) -> list[str]:
    return [target["labels"]["job"] for target in asked(stack, "targets")["activeTargets"] if target["health"] != "up"]


def rules(stack: Stack) -> list[dict[str, Any]]:
    return [rule for group in asked(stack, "rules")["groups"] for rule in group["rules"]]


def mailed(scenario: Scenario) -> None:
    """A dossier falls due, and the head of its unit has a mail. Over the overlay a server of ours takes them: Mailpit has no stand-in."""
    stack = scenario.stack
    stack.overlay("mail")
    stack.overlay("tests/compose/mail_catcher.yml")
    scenario.start("mailed_cold_start")
    with tempfile.TemporaryDirectory() as folder:
        people = Path(folder) / "people.csv"
        people.write_text(f"ref,unit,role,address\nno-1,{HAI_CHAU},unit_head,{HEAD}\n")
        stack.command("people", "import", "/people.csv", options=("-v", f"{people}:/people.csv:ro"))
    now = datetime.now(HANOI)
    times = {"NgayTiepNhan": now - timedelta(hours=1), "NgayHenTra": now + timedelta(seconds=5)}
    due = {**unfinished("H17.31.01-261101-90001"), **{name: stamp(at) for name, at in times.items()}}
    began = time.monotonic()
    assert stack.post(due, scenario.telling.key) == 200
    until(lambda: HEAD in stack.compose("logs", "mail"), what="a mail to the head of the unit")
    scenario.note("due_in_5_s_to_mail", began)


def before_the_city(scenario: Scenario) -> None:
    """Started without a city: everything is healthy and the map empty, until an operator applies one and makes a key for its sources."""
    stack = scenario.stack
    stack.set(CITY="none")
    began = time.monotonic()
    stack.compose("up", "-d", "--wait", "--wait-timeout", "300", *OURS)
    until(lambda: stack.map().get("units") == [], what="an empty map")
    scenario.note("without_a_city_cold_start", began)
    began = time.monotonic()
    stack.command("policies", "apply", "/app/dunghen/domain/data/danang.toml", "--reason", "the city comes")
    until(lambda: len(stack.map()["units"]) > 90, what="the city's units on the map")
    scenario.note("city_applied_to_map", began)
    scenario.telling.key = stack.command("keys", "create", "--source", "H17").split()[-1]
    scenario.tell_one("a dossier of the city that came later")


STORIES: dict[str, Callable[[Scenario], None]] = {
    "break": use_and_break,
    "brokers": lose_brokers,
    "users": with_users,
    "observed": observed,
    "mailed": mailed,
    "before": before_the_city,
}
