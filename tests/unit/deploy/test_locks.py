"""What is read of the locks is all that stands in them; a lock that is not understood is a fault with its place."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.locks import PAGES, ROOT, SERVICES, LockFault, lock_of, packages_of, read_npm, read_pip

HASH = "a" * 64
TWO = f"""numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:{HASH} \\
    --hash=sha256:{"b" * 64}
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:{HASH}
"""


def npm(**package: object) -> str:
    return json.dumps({"lockfileVersion": 3, "packages": {"": {}, "node_modules/preact": package}})


def test_a_package_has_its_version_its_hashes_and_whether_it_is_for_this_system() -> None:
    first, second = read_pip("# by hand\n" + TWO, "x.lock")
    assert (first.name, first.version, first.hashes, first.in_image) == ("numpy", "2.4.6", (("sha256", HASH), ("sha256", "b" * 64)), True)
    assert (second.version, second.in_image) == ("2.5.5", False)


def test_every_package_of_the_real_locks_is_read() -> None:
    for service in SERVICES:
        text = lock_of(service).read_text(encoding="utf-8")
        read = read_pip(text, service)
        assert len(read) == text.count("==") - text.count("platform_python_implementation ==") - text.count("sys_platform ==") > 20
        assert sum(len(package.hashes) for package in read) == text.count("--hash=sha256:")
    places = json.loads(PAGES.read_text(encoding="utf-8"))["packages"]
    of_pages = [package for package in packages_of("api") if package.ecosystem == "npm"]
    assert len(of_pages) == len(places) - 1
    assert {package.name for package in of_pages if package.in_image} >= {"preact", "d3-geo", "@preact/signals"}
    assert not any(package.in_image for package in of_pages if package.name in ("vite", "typescript", "axe-core"))


OPEN_STORES = ("dunghen/cli/audit", "dunghen/cli/backup", "dunghen/cli/erase", "dunghen/cli/rebuild", "dunghen/platform/store")


def imported(file: Path) -> Iterator[str]:
    """The outermost names of what a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
        yield from (name.partition(".")[0] for name in names)


def test_the_image_of_the_commands_has_what_those_import_that_open_stores() -> None:
    files = [file for folder in OPEN_STORES for file in (ROOT / folder).rglob("*.py")]
    others = {name for file in files for name in imported(file)} - set(sys.stdlib_module_names) - {"dunghen", "services"}
    assert others >= {"motor", "pymongo", "typer"}
    known = packages_distributions()
    locked = {package.name for package in packages_of("cli") if package.in_image}
    assert {name for name in others if locked.isdisjoint(each.lower() for each in known[name])} == set()


IN_IMAGE = """
import importlib, pkgutil, sys

class Elsewhere:
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in set(sys.argv[2].split()):
            raise ModuleNotFoundError(f"no module named {name}", name=name)

sys.meta_path.insert(0, Elsewhere())
for folder in sys.argv[1].split():
    package = importlib.import_module(folder.replace("/", "."))
    for each in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(each.name)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_the_commands_that_open_stores_load_where_nothing_but_their_image_s_packages_is() -> None:
    locked = {package.name for package in packages_of("cli") if package.in_image}
    elsewhere = {name for name, owners in packages_distributions().items() if locked.isdisjoint(map(canonicalize_name, owners))}
    elsewhere -= {"dunghen", "services"}
    assert elsewhere >= {"fastapi", "faust", "pytest"}
    folders = " ".join(OPEN_STORES)
    done = subprocess.run(
        [sys.executable, "-c", IN_IMAGE, folders, " ".join(elsewhere)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert {*done.stdout.split()} >= {"redis", "aiokafka", "pymongo"}


def asked_for(extra: str) -> Iterator[Requirement]:
    """What pyproject.toml asks of others for this extra, those of our own extras that it names among it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for text in [*project["dependencies"], *project["optional-dependencies"][extra]]:
        requirement = Requirement(text)
        if requirement.name == project["name"]:
            for inner in requirement.extras:
                yield from asked_for(inner)
        else:
            yield requirement


@pytest.mark.parametrize("service", SERVICES)
def test_a_lock_holds_what_the_project_asks_for(service: str) -> None:
    locked = {package.name: package.version for package in packages_of(service) if package.in_image}
    asked = list(asked_for(service))
    assert len(asked) > 6
    assert [str(each) for each in asked if not each.specifier.contains(locked[canonicalize_name(each.name)])] == []


@pytest.mark.parametrize("service", ["ingest", "api"])
def test_no_fastapi_is_let_in_that_has_no_telemetry_to_turn_off(service: str) -> None:
    (fastapi,) = (each for each in asked_for(service) if each.name == "fastapi")
    assert not fastapi.specifier.contains("0.141.1")  # the last without `fastapi.telemetry`, which `http_server` imports
    assert fastapi.specifier.contains("0.142.0")


def test_what_stands_twice_in_the_tree_of_npm_is_one_package_and_in_the_image_if_any_is() -> None:
    package = {"version": "1.0.0", "integrity": "sha512-AAAA", "license": "MIT"}
    places = {"": {}, "node_modules/a": {**package, "dev": True}, "node_modules/b/node_modules/a": package, "node_modules/@c/a": package}
    read = read_npm(json.dumps({"lockfileVersion": 3, "packages": places}), "x.json")
    assert [(each.name, each.in_image, each.licence) for each in read] == [("a", True, "MIT"), ("@c/a", True, "MIT")]


@pytest.mark.parametrize(
    ("lock", "fault"),
    [
        (f"numpy>=2.4 --hash=sha256:{HASH}", "x.lock: numpy is not pinned"),
        (f"numpy==2.4,!=2.5 --hash=sha256:{HASH}", "x.lock: numpy is not pinned"),
        (f"numpy @ file:///x.whl --hash=sha256:{HASH}", "x.lock: numpy is not pinned"),
        ("numpy==2.4.6", "x.lock: numpy has no SHA-256"),
        ("numpy==2.4.6 --hash=md5:aaaa", "x.lock: numpy has no SHA-256"),
        ("--index-url elsewhere", "x.lock: not a requirement"),
        ("-e .", "x.lock: not a requirement"),
    ],
)
def test_a_python_lock_that_is_not_whole_is_refused(lock: str, fault: str) -> None:
    with pytest.raises(LockFault, match=fault):
        read_pip(lock, "x.lock")


@pytest.mark.parametrize(
    ("lock", "fault"),
    [
        ("{", "x.json: not JSON"),
        (json.dumps({"lockfileVersion": 1}), "lockfileVersion 1 is not 3"),
        (npm(version="11.2.0"), "node_modules/preact has no version or no integrity"),
        (npm(integrity="sha512-AAAA"), "node_modules/preact has no version or no integrity"),
        (npm(version="11.2.0", integrity="sha512"), "node_modules/preact has no version or no integrity"),
    ],
)
def test_a_lock_of_npm_that_is_not_whole_is_refused(lock: str, fault: str) -> None:
    with pytest.raises(LockFault, match=fault):
        read_npm(lock, "x.json")
