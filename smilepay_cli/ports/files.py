"""Files: what is on sale, what people are given, sets of pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from smilepay_cli.vocabulary.ledger import (
    Catalogue,
)

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Buffer

    from smilepay_cli.vocabulary.faces import Pixels
    from smilepay_cli.vocabulary.originals import Original
    from smilepay_cli.vocabulary.trials import Trial


class CatalogueDraft(Protocol):
    """A text that may become the catalogue; it lies beside it, readable by its owner only."""

    @property
    def path(self) -> str:
        """Where it is."""

    def read(self) -> bytes:
        """As it is now. Raises UsageProblem."""

    def put(self) -> None:
        """In the catalogue's place, in one step. Raises StoreUnusable, and then the old one is in force."""

    def discard(self) -> None:
        """Away with it."""


class CatalogueSource(Protocol):
    """What is on sale."""

    @property
    def path(self) -> str:
        """Where the home's own catalogue is, or would be."""

    def load(self) -> Catalogue:
        """Raises UsageProblem for a catalogue file that cannot be read."""

    def read(self) -> bytes:
        """The text that is in force. Raises UsageProblem."""

    def understood(self, content: bytes, path: str) -> Catalogue:
        """What a text means. Raises UsageProblem that names `path`, and the line or the key."""

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else changes the catalogue meanwhile. Raises StoreUnusable."""

    def draft(self, content: bytes) -> CatalogueDraft:
        """Keep a text beside the catalogue, on the disk. Raises StoreUnusable."""

    def left_behind(self) -> Sequence[CatalogueDraft]:
        """Drafts that are there still."""


class Outbox(Protocol):
    """Files for people, outside the wallet."""

    def write_new(self, path: str, chunks: Iterable[bytes]) -> str:
        """A new file of its owner's, whole or not at all; its whole path.

        Raises UsageProblem where something has that name already, or it cannot be written.
        """

    def require_new(self, path: str) -> None:
        """Raises UsageProblem where `write_new` would now; tried out, and nothing stays."""

    def home_file(self, folder: str, name: str) -> str:
        """Path of a file in a folder of the home, which is made where it is missing."""


class GalleryFile(Protocol):
    """Where the packed gallery is kept between calls. It may be lost at any time: the store has the truth."""

    def read(self) -> AbstractContextManager[Buffer | None]:
        """Its bytes as they lie there, mapped into memory; None when there are none."""

    def write(self, sealed: bytes) -> None:
        """In place of what was there, whole or not at all; nothing when it cannot be done."""

    def drop(self) -> None:
        """Away with it."""


class ReplaySet(Protocol):
    """What a replay presents: trials whose words make sense, and whose files were there when it was opened."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def trials(self) -> Sequence[Trial]:
        """In the order of the set, each with an id of its own."""

    @property
    def warnings(self) -> Sequence[str]:
        """What is doubtful about it, a line each."""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of all words of all trials, in their order; of no picture."""

    def files_of(self, trial: Trial) -> Sequence[Path | str]:
        """The frames of its capture, inside of the set, not opened yet; texts are URLs.

        Raises UsageProblem where they are gone.
        """


class Album(Protocol):
    """Bona fide pictures, each with the name of whom it shows."""

    def originals(self) -> Sequence[Original]:
        """All of them, in no particular order. Raises UsageProblem for a name that leads nowhere."""

    def read(self, file: str) -> tuple[bytes, Pixels]:
        """The bytes of a file and the upright picture in them. Raises UsageProblem for one that cannot be used."""


class Folder(Protocol):
    """A folder that is being filled, and is there for others only when it is full."""

    @property
    def place(self) -> str:
        """Its whole path, once it is there."""

    def write(self, path: str, data: bytes) -> None:
        """A new file in it, `/` between the parts. Raises UsageProblem where it cannot be written."""
