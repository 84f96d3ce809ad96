"""The bill of materials: CycloneDX, one for each Python that was tried, since what is installed differs a little."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tools.release.shell import DIST, ROOT, run

_HERE = "file:"


def write_sbom(programs: Path, interpreter: Path, version: str, minor: str) -> list[dict[str, Any]]:
    """Write dist/smilepay-VERSION-py3.NN.cdx.json of what is installed beside an interpreter; its components.

    Licence texts are in it. The same environment gives the same bytes. cyclonedx-py checks it against the schema.
    """
    path = DIST / f"smilepay-{version}-py{minor}.cdx.json"
    options = ["--output-reproducible", "--gather-license-texts", "--validate", "--pyproject", ROOT / "pyproject.toml"]
    run([programs / "cyclonedx-py", "environment", *options, "--output-file", path, interpreter])
    bill = told(json.loads(path.read_text(encoding="utf-8")), version)
    path.write_text(json.dumps(bill, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return list(bill["components"])


def told(bill: dict[str, Any], version: str) -> dict[str, Any]:
    """A bill with the version that pyproject.toml leaves to the package, and without paths of this machine.

    A distribution that was installed from dist is named as it lies there, beside the bill.
    """
    root = {**bill["metadata"]["component"], "version": version}
    components = [
        {**one, "externalReferences": [_reference(each) for each in one["externalReferences"]]}
        if "externalReferences" in one
        else one
        for one in bill["components"]
        if one["name"] != root["name"]
    ]
    return {**bill, "metadata": {**bill["metadata"], "component": root}, "components": components}


def _reference(reference: dict[str, Any]) -> dict[str, Any]:
    url = str(reference["url"])
    return {**reference, "url": url.rpartition("/")[2]} if url.startswith(_HERE) else reference
