"""Schemathesis against a running system: every operation is asked, with what fits its description and what does not, by several askers.

Nothing may fail (5xx), and every answer must be one that the description has: its status, its media type, its schema. To be run
in a process of its own: in the system's it would draw from the same `random`, and no run were like another.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance]
SEED, TIMEOUT = int(os.environ.get("ASKING_SEED", "766")), 30
EXAMPLES = int(os.environ.get("ASKING_EXAMPLES", "6"))  # of each operation, mode and asker; the long form: 60


@dataclass(frozen=True)
class Questions:
    """Where to ask, and by whom. `codes`: by the beginning of a path, what is there; `values`: by a parameter's name, what is
    not to be made up; `left_out`: operations that are not asked.
    """

    page: str
    description: str  # JSON
    askers: Mapping[str, Mapping[str, str]]  # headers by name
    codes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()


@dataclass
class Answers:
    """How often each operation answered with which status to whom, and what was wrong."""

    counts: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)


def ask_everything(questions: Questions) -> Answers:
    """Asks in the same way each time."""
    schema, answers = schemathesis.openapi.from_dict(json.loads(questions.description)), Answers()
    schema.config.update(base_url=questions.page)
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.label in questions.left_out:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if _can_be_wrong(operation) else (GenerationMode.POSITIVE,):
            try:
                _ask(operation, mode, questions, answers)
            except BaseExceptionGroup as faults:
                answers.wrong[f"{operation.label} {mode.name}"] = "\n".join(str(fault) for fault in (faults, *faults.exceptions))
            except Exception as fault:
                answers.wrong[f"{operation.label} {mode.name}"] = f"{type(fault).__name__}: {fault}"
    return answers


def _can_be_wrong(operation: Any) -> bool:
    """Any text fits a path, so only a query or a body can fail to fit its description."""
    return bool(operation.query) or bool(operation.body)


def _ask(operation: Any, mode: GenerationMode, questions: Questions, answers: Answers) -> None:
    codes = next((codes for begins, codes in questions.codes.items() if operation.path.startswith(begins)), [])
    named = {parameter.name for parameter in operation.query} & questions.values.keys() if mode is GenerationMode.POSITIVE else ()
    known = st.fixed_dictionaries({name: st.sampled_from(questions.values[name]) for name in named})

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode), code=st.sampled_from([*codes, None]), values=known)
    def one(case: Any, code: str | None, values: dict[str, str]) -> None:
        case.query = {**(case.query or {}), **values}
        if code is not None:
            case.path_parameters["code"] = code
        for name, headers in questions.askers.items():
            answer = case.call(headers=headers, timeout=TIMEOUT, allow_redirects=False)
            answers.counts[operation.label, name, answer.status_code] += 1
            case.validate_response(answer, checks=CHECKS)

    one()
