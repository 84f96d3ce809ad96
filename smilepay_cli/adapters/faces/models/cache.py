"""Where the fast engine's models are kept between runs, and how they get there.

One folder a set of models, named by what they depend on: the weight files by their SHA-256, the libraries' versions,
the processor (an optimised network is made for its instructions). Beside the files lies `manifest.json` with their
checksums. Everything is checked when it is loaded; what does not agree is built anew.

A folder appears in one step, built elsewhere first, under a lock: two processes that start at once build once, and one
that is killed leaves nothing half done. Checksums find damage. Against somebody who can write into the folder they do
nothing, whatever they are, so it must be ours alone; and so they may be of a kind (XXH3, 128 bits) that takes 3 ms for
100 MB, where SHA-256 takes 50 to 250.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from smilepay_cli.adapters.faces.models.files import MANIFEST, ModelFiles, ModelsUnavailable, checksum
from smilepay_cli.adapters.faces.models.sessions import load_onnxruntime
from smilepay_cli.adapters.faces.weights import Weights, load_dlib, sha256_of

FORMAT = 2
"""Raised whenever what is built changes, so that older folders are left alone."""
Say = Callable[[str], None]


def default_folder(variables: Mapping[str, str]) -> Path:
    """`SMILEPAY_CACHE`, else the user's cache folder."""
    if variables.get("SMILEPAY_CACHE"):
        return Path(variables["SMILEPAY_CACHE"]).absolute()
    from platformdirs import user_cache_path

    return user_cache_path("smilepay", appauthor=False)


class Digests:
    """SHA-256 of weight files, remembered by size, inode and time of change: hashing 130 MB takes a tenth of a second.

    What is remembered carries a digest of its own; where that does not fit, the files are hashed. With `looking`
    nothing is written.
    """

    def __init__(self, folder: Path, *, looking: bool = False) -> None:
        self._path = folder / "weights.json"
        self._looking = looking
        self._known: dict[str, list[Any]] | None = None

    def of(self, path: Path) -> str:
        """SHA-256 (hex). Raises UsageProblem (engine_missing) when the file cannot be read."""
        if self._known is None:
            self._known = self._read()
        try:
            status = path.stat()
        except OSError:
            return sha256_of(path)  # which says what is wrong
        mark = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
        known = self._known.get(str(path))
        if known is not None and known[:-1] == mark:
            return str(known[-1])
        digest = sha256_of(path)
        self._known[str(path)] = [*mark, digest]
        if not self._looking:
            self._write()
        return digest

    def _read(self) -> dict[str, list[Any]]:
        try:
            require_own(self._path.parent)
            check, text = self._path.read_text(encoding="utf-8").split("\n", 1)
            known = json.loads(text) if sha256(text.encode()).hexdigest() == check else {}
            return known if isinstance(known, dict) else {}
        except (OSError, ValueError):
            return {}

    def _write(self) -> None:
        text = json.dumps(self._known, sort_keys=True)
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            draft.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.write_text(f"{sha256(text.encode()).hexdigest()}\n{text}", encoding="utf-8")
            draft.replace(self._path)
        except OSError:  # then it is hashed again next time
            with suppress(OSError):
                draft.unlink()


class ModelCache:
    """The sets of models below one folder."""

    def __init__(self, folder: Path, weights: Weights, *, looking: bool = False) -> None:
        self.folder = folder / "models"
        self._weights = weights
        self.digests = Digests(folder, looking=looking)

    @property
    def key(self) -> str:
        """What the models depend on, in 32 hex digits."""
        return _key(self.facts())[:32]

    def facts(self) -> dict[str, Any]:
        """What the models depend on."""
        import numpy as np

        paths = (getattr(self._weights, name) for name in Weights.__slots__)
        return {
            "format": FORMAT,
            "weights": [self.digests.of(path) for path in paths],
            "dlib": load_dlib().__version__,
            "onnxruntime": load_onnxruntime().__version__,
            "numpy": np.__version__,
            "processor": processor(),
        }

    def find(self) -> ModelFiles | None:
        """The models as they lie there; None when they are not there or not whole."""
        folder = self.folder / self.key
        try:
            require_own(self.folder)
            require_own(folder)
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            digests = {str(name): str(digest) for name, digest in manifest["files"].items()}
            return ModelFiles(folder, digests) if manifest["facts"] == self.facts() else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def build(self, make: Callable[[Path, Weights], dict[str, Any]], say: Say, *, damaged: bool = False) -> ModelFiles:
        """The models, made by `make` into a fresh folder unless another process just did so.

        `damaged` looks at every byte before it believes that. Raises ModelsUnavailable.
        """
        import shutil

        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            require_own(self.folder)
            with _locked(self.folder / "lock"):
                if (found := self.find()) is not None and (not damaged or found.whole):
                    return found
                for left_behind in self.folder.glob("draft-*"):  # by a process that was killed
                    shutil.rmtree(left_behind, ignore_errors=True)
                say("building the fast face engine for this machine, once; some seconds")
                return self._built(make)
        except OSError as error:
            detail = error.strerror or str(error)
            raise ModelsUnavailable(f"cannot keep models in {self.folder}: {detail}") from None

    def _built(self, make: Callable[[Path, Weights], dict[str, Any]]) -> ModelFiles:
        import shutil
        from tempfile import mkdtemp

        draft = Path(mkdtemp(prefix="draft-", dir=self.folder))
        try:
            made = make(draft, self._weights)
            digests = {path.name: checksum(path.read_bytes()) for path in sorted(draft.iterdir())}
            manifest = {"facts": self.facts(), "files": digests, "made": made}
            (draft / MANIFEST).write_text(json.dumps(manifest, indent=2), encoding="utf-8")
            folder = self.folder / self.key
            if folder.exists():
                shutil.rmtree(folder)
            draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return ModelFiles(folder, digests)


def require_own(folder: Path) -> None:
    """Raises PermissionError unless the folder is ours and nobody else can write into it."""
    status = folder.stat()
    if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o022:
        raise PermissionError(f"{folder} can be written by others")


def processor() -> str:
    """What an optimised network depends on: the processor's kind, with its instruction sets."""
    told = [os.uname().machine]
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as file:
            for line in file:
                if not line.strip():
                    break  # the first processor stands for all
                if line.split(":")[0].strip() in ("model name", "flags", "Features"):
                    told.append(line.split(":", 1)[1].strip())
    except OSError:
        told.append("unknown")
    return _key(told)


def _key(facts: Any) -> str:
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
