"""The metrics are a closed set: what the operator's guide names is there, and what is there it names with its labels."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

from dunghen.contracts.dead_letters import Reason
from dunghen.platform import kafka_certificates
from services.alerts.metrics import Metrics as AlertsMetrics
from services.api import metrics as api_metrics
from services.ingest.metrics import Metrics as IngestMetrics
from services.scoring import metrics as scoring_metrics

GUIDE = Path(__file__).parents[2] / "docs" / "operations.md"
ROW = re.compile(r"^\| `(dunghen_[a-z_]+)` \|([^|]*)\|([^|]+)\|$", re.MULTILINE)


def metrics_of_all() -> list[MetricWrapperBase]:
    """Those of all services, as they are at the start."""
    modules = [metric for module in (scoring_metrics, api_metrics, kafka_certificates) for metric in vars(module).values()]
    sets = [metric for made in (AlertsMetrics(CollectorRegistry()), IngestMetrics()) for metric in vars(made).values()]
    return [metric for metric in [*modules, *sets] if isinstance(metric, MetricWrapperBase)]


def registered() -> dict[str, tuple[str, ...]]:
    """{name as it is scraped: its labels} of all services."""
    return dict(_named(metrics_of_all()))


def _named(metrics: Iterable[MetricWrapperBase]) -> Iterable[tuple[str, tuple[str, ...]]]:
    for metric in metrics:
        family = metric.describe()[0]
        yield family.name + ("_total" if family.type == "counter" else ""), tuple(metric._labelnames)


def documented() -> dict[str, tuple[str, ...]]:
    return {name: tuple(re.findall(r"`([a-z]+)`", labels)) for name, labels, _ in ROW.findall(GUIDE.read_text(encoding="utf-8"))}


def test_the_guide_names_every_metric_with_its_labels_and_no_other() -> None:
    assert documented() == registered()


def test_every_metric_says_what_it_is() -> None:
    said = {family.name: family.documentation for family in REGISTRY.collect() if family.name.startswith("dunghen_")}
    assert [name for name, text in said.items() if not text.strip()] == []


def test_every_name_begins_with_its_service_or_what_all_services_have() -> None:
    assert [name for name in registered() if not re.match(r"dunghen_(ingest|scoring|api|alerts|kafka)_[a-z_]+$", name)] == []


def test_dead_letters_are_counted_by_each_of_their_reasons_from_the_start() -> None:
    (family,) = scoring_metrics.DEAD_LETTERS.collect()
    assert {sample.labels["reason"] for sample in family.samples} == set(Reason)
