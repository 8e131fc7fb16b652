"""Write what an installation of gitopslint consists of, as CycloneDX: `python -m tools.sbom FILE` (`make sbom`).

The versions are those of requirements-dev.txt, as far as gitopslint needs them to run; so the same checkout gives the
same bytes, on every machine.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

from cyclonedx.contrib.hash.factories import HashTypeFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

import gitopslint

ROOT = Path(__file__).parent.parent
_PIN = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)((?:.*\\\n)(?:    --hash=sha256:.*\n)+)", re.MULTILINE)
_HASH = re.compile(r"sha256:[0-9a-f]{64}")


def main(words: list[str]) -> int:
    """Write the file."""
    target = Path(words[0])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(sbom(), "utf-8")
    return 0


def sbom() -> str:
    """Return the bill of materials."""
    pins = {_normal(name): (version, _HASH.findall(hashes)) for name, version, hashes in _PIN.findall(_locked())}
    ours = Component(
        name="gitopslint",
        version=gitopslint.__version__,
        type=ComponentType.APPLICATION,
        bom_ref="gitopslint",
        purl=PackageURL("pypi", name="gitopslint", version=gitopslint.__version__),
        licenses=[LicenseExpression("Apache-2.0")],
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    direct = [_name(one) for one in project["dependencies"]]
    components: dict[str, Component] = {}
    needs: dict[str, list[str]] = {}
    waiting = list(direct)
    while waiting:
        name = waiting.pop()
        if name in components or name not in pins:
            continue
        version, hashes = pins[name]
        components[name] = Component(
            name=name,
            version=version,
            bom_ref=name,
            purl=PackageURL("pypi", name=name, version=version),
            hashes=[HashTypeFactory().from_composite_str(one) for one in hashes],
        )
        needs[name] = [_name(one) for one in requires(name) or () if "extra ==" not in one]
        waiting += needs[name]
    bom = Bom(components=components.values())
    bom.metadata.component = ours
    bom.register_dependency(ours, [components[name] for name in direct])
    for name, others in needs.items():
        bom.register_dependency(components[name], [components[one] for one in others if one in components])
    bill = json.loads(make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string())
    del bill["serialNumber"], bill["metadata"]["timestamp"]  # the same parts are the same bill
    return json.dumps(bill, indent=2) + "\n"


def _locked() -> str:
    return (ROOT / "requirements-dev.txt").read_text("utf-8")


def _name(requirement: str) -> str:
    return _normal(re.split(r"[ ;<>=!~\[(]", requirement, maxsplit=1)[0])


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
