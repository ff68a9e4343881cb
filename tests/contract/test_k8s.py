"""`deploy/k8s` is what Kubernetes takes, every workload is shut in, watched and replaced as it must be; each breach is found."""

from __future__ import annotations

import copy
from collections.abc import Callable
from ipaddress import IPv4Network
from typing import Any

import pytest
from k8s_rules import (
    API,
    FOLDER,
    HTTPS,
    METRICS,
    MONITORING,
    ONE_AT_A_TIME,
    REACHES,
    RULES,
    SERVES_NOTHING,
    Object,
    Workload,
    faults,
    read,
    read_file,
    ways_out,
    workloads,
)
from program_settings import SETTINGS, STANDARD, TRACED

from dunghen.platform.settings import PREFIX, PlatformSettings
from dunghen.platform.traces_export import Chosen


@pytest.fixture(scope="module")
def objects() -> list[Object]:
    return read()


def test_everything_is_taken_by_kubernetes_and_keeps_every_rule(objects: list[Object]) -> None:
    assert faults(objects) == []
    assert {workload.name for workload in workloads(objects)} == REACHES.keys()


def context(container: Object) -> Object:
    found: Object = container["securityContext"]
    return found


Break = Callable[[Workload, list[Object]], Any]


def in_container(change: Callable[[Object], Any]) -> Break:
    return lambda workload, _: change(workload.pod["containers"][0])


def in_pod(change: Callable[[Object], Any]) -> Break:
    return lambda workload, _: change(workload.pod)


def of_others(kind: str, change: Callable[[Object], Any]) -> Break:
    """Changes what there is of a kind for the workload."""
    return lambda workload, objects: [
        change(each) for each in objects if each["kind"] == kind and each["metadata"]["name"] == workload.name
    ]


def first_peers(policy: Object, direction: str, peers: list[Object]) -> None:
    rule = {"ingress": "from", "egress": "to"}[direction]
    for each in policy["spec"][direction][:1]:
        each[rule] = peers


def told_otherwise(container: Object, name: str, value: str) -> None:
    """Another value of a variable that it has."""
    next(each for each in container["env"] if each["name"] == name)["value"] = value


def without_peer(policy: Object, direction: str, name: str) -> None:
    """Takes a program of ours off the rules of one side."""
    rule = {"ingress": "from", "egress": "to"}[direction]
    for each in policy["spec"][direction]:
        each[rule] = [peer for peer in each[rule] if peer.get("podSelector") != {"matchLabels": {"app": name}}]


ONE_SIDE = "is let out where nobody lets it in, or in where it is not let out"
SCRAPED = "has figures that monitoring cannot fetch, or lets it fetch more"
DEPLOYED = {"ingest", "scoring", "projector", "api", "webhooks", "alerts"}
MANY = {"scoring", "api"}
ALL = REACHES.keys()
BREAKS: dict[str, tuple[Break, str, Any]] = {
    "root": (in_pod(lambda p: p["securityContext"].update(runAsNonRoot=False)), "may run as root", ALL),
    "user 0": (in_pod(lambda p: p["securityContext"].update(runAsUser=0)), "may run as root", ALL),
    "user 0 of a container": (in_container(lambda c: context(c).update(runAsUser=0)), "may run as root", ALL),
    "seccomp": (in_pod(lambda p: p["securityContext"].pop("seccompProfile")), "may make any system call", ALL),
    "rights": (in_container(lambda c: context(c).pop("allowPrivilegeEscalation")), "may gain rights", ALL),
    "writable": (in_container(lambda c: context(c).update(readOnlyRootFilesystem=False)), "may write to its image", ALL),
    "capabilities": (in_container(lambda c: context(c).update(capabilities={"drop": ["NET_RAW"]})), "keeps capabilities", ALL),
    "node": (in_pod(lambda p: p.update(hostNetwork=True)), "shares the node's own", ALL),
    "disk": (in_pod(lambda p: p["volumes"].append({"name": "x", "hostPath": {"path": "/"}})), "shares the node's own", ALL),
    "privileged": (in_container(lambda c: context(c).update(privileged=True)), "shares the node's own", ALL),
    "token": (in_pod(lambda p: p.pop("automountServiceAccountToken")), "has a key to the cluster", ALL),
    "no limit": (in_container(lambda c: c["resources"].pop("limits")), "has no bounds", ALL),
    "no request": (in_container(lambda c: c["resources"]["requests"].pop("memory")), "has no bounds", ALL),
    "latest": (in_container(lambda c: c.update(image="dunghen:latest")), "has an image without an exact tag", ALL),
    "no tag": (in_container(lambda c: c.update(image="dunghen")), "has an image without an exact tag", ALL),
    "secret": (
        in_container(lambda c: c["envFrom"].append({"secretRef": {"name": "dunghen-stores"}})),
        "is told a secret in its environment",
        ALL,
    ),
    "password": (
        in_container(lambda c: c.setdefault("env", []).append({"name": "DUNGHEN_SMTP_PASSWORD", "value": "x"})),
        "is told a secret in its environment",
        ALL,
    ),
    "ready": (in_container(lambda c: c.pop("readinessProbe")), "is not asked whether it is ready", DEPLOYED),
    "ready by life": (
        in_container(lambda c: c["readinessProbe"]["httpGet"].update(path="/livez")),
        "is not asked whether it is ready",
        DEPLOYED,
    ),
    "life": (in_container(lambda c: c.pop("livenessProbe")), "is not asked whether it lives", DEPLOYED),
    "killed while Kafka is away": (
        in_container(lambda c: c["livenessProbe"]["httpGet"].update(path="/readyz")),
        "is not asked whether it lives",
        DEPLOYED,
    ),
    "another port": (in_container(lambda c: c["livenessProbe"]["httpGet"].update(port="x")), "is not asked whether it lives", DEPLOYED),
    "start": (in_container(lambda c: c.pop("startupProbe")), "is not given time to start", DEPLOYED),
    "order": (
        lambda workload, _: workload.spec.update(strategy={"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 2, "maxUnavailable": 0}}),
        "is replaced in the wrong order",
        DEPLOYED,
    ),
    "two": (lambda workload, _: workload.spec.update(replicas=2), "is replaced in the wrong order", ONE_AT_A_TIME),
    "all evicted": (
        of_others("PodDisruptionBudget", lambda b: b["spec"].update(maxUnavailable=2)),
        "is evicted all at once, or never",
        MANY,
    ),
    "none evicted": (
        of_others("PodDisruptionBudget", lambda b: b["spec"].update(maxUnavailable=0)),
        "is evicted all at once, or never",
        MANY,
    ),
    "one held back": (
        lambda workload, objects: objects.append(
            {"kind": "PodDisruptionBudget", "metadata": {"name": "x"}, "spec": {"selector": {"matchLabels": {"app": workload.name}}}}
        ),
        "is evicted all at once, or never",
        ONE_AT_A_TIME | {"alerts"},
    ),
    "out to all": (
        of_others("NetworkPolicy", lambda p: first_peers(p, "egress", [{"ipBlock": {"cidr": "0.0.0.0/0"}}])),
        "reaches what it should not",
        ALL,
    ),
    "out anywhere": (of_others("NetworkPolicy", lambda p: p["spec"].update(egress=[{}])), "reaches what it should not", ALL),
    "out to nobody": (of_others("NetworkPolicy", lambda p: p["spec"].pop("egress")), "reaches what it should not", ALL),
    "in from all": (
        of_others("NetworkPolicy", lambda p: first_peers(p, "ingress", [{"namespaceSelector": {}}])),
        "is reached by others",
        DEPLOYED,
    ),
    "in anyhow": (of_others("NetworkPolicy", lambda p: p["spec"].update(ingress=[{}])), "is reached by others", ALL),
    "not let in": (of_others("NetworkPolicy", lambda p: without_peer(p, "ingress", "operator")), ONE_SIDE, {"api", "ingest"}),
    "not let out": (of_others("NetworkPolicy", lambda p: without_peer(p, "egress", "api")), ONE_SIDE, {"operator", "reconcile"}),
    "figures nowhere": (in_container(lambda c: told_otherwise(c, "DUNGHEN_METRICS_PORT", "0")), SCRAPED, DEPLOYED),
    "figures elsewhere": (in_container(lambda c: c["ports"].remove({"name": "metrics", "containerPort": METRICS})), SCRAPED, DEPLOYED),
    "figures for the machine alone": (
        lambda _, objects: named(objects, "ConfigMap", "dunghen")["data"].pop("DUNGHEN_METRICS_HOST"),
        SCRAPED,
        DEPLOYED,
    ),
    "figures for nobody": (
        of_others("NetworkPolicy", lambda p: p["spec"]["ingress"].remove({"from": [MONITORING], "ports": [{"port": METRICS}]})),
        SCRAPED,
        DEPLOYED,
    ),
    "monitoring at another door": (
        of_others("NetworkPolicy", lambda p: p["spec"]["ingress"].append({"from": [MONITORING], "ports": [{"port": API}]})),
        SCRAPED,
        DEPLOYED,
    ),
    "in not said": (of_others("NetworkPolicy", lambda p: p["spec"].update(policyTypes=["Egress"])), "is reached by others", ALL),
}


@pytest.mark.parametrize(("breaks", "rule", "of"), BREAKS.values(), ids=BREAKS.keys())
def test_a_workload_that_breaks_a_rule_is_found_whichever_it_is(breaks: Break, rule: str, of: Any, objects: list[Object]) -> None:
    for name in of:
        changed = copy.deepcopy(objects)
        workload = next(each for each in workloads(changed) if each.name == name)
        breaks(workload, changed)
        assert RULES[rule](workload, changed), name
    assert not any(RULES[rule](workload, objects) for workload in workloads(objects))


def test_every_rule_of_a_workload_is_broken_once_above() -> None:
    assert {rule for _, rule, _ in BREAKS.values()} == RULES.keys()


def named(objects: list[Object], kind: str, name: str) -> Object:
    return next(each for each in objects if (each["kind"], each["metadata"]["name"]) == (kind, name))


BROKEN: dict[str, tuple[Callable[[list[Object]], Any], str]] = {
    "a member that is not known": (
        lambda all_: named(all_, "Deployment", "api")["spec"].update(replicaz=2),
        "api: not of Kubernetes 1.31: spec: Additional properties",
    ),
    "a wrong type": (
        lambda all_: named(all_, "Deployment", "api")["spec"].update(replicas="two"),
        "api: not of Kubernetes 1.31: spec.replicas: 'two'",
    ),
    "a number in the settings": (
        lambda all_: named(all_, "ConfigMap", "dunghen")["data"].update(DUNGHEN_PARTITIONS=8),
        "dunghen: not of Kubernetes 1.31: data.DUNGHEN_PARTITIONS",
    ),
    "a password in the settings": (
        lambda all_: named(all_, "ConfigMap", "dunghen")["data"].update(DUNGHEN_MONGO="mongodb://u:p@m"),
        "dunghen: a secret stands in the settings: DUNGHEN_MONGO",
    ),
    "a secret in the repository": (
        lambda all_: all_.append({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}),
        "x: a secret is kept in the repository",
    ),
    "a service for everybody": (
        lambda all_: named(all_, "Service", "api")["spec"].update(type="LoadBalancer"),
        "api: is open to others than the proxy",
    ),
    "an unguarded namespace": (lambda all_: named(all_, "Namespace", "dunghen")["metadata"].pop("labels"), "dunghen: lets pods in"),
    "no denial": (lambda all_: all_.remove(named(all_, "NetworkPolicy", "nobody")), "network: whoever has no policy may reach everybody"),
}


@pytest.mark.parametrize(("breaks", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_a_base_that_is_broken_elsewhere_is_found(breaks: Callable[[list[Object]], Any], said: str, objects: list[Object]) -> None:
    changed = copy.deepcopy(objects)
    breaks(changed)
    assert said in faults(changed)[0]


def test_what_a_city_adds_for_its_sign_on_and_its_pulled_sources_lets_these_two_out_there_and_nobody_else(objects: list[Object]) -> None:
    """With a provider or a source that the settings name: the base lets neither out."""
    added = read_file(FOLDER / "examples" / "outward.yaml")
    assert {each["kind"] for each in added} == {"NetworkPolicy"}
    assert [fault for fault in faults([*objects, *added]) if "reaches what it should not" not in fault] == []  # taken by Kubernetes
    before = {workload.name: ways_out(workload, objects) for workload in workloads(objects)}
    after = {workload.name: ways_out(workload, [*objects, *added]) for workload in workloads(objects)}
    more = {name: after[name][len(rules) :] for name, rules in before.items() if after[name] != rules}
    assert more.keys() == {"api", "ingest"}
    for rules in more.values():
        assert [rule["ports"] for rule in rules] == [[{"port": HTTPS}]]
        blocks = [IPv4Network(peer["ipBlock"]["cidr"]) for rule in rules for peer in rule["to"]]
        assert [block.num_addresses for block in blocks] == [1]  # one address of an example, for the city to change
        assert all(block.subnet_of(IPv4Network("192.0.2.0/24")) for block in blocks)


def test_no_collector_is_named_and_the_way_to_one_is_open_to_those_that_make_spans_alone(objects: list[Object]) -> None:
    told = {name: value for name, value in named(objects, "ConfigMap", "dunghen")["data"].items() if name in STANDARD}
    assert told["OTEL_EXPORTER_OTLP_ENDPOINT"] == ""
    assert Chosen.of(told) is None
    assert Chosen.of({**told, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}) == Chosen.of(
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}
    )
    added = read_file(FOLDER / "examples" / "traces.yaml")
    assert [fault for fault in faults([*objects, *added]) if "reaches what it should not" not in fault] == []  # taken by Kubernetes
    more = {each.name: ways_out(each, [*objects, *added])[len(ways_out(each, objects)) :] for each in workloads(objects)}
    assert {name for name, rules in more.items() if rules} == TRACED
    for name in TRACED:
        assert [(rule["ports"], [peer["ipBlock"]["cidr"] for peer in rule["to"]]) for rule in more[name]] == [
            ([{"port": 4318}], ["192.0.2.30/32"])
        ]


def test_a_pod_is_told_only_settings_that_its_program_has(objects: list[Object]) -> None:
    shared = named(objects, "ConfigMap", "dunghen")["data"].keys()
    known_to_some = {name for settings in SETTINGS.values() for name in settings.model_fields}
    assert {name.removeprefix(PREFIX).lower() for name in shared - STANDARD} <= known_to_some
    for workload in workloads(objects):
        settings = SETTINGS.get(workload.name, PlatformSettings)
        told = {each["name"] for container in workload.containers for each in container.get("env", ())}
        assert {name.removeprefix(PREFIX).removesuffix("_FILE").lower() for name in told} <= set(settings.model_fields), workload.name


def test_every_file_of_a_secret_is_mounted_where_it_is_looked_for(objects: list[Object]) -> None:
    for workload in workloads(objects):
        for container in workload.containers:
            files = [each["value"] for each in container.get("env", ()) if each["name"].endswith("_FILE")]
            mounted = [each["mountPath"] for each in container["volumeMounts"] if each.get("readOnly")]
            assert all(file.rpartition("/")[0] in mounted for file in files), workload.name
            assert bool(files) is bool(mounted), workload.name


def test_every_service_leads_to_a_port_of_its_pods(objects: list[Object]) -> None:
    pods = {workload.name: workload for workload in workloads(objects)}
    services = [each["spec"] for each in objects if each["kind"] == "Service"]
    assert len(services) == 2
    for service in services:
        ports = {port["name"] for container in pods[service["selector"]["app"]].containers for port in container["ports"]}
        assert {port["targetPort"] for port in service["ports"]} <= ports


def test_only_the_operators_pod_serves_nothing_and_it_is_not_there_by_itself(objects: list[Object]) -> None:
    assert [each.spec["replicas"] for each in workloads(objects) if each.name in SERVES_NOTHING] == [0]


def test_the_only_copy_of_an_erasure_outlives_the_operators_pod(objects: list[Object]) -> None:
    (pod,) = (each.pod for each in workloads(objects) if each.name == "operator")
    (place,) = (mount["name"] for container in pod["containers"] for mount in container["volumeMounts"] if mount["mountPath"] == "/work")
    (volume,) = (each for each in pod["volumes"] if each["name"] == place)
    assert named(objects, "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"])["spec"]["resources"]["requests"]["storage"]
