"""The bill of materials: CycloneDX, one for each Python that was tried, since what is installed differs a little."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tools.release.shell import DIST, ROOT, run


def write_sbom(programs: Path, interpreter: Path, version: str, minor: str) -> list[dict[str, Any]]:
    """Write dist/smilepay-VERSION-py3.NN.cdx.json of what is installed beside an interpreter; its components.

    Licence texts are in it. The same environment gives the same bytes. cyclonedx-py checks it against the schema.
    """
    path = DIST / f"smilepay-{version}-py{minor}.cdx.json"
    options = ["--output-reproducible", "--gather-license-texts", "--validate", "--pyproject", ROOT / "pyproject.toml"]
    run([programs / "cyclonedx-py", "environment", *options, "--output-file", path, interpreter])
    bill = json.loads(path.read_text(encoding="utf-8"))
    return [one for one in bill["components"] if one["name"] != "smilepay"]
