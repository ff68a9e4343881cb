"""Writes a bill of materials for each image, CycloneDX 1.6 as JSON, out of the locks: `python -m tools.sbom [FOLDER]` (build/sbom).

It holds every package of the image's lock with its version, hashes and licence; of api's image those of the pages too. What is only for
other systems or for building is there with scope `excluded`. Licences of Python packages are what the
installed package of that version says.
Debian's packages of the base images are not in it: whoever builds the images asks them for those.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.hash.factories import HashTypeFactory
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.contrib.this.builders import this_component
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.lifecycle import LifecyclePhase, PredefinedLifecycle
from cyclonedx.model.tool import ToolRepository
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from dunghen.platform.clock import RealClock
from tools.locks import ROOT, SERVICES, Locked, LockFault, packages_of

LONGEST_LICENCE_NAME = 64  # some packages have the whole text there
UNSAID = {"", "UNKNOWN", "Dual License"}


def bill(service: str, packages: Iterable[Locked]) -> str:
    """The document for the image of `service`."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    image = Component(type=ComponentType.CONTAINER, name=f"dunghen-{service}", version=version, bom_ref=f"dunghen-{service}@{version}")
    parts = [component(package) for package in packages]
    bom = Bom(
        components=parts,
        serial_number=uuid5(NAMESPACE_URL, "\n".join(sorted(f"{image.bom_ref} {part.purl} {part.scope}" for part in parts))),
        metadata=BomMetaData(
            component=image,
            timestamp=RealClock().now(),
            tools=ToolRepository(components=[this_component()]),
            lifecycles=[PredefinedLifecycle(phase=LifecyclePhase.PRE_BUILD)],
        ),
    )
    bom.register_dependency(image, parts)
    return str(JsonV1Dot6(bom).output_as_string(indent=2)) + "\n"


def component(package: Locked) -> Component:
    purl = purl_of(package)
    hashes = [HashTypeFactory().from_composite_str(f"{algorithm}:{value}") for algorithm, value in package.hashes]
    licences = said_licences(package) if package.ecosystem == "pypi" else [package.licence]
    return Component(
        name=purl.name,
        group=purl.namespace,
        version=package.version,
        purl=purl,
        bom_ref=str(purl),
        scope=ComponentScope.REQUIRED if package.in_image else ComponentScope.EXCLUDED,
        licenses=[LicenseFactory().make_from_string(licence) for licence in licences if licence],
        external_references=[_distribution(purl, hashes)],
    )


def _distribution(purl: PackageURL, hashes: list[HashType]) -> ExternalReference:
    """Whichever of the package's files is installed has one of these hashes."""
    return ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(str(purl)), hashes=hashes)


def purl_of(package: Locked) -> PackageURL:
    group, _, name = package.name.rpartition("/")
    return PackageURL(package.ecosystem, group or None, name, package.version)


def said_licences(package: Locked) -> list[str]:
    """What the installed package of this version says of its licences; nothing where it is not installed or in another version."""
    try:
        installed = distribution(package.name)
    except PackageNotFoundError:
        return []
    return _licences_in(installed) if installed.version == package.version else []


def _licences_in(installed: Distribution) -> list[str]:
    said = installed.metadata
    for text in (*said.get_all("License-Expression", ()), *said.get_all("License", ())):
        if text.strip() not in UNSAID and len(text) <= LONGEST_LICENCE_NAME and "\n" not in text:
            return [text]
    named = (line.rpartition(" :: ")[2] for line in said.get_all("Classifier", ()) if line.startswith("License ::"))
    return [name for name in named if name != "OSI Approved"]


def faults(document: str, packages: Iterable[Locked]) -> Iterator[str]:
    """What is wrong with a bill: against the schema of CycloneDX, a package of the lock that is missing, or that has no hash."""
    if wrong := JsonStrictValidator(SchemaVersion.V1_6).validate_str(document):
        yield f"not CycloneDX 1.6: {wrong.data.json_path}: {wrong.data.message[:200]}"
        return
    listed = {each.get("purl"): each for each in json.loads(document).get("components", ())}
    for package in packages:
        purl = str(purl_of(package))
        if purl not in listed:
            yield f"{purl} is in the lock and not in the bill"
        elif not any(hashes.get("hashes") for hashes in listed[purl].get("externalReferences", ())):
            yield f"{purl} has no hash"


def unlicensed(document: str) -> list[str]:
    """Packages in the image of which no licence is known."""
    return [each["purl"] for each in json.loads(document)["components"] if not each.get("licenses") and each["scope"] == "required"]


def main(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    wrong = 0
    for service in SERVICES:
        try:
            packages = packages_of(service)
        except (LockFault, OSError) as fault:
            print(f"{service}: {fault}", file=sys.stderr)
            return 1
        document = bill(service, packages)
        for fault_found in faults(document, packages):
            print(f"{service}: {fault_found}", file=sys.stderr)
            wrong += 1
        (folder / f"{service}.cdx.json").write_text(document, encoding="utf-8")
        print(f"{folder / service}.cdx.json: {len(packages)} packages, of {len(unlicensed(document))} no licence is known")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "sbom"))
