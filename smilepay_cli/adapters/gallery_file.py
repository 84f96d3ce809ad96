"""`HOME/gallery.packed`: the encrypted references of everyone as one block, so that a large wallet opens at once.

Only a copy, kept between calls. It goes with every change of the references, and with its key when somebody is
forgotten.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class PackedGalleryFile:
    """A ports.GalleryFile, readable by its owner only."""

    def __init__(self, home: Path) -> None:
        self._path = home / "gallery.packed"

    @contextmanager
    def read(self) -> Iterator[mmap.mmap | None]:
        """Its bytes, mapped into memory; None when there are none."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):  # ValueError: it is empty
            yield None
            return
        with mapped:
            yield mapped

    def write(self, sealed: bytes) -> None:
        """In one step: whoever reads meanwhile has the old or the new one. On a full disk there is none."""
        from tempfile import mkstemp

        self._clear_drafts()
        draft = None
        try:
            descriptor, draft = mkstemp(prefix="gallery.", suffix=".draft", dir=self._path.parent)
            with os.fdopen(descriptor, "wb") as file:
                file.write(sealed)
            Path(draft).replace(self._path)
        except OSError:
            if draft is not None:
                with suppress(OSError):
                    Path(draft).unlink()
            self.drop()  # the old one is out of date

    def drop(self) -> None:
        """Away with it."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        self._clear_drafts()

    def _clear_drafts(self) -> None:
        """What processes that were killed left."""
        with suppress(OSError):
            for draft in self._path.parent.glob("gallery.*.draft"):
                draft.unlink(missing_ok=True)
