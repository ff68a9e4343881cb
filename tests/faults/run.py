"""`python -m tests.faults.run`: the long form, seed by seed. Stops at the first that fails, next time goes on there, writes the results.

Its state is in build/faults/: where it is, and a line of figures for each test of each seed.
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
PYTEST = (sys.executable, "-m", "pytest", "-s", "-q", "--timeout=3600")


def run_seed(seed: int, selected: list[str]) -> bool:
    """All tests with one seed; `selected` are more words for pytest, to run some of them only."""
    print(f"seed {seed}", flush=True)
    env = {**os.environ, "FAULT_FORM": "long", "FAULT_SEED": str(seed), "FAULT_RESULTS": str(RESULTS)}
    return subprocess.run((*PYTEST, *(selected or TESTS)), cwd=ROOT, env=env, check=False).returncode == 0


def run_all(count: int) -> int:
    """Seeds 1 to `count`, from where the last run stopped."""
    begin = json.loads(STATE.read_text())["next"] if STATE.exists() else 1
    if begin == 1:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for seed in range(begin, count + 1):
        STATE.write_text(json.dumps({"next": seed, "of": count}))
        if not run_seed(seed, []):
            print(f"seed {seed} failed. Alone: make faults FAULT_SEED={seed}. Going on from it: make faults FAULT_SEEDS={count}")
            return 1
    write_report(count)
    STATE.unlink(missing_ok=True)
    return 0


def write_report(count: int) -> None:
    """The figures of all seeds, added up, between the two marks in docs/reliability.md."""
    text = REPORT.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    lines = [json.loads(line) for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    REPORT.write_text(f"{head}{BEGIN}\n{table(lines, count)}\n{END}{tail}", encoding="utf-8")


def table(lines: list[dict[str, Any]], count: int) -> str:
    """A row for each test: its seeds and the sums of its figures."""
    figures: dict[str, Counter[str]] = defaultdict(Counter)
    seeds: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        figures[line["test"]].update(line["figures"])
        seeds[line["test"]].add(line["seed"])
    commit = subprocess.run(("git", "rev-parse", "--short", "HEAD"), cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    rows = [f"| {test} | {len(seeds[test])} | {', '.join(f'{n:,} {what}' for what, n in sums.items())} |" for test, sums in figures.items()]
    return "\n".join(
        [
            f"{count} seeds on {datetime.now().astimezone():%Y-%m-%d} at {commit}, all green:",
            "",
            "| fault | seeds | in all |",
            "|---|---:|---|",
            *rows,
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds the whole run has")
    parser.add_argument("--seed", type=int, help="only this one; nothing is remembered")
    parser.add_argument("selected", nargs="*", help="words for pytest: only these tests (with --seed)")
    given = parser.parse_args()
    if given.seed is not None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        return 0 if run_seed(given.seed, given.selected) else 1
    return run_all(given.seeds)


if __name__ == "__main__":
    sys.exit(main())
