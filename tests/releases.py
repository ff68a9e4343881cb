"""The releases that this one may be rolled out beside: each stands in the history, and its own code is what runs.

A new release adds a line: its commit, and what of it may not run beside this one.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from dunghen.cli.notices.audit import NEVER, THE_PAST

ROOT = Path(__file__).parents[1]
CODE = ("dunghen", "services", "tests")


@dataclass(frozen=True)
class Release:
    """`apart`: kinds of programs none of which may run beside one of this release, nor come back after it (why: docs/operations.md,
    Upgrading); `lacks`: kinds that it has not got; `ledger`: what `notices audit` says of what its alerts wrote, by faults that are mended
    since."""

    commit: str
    what: str
    apart: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
    ledger: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.commit[:7]


# A moved due date put what waited before go-live, and it was told all the same; what was retracted while it waited had "ended". What they
# read otherwise (edition 1 of the counters, decision 0004) they told of by another end or due date than the events have by now.
SINCE_MENDED = frozenset((THE_PAST, NEVER, "ENDED is not borne out by the events"))
RELEASES = (
    Release(
        "ff5d8ccab014d3549999fcf747a3e996642b317e", "19 counters, no webhooks of bands", frozenset(("scoring",)), frozenset(("webhooks",)),
        SINCE_MENDED,
    ),
    Release("8ce9a857c32912c5817673858a30b7f55651619a", "the one before traces", ledger=SINCE_MENDED),
)  # fmt: skip
LAST = RELEASES[-1]


def _git(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(("git", "-C", str(ROOT), *words), capture_output=True, timeout=120, check=False)


def in_history(release: Release) -> None:
    """Skips where this is no clone at all, fails where the clone lacks the commit."""
    if not (ROOT / ".git").exists():
        pytest.skip("no git history here: releases are compared in a clone")
    if _git("cat-file", "-e", f"{release.commit}^{{commit}}").returncode:
        pytest.fail(f"the release {release} ({release.what}) is not in this clone: git fetch --unshallow, or mend tests/releases.py")


def file_of(release: Release, path: str) -> bytes | None:
    """A file as that release had it; None where it had none."""
    in_history(release)
    shown = _git("show", f"{release.commit}:{path}")
    return shown.stdout if shown.returncode == 0 else None


def files_of(release: Release, folder: str) -> list[str]:
    """The paths of its files in a folder."""
    in_history(release)
    return _git("ls-tree", "-r", "--name-only", release.commit, f"{folder}/").stdout.decode().splitlines()


def unpacked(release: Release, folder: Path) -> Path:
    """Its code in a new folder: a program started in it, with it as PYTHONPATH, is that release, on the packages of today."""
    in_history(release)
    packed = _git("archive", release.commit, *CODE)
    assert packed.returncode == 0, packed.stderr.decode()
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    run = run_in(folder, "-c", "import dunghen, services; print(dunghen.__path__[0], services.__path__[0])")
    assert run.split() == [str(folder / "dunghen"), str(folder / "services")], "another release's code would have run"
    return folder


def environment_of(folder: Path) -> dict[str, str]:
    """What makes a program started in that folder the release in it."""
    return {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def run_in(folder: Path, *words: str, **env: str) -> str:
    """What Python says to these words as that release."""
    command, given = (sys.executable, *words), {**os.environ, **environment_of(folder), **env}
    done = subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr[-3000:]}"
    return done.stdout
