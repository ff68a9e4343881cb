"""What every workload of `deploy/k8s` must be: read as files, against the schemas of Kubernetes and rules of ours, without a cluster."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from compose_rules import EXACT

FOLDER = Path(__file__).parents[2] / "deploy" / "k8s"
VERSIONS = ("1.31", "1.34")  # the oldest that is meant, and a newer one
Object = dict[str, Any]
ONE_AT_A_TIME = {"ingest", "projector", "webhooks"}  # the old one is gone before the new one starts
OWNERS = {"scoring", "alerts"}  # of partitions: one leaves before the next comes
SERVES_NOTHING = {"operator"}
KAFKA, REDIS, MONGO, HTTPS, API, INGEST, METRICS = 9092, 6379, 27017, 443, 8000, 8010, 9100
MAIL = {25, 465, 587}
MONITORING = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
REACHES = {  # docs/security.md: who talks to whom
    "ingest": {KAFKA},
    "scoring": {KAFKA},
    "projector": {KAFKA, REDIS, MONGO},
    "api": {KAFKA, REDIS, MONGO},
    "webhooks": {KAFKA, REDIS, MONGO, HTTPS},
    "alerts": {KAFKA, MONGO, HTTPS, *MAIL},
    "prepare": {KAFKA},
    "reconcile": {KAFKA, API},
    "operator": {KAFKA, REDIS, MONGO, API, INGEST, *MAIL},  # --page, --ingest, notices test
}
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|VAPID|REDIS$|MONGO$")


def read() -> list[Object]:
    """Every object that `kubectl apply -k` makes. Raises AssertionError where a file is not of the base or the base names another."""
    base = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))
    assert sorted(base["resources"]) == sorted(file.name for file in FOLDER.glob("*.yaml") if file.name != "kustomization.yaml")
    return [each for name in base["resources"] for each in read_file(FOLDER / name)]


def read_file(file: Path) -> list[Object]:
    """The objects of one file."""
    return list(yaml.safe_load_all(file.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Workload:
    """A Deployment, Job or CronJob with the pod that it makes."""

    kind: str
    name: str
    spec: Object
    pod: Object
    labels: Mapping[str, str]

    @property
    def containers(self) -> list[Object]:
        return [*self.pod.get("initContainers", ()), *self.pod["containers"]]

    def all(self, holds: Callable[[Object], bool]) -> bool:
        return all(holds(container) for container in self.containers)


def workloads(objects: Iterable[Object]) -> Iterator[Workload]:
    for each in objects:
        if each["kind"] in ("Deployment", "Job", "CronJob"):
            spec = each["spec"]["jobTemplate"]["spec"] if each["kind"] == "CronJob" else each["spec"]
            template = spec["template"]
            yield Workload(each["kind"], each["metadata"]["name"], spec, template["spec"], template["metadata"]["labels"])


def faults(objects: list[Object]) -> list[str]:
    """What is wrong, each as `name: what`."""
    found = [fault for each in objects for fault in _against_the_schema(json.dumps(each))]
    if found:
        return found
    for workload in workloads(objects):
        found += [f"{workload.name}: {fault}" for fault, is_so in RULES.items() if is_so(workload, objects)]
    found += [f"{each['metadata']['name']}: {fault}" for each in objects for fault in _of_object(each)]
    if not any(_denies_all(each) for each in objects):
        found.append("network: whoever has no policy may reach everybody")
    return found


@cache
def _against_the_schema(text: str) -> tuple[str, ...]:
    """Of one object as JSON; once each, for a schema is large."""
    thing, found = json.loads(text), list[str]()
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(thing, version, strict=True)
        except kubernetes_validate.ValidationError as fault:
            place = ".".join(map(str, fault.path))
            found.append(f"{thing['metadata']['name']}: not of Kubernetes {version}: {place}: {fault.message[:200]}")
    return tuple(found)


def _as_root(workload: Workload, _: list[Object]) -> bool:
    said = workload.pod.get("securityContext", {})
    return not (said.get("runAsNonRoot") is True and said.get("runAsUser", 0) > 0) or not workload.all(
        lambda c: c.get("securityContext", {}).get("runAsUser", 1) > 0
    )


def _own(name: str, wanted: Any) -> Callable[[Workload, list[Object]], bool]:
    """A rule: this member of each container's security context is not as wanted."""
    return lambda workload, _: not workload.all(lambda c: c.get("securityContext", {}).get(name) == wanted)


def _shares_the_node(workload: Workload, _: list[Object]) -> bool:
    host = any(workload.pod.get(name) for name in ("hostNetwork", "hostPID", "hostIPC"))
    volumes = any("hostPath" in volume for volume in workload.pod.get("volumes", ()))
    return host or volumes or not workload.all(lambda c: not c.get("securityContext", {}).get("privileged"))


def _unbounded(workload: Workload, _: list[Object]) -> bool:
    wanted = {"memory", "cpu"}
    resources = [container.get("resources", {}) for container in workload.containers]
    return any(not wanted <= each.get(part, {}).keys() for each in resources for part in ("requests", "limits"))


def _secret_in_environment(workload: Workload, _: list[Object]) -> bool:
    for container in workload.containers:
        if any("secretRef" in each for each in container.get("envFrom", ())):
            return True
        for each in container.get("env", ()):
            if "secretKeyRef" in each.get("valueFrom", {}) or (SECRET.search(each["name"]) and not each["name"].endswith("_FILE")):
                return True
    return False


def _probe(container: Object, name: str) -> tuple[Any, Any]:
    asked = container.get(name, {}).get("httpGet", {})
    return asked.get("path"), asked.get("port")


def _not_asked(probe: str, path: str) -> Callable[[Workload, list[Object]], bool]:
    """A rule: where it serves, it is asked there, on a port that it has."""

    def is_so(workload: Workload, _: list[Object]) -> bool:
        if workload.kind != "Deployment" or workload.name in SERVES_NOTHING:
            return False
        ports = [{port["name"] for port in container.get("ports", ())} for container in workload.containers]
        return any(
            _probe(c, probe)[0] != path or _probe(c, probe)[1] not in names for c, names in zip(workload.containers, ports, strict=True)
        )

    return is_so


def _replaced_wrongly(workload: Workload, _: list[Object]) -> bool:
    if workload.kind != "Deployment":
        return False
    strategy = workload.spec.get("strategy", {})
    rolling = strategy.get("rollingUpdate", {})
    if workload.name in ONE_AT_A_TIME:
        return strategy.get("type") != "Recreate" or workload.spec["replicas"] != 1
    if workload.name in SERVES_NOTHING:
        return False
    wanted = {"maxSurge": 0, "maxUnavailable": 1} if workload.name in OWNERS else {"maxSurge": 1, "maxUnavailable": 0}
    return strategy.get("type") != "RollingUpdate" or rolling != wanted


def _evicted_together(workload: Workload, objects: list[Object]) -> bool:
    """Of several no more than one at a time; of one alone none may be held back: its node could not be emptied."""
    if workload.kind != "Deployment":
        return False
    budgets = [each["spec"] for each in objects if each["kind"] == "PodDisruptionBudget" and _selects(each["spec"]["selector"], workload)]
    if workload.spec["replicas"] < 2:
        return bool(budgets)
    return [budget.get("maxUnavailable") for budget in budgets] != [1]


def _selects(selector: Object, workload: Workload) -> bool:
    labels, among = selector.get("matchLabels", {}), selector.get("matchExpressions", ())
    chosen = all(each["operator"] == "In" and workload.labels.get(each["key"]) in each["values"] for each in among)
    return bool(labels or among) and labels.items() <= workload.labels.items() and chosen


def _own_policies(workload: Workload, objects: list[Object]) -> list[Object]:
    return [each["spec"] for each in objects if each["kind"] == "NetworkPolicy" and _selects(each["spec"]["podSelector"], workload)]


def ways_out(workload: Workload, objects: list[Object]) -> list[Object]:
    """The rules of its policies by which it is let out."""
    return [rule for policy in _own_policies(workload, objects) for rule in policy.get("egress", ())]


def _reaches_others(workload: Workload, objects: list[Object]) -> bool:
    rules = ways_out(workload, objects)
    ports = {port["port"] for rule in rules for port in rule.get("ports", ())}
    return ports != REACHES.get(workload.name) or any(not rule.get("ports") or not _narrow(rule.get("to")) for rule in rules)


def _reached_by_others(workload: Workload, objects: list[Object]) -> bool:
    policies = _own_policies(workload, objects)
    rules = [rule for policy in policies for rule in policy.get("ingress", ())]
    asked = {port["port"] for rule in rules for port in rule.get("ports", ())}
    served = {port["containerPort"] for container in workload.containers for port in container.get("ports", ())}
    both = all({"Ingress", "Egress"} <= set(policy["policyTypes"]) for policy in policies)
    return not policies or not both or asked != served or any(not _narrow(rule.get("from")) for rule in rules)


def _ways(objects: list[Object], direction: str, rule_peers: str) -> Iterator[tuple[Workload, Workload, int]]:
    """(whose rule it is, the program of ours that it names, port)."""
    ours = list(workloads(objects))
    for one in ours:
        for rule in (rule for policy in _own_policies(one, objects) for rule in policy.get(direction, ())):
            named = [peer["podSelector"] for peer in rule.get(rule_peers, ()) if "podSelector" in peer]
            others = [other for other in ours if any(_selects(selector, other) for selector in named)]
            yield from ((one, other, port["port"]) for other in others for port in rule.get("ports", ()))


def _let_through_on_one_side(workload: Workload, objects: list[Object]) -> bool:
    """Between two programs of ours a way is open only where one lets out and the other in."""
    out = {(one.name, other.name, port) for one, other, port in _ways(objects, "egress", "to")}
    into = {(other.name, one.name, port) for one, other, port in _ways(objects, "ingress", "from")}
    return any(workload.name in way for way in out ^ into)


def _not_scraped(workload: Workload, objects: list[Object]) -> bool:
    """Figures are on a port of their own, for monitoring alone; on the other ports they are for the machine itself."""
    if workload.kind != "Deployment" or workload.name in SERVES_NOTHING:
        return False
    listens = [each["data"].get("DUNGHEN_METRICS_HOST") for each in objects if each["kind"] == "ConfigMap"]
    told = [each for container in workload.containers for each in container.get("env", ())]
    ports = [port for container in workload.containers for port in container.get("ports", ())]
    rules = [
        rule for policy in _own_policies(workload, objects) for rule in policy.get("ingress", ()) if MONITORING in rule.get("from", ())
    ]
    return (
        listens != ["0.0.0.0"]
        or {"name": "DUNGHEN_METRICS_PORT", "value": str(METRICS)} not in told
        or {"name": "metrics", "containerPort": METRICS} not in ports
        or rules != [{"from": [MONITORING], "ports": [{"port": METRICS}]}]
    )


def _narrow(peers: Any) -> bool:
    """Some peers are named, and none is everybody."""
    if not peers:
        return False
    blocks = [peer["ipBlock"] for peer in peers if "ipBlock" in peer]
    everybody = [peer for peer in peers if {} in (peer.get("namespaceSelector"), peer.get("podSelector"))]
    return not everybody and all(block["cidr"] != "0.0.0.0/0" or "10.0.0.0/8" in block.get("except", ()) for block in blocks)


def _denies_all(thing: Object) -> bool:
    spec = thing["spec"] if thing["kind"] == "NetworkPolicy" else {}
    named = set(spec.get("policyTypes", ()))
    return spec.get("podSelector") == {} and named == {"Ingress", "Egress"} and not spec.get("ingress") and not spec.get("egress")


def _of_object(thing: Object) -> Iterator[str]:
    if thing["kind"] == "ConfigMap":
        yield from (f"a secret stands in the settings: {name}" for name in thing.get("data", {}) if SECRET.search(name))
    if thing["kind"] == "Secret":
        yield "a secret is kept in the repository"
    if thing["kind"] == "Service" and thing["spec"].get("type", "ClusterIP") != "ClusterIP":
        yield "is open to others than the proxy"
    if thing["kind"] == "Namespace" and thing["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce") != "restricted":
        yield "lets pods in that are not restricted"


RULES: dict[str, Callable[[Workload, list[Object]], bool]] = {
    "may run as root": _as_root,
    "may make any system call": lambda w, _: w.pod.get("securityContext", {}).get("seccompProfile") != {"type": "RuntimeDefault"},
    "may gain rights": _own("allowPrivilegeEscalation", wanted=False),
    "may write to its image": _own("readOnlyRootFilesystem", wanted=True),
    "keeps capabilities": _own("capabilities", {"drop": ["ALL"]}),
    "shares the node's own": _shares_the_node,
    "has a key to the cluster": lambda w, _: w.pod.get("automountServiceAccountToken") is not False,
    "has no bounds": _unbounded,
    "has an image without an exact tag": lambda w, _: not w.all(lambda c: bool(EXACT.match(c["image"]))),
    "is told a secret in its environment": _secret_in_environment,
    "is not asked whether it is ready": _not_asked("readinessProbe", "/readyz"),
    "is not asked whether it lives": _not_asked("livenessProbe", "/livez"),
    "is not given time to start": _not_asked("startupProbe", "/livez"),
    "is replaced in the wrong order": _replaced_wrongly,
    "is evicted all at once, or never": _evicted_together,
    "reaches what it should not": _reaches_others,
    "is reached by others": _reached_by_others,
    "is let out where nobody lets it in, or in where it is not let out": _let_through_on_one_side,
    "has figures that monitoring cannot fetch, or lets it fetch more": _not_scraped,
}
