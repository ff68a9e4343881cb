"""Every alert fires when it should and not else, by `promtool test rules`; and these tests can fail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.prometheus_rules import GUARD_SECONDS, PROMETHEUS, Rules, read_rules, run

pytestmark = pytest.mark.timeout(GUARD_SECONDS + 60)


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    return read_rules(tmp_path_factory.mktemp("prometheus"))


def test_every_alert_fires_and_keeps_silent_as_its_tests_say() -> None:
    done = run("promtool", "test", "rules", *sorted((PROMETHEUS / "tests").glob("*.yml")))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("never_or_always", ["vector(0) > 1", "vector(1)"])
def test_an_alert_that_never_or_always_fires_fails_its_tests(rules: Rules, tmp_path: Path, never_or_always: str) -> None:
    """So each has a case in which it fires, and one in which it does not."""
    done = run("promtool", "test", "rules", *sorted(rules.written(tmp_path, never_or_always).glob("*.yml")))
    assert done.returncode != 0
    silent = never_or_always != "vector(1)"
    found = re.findall(r"alertname: ?(\w+), time: [^,\n]*,?\s*\n\s*exp:(\[\s*\]?)", done.stdout + done.stderr)
    failed = {name for name, expected in found if ("]" not in expected) is silent}
    assert failed == {rule["name"] for rule in rules.all("alerting")}
