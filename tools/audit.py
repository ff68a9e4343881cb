"""Asks for known vulnerabilities of every package of every lock: `python -m tools.audit [--osv-url URL] [--npm-registry URL]`.

pip-audit asks OSV about `requirements/*.lock`, npm its registry about `wall/package-lock.json`. Exit code 0 only if every package was
checked and nothing is known of any; 1 if something is; 2 if a package could not be checked, whatever else was found.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tools.locks import PAGES, SERVICES, Locked, LockFault, lock_of, read_npm, read_pip

LOCKS = (*SERVICES, "dev")
ASK_SECONDS = 900
NAMED = 5  # so many packages of a fault are named
LOOSE = ("Unsupported OSV schema version", "is missing 'affected' list")  # then pip-audit passes over what it was told


@dataclass
class Answer:
    """`known`: what is known of which package; `unchecked`: what nobody knows anything of, with the reason."""

    known: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)

    def add(self, other: Answer) -> None:
        self.known += other.known
        self.unchecked += other.unchecked

    @property
    def exit_code(self) -> int:
        return 2 if self.unchecked else 1 if self.known else 0


def pip_answer(asked: Sequence[Locked], out: str, err: str) -> Answer:
    """What pip-audit's JSON says of these packages. `err`: what it wrote to stderr."""
    try:
        said = {(each["name"], each.get("version")): each for each in json.loads(out)["dependencies"]}
    except (ValueError, KeyError, TypeError):
        return Answer(unchecked=[_not_checked(asked, _last_line(err))])
    answer = Answer(unchecked=[f"OSV: {line}" for line in err.splitlines() if any(words in line for words in LOOSE)])
    left_out = [each for each in asked if "vulns" not in said.get((each.name, each.version), ())]
    if left_out:
        answer.unchecked.append(_not_checked(left_out, "pip-audit passed over them"))
    for name, version in sorted(set(said) & {(each.name, each.version) for each in asked}):
        answer.known += [_known(name, version, each) for each in said[name, version].get("vulns", ())]
    return answer


def _known(name: str, version: str, vulnerability: dict[str, Any]) -> str:
    fixed = ", ".join(vulnerability.get("fix_versions", ())) or "no version"
    return f"{name} {version}: {vulnerability['id']}, mended in {fixed}"


def npm_answer(asked: Sequence[Locked], out: str) -> Answer:
    """What npm's JSON says of the packages of one lock."""
    try:
        said = json.loads(out)
        counted = int(said["metadata"]["dependencies"]["total"])
        found = said["vulnerabilities"].items()
    except (ValueError, KeyError, TypeError, AttributeError):
        return Answer(unchecked=[_not_checked(asked, _reason(out))])
    known = [f"{name} ({each['severity']}): {_titles(each['via'])}" for name, each in sorted(found)]
    short = [_not_checked(asked, f"npm looked at {counted} packages, the lock has {len(asked)}")] if counted < len(asked) else []
    return Answer(known, short)


def _titles(via: Iterable[Any]) -> str:
    return "; ".join(f"by {each}" if isinstance(each, str) else f"{each['title']} {each['url']}" for each in via)


def _reason(out: str) -> str:
    try:
        return str(json.loads(out)["message"])[:200]
    except (ValueError, KeyError, TypeError):
        return "npm gave no answer"


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["pip-audit said nothing"])[-1][:300]


def _not_checked(packages: Sequence[Locked], reason: str) -> str:
    names = ", ".join(f"{each.name} {each.version}" for each in packages[:NAMED])
    more = f" and {len(packages) - NAMED} more" if len(packages) > NAMED else ""
    return f"{len(packages)} packages: {names}{more}: {reason}"


def layers(packages: Iterable[Locked]) -> list[list[Locked]]:
    """Each package once; of a name with several versions one in each layer, for pip-audit takes one version of a name at a time."""
    of_name: dict[str, list[Locked]] = {}
    for package in sorted(packages, key=lambda each: each.key):
        versions = of_name.setdefault(package.name, [])
        if all(each.key != package.key for each in versions):
            versions.append(package)
    deepest = max(map(len, of_name.values()), default=0)
    return [[versions[at] for versions in of_name.values() if len(versions) > at] for at in range(deepest)]


def ask_pip_audit(packages: Sequence[Locked], folder: Path, osv_url: str) -> Answer:
    """Markers are left out: a package for another system is checked too."""
    file = folder / "asked.txt"
    lines = (" ".join([f"{each.name}=={each.version}", *(f"--hash={kind}:{value}" for kind, value in each.hashes)]) for each in packages)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip_audit", "-r", str(file), "--disable-pip", "--require-hashes", "--vulnerability-service", "osv"]
    command += ["--format", "json", "--progress-spinner", "off", *(["--osv-url", osv_url] if osv_url else [])]
    done = _run(command, folder)
    return pip_answer(packages, done.stdout, done.stderr)


def ask_npm(packages: Sequence[Locked], registry: str) -> Answer:
    command = ["npm", "audit", "--json", "--package-lock-only", *([f"--registry={registry}"] if registry else [])]
    return npm_answer(packages, _run(command, PAGES.parent).stdout)


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=ASK_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as fault:
        return subprocess.CompletedProcess(command, 1, "", f"{command[0]}: {type(fault).__name__}")


def audit(osv_url: str, registry: str) -> Answer:
    """Raises LockFault, OSError where a lock cannot be read."""
    of_python = layers(package for name in LOCKS for package in read_pip(lock_of(name).read_text(encoding="utf-8"), lock_of(name).name))
    of_pages = read_npm(PAGES.read_text(encoding="utf-8"), PAGES.name)
    answer = ask_npm(of_pages, registry)
    with TemporaryDirectory() as folder:
        for layer in of_python:
            answer.add(ask_pip_audit(layer, Path(folder), osv_url))
    checked = f"{sum(map(len, of_python))} packages of {len(LOCKS)} Python locks, {len(of_pages)} of the pages"
    print(f"asked about {checked}")
    return answer


def main() -> int:
    options = argparse.ArgumentParser(description="Known vulnerabilities of every package of every lock.")
    options.add_argument("--osv-url", default="", help="of OSV or a mirror of it; without: pip-audit's own")
    options.add_argument("--npm-registry", default="", help="without: the one that npm is set up with")
    given = options.parse_args()
    try:
        answer = audit(given.osv_url, given.npm_registry)
    except (LockFault, OSError) as fault:
        answer = Answer(unchecked=[str(fault)])
    for line in answer.known:
        print(f"KNOWN {line}", file=sys.stderr)
    for line in answer.unchecked:
        print(f"NOT CHECKED {line}", file=sys.stderr)
    print({0: "all checked, nothing known", 1: "vulnerabilities are known", 2: "not everything could be checked"}[answer.exit_code])
    return answer.exit_code


if __name__ == "__main__":
    sys.exit(main())
