"""Files that come with the program, and the home's own catalogue in place of ours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path

from smilepay_cli.vocabulary.errors import StoreUnusable, UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import Catalogue

_PACKAGE = Path(__file__).parent.parent
"""Ours, as files: models and pictures are opened by name anyway, and importlib.resources takes 3 ms to import."""
LARGEST_CATALOGUE = 1024 * 1024
_DRAFT, _LOCK = "catalogue.{}.draft.toml", "catalogue.lock"


def sample_faces() -> Path:
    """Folder of the sample faces: inside an installed package, beside it in a checkout."""
    installed = _PACKAGE / "sample_faces"
    return installed if installed.is_dir() else _PACKAGE.parent / "sample_faces"


class CatalogueFile:
    """`HOME/catalogue.toml` where there is one, else the catalogue of the package."""

    def __init__(self, home: Path) -> None:
        self._own = home / "catalogue.toml"

    @property
    def path(self) -> str:
        """Where the home's own is, or would be."""
        return str(self._own)

    def load(self) -> Catalogue:
        """Raises UsageProblem for a file that cannot be read or does not make sense, StoreUnusable for a link."""
        return self.understood(self.read(), self.path) if os.path.lexists(self._own) else _ours()

    def understood(self, content: bytes, path: str) -> Catalogue:
        """What a text means. Raises UsageProblem that names the file, and the line or the key."""
        from smilepay_cli.rules.catalogue_files import Unreadable, read_catalogue

        try:
            return read_catalogue(content.decode())
        except (Unreadable, UnicodeDecodeError) as error:
            raise UsageProblem(
                tr("the catalogue {path} cannot be used: {error}", path=path, error=error), reason="bad_catalogue"
            ) from None

    def read(self) -> bytes:
        """What is in force, as it lies there. Raises UsageProblem for no small file, StoreUnusable for a link."""
        if not os.path.lexists(self._own):
            return (_PACKAGE / "adapters" / "catalogue.toml").read_bytes()
        self._require_no_link()
        from smilepay_cli.adapters.capture.files import read_file

        return read_file(self._own, LARGEST_CATALOGUE)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else puts a catalogue in place meanwhile; the lock goes with the process, however that ends."""
        import fcntl

        self._require_no_link()
        with ExitStack() as stack:
            with _told(self._own):
                self._own.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                # A file of its own: a lock on the folder says that the wallet is open (home.py).
                flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
                lock = os.open(self._own.with_name(_LOCK), flags, 0o600)
                stack.callback(os.close, lock)
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def draft(self, content: bytes) -> CatalogueDraft:
        """A text beside the catalogue, on the disk, under a name of its own. Raises StoreUnusable."""
        from tempfile import mkstemp

        with _told(self._own):
            self._own.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            before, after = _DRAFT.split("{}")
            descriptor, name = mkstemp(prefix=before, suffix=after, dir=self._own.parent)  # 0600
            draft = CatalogueDraft(Path(name), self._own)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(descriptor)
            except OSError:
                draft.discard()
                raise
        return draft

    def _require_no_link(self) -> None:
        """As of everything in a home (home.py), also where the wallet is not opened. Raises StoreUnusable."""
        if self._own.is_symlink():
            raise StoreUnusable(
                tr("the catalogue {own} is a symbolic link, and links in a home are not followed", own=self._own),
                hint=tr("put the file itself there"),
                reason="home_unusable",
            )

    def left_behind(self) -> list[CatalogueDraft]:
        """Texts of edits that did not become the catalogue."""
        return [CatalogueDraft(path, self._own) for path in sorted(self._own.parent.glob(_DRAFT.format("*")))]


@cache
def _ours() -> Catalogue:
    from smilepay_cli.rules.catalogue_files import read_catalogue

    return read_catalogue((_PACKAGE / "adapters" / "catalogue.toml").read_text(encoding="utf-8"))


class CatalogueDraft:
    """A text that may become the catalogue."""

    def __init__(self, path: Path, own: Path) -> None:
        self._path = path
        self._own = own

    @property
    def path(self) -> str:
        """Where it is."""
        return str(self._path)

    def read(self) -> bytes:
        """As it is now; an editor may have put another file in its place. Raises UsageProblem."""
        from smilepay_cli.adapters.capture.files import read_file

        return read_file(self._path, LARGEST_CATALOGUE)

    def put(self) -> None:
        """In force, in one step. Raises StoreUnusable, and then the old one is."""
        with _told(self._own):
            self._path.replace(self._own)
        with suppress(OSError), _folder(self._own.parent) as folder:
            os.fsync(folder)  # so that it is in force after a power cut too; where that fails it is in force until then

    def discard(self) -> None:
        """Away with it."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _told(own: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnusable(
            tr("the catalogue {own} cannot be written: {strerror}", own=own, strerror=error.strerror or error),
            hint=tr("free some space, or check the folder's permissions"),
            reason="catalogue_not_written",
        ) from None
