"""What every container of `docker-compose.yml` with its overlays, and every image of the Dockerfile, must be: read as files, no engine."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
BASE = ROOT / "docker-compose.yml"
OVERLAYS = sorted((ROOT / "deploy" / "compose").glob("*.yml"))
DOCKERFILE = ROOT / "deploy" / "docker" / "Dockerfile"
Config = dict[str, Any]
REPLACED = {"command", "entrypoint", "test"}  # an overlay's list stands in the place of the other; all other lists are added to it
EXACT = re.compile(r"^[a-z0-9./-]+:v?\d[\w.-]*$")
NOT_ROOT = re.compile(r"^(?!0(:|$))(?!root(:|$))[\w-]+(:[\w-]+)?$")
WRITES = {"kafka", "kafka-2", "kafka-3"}  # upstream's entry point writes the settings beside those of the image
SERVES_NOTHING = {"simulate"}  # that it goes on is seen on the map


def read(*files: Path) -> Config:
    """As compose merges them."""
    merged: Config = {}
    for file in files:
        merged = _over(merged, yaml.safe_load(file.read_text(encoding="utf-8")))
    return merged


def _over(below: Any, above: Any, key: str = "") -> Any:
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        return {each: _over(below.get(each), above.get(each), each) for each in [*below, *(k for k in above if k not in below)]}
    if isinstance(below, list) and isinstance(above, list) and key not in REPLACED:
        return below + above
    return below if above is None else above


@dataclass(frozen=True)
class Stage:
    """One stage of a Dockerfile: what it is made from, and its instructions as (word, rest)."""

    name: str
    base: str
    lines: tuple[tuple[str, str], ...]


def read_dockerfile(text: str) -> dict[str, Stage]:
    stages: dict[str, Stage] = {}
    name, base, lines = "", "", list[tuple[str, str]]()
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in kept.replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            lines = []
        elif word:
            lines.append((word, rest))
        if name:
            stages[name] = Stage(name, base, tuple(lines))
    return stages


def inherited(stages: Mapping[str, Stage], name: str) -> list[Stage]:
    """The stage and those that it is made from, the nearest first."""
    found = []
    while name in stages:
        found.append(stages[name])
        name = stages[name].base
    return found


def last(stages: Mapping[str, Stage], name: str, word: str) -> str:
    """The instruction that holds in an image of this stage; '' if there is none."""
    return next((rest for stage in inherited(stages, name) for each, rest in reversed(stage.lines) if each == word), "")


def image_faults(stages: Mapping[str, Stage], target: str) -> Iterator[str]:
    """What is wrong with the image of one stage."""
    for base in sorted({stage.base for stage in stages.values()} - stages.keys()):
        if not EXACT.match(base):
            yield f"{target}: made from {base}, not an exact tag"
    yield from (f"{target}: {fault}" for fault, is_so in IMAGE_RULES.items() if is_so(stages, target))


def _has(stages: Iterable[Stage], word: str, pattern: str) -> bool:
    return any(re.search(pattern, rest) for stage in stages for each, rest in stage.lines if each == word)


def _unwatched(stages: Mapping[str, Stage], target: str) -> bool:
    return "CMD" not in last(stages, target, "HEALTHCHECK")


def _pages_elsewhere(stages: Mapping[str, Stage], target: str) -> bool:
    return _has(inherited(stages, target), "COPY", "^--from=pages ") is not (target == "api")


IMAGE_RULES: dict[str, Callable[[Mapping[str, Stage], str], bool]] = {
    "runs as root": lambda stages, target: not NOT_ROOT.match(last(stages, target, "USER")),
    "has no health check": _unwatched,
    "is not installed from its own lock with hashes": lambda stages, _: (
        not _has(stages.values(), "RUN", r"--require-hashes .*-r /src/\$SERVICE\.lock")
    ),
    "is built where it runs": lambda stages, target: _has(inherited(stages, target), "RUN", r"\b(pip|npm|apt-get|apk)\b"),
    "has no stage for its packages": lambda stages, target: not _has(inherited(stages, target), "COPY", "^--from=packages "),
    "lacks the pages, or is not api and has them": _pages_elsewhere,
}


def faults(compose: Config, stages: Mapping[str, Stage]) -> Iterator[str]:
    """What is wrong with the services, each as `service: what`."""
    for name, service in compose["services"].items():
        yield from (f"{name}: {fault}" for fault in SERVICE_RULES if SERVICE_RULES[fault](name, service, stages))
        yield from (f"{name}: {fault}" for fault in _open_ports(service))


def serves_nothing(name: str, service: Config) -> bool:
    """There is nobody to ask whether it is well: it ends by itself and others wait for that, or it only sends."""
    return name in SERVES_NOTHING or str(service.get("restart", "")).startswith("on-failure")


def _runs_as_root(_: str, service: Config, stages: Mapping[str, Stage]) -> bool:
    user = service.get("user") or last(stages, service.get("build", {}).get("target", ""), "USER")
    return not NOT_ROOT.match(str(user))


def _has_no_health_check(name: str, service: Config, stages: Mapping[str, Stage]) -> bool:
    check = service.get("healthcheck", {})
    if serves_nothing(name, service):
        return False
    if check.get("disable"):
        return True
    return not (check.get("test") or last(stages, service.get("build", {}).get("target", ""), "HEALTHCHECK").partition("CMD ")[2])


def _cannot_be_asked(_: str, service: Config, stages: Mapping[str, Stage]) -> bool:
    """`healthy` asks by these settings."""
    if "build" not in service or service.get("healthcheck", {}).get("disable"):
        return False
    return not {"DUNGHEN_METRICS_PORT", "DUNGHEN_INGEST_PORT", "DUNGHEN_PORT"} & service.get("environment", {}).keys()


def _image_is_not_exact(_: str, service: Config, stages: Mapping[str, Stage]) -> bool:
    build = service.get("build")
    if build is None:
        return not EXACT.match(service.get("image", ""))
    return build.get("target") not in stages or not build.get("args", {}).get("SERVICE")


def _log_grows(_: str, service: Config, stages: Mapping[str, Stage]) -> bool:
    options = service.get("logging", {}).get("options", {})
    return not (service.get("logging", {}).get("driver") == "json-file" and options.get("max-size") and options.get("max-file"))


def _reaches_out(_: str, service: Config, stages: Mapping[str, Stage]) -> bool:
    shared = {"network_mode", "pid", "ipc", "devices", "cap_add", "userns_mode"} & service.keys()
    return bool(shared) or service.get("privileged", False) or any("docker.sock" in str(each) for each in service.get("volumes", ()))


SERVICE_RULES: dict[str, Callable[[str, Config, Mapping[str, Stage]], bool]] = {
    "runs as root": _runs_as_root,
    "may write to its image": lambda name, service, _: name not in WRITES and service.get("read_only") is not True,
    "keeps capabilities": lambda _, service, __: service.get("cap_drop") != ["ALL"],
    "may gain rights": lambda _, service, __: "no-new-privileges:true" not in service.get("security_opt", ()),
    "has no health check": _has_no_health_check,
    "cannot be asked whether it is well": _cannot_be_asked,
    "has no limit of memory": lambda _, service, __: not service.get("mem_limit"),
    "has no limit of processors": lambda _, service, __: not service.get("cpus"),
    "has no limit of processes": lambda _, service, __: not service.get("pids_limit"),
    "is not started again": lambda _, service, __: not re.match(r"unless-stopped|always|on-failure", str(service.get("restart", "no"))),
    "has a log without bounds": _log_grows,
    "has an image without an exact tag": _image_is_not_exact,
    "shares the machine's own": _reaches_out,
    "leaves its zombies": lambda _, service, __: service.get("init") is not True,
}


def _open_ports(service: Config) -> Iterator[str]:
    for port in service.get("ports", ()):
        if not str(port).startswith("127.0.0.1:"):
            yield f"port {port} is open to others"


def asked_command(stages: Mapping[str, Stage], target: str) -> list[str]:
    """The words of the health check of an image."""
    words = last(stages, target, "HEALTHCHECK").partition("CMD ")[2]
    return [str(word) for word in json.loads(words)] if words.startswith("[") else shlex.split(words)
