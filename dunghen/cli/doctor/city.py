"""Of a running city: room on its disk, and whether its figures were compared with the raw events lately."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from dunghen.cli.doctor.finding import Finding
from dunghen.platform.clock import RealClock

LEAST_FREE, LEAST_BYTES = 0.1, 1 << 30
COMPARED_HOURS = 26  # one each night, and two hours for it to be late
COMPARE = "dunghen reconcile, each night (docs/operations.md)"


def disk_of(folder: Path) -> Iterator[Finding]:
    """Where the data folder is; brokers and stores on other machines have disks of their own."""
    if folder.exists():
        room = shutil.disk_usage(folder)
        enough = room.free >= min(LEAST_BYTES, room.total) and room.free >= LEAST_FREE * room.total
        said = f"room on the disk of {folder}: {room.free / (1 << 30):.1f} GiB, {100 * room.free // room.total} %"
        yield Finding(said, enough, "make room, or move the folder: a full disk stops Kafka and the stores, and ingest answers 503")


def comparison_of(page: str, made_up: bool) -> Iterator[Finding]:
    """The newest comparison with the raw events. Of a made-up city none is wanted, but one that found something is said."""
    try:
        answer = httpx.get(f"{page}/api/v1/reconciliations", timeout=5)
        found = answer.json() if answer.status_code == 200 else None
    except (httpx.HTTPError, ValueError):
        found = None
    if found is None:
        yield Finding("the comparison with the raw events", False, f"{page}/api/v1/reconciliations does not answer")
        return
    if found["at"] is None:
        if not made_up:
            yield Finding("a comparison with the raw events (there was none)", False, COMPARE)
        return
    if found["state"] == "differs":
        yield Finding(f"the figures agree with the raw events ({found['at']}: they do not)", False, "deploy/runbooks/ReconcileDiffers.md")
        return
    age = RealClock().now() - datetime.fromisoformat(found["at"])
    fresh = made_up or age <= timedelta(hours=COMPARED_HOURS)
    yield Finding(f"the figures agreed with the raw events at {found['at']}", fresh, f"older than {COMPARED_HOURS} h: {COMPARE}")
