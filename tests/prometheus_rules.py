"""The rules in deploy/prometheus, as a real Prometheus reads them, and the tools that check them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from dunghen.platform.local.servers import HOST, await_ready, free_port, launch

PROMETHEUS = Path(__file__).parents[1] / "deploy/prometheus"
GUARD_SECONDS = 1500  # promtool plays days of rules: minutes, where it gets little of the machine


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=GUARD_SECONDS, check=False)


@dataclass
class Rules:
    """As Prometheus read them."""

    groups: list[dict[str, Any]] = field(default_factory=list)
    jobs: set[str] = field(default_factory=set)

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [rule for group in self.groups for rule in group["rules"] if rule["type"] == kind]

    def written(self, folder: Path, alert: str) -> Path:
        """All rules again, every alert with this expression, beside the tests."""
        shutil.copytree(PROMETHEUS / "tests", folder / "tests")
        (folder / "rules").mkdir()
        groups = [{"name": g["name"], "interval": "30s", "rules": [_as_written(r, alert) for r in g["rules"]]} for g in self.groups]
        (folder / "rules/alerts.yml").write_text(json.dumps({"groups": groups}), encoding="utf-8")  # JSON is YAML
        (folder / "rules/slo.yml").write_text('{"groups": []}', encoding="utf-8")
        return folder / "tests"


def _as_written(rule: Mapping[str, Any], alert: str) -> dict[str, Any]:
    if rule["type"] == "recording":
        return {"record": rule["name"], "expr": rule["query"], "labels": rule.get("labels", {})}
    kept = {"labels": rule["labels"], "annotations": rule["annotations"]}
    return {"alert": rule["name"], "expr": alert, **kept}


def read_rules(folder: Path) -> Rules:
    """Told by a real Prometheus that has started with our configuration."""
    port = free_port()
    words = ("prometheus", f"--config.file={PROMETHEUS / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}")
    server = launch((*words, f"--web.listen-address={HOST}:{port}"), port, folder / "log")
    try:
        await_ready(server, lambda: _is_ready(port), 180)
        with httpx.Client(base_url=f"http://{HOST}:{port}/api/v1", timeout=60) as asked:
            groups = asked.get("/rules").json()["data"]["groups"]
            config = asked.get("/status/config").json()["data"]["yaml"]
    finally:
        server.stop()
    return Rules(groups, set(re.findall(r"job_name: (\S+)", config)))


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://{HOST}:{port}/-/ready", timeout=60).status_code == 200
    except httpx.HTTPError:
        return False
