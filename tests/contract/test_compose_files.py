"""Every container is bounded, watched, not root and cannot write; every variant in which one is not is found."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from compose_rules import (
    BASE,
    DOCKERFILE,
    OVERLAYS,
    ROOT,
    SERVICE_RULES,
    WRITES,
    Config,
    Stage,
    asked_command,
    faults,
    image_faults,
    read,
    read_dockerfile,
    serves_nothing,
)
from program_settings import SETTINGS, STANDARD, TRACED

from dunghen.platform.settings import PREFIX
from dunghen.platform.traces_export import Chosen

TEXT = DOCKERFILE.read_text(encoding="utf-8")
TARGETS = ("service", "api")


@pytest.fixture(scope="module")
def stages() -> dict[str, Stage]:
    return read_dockerfile(TEXT)


@pytest.fixture(scope="module")
def whole() -> Config:
    """With every overlay at once: every container that there may be."""
    return read(BASE, *OVERLAYS)


@pytest.mark.parametrize("overlay", [None, *OVERLAYS], ids=lambda file: file.stem if file else "alone")
def test_every_container_is_bounded_watched_and_shut_in(overlay: Any, stages: dict[str, Stage]) -> None:
    assert list(faults(read(BASE, *([overlay] if overlay else [])), stages)) == []


@pytest.mark.parametrize("target", TARGETS)
def test_every_image_is_small_hashed_watched_and_not_root(target: str, stages: dict[str, Stage]) -> None:
    assert list(image_faults(stages, target)) == []


BREAKS: dict[str, tuple[Callable[[Config], object], str]] = {
    "root": (lambda s: s.update(user="root"), "runs as root"),
    "root by number": (lambda s: s.update(user="0:0"), "runs as root"),
    "writable": (lambda s: s.update(read_only=False), "may write to its image"),
    "capabilities": (lambda s: s.update(cap_drop=["NET_RAW"]), "keeps capabilities"),
    "rights": (lambda s: s.update(security_opt=[]), "may gain rights"),
    "health": (lambda s: s.update(healthcheck={"disable": True}), "has no health check"),
    "memory": (lambda s: s.pop("mem_limit"), "has no limit of memory"),
    "processors": (lambda s: s.pop("cpus"), "has no limit of processors"),
    "processes": (lambda s: s.pop("pids_limit"), "has no limit of processes"),
    "restart": (lambda s: s.pop("restart"), "is not started again"),
    "log": (lambda s: s.pop("logging"), "has a log without bounds"),
    "log without size": (lambda s: s.update(logging={"driver": "json-file", "options": {"max-file": "3"}}), "has a log without bounds"),
    "latest": (lambda s: (s.pop("build", 0), s.update(image="redis:latest")), "has an image without an exact tag"),
    "no tag": (lambda s: (s.pop("build", 0), s.update(image="redis")), "has an image without an exact tag"),
    "privileged": (lambda s: s.update(privileged=True), "shares the machine's own"),
    "network": (lambda s: s.update(network_mode="host"), "shares the machine's own"),
    "socket": (lambda s: s.update(volumes=["/var/run/docker.sock:/s"]), "shares the machine's own"),
    "zombies": (lambda s: s.pop("init"), "leaves its zombies"),
    "port": (lambda s: s.update(ports=["8000:8000"]), "port 8000:8000 is open to others"),
}


@pytest.mark.parametrize(("breaks", "rule"), BREAKS.values(), ids=BREAKS.keys())
def test_a_container_that_breaks_a_rule_is_found_whichever_it_is(
    breaks: Callable[[Config], object], rule: str, whole: Config, stages: dict[str, Stage]
) -> None:
    for name in whole["services"]:
        changed = copy.deepcopy(whole)
        breaks(changed["services"][name])
        exempt = (name in WRITES and rule == "may write to its image") or (
            serves_nothing(name, whole["services"][name]) and rule == "has no health check"
        )
        assert (f"{name}: {rule}" in faults(changed, stages)) is not exempt, name


def test_every_rule_of_a_container_is_broken_once_above() -> None:
    assert {rule for _, rule in BREAKS.values()} >= SERVICE_RULES.keys() - {"cannot be asked whether it is well"}


def test_a_container_of_ours_without_a_port_to_ask_is_found(whole: Config, stages: dict[str, Stage]) -> None:
    for name, service in whole["services"].items():
        if "build" in service and not serves_nothing(name, service):
            changed = copy.deepcopy(whole)
            changed["services"][name]["environment"] = {"DUNGHEN_KAFKA": "kafka:19092"}
            assert list(faults(changed, stages)) == [f"{name}: cannot be asked whether it is well"]


BROKEN_IMAGES = {
    "root": (("USER dunghen\n", ""), "runs as root"),
    "root again": (("USER dunghen\n", "USER dunghen\nUSER root\n"), "runs as root"),
    "no health": (("HEALTHCHECK ", "LABEL x="), "has no health check"),
    "health none": (
        ('HEALTHCHECK --interval=5s --timeout=5s --retries=3 --start-period=180s CMD ["healthy"]', "HEALTHCHECK NONE"),
        "has no health",
    ),
    "latest": (("FROM python:3.11-slim-bookworm AS service", "FROM python:latest AS service"), "not an exact tag"),
    "no hashes": (("--require-hashes", ""), "is not installed from its own lock with hashes"),
    "every lock": (("-r /src/$SERVICE.lock", "-r /src/dev.lock"), "is not installed from its own lock with hashes"),
    "built where it runs": (("WORKDIR /app", "RUN pip install aiokafka\nWORKDIR /app"), "is built where it runs"),
    "one stage": (("COPY --from=packages /opt/dunghen /opt/dunghen\n", ""), "has no stage for its packages"),
    "pages for all": (
        ("WORKDIR /app", "COPY --from=pages /src/services/api/static static\nWORKDIR /app"),
        "lacks the pages, or is not api and has them",
    ),
}


@pytest.mark.parametrize(("change", "fault"), BROKEN_IMAGES.values(), ids=BROKEN_IMAGES.keys())
def test_an_image_that_breaks_a_rule_is_found(change: tuple[str, str], fault: str) -> None:
    assert change[0] in TEXT
    changed = read_dockerfile(TEXT.replace(*change))
    assert [fault in each for each in image_faults(changed, "service")] == [True]


def test_an_api_without_its_pages_is_found() -> None:
    changed = read_dockerfile(TEXT.replace("COPY --from=pages /src/services/api/static services/api/static\n", ""))
    assert list(image_faults(changed, "api")) == ["api: lacks the pages, or is not api and has them"]


def test_a_container_is_told_only_settings_that_its_program_has(whole: Config) -> None:
    for name, settings in SETTINGS.items():
        told = {each.removeprefix(PREFIX).lower() for each in whole["services"][name]["environment"].keys() - STANDARD}
        assert told <= {*settings.model_fields, *(f"{each}_file" for each in settings.model_fields)}, name


def test_every_program_that_makes_spans_is_told_the_same_collector_and_no_other_container_is(whole: Config) -> None:
    told = {
        name: {k: v for k, v in (service.get("environment") or {}).items() if k in STANDARD} for name, service in whole["services"].items()
    }
    assert {name for name, variables in told.items() if variables} == TRACED
    (same,) = {frozenset(told[name].items()) for name in TRACED}
    assert dict(same)["OTEL_EXPORTER_OTLP_ENDPOINT"] == "${OTEL_EXPORTER_OTLP_ENDPOINT:-}"  # without one: off
    assert Chosen.of(dict.fromkeys(dict(same), "")) is None


class Answers(BaseHTTPRequestHandler):
    """A server of which only one path is well."""

    well = ""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == self.well else 503)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@contextmanager
def serving(well: str = "") -> Iterator[ThreadingHTTPServer]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Answers,), {"well": well}))
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with serving() as made:
        yield made


def healthy(**env: str) -> subprocess.CompletedProcess[str]:
    """The health check of the images, as the engine runs it."""
    (word,) = asked_command(read_dockerfile(TEXT), "service")
    command = [sys.executable, "-IS", str(ROOT / "deploy" / "docker" / word)]
    return subprocess.run(command, env={"PATH": os.environ["PATH"], **env}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("setting", "path"), [("DUNGHEN_METRICS_PORT", "/livez"), ("DUNGHEN_INGEST_PORT", "/readyz"), ("DUNGHEN_PORT", "/readyz")]
)
def test_the_health_check_asks_where_the_settings_say(setting: str, path: str, server: ThreadingHTTPServer) -> None:
    env = {setting: str(server.server_port)}
    server.RequestHandlerClass.well = path  # type: ignore[attr-defined]
    assert healthy(**env).returncode == 0
    server.RequestHandlerClass.well = "/elsewhere"  # type: ignore[attr-defined]
    answer = healthy(**env)
    assert (answer.returncode, answer.stdout) == (1, "503 \n")


def test_a_container_that_serves_requests_is_healthy_when_it_is_ready_and_no_earlier(whole: Config, server: ThreadingHTTPServer) -> None:
    """By its own environment in the compose files, whose ports stand for servers here: the one of metrics answers from the start."""
    own_ports = {"ingest": "DUNGHEN_INGEST_PORT", "api": "DUNGHEN_PORT"}
    with serving("/livez") as lives:
        for name in {*SETTINGS, "reconcile"}:
            env = {
                key: value for key, value in whole["services"][name]["environment"].items() if key.endswith("_PORT") and "SMTP" not in key
            }
            assert env.keys() == {"DUNGHEN_METRICS_PORT", *([own_ports[name]] if name in own_ports else [])}, name
            env |= {key: str((lives if key == "DUNGHEN_METRICS_PORT" else server).server_port) for key in env}
            server.RequestHandlerClass.well = ""  # type: ignore[attr-defined]
            assert healthy(**env).returncode == (name in own_ports), name
            server.RequestHandlerClass.well = "/readyz"  # type: ignore[attr-defined]
            assert healthy(**env).returncode == 0, name


def test_the_health_check_says_why_there_is_no_answer() -> None:
    assert "none of DUNGHEN_INGEST_PORT" in healthy().stderr
    assert "no answer of /readyz on port 1: " in healthy(DUNGHEN_PORT="1").stderr
    assert healthy(DUNGHEN_PORT="x").returncode == 1


def test_three_brokers_differ_in_nothing_but_who_they_are() -> None:
    services = read(BASE, ROOT / "deploy/compose/three-brokers.yml")["services"]
    brokers = {name: services[name] for name in ("kafka", "kafka-2", "kafka-3")}
    for number, (name, broker) in enumerate(brokers.items(), 1):
        own = broker["environment"]
        assert (own.pop("KAFKA_NODE_ID"), own.pop("KAFKA_ADVERTISED_LISTENERS")) == (str(number), f"INTERNAL://{name}:19092")
        assert broker.pop("volumes") == [f"{name}:/var/lib/kafka/data"]
    assert brokers["kafka-2"] == brokers["kafka-3"] == brokers["kafka"]
    own = brokers["kafka"]["environment"]
    assert (own["KAFKA_DEFAULT_REPLICATION_FACTOR"], own["KAFKA_MIN_INSYNC_REPLICAS"]) == ("3", "2")
    assert (own["KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR"], own["KAFKA_TRANSACTION_STATE_LOG_MIN_ISR"]) == ("3", "2")


def test_with_three_brokers_everybody_knows_all_of_them_and_topics_have_three_replicas() -> None:
    services = read(BASE, ROOT / "deploy/compose/three-brokers.yml")["services"]
    ours = {name: service for name, service in services.items() if "build" in service}
    assert {service["environment"]["DUNGHEN_KAFKA"] for service in ours.values()} == {"kafka:19092,kafka-2:19092,kafka-3:19092"}
    assert services["prepare"]["environment"]["DUNGHEN_REPLICATION"] == "3"
    assert {"kafka", "kafka-2", "kafka-3"} <= services["prepare"]["depends_on"].keys()


def test_with_the_catcher_alerts_sends_to_it_and_waits_for_it() -> None:
    services = read(BASE, ROOT / "deploy/compose/mail.yml")["services"]
    told, catcher = services["alerts"]["environment"], services["mail"]
    assert (told["DUNGHEN_ALERTS_MODE"], told["DUNGHEN_SMTP_HOST"], told["DUNGHEN_SMTP_PORT"]) == ("on", "mail", "1025")
    assert services["alerts"]["depends_on"]["mail"] == {"condition": "service_healthy"}
    assert catcher["ports"] == ["127.0.0.1:${MAIL_PORT:-8025}:8025"]


def test_the_only_copy_of_an_erasure_outlives_the_container(whole: Config) -> None:
    (volume,) = (each.partition(":")[0] for each in whole["services"]["prepare"]["volumes"] if each.endswith(":/work"))
    assert volume in whole["volumes"]
    assert "-o dunghen -g dunghen -m 0700 /data /keys /work" in TEXT  # a named volume takes the owner of what it is mounted on
