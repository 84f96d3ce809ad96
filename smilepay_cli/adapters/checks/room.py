"""Room on disks, and what kind of file system a folder is on."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

_ESCAPED = re.compile(r"\\([0-7]{3})")


def nearest_there(path: Path) -> Path:
    """The path itself, or the nearest folder above it that there is."""
    return next((place for place in (path, *path.parents) if os.path.lexists(place)), Path("/"))


def megabytes(size: int) -> str:
    """Millions of bytes, in words."""
    return f"{round(size / 1e6):,}"


class Room:
    """Asks the system; tests give other answers."""

    def __init__(
        self, statvfs: Callable[[Path], os.statvfs_result] = os.statvfs, mounts: Path = Path("/proc/self/mounts")
    ) -> None:
        self._statvfs = statvfs
        self._mounts = mounts

    def free(self, folder: Path) -> int:
        """Bytes that we may still write where the folder is, or would be. Raises OSError."""
        found = self._statvfs(nearest_there(folder))
        return found.f_bavail * found.f_frsize

    def kind(self, folder: Path) -> str | None:
        """The file system's name, such as ext4 or nfs4; None where the system does not tell."""
        real, best, kind = nearest_there(folder).resolve(), -1, None
        try:
            lines = self._mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        except OSError:
            return None
        for line in lines:
            _, place, name, *_ = [*line.split(), "", "", ""]
            mounted = Path(_ESCAPED.sub(lambda found: chr(int(found[1], 8)), place))
            if real.is_relative_to(mounted) and len(mounted.parts) >= best:  # of two on one place the later one counts
                best, kind = len(mounted.parts), name
        return kind or None
