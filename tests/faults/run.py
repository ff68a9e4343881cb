"""`python -m tests.faults.run`: the long form, seed by seed and step by step. Stops at the first step that fails, next time goes on there,
writes the results at the end.

A step is a test file, or one part of a test that has parts (`in_parts`). The state is in build/faults/: what has passed, and a line of
figures for each test of each seed. Ends with 0 when all is done, 1 where a step failed, 3 where `--steps` is used up.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "faults"
STATE, RESULTS = FOLDER / "state.json", FOLDER / "results.jsonl"
REPORT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- make faults: begin -->", "<!-- make faults: end -->"
TESTS = (
    "tests/faults",
    "tests/integration/scoring/test_scoring_chaos.py",
    "tests/integration/platform/test_stages.py",
    "tests/e2e/test_survives.py",
)
PYTEST = (
    sys.executable,
    "-m",
    "pytest",
    "-s",
    "-q",
    "--timeout=3600",
    f"--basetemp={FOLDER / 'worlds'}",
)  # what a failed step left stays there
FAILED, MORE = 1, 3


def environment(seed: int) -> dict[str, str]:
    return {**os.environ, "FAULT_FORM": "long", "FAULT_SEED": str(seed), "FAULT_RESULTS": str(RESULTS)}


def steps_of(seed: int) -> list[str]:
    """All steps of a seed, as words for pytest."""
    command = (*PYTEST, "--collect-only", *TESTS)
    listed = subprocess.run(command, cwd=ROOT, env=environment(seed), capture_output=True, text=True, check=True).stdout
    nodes = [line for line in listed.splitlines() if "::" in line]
    return list(dict.fromkeys(node if "[part" in node else node.partition("::")[0] for node in nodes))


def run_step(seed: int, words: list[str]) -> bool:
    print(f"seed {seed}: {' '.join(words)}", flush=True)
    return subprocess.run((*PYTEST, *words), cwd=ROOT, env=environment(seed), check=False).returncode == 0


def run_all(count: int, at_most: int) -> int:
    """Seeds 1 to `count`, from where the last run stopped; `at_most` so many steps."""
    passed: list[list[Any]] = json.loads(STATE.read_text()).get("passed", []) if STATE.exists() else []
    if not passed:
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
    waiting = [[seed, step] for seed in range(1, count + 1) for step in steps_of(seed) if [seed, step] not in passed]
    for seed, step in waiting[:at_most]:
        if not run_step(seed, [step]):
            print(f"failed. Alone: python -m tests.faults.run --seed {seed} {step}. Going on from it: make faults FAULT_SEEDS={count}")
            return FAILED
        passed.append([seed, step])
        STATE.write_text(json.dumps({"passed": passed}))
    if len(waiting) > at_most:
        return MORE
    write_report(count, len(passed))
    STATE.unlink(missing_ok=True)
    return 0


def write_report(seeds: int, steps: int) -> None:
    """The figures of all seeds, added up, between the two marks in docs/reliability.md."""
    text = REPORT.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    lines = [json.loads(line) for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    commit = subprocess.run(("git", "rev-parse", "--short", "HEAD"), cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    day = f"{datetime.now().astimezone():%Y-%m-%d}"
    named = "seed 1" if seeds == 1 else f"seeds 1 to {seeds}"
    title = f"{named}, {steps} steps, ended on {day} at {commit}, all green; {machine()}:"
    REPORT.write_text(f"{head}{BEGIN}\n{title}\n\n{table(lines)}\n{END}{tail}", encoding="utf-8")


def machine() -> str:
    """Where it ran."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[2]:.0f} in the last 15 minutes"


def table(lines: list[dict[str, Any]]) -> str:
    """A row for each test: its parts and the sums of their figures; of a part that ran twice the last counts."""
    last = {(line["seed"], line["node"]): line for line in lines}
    figures: dict[str, Counter[str]] = defaultdict(Counter)
    parts = Counter[str]()
    for line in last.values():
        figures[line["test"]].update(line["figures"])
        parts[line["test"]] += 1
    rows = [f"| {test} | {parts[test]} | {', '.join(f'{n:,} {what}' for what, n in sums.items())} |" for test, sums in figures.items()]
    return "\n".join(["| fault | runs | in all |", "|---|---:|---|", *rows])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds the whole run has")
    parser.add_argument("--steps", type=int, default=sys.maxsize, help="do so many steps now, the rest another time")
    parser.add_argument("--seed", type=int, help="only this one; nothing is remembered")
    parser.add_argument("selected", nargs="*", help="words for pytest: only these tests (with --seed)")
    given = parser.parse_args()
    if given.seed is not None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        return 0 if run_step(given.seed, given.selected or [*TESTS]) else FAILED
    return run_all(given.seeds, given.steps)


if __name__ == "__main__":
    sys.exit(main())
