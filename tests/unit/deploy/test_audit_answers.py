"""An audit says no only of what was looked at: whatever is missing in an answer is not checked, and fails."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.audit import Answer, layers, npm_answer, pip_answer
from tools.locks import Locked

A, B = Locked("pypi", "aiokafka", "0.14.0", ()), Locked("pypi", "starlette", "1.0.0", ())
CLEAN = {"name": "aiokafka", "version": "0.14.0", "vulns": []}
KNOWN = {"name": "starlette", "version": "1.0.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.0.1"]}]}
COUNTED = {"dependencies": {"total": 2}}


def pip(*dependencies: dict[str, Any], err: str = "") -> Answer:
    return pip_answer([A, B], json.dumps({"dependencies": dependencies}), err)


def test_all_looked_at_and_nothing_known_is_the_only_good_end() -> None:
    assert pip(CLEAN, {**KNOWN, "vulns": []}).exit_code == 0
    assert npm_answer([A, B], json.dumps({"vulnerabilities": {}, "metadata": COUNTED})).exit_code == 0


def test_what_is_known_is_said_with_the_version_that_mends_it() -> None:
    answer = pip(CLEAN, KNOWN)
    assert (answer.exit_code, answer.known) == (1, ["starlette 1.0.0: PYSEC-1, mended in 1.0.1"])
    via = [{"title": "Prototype pollution", "url": "GHSA-1"}, "d3-array"]
    answer = npm_answer([A, B], json.dumps({"vulnerabilities": {"d3-geo": {"severity": "high", "via": via}}, "metadata": COUNTED}))
    assert (answer.exit_code, answer.known) == (1, ["d3-geo (high): Prototype pollution GHSA-1; by d3-array"])


@pytest.mark.parametrize(
    ("dependencies", "err", "said"),
    [
        ([CLEAN], "", "1 packages: starlette 1.0.0: pip-audit passed over them"),
        ([CLEAN, {"name": "starlette", "skip_reason": "not found"}], "", "starlette 1.0.0: pip-audit passed over them"),
        ([CLEAN, {**KNOWN, "version": "0.9"}], "", "starlette 1.0.0: pip-audit passed over them"),
        ([CLEAN, {**KNOWN, "vulns": []}], "WARNING: OSV vuln entry 'X' is missing 'affected' list", "X"),
    ],
)
def test_a_package_that_was_passed_over_is_not_checked(dependencies: list[dict[str, Any]], err: str, said: str) -> None:
    answer = pip(*dependencies, err=err)
    assert answer.exit_code == 2
    assert said in answer.unchecked[0]


@pytest.mark.parametrize("out", ["", "<html>", "[]", "{}", '{"dependencies": null}'])
def test_no_answer_is_not_checked_with_the_reason(out: str) -> None:
    answer = pip_answer([A, B], out, "Traceback\n  …\nConnectionError: refused\n")
    assert answer.unchecked == ["2 packages: aiokafka 0.14.0, starlette 1.0.0: ConnectionError: refused"]


@pytest.mark.parametrize(
    ("out", "reason"),
    [
        ('{"message": "connect ECONNREFUSED", "error": {}}', "connect ECONNREFUSED"),
        ("", "npm gave no answer"),
        ("[]", "npm gave no answer"),
        ('{"vulnerabilities": {}, "metadata": {"dependencies": {"total": 1}}}', "npm looked at 1 packages, the lock has 2"),
    ],
)
def test_what_npm_did_not_look_at_is_not_checked(out: str, reason: str) -> None:
    answer = npm_answer([A, B], out)
    assert (answer.exit_code, answer.unchecked) == (2, [f"2 packages: aiokafka 0.14.0, starlette 1.0.0: {reason}"])


def test_not_everything_checked_outweighs_what_is_known() -> None:
    assert pip({**KNOWN}).exit_code == 2


def test_versions_of_a_name_are_asked_for_one_after_the_other_each_once() -> None:
    numpy = [Locked("pypi", "numpy", version, ()) for version in ("2.4.6", "2.5.5")]
    assert [[each.version for each in layer] for layer in layers([*numpy, A, *numpy])] == [["0.14.0", "2.4.6"], ["2.5.5"]]
