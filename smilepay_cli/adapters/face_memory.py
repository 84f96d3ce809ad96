"""What was measured on the images of a replay, so that the same images need no looking at again.

A picture is known by the digest of its pixels, and a file by the digest of its bytes: a file that is known is not even
decoded. Between runs it is kept in a file (memory_file.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smilepay_cli.adapters.memory_file import Measures, MemoryFile
    from smilepay_cli.rules.gallery import Gallery
    from smilepay_cli.vocabulary.faces import Frame
    from smilepay_cli.vocabulary.trials import Outcome


class FaceMemory:
    """A ports.Memory. Without a file it remembers no longer than until `turn`; `taken` says what was measured."""

    def __init__(self, file: MemoryFile | None = None) -> None:
        self._file = file
        self._pictures: dict[str, Measures] = {}
        self._new: set[str] = set()
        self._files: dict[str, str] = {}
        self._gallery: tuple[str, Gallery] | None = None
        self.measured = 0
        """Measures that were not known."""

    def recall(self, frame: Frame, what: str, measure: Callable[[], Any]) -> Any:
        """The measure; taken now where it is not known. A measure that fails is not kept."""
        known = self._known(frame.pixel_digest)
        if what not in known:
            known[what] = measure()
            self.measured += 1
            self._new.add(frame.pixel_digest)
        return known[what]

    def gallery(self, state: str, opened: Callable[[], Gallery]) -> Gallery:
        """The gallery in that state of the wallet; opened now where it is not known."""
        if self._gallery is None or self._gallery[0] != state:
            self._gallery = (state, opened())
        return self._gallery[1]

    def knows(self, pixels: str, what: str) -> bool:
        """Whether a measure is known."""
        return what in self._known(pixels)

    def note(self, pixels: str, what: str) -> None:
        """Know that something was asked of this picture."""
        self._known(pixels)[what] = True
        self._new.add(pixels)

    def pixels_of(self, file_digest: str) -> str | None:
        """The digest of the pixels in a file that was decoded before."""
        return self._files.get(file_digest) or (self._file.pixels_of(file_digest) if self._file else None)

    def learn(self, file_digest: str, pixels: str) -> None:
        """What a file decodes to."""
        if self.pixels_of(file_digest) is None:
            self._files[file_digest] = pixels
            if self._file:
                self._file.add_file(file_digest, pixels)

    def absorb(self, pixels: str, measures: Mapping[str, Any]) -> None:
        """What was measured elsewhere; what is known already stays."""
        known = self._known(pixels)
        added = {what: found for what, found in measures.items() if what not in known}
        if added:
            known.update(added)
            self._new.add(pixels)

    def taken(self) -> dict[str, Measures]:
        """Everything that was measured since the last `turn`, by the pixels' digest."""
        return {pixels: self._pictures[pixels] for pixels in self._new}

    def outcome(self, of: str) -> Outcome | None:
        """What came of a trial that was run before, under the very same conditions."""
        return self._file.outcome(of) if self._file else None

    def keep_outcome(self, of: str, outcome: Outcome) -> None:
        """Know it from now on."""
        if self._file:
            self._file.put_outcome(of, outcome)

    def turn(self) -> None:
        """The next trial: what is in a file is let go of, and what is new goes there."""
        if self._file:
            for pixels in self._new:
                self._file.put(pixels, self._pictures[pixels])
        self._pictures.clear()
        self._files.clear()
        self._new.clear()

    def close(self) -> None:
        """Keep what is new, and let go of the file."""
        self.turn()
        if self._file:
            self._file.close()

    def _known(self, pixels: str) -> Measures:
        if pixels not in self._pictures:
            self._pictures[pixels] = (self._file.get(pixels) if self._file else None) or {}
        return self._pictures[pixels]
