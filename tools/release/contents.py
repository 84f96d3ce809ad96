"""What is in the distributions, and what must not be."""

from __future__ import annotations

import re
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

NEVER = re.compile(
    r"\.(db|db-wal|db-shm|key|pyc|packed)$|^smilepay_cli/.*\.(onnx|dat)$|(^|/)(\.venv|__pycache__|eval|dist|build|\.git)/"
)
"""Wallets, keys, templates, models, evaluation pictures, leftovers of this machine."""
INDEX = re.compile(rb"--(?:extra-)?index-url|--find-links[= ]\S*://|://[^\s'\"]*(?:/simple|pypi|devpi|artifactory)")
"""An address of an index: which one serves packages is the business of who installs."""
SUFFIXES = (".txt", ".toml", ".cfg", ".in", ".sh", "Dockerfile", "Makefile", "METADATA", "PKG-INFO")
"""Where such an address would be acted on."""
NEEDED_IN_WHEEL = (
    "smilepay_cli/__main__.py",
    "smilepay_cli/py.typed",
    "smilepay_cli/adapters/catalogue.toml",
    "smilepay_cli/schemas/envelope.json",
    "smilepay_cli/sample_faces/LICENSES.md",
    "smilepay_cli/sample_faces/lin/1.jpg",
)


def members(archive: Path) -> dict[str, bytes]:
    """Every file of a wheel or an sdist, by name; of an sdist without the folder that all is in."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist() if not name.endswith("/")}
    with tarfile.open(archive) as sdist:
        found = {}
        for member in sdist.getmembers():
            file = sdist.extractfile(member) if member.isreg() else None
            if file is not None:
                found[member.name.partition("/")[2]] = file.read()
        return found


def out_of_place(files: dict[str, bytes]) -> Iterator[str]:
    """What must be in no distribution."""
    for name, data in files.items():
        if NEVER.search(name):
            yield f"{name} must not be in there"
        if name.endswith(SUFFIXES) and (address := INDEX.search(data)):
            yield f"{name} names an index: {address[0].decode(errors='replace')}"


def wheel_problems(files: dict[str, bytes], version: str) -> Iterator[str]:
    """What a wheel lacks, or has too much."""
    yield from out_of_place(files)
    for name in NEEDED_IN_WHEEL:
        if name not in files:
            yield f"{name} is missing"
    for top in sorted({name.partition("/")[0] for name in files} - {"smilepay_cli", f"smilepay-{version}.dist-info"}):
        yield f"{top} is beside the package"


def sdist_problems(files: dict[str, bytes], tracked: Iterable[str]) -> Iterator[str]:
    """How an sdist differs from what is committed: it is the repository, from which everything can be made again."""
    yield from out_of_place(files)
    wanted = set(tracked)
    for name in sorted(wanted - files.keys()):
        yield f"{name} is missing"
    for name in sorted(files.keys() - wanted - {"PKG-INFO"}):
        yield f"{name} is not committed"
