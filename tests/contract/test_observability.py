"""Rules, dashboards and runbooks against what the services really say; each check is shown to find what it is for."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase
from promql import Matcher, Selector, UnknownTextError, read
from test_metrics import metrics_of_all

from dunghen.platform.local.servers import HOST
from tests.prometheus_rules import PROMETHEUS, Rules, read_rules, run

ROOT = Path(__file__).parents[2]
DASHBOARDS, RUNBOOKS = ROOT / "deploy/grafana/dashboards", ROOT / "deploy/runbooks"
TARGET = {"job", "instance"}  # what Prometheus adds
OTHERS: dict[str, set[str]] = {  # said by Prometheus, Alertmanager and the machine's exporter
    "up": set(),
    "ALERTS": {"alertname", "alertstate", "severity"},
    "alertmanager_notifications_failed_total": {"integration"},
    "node_filesystem_avail_bytes": {"device", "fstype", "mountpoint"},
    "node_filesystem_size_bytes": {"device", "fstype", "mountpoint"},
}


@dataclass
class Said:
    """{series name: its labels}, and of those that are there from the start {(name, label): the values}. `jobs`: what is scraped."""

    labels: dict[str, set[str]]
    values: dict[tuple[str, str], set[str]]
    jobs: set[str]

    def faults(self, expression: str) -> list[str]:
        """What it names that nobody says."""
        named = read(expression)
        faults = [fault for selector in named.selectors for fault in self._of(selector)]
        there = TARGET.union(*(self.labels.get(selector.metric, set()) for selector in named.selectors))
        return faults + [f"label {label}" for label in sorted(named.labels - there)]

    def _of(self, selector: Selector) -> Iterator[str]:
        if selector.metric not in self.labels:
            yield f"metric {selector.metric}"
            return
        for matcher in selector.matchers:
            if matcher.label not in self.labels[selector.metric] | TARGET:
                yield f"label {matcher.label} of {selector.metric}"
            elif missing := self._missing(selector.metric, matcher):
                yield f"{matcher.label}={missing} of {selector.metric}"

    def _missing(self, metric: str, matcher: Matcher) -> str:
        """Of the values asked for, the first that is none of those that exist from the start."""
        known = self.jobs if matcher.label == "job" else self.values.get((metric, matcher.label), set())
        asked = matcher.value.split("|") if matcher.operator == "=~" else [matcher.value] if matcher.operator == "=" else []
        return next((each for each in asked if known and each not in known), "")


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    return read_rules(tmp_path_factory.mktemp("prometheus"))


@pytest.fixture(scope="module")
def said(rules: Rules) -> Said:
    labels, values = _of_services(metrics_of_all())
    own = {family.name: set[str]() for family in REGISTRY.collect() if family.name.startswith("process_")}
    own["process_cpu_seconds_total"] = set()
    recorded: dict[str, set[str]] = {}
    for rule in rules.all("recording"):
        recorded.setdefault(rule["name"], set()).update(read(rule["query"]).labels | set(rule.get("labels", ())))
    return Said({**labels, **own, **OTHERS, **recorded}, values, rules.jobs)


def _of_services(metrics: Iterable[MetricWrapperBase]) -> tuple[dict[str, set[str]], dict[tuple[str, str], set[str]]]:
    labels: dict[str, set[str]] = {}
    values: dict[tuple[str, str], set[str]] = {}
    for metric in metrics:
        family, bounded = metric.describe()[0], set(metric._labelnames)
        endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
        labels |= {family.name + ending: bounded | ({"le"} if ending == "_bucket" else set()) for ending in endings}
        for sample in (sample for found in metric.collect() for sample in found.samples):
            for label, value in sample.labels.items():
                values.setdefault((sample.name, label), set()).add(value)
    return labels, values


def expressions(board: Mapping[str, Any]) -> list[str]:
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def boards() -> dict[str, dict[str, Any]]:
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(DASHBOARDS.glob("*.json"))}


def test_every_rule_names_only_what_is_said(rules: Rules, said: Said) -> None:
    all_of_them = [*rules.all("recording"), *rules.all("alerting")]
    assert len(all_of_them) > 60
    assert {rule["name"]: faults for rule in all_of_them if (faults := said.faults(rule["query"]))} == {}


def test_every_dashboard_names_only_what_is_said_and_the_one_source(said: Said) -> None:
    assert sorted(boards()) == ["api", "calls", "ingest", "notices", "people", "scoring"]
    for name, board in boards().items():
        assert {e: faults for e in expressions(board) if (faults := said.faults(e))} == {}, name
        assert {panel["datasource"]["uid"] for panel in board["panels"]} == {"prometheus"}
        assert (board["uid"], len({panel["id"] for panel in board["panels"]})) == (name, len(board["panels"]))


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("sum(dunghen_scoring_heldd)", "metric dunghen_scoring_heldd"),
        ("rate(dunghen_scoring_dead_letters[5m])", "metric dunghen_scoring_dead_letters"),
        ('dunghen_scoring_held{stages="fold"}', "label stages of dunghen_scoring_held"),
        ('rate(dunghen_scoring_events_total{stage="folds"}[5m])', "stage=folds of dunghen_scoring_events_total"),
        ('dunghen_alerts_handed_seconds_bucket{le="60"}', "le=60 of dunghen_alerts_handed_seconds_bucket"),
        ('dunghen_api_feeds{job="projektor"}', "job=projektor of dunghen_api_feeds"),
        ("sum by (unit) (dunghen_api_feeds)", "label unit"),
        ("dunghen_scoring_held / on (dossier) dunghen_scoring_braked", "label dossier"),
        (
            'up > bool 1 and max without (ward) (dunghen_api_feeds{state=~"fresh|old"})',
            "state=old of dunghen_api_feeds",
        ),
    ],
)
def test_what_nobody_says_is_found(said: Said, expression: str, fault: str) -> None:
    assert fault in said.faults(expression)


@pytest.mark.parametrize("text", ['{job="api"}', "up @ 5", "rate(up[5m:1m])", 'up{job="api}'])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UnknownTextError):
        read(text)


def test_promtool_takes_the_configuration_and_refuses_a_broken_copy(tmp_path: Path) -> None:
    taken = run("promtool", "check", "config", PROMETHEUS / "prometheus.yml")
    assert taken.returncode == 0, taken.stdout + taken.stderr
    broken = Path(shutil.copytree(PROMETHEUS, tmp_path / "copy"))
    alerts = broken / "rules/alerts.yml"
    alerts.write_text(alerts.read_text(encoding="utf-8").replace("max by (stage) (dunghen", "max by stage) (dunghen", 1), encoding="utf-8")
    assert run("promtool", "check", "config", broken / "prometheus.yml").returncode != 0


def test_promtool_takes_every_expression_of_a_dashboard_and_refuses_a_broken_one(tmp_path: Path) -> None:
    def check(all_of_them: Iterable[str]) -> int:
        rules = [{"record": f"checked:{n}", "expr": expression} for n, expression in enumerate(all_of_them)]
        (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}), encoding="utf-8")
        return run("promtool", "check", "rules", tmp_path / "rules.yml").returncode

    found = [expression for board in boards().values() for expression in expressions(board)]
    assert check(found) == 0
    assert check([*found, "sum by (le (up)"]) != 0


def test_every_alert_has_its_runbook_and_every_runbook_its_alert(rules: Rules) -> None:
    alerts = rules.all("alerting")
    assert {file.stem for file in RUNBOOKS.glob("*.md")} == {alert["name"] for alert in alerts}
    for alert in alerts:
        page = ROOT / alert["annotations"]["runbook_url"]
        text = page.read_text(encoding="utf-8")
        assert page == RUNBOOKS / f"{alert['name']}.md"
        assert text.count("\n") <= 40
        assert [f"**{part}**" in text for part in ("What it means.", "Look.", "Do.", "Call.")] == [True] * 4
        assert [(page.parent / link).is_file() for link in re.findall(r"\]\((\w+\.md)\)", text)].count(False) == 0
        assert alert["labels"]["severity"] in ("page", "ticket")
        assert alert["annotations"]["summary"]
        assert alert["annotations"]["summary_en"]


def test_what_a_runbook_or_a_guide_calls_a_metric_is_one(said: Said) -> None:
    for page in RUNBOOKS.glob("*.md"):
        names = re.findall(r"`(dunghen_[a-z_]+[a-z])", page.read_text(encoding="utf-8"))
        assert [name for name in names if name not in said.labels and f"{name}_bucket" not in said.labels] == [], page.name


def test_a_page_goes_to_who_is_on_duty_and_a_ticket_to_the_list() -> None:
    config = PROMETHEUS / "alertmanager.yml"
    assert run("amtool", "check-config", config).returncode == 0
    routes = ("amtool", "config", "routes", "test", f"--config.file={config}")
    assert [run(*routes, f"severity={severity}").stdout.strip() for severity in ("page", "ticket")] == ["pages", "tickets"]


def test_every_target_is_a_service_of_the_compose_files_and_every_port_is_on_loopback() -> None:
    files = [ROOT / "docker-compose.yml", ROOT / "deploy/compose/observability.yml"]
    overlay = files[1].read_text(encoding="utf-8")
    services = {name for file in files for name in re.findall(r"^  ([a-z-]+):", file.read_text(encoding="utf-8"), re.MULTILINE)}
    targets = re.findall(r'targets: \["([a-z0-9.-]+):\d+"\]', (PROMETHEUS / "prometheus.yml").read_text(encoding="utf-8"))
    assert len(targets) == 10
    assert set(targets) - services == {HOST}
    ports = re.findall(r"ports: \[(.*)\]", overlay)
    assert [port for port in ports if not port.startswith('"127.0.0.1:')] == []
    assert len(ports) == 3
    asked = re.findall(r"^  (\w+): \{environment: \{DUNGHEN_METRICS_HOST: 0\.0\.0\.0(?:, <<: \*traces)?\}\}", overlay, re.MULTILINE)
    assert asked == ["ingest", "api", "scoring", "projector", "alerts", "webhooks"]
