"""What was measured on pictures before: where it is kept, and what it was measured by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from smilepay_cli.adapters.capture.files import printable
from smilepay_cli.vocabulary.errors import UsageProblem

if TYPE_CHECKING:
    from smilepay_cli.adapters.face_memory import FaceMemory
    from smilepay_cli.commands.call import Call
    from smilepay_cli.ports import FaceEngine


def whole_path(given: str, option: str) -> Path:
    """A folder as typed, `~` too. Raises UsageProblem."""
    try:
        if given:
            return Path(given).expanduser().absolute()
    except (RuntimeError, OSError) as error:  # no such user; a working directory that is gone
        raise UsageProblem(f"{option} {printable(given)}: {error}", hint="give a whole path") from None
    raise UsageProblem(f"{option} needs a folder")


def cache_folder(call: Call, named: str | None) -> Path:
    """The folder that --cache names, or the user's."""
    if named is not None:
        return whole_path(named, "--cache")
    from smilepay_cli.adapters.faces.models.cache import default_folder

    return default_folder(call.environment.variables) / "replay"


def open_memory(call: Call, engine: FaceEngine, folder: Path) -> FaceMemory:
    """What this engine and this program's own rules measured. Raises UsageProblem for an unusable folder."""
    from smilepay_cli.adapters.face_memory import FaceMemory
    from smilepay_cli.adapters.memory_file import MemoryFile
    from smilepay_cli.commands.lookout import made_by

    return FaceMemory(MemoryFile(folder, made_by(engine), warn=call.warnings.append))
