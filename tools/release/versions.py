"""The version is written once, in smilepay_cli/__init__.py; everything else has to say the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

UNRELEASED = "Unreleased"
_HEADING = re.compile(r"^## (.+?)\s*$", re.MULTILINE)
_METADATA = re.compile(r"^Version: (.+)$", re.MULTILINE)


def written_version(root: Path) -> str:
    """The version that smilepay_cli/__init__.py assigns, without running it."""
    tree = ast.parse((root / "smilepay_cli" / "__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__version__")], value=ast.Constant(value=str(version))):
                return version
    raise ValueError("smilepay_cli/__init__.py assigns no __version__")


def disagreements(
    version: str, *, changelog: str, metadata: str | None = None, said: str | None = None, final: bool = True
) -> Iterator[str]:
    """What says another version than the one that is written: the changelog, a wheel's metadata, `smilepay --version`.

    A `final` release has no changes left that are under no version.
    """
    headings = _HEADING.findall(changelog)
    if final and UNRELEASED in headings:
        yield f"CHANGELOG.md still has changes under '{UNRELEASED}': give them the version"
    newest = next((heading for heading in headings if heading != UNRELEASED), None)
    if newest != version:
        yield f"the newest version of CHANGELOG.md is {newest}, and smilepay_cli/__init__.py says {version}"
    if metadata is not None:
        found = _METADATA.search(metadata)
        if found is None or found[1] != version:
            yield f"the wheel's metadata says {found[1] if found else 'no version'}, and not {version}"
    if said is not None and said.strip() != f"smilepay {version}":
        yield f"smilepay --version says {said.strip()!r}, and not 'smilepay {version}'"
