"""What was measured on pictures before: where it is kept, and what it was measured by."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from smilepay_cli import __version__
from smilepay_cli.adapters.face_memory import FaceMemory, MemoryFile

if TYPE_CHECKING:
    from smilepay_cli.commands.call import Call
    from smilepay_cli.ports import FaceEngine


def cache_folder(call: Call, named: str | None) -> Path:
    """The folder that --cache names, or the user's."""
    if named:
        return Path(named).expanduser().absolute()
    from smilepay_cli.adapters.faces.models.cache import default_folder

    return default_folder(call.environment.variables) / "replay"


def open_memory(engine: FaceEngine, folder: Path) -> FaceMemory:
    """What this engine and this program's own rules measured. Raises UsageProblem for an unusable folder."""
    told = f"{__version__} {engine.name} {engine.maker.digest} {engine.landmark_model} {_rules_digest()}"
    return FaceMemory(MemoryFile(folder, sha256(told.encode()).hexdigest()))


def _rules_digest() -> str:
    """Of the program's own text that measures pictures: other rules measure otherwise."""
    package = Path(__file__).parents[1]
    digest = sha256()
    for path in sorted([*(package / "rules").rglob("*.py"), *(package / "adapters" / "faces").rglob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()
