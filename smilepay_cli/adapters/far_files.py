"""Files at an fsspec URL (`s3://bucket/faces`, `https://...`, `file:///data`): what a manifest's paths mean there.

Looking every one of some hundred thousand files up would take longer than trying them, so a file that is missing is
found when its turn comes, and is one unusable case.
"""

from __future__ import annotations

from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.capture.files import LARGEST_FILE, printable, problem
from smilepay_cli.adapters.capture.images import MOST_FRAMES, SUFFIXES
from smilepay_cli.adapters.sets import read_manifest
from smilepay_cli.rules.natural import natural_key
from smilepay_cli.rules.sets.problems import Wrong, shown
from smilepay_cli.rules.sets.writing import set_digest
from smilepay_cli.vocabulary.errors import UsageProblem

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.trials import Trial

MARK = "://"
"""What a URL has and no path of a set."""


class FarSet:
    """A ports.ReplaySet: the words of a manifest, and files at a URL. No picture was looked for."""

    def __init__(self, manifest: str, url: str) -> None:
        """Raises UsageProblem: `bad_set` with everything that is wrong with the manifest."""
        self._files = FarFiles(url)
        self.name, reading = read_manifest(manifest)
        self.trials = reading.trials
        self.warnings = reading.warnings.lines()

    @cached_property
    def digest(self) -> str:
        """Of all words of all trials, and of the URL."""
        return sha256(f"{set_digest(self.trials)} {self._files.url}".encode()).hexdigest()

    def files_of(self, trial: Trial) -> tuple[str, ...]:
        """URLs. Raises UsageProblem where there are none."""
        try:
            return self._files.of(trial.path)
        except Wrong as wrong:
            raise UsageProblem(str(wrong), reason="unreadable_file") from None


class FarFiles:
    """What lies below a URL, as adapters.set_files.SetFiles has it for a folder."""

    def __init__(self, url: str) -> None:
        """Raises UsageProblem for what is no URL, or one of a kind that nobody here can read."""
        self.url = url.rstrip("/")
        self._files, root = _opened(url)
        self._root = str(root).rstrip("/")

    def of(self, path: str) -> tuple[str, ...]:
        """The frames of one capture as URLs: a file by its name, the images of a folder, or those that a glob finds.

        Raises Wrong where there are none, or too many.
        """
        if not any(mark in path for mark in "*?[") and path.lower().endswith(SUFFIXES):
            return (f"{self.url}/{path}",)
        try:
            found = self._below(path)
        except Exception as error:  # whatever the library of some store raises
            raise Wrong(f"{shown(path)} cannot be listed", " ".join(str(error).split())[:120]) from None
        images = sorted((name for name in found if name.lower().endswith(SUFFIXES)), key=natural_key)
        if not 1 <= len(images) <= MOST_FRAMES:
            raise Wrong(f"{shown(path)} means {len(images)} images", f"1 to {MOST_FRAMES} are one capture")
        return tuple(f"{self.url}{name.removeprefix(self._root)}" for name in images)

    def _below(self, path: str) -> list[str]:
        if any(mark in path for mark in "*?["):
            return [str(name) for name in self._files.glob(f"{self._root}/{path}")]
        return [str(name) for name in self._files.ls(f"{self._root}/{path}", detail=False)]


def read_far(url: str) -> bytes:
    """The bytes of one file. Raises UsageProblem, also for more than LARGEST_FILE."""
    name = printable(url)
    files, path = _opened(url)
    try:
        with files.open(path, "rb") as file:
            data: bytes = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise problem(name, "no such file") from None
    except Exception as error:  # whatever the library of some store raises
        raise problem(name, " ".join(str(error).split())[:120] or type(error).__name__) from None
    if len(data) > LARGEST_FILE:
        raise problem(name, f"larger than {LARGEST_FILE // 1024**2} MiB")
    return data


def _opened(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path in it."""
    if MARK not in url:
        raise UsageProblem(f"--data {printable(url)} is no URL", hint="for example s3://bucket/faces", reason="bad_url")
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise UsageProblem("--data needs the extra: pip install 'smilepay[dask]'", reason="no_dask") from None
    try:
        files, path = url_to_fs(url)
    except (ImportError, ValueError, OSError) as error:
        raise UsageProblem(
            f"--data {printable(url)}: {error}", hint="see fsspec's list of URLs", reason="bad_url"
        ) from None
    return files, str(path)
