"""`python -m tests.browser.lighthouse [--runs 3] [--path /]`: Lighthouse's marks of a page on a phone (C7), the median of the runs.

A documented run, no test: `npx` fetches Lighthouse itself. The city is the one of the browser tests, over a real projector and HTTP
worker; network and processor are simulated as Lighthouse does by default (slow 4G, a quarter of this machine). A JSON line a run,
with the audits that were not met, and one at the end; exit code 1 below performance 90, accessibility 100, best practices 95.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from typing import Any

from tests.browser.chromium import FLAGS, program
from tests.browser.soak import a_city

WANTED = {"performance": 90, "accessibility": 100, "best-practices": 95}
VERSION = "13.5.0"
TIMES = ("first-contentful-paint", "largest-contentful-paint", "speed-index", "total-blocking-time", "cumulative-layout-shift")
PATIENCE_SECONDS = 300  # of one run: a hang guard


def run(address: str) -> dict[str, Any]:
    """One run: marks of 0 to 100, the times (milliseconds; the layout shift has no unit) and the audits that were not met."""
    words = ("npx", "--yes", f"lighthouse@{VERSION}", address, "--output=json", "--quiet", f"--chrome-flags={' '.join(FLAGS)}")
    only = f"--only-categories={','.join(WANTED)}"
    told = subprocess.run(
        (*words, only), env={**os.environ, "CHROME_PATH": program()}, stdout=subprocess.PIPE, check=True, timeout=PATIENCE_SECONDS
    )
    report = json.loads(told.stdout)
    audits = report["audits"]
    marks = {name: round(report["categories"][name]["score"] * 100) for name in WANTED}
    weighed = {ref["id"] for name in WANTED for ref in report["categories"][name]["auditRefs"] if ref["weight"]}
    return {
        **marks,
        **{name: round(audits[name]["numericValue"], 3) for name in TIMES},
        "unmet": {
            name: audits[name]["score"] for name in sorted(weighed) if (audits[name]["score"] or 1) < 0.9 or audits[name]["score"] == 0
        },
    }


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--runs", type=int, default=3)
    words.add_argument("--path", default="/")
    wanted = words.parse_args()
    runs = []
    with a_city() as city:
        for _ in range(wanted.runs):
            runs.append(run(city.page + wanted.path))
            print(json.dumps(runs[-1]), flush=True)
    medians = {name: statistics.median(run[name] for run in runs) for name in (*WANTED, *TIMES)}
    print(json.dumps({"run": "lighthouse", "path": wanted.path, **medians}))
    return int(any(medians[name] < least for name, least in WANTED.items()))


if __name__ == "__main__":
    sys.exit(main())
