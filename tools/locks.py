"""What the locks hold: `requirements/*.lock` (pip, with hashes) and `wall/package-lock.json` (npm), as the packages of each image.

Used by `tools.sbom` and `tools.audit`. A line that is not understood is a fault with its place, never passed over.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
SERVICES = ("ingest", "scoring", "api", "alerts", "cli")
PAGES = ROOT / "wall" / "package-lock.json"
IN_IMAGES = {  # PEP 508, of python:3.11-slim-bookworm
    "implementation_name": "cpython",
    "implementation_version": "3.11.0",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": "3.11.0",
    "python_version": "3.11",
    "sys_platform": "linux",
}


class LockFault(Exception):
    """A lock that is not what `deploy/lock` or npm writes: which file, which package or line, what about it."""


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of a lock. `hashes`: (algorithm as in `sha256`, hex) of each file that may be installed; `licence`: as the lock says it,
    or ''; `in_image`: not only for other systems (pip) or for building (npm)."""

    ecosystem: str  # as in package URLs: pypi, npm
    name: str
    version: str
    hashes: tuple[tuple[str, str], ...]
    licence: str = ""
    in_image: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        return self.ecosystem, self.name, self.version


def lock_of(service: str) -> Path:
    return ROOT / "requirements" / f"{service}.lock"


def packages_of(service: str) -> list[Locked]:
    """All that an image is made of; api's has the pages in it. Raises LockFault, OSError."""
    found = read_pip(lock_of(service).read_text(encoding="utf-8"), lock_of(service).name)
    return found + (read_npm(PAGES.read_text(encoding="utf-8"), PAGES.name) if service == "api" else [])


def read_pip(text: str, file: str) -> list[Locked]:
    """`name==version ; marker --hash=sha256:…`, one a line, lines continued by a backslash. Raises LockFault."""
    lines = (line.strip() for line in text.replace("\\\n", " ").splitlines())
    return [_pinned(line, file) for line in lines if line and not line.startswith("#")]


def _pinned(line: str, file: str) -> Locked:
    wanted, *rest = line.split(" --hash=")
    try:
        requirement = Requirement(wanted.strip())
    except InvalidRequirement:
        raise LockFault(f"{file}: not a requirement: {wanted.strip()[:80]}") from None
    pins = [each.version for each in requirement.specifier if each.operator == "=="]
    hashes = tuple((algorithm, value) for algorithm, _, value in (each.strip().partition(":") for each in rest))
    if len(pins) != 1 or len(requirement.specifier) != 1 or requirement.url:
        raise LockFault(f"{file}: {requirement.name} is not pinned to one version")
    if not hashes or any(algorithm != "sha256" or len(value) != 64 for algorithm, value in hashes):
        raise LockFault(f"{file}: {requirement.name} has no SHA-256")
    return Locked("pypi", canonicalize_name(requirement.name), pins[0], hashes, in_image=_holds(requirement.marker))


def _holds(marker: Marker | None) -> bool:
    return marker is None or marker.evaluate(IN_IMAGES)


def read_npm(text: str, file: str) -> list[Locked]:
    """`package-lock.json` of npm 7 and later; what stands in several places of the tree is one package. Raises LockFault."""
    try:
        lock = json.loads(text)
    except ValueError:
        raise LockFault(f"{file}: not JSON") from None
    if lock.get("lockfileVersion") != 3:
        raise LockFault(f"{file}: lockfileVersion {lock.get('lockfileVersion')!r} is not 3")
    found: dict[tuple[str, str, str], Locked] = {}
    for place, package in lock["packages"].items():
        if place:
            read = _from_npm(place, package, file)
            known = found.get(read.key)
            found[read.key] = read if known is None or read.in_image else known
    return list(found.values())


def _from_npm(place: str, package: dict[str, Any], file: str) -> Locked:
    name = package.get("name") or place.rpartition("node_modules/")[2]
    try:
        hashes = tuple(_digest(each) for each in package["integrity"].split())
        return Locked("npm", name, package["version"], hashes, str(package.get("license", "")), not package.get("dev", False))
    except (KeyError, ValueError, binascii.Error):
        raise LockFault(f"{file}: {place} has no version or no integrity") from None


def _digest(integrity: str) -> tuple[str, str]:
    """`sha512-base64` → (sha512, hex)."""
    algorithm, _, value = integrity.partition("-")
    if not value:
        raise ValueError(integrity)
    return algorithm, base64.b64decode(value, validate=True).hex()
