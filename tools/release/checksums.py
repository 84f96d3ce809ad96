"""What was checked, and the digests of everything in dist."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import file_digest
from pathlib import Path

CHECKS = "CHECKS.txt"
SUMS = "SHA256SUMS"


def write_checks(folder: Path, lines: Sequence[str]) -> None:
    """What was done for this release and what was not, for who gets it."""
    (folder / CHECKS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def write_sums(folder: Path) -> None:
    """SHA256SUMS of every other file, as `sha256sum --check` reads it."""
    lines = []
    for path in sorted(folder.iterdir()):
        if path.name != SUMS and path.is_file():
            with path.open("rb") as file:
                lines.append(f"{file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
