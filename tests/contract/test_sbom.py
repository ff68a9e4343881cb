"""Each image's bill of materials is CycloneDX, holds all of its lock, and a bill that does not is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.locks import SERVICES, packages_of
from tools.sbom import bill, faults, main, unlicensed

Document = dict[str, Any]


@pytest.mark.parametrize("service", SERVICES)
def test_a_bill_is_cyclonedx_and_whole(service: str) -> None:
    packages = packages_of(service)
    document = bill(service, packages)
    assert list(faults(document, packages)) == []
    read = json.loads(document)
    assert (read["specVersion"], read["metadata"]["component"]["name"]) == ("1.6", f"dunghen-{service}")
    assert len(unlicensed(document)) <= len(packages) // 10


def test_the_pages_are_in_the_bill_of_api_and_what_builds_them_is_told_apart() -> None:
    scopes = {each["name"]: each["scope"] for each in json.loads(bill("api", packages_of("api")))["components"]}
    assert (scopes["preact"], scopes["starlette"], scopes["vite"]) == ("required", "required", "excluded")


def test_a_bill_has_the_same_number_until_a_package_changes() -> None:
    packages = packages_of("ingest")
    first, again, fewer = (json.loads(bill("ingest", each))["serialNumber"] for each in (packages, packages, packages[1:]))
    assert first == again != fewer


def without_a_package(document: Document) -> None:
    del document["components"][0]


def with_another_version(document: Document) -> None:
    document["components"][0]["purl"] += "1"


def without_hashes(document: Document) -> None:
    del document["components"][0]["externalReferences"][0]["hashes"]


def with_an_unknown_member(document: Document) -> None:
    document["components"][0]["colour"] = "red"


def without_a_name(document: Document) -> None:
    del document["components"][0]["name"]


BROKEN = {
    without_a_package: "is in the lock and not in the bill",
    with_another_version: "is in the lock and not in the bill",
    without_hashes: "has no hash",
    with_an_unknown_member: "not CycloneDX 1.6: $.components[0]",
    without_a_name: "not CycloneDX 1.6: $.components[0]",
}


@pytest.mark.parametrize(("breaks", "said"), BROKEN.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_a_bill_that_is_not_whole_is_found(breaks: Callable[[Document], None], said: str) -> None:
    packages = packages_of("ingest")
    document = json.loads(bill("ingest", packages))
    breaks(document)
    assert [said in fault for fault in faults(json.dumps(document), packages)] == [True]


def test_the_command_writes_a_bill_for_each_image(tmp_path: Path) -> None:
    assert main(tmp_path / "sbom") == 0
    assert {file.name for file in (tmp_path / "sbom").iterdir()} == {f"{service}.cdx.json" for service in SERVICES}
