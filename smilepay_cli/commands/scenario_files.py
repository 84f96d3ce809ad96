"""The files around scenarios, and what words in them are held against: the loader's ports, on the disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from smilepay_cli.adapters.capture.files import printable, read_file
from smilepay_cli.adapters.packaged import sample_faces
from smilepay_cli.harnesses.scenarios.options import Checks
from smilepay_cli.harnesses.scenarios.reading import LARGEST_FILE
from smilepay_cli.harnesses.scenarios.scenario import Folders
from smilepay_cli.rules.sets.problems import Wrong, shown
from smilepay_cli.vocabulary.errors import UsageProblem

ENDING = ".smile.yaml"
LARGEST_POLICY = 65_536
_NUMBERED = re.compile(r"%0?[0-9]*d")


def found(paths: Sequence[str]) -> list[str]:
    """The scenario files that are meant: files as they are, of folders everything below that ends so, in order.

    Raises UsageProblem for a name that leads nowhere, and where there is no scenario file at all.
    """
    files: list[str] = []
    for name in paths:
        path = Path(name).expanduser()
        if path.is_dir():
            below = sorted(_below(path))
            if not below:
                raise UsageProblem(f"no *{ENDING} in {printable(name)}", reason="no_scenarios")
            files += below
        elif path.exists():
            files.append(str(path))
        else:
            raise UsageProblem(
                f"{printable(name)}: no such file or folder", hint=f"scenario files end with {ENDING}",
                reason="unreadable_file",
            )  # fmt: skip
    return list(dict.fromkeys(files))


def _below(folder: Path) -> Iterator[str]:
    for place, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if not name.startswith(".")]
        for name in names:
            if name.endswith(ENDING) and not name.startswith("."):
                yield str(Path(place) / name)


class DiskFiles:
    """The loader's Files. `scheme` is what policies are read for: the engine's own."""

    def __init__(self, scheme: str) -> None:
        self._scheme = scheme

    @property
    def faces(self) -> str:
        """The folder of the sample faces."""
        return str(sample_faces())

    def read(self, path: str) -> bytes:
        """A regular file that is not too large. Raises UsageProblem."""
        return read_file(Path(path), LARGEST_FILE)

    def beside(self, file: str, path: str) -> str:
        """A path that is relative to the folder of a file."""
        return os.path.normpath(Path(file).parent / Path(path).expanduser())

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder of that name."""
        try:
            return Path(path).is_dir()
        except (OSError, ValueError):
            return False

    def checks(self) -> Checks:
        """What steps are held against."""
        return Checks(self._path, self._policy, _catalogue)

    def _policy(self, text: str, name: str) -> Wrong | None:
        """Raises nothing; what is wrong with a policy, told as the program tells it."""
        import tomllib

        from smilepay_cli.rules.policy_files import extend

        try:
            extend(tomllib.loads(text), name, self._scheme)
        except UsageProblem as problem:
            hint = (problem.hint or "see docs/policies.md").partition("? keys:")
            return Wrong(f"policy: {problem.message}", hint[0] + ("?" if hint[1] else ""))
        except ValueError as error:
            return Wrong(f"policy: {error}", "see docs/policies.md")
        return None

    def _path(self, key: str, text: str, folders: Folders) -> Wrong | None:
        if key == "policy":
            return self._named_policy(text, folders)
        if key == "image":
            return _missing(key, text, folders.faces, "pictures")
        if key == "camera":
            return _film(text, folders.faces)
        if key in ("catalogue", "pad_model"):
            if wrong := _missing(key, text, folders.beside, "files"):
                return wrong
            return _catalogue_file(str(Path(folders.beside) / text)) if key == "catalogue" else None
        return _outside(key, text)

    def _named_policy(self, text: str, folders: Folders) -> Wrong | None:
        from smilepay_cli.rules.profiles import PROFILES

        if not text.endswith(".toml"):
            if text in PROFILES:
                return None
            known = list(PROFILES)
            return Wrong(f"there is no policy {shown(text)}", f"known: {', '.join(known)}", word=text, known=known)
        if wrong := _missing("policy", text, folders.beside, "files"):
            return wrong
        try:
            content = read_file(Path(folders.beside) / text, LARGEST_POLICY)
            return self._policy(content.decode(), Path(text).name)
        except (UsageProblem, ValueError) as problem:
            return Wrong(f"policy: {problem}", "see docs/policies.md")


def _missing(key: str, text: str, folder: str, what: str) -> Wrong | None:
    if text == "-":
        return Wrong(f"{key}: a scenario has no standard input", "name a file")
    path = Path(folder) / Path(text).expanduser()
    try:
        if path.exists():
            return None
    except (OSError, ValueError):
        return Wrong(f"{key}: {shown(text)} is no name of a file", "look at it")
    near = get_close_matches(path.name, _beside(str(path.parent)), n=1)
    todo = f"did you mean {shown(str(Path(text).with_name(near[0])))}?" if near else ""
    return Wrong(f"{key}: there is no {shown(text)}", todo or f"{what} are looked for in {printable(folder)}")


@cache
def _beside(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))[:500]  # noqa: PTH208 - names are wanted
    except OSError:
        return []


def _film(text: str, folder: str) -> Wrong | None:
    """A device would give something else every time."""
    if text.isdecimal() or "://" in text or text.startswith("/dev/"):
        return Wrong("camera: a scenario plays files", "a film, or a pattern such as lin/clip/%03d.jpg")
    if not _NUMBERED.search(text):
        return _missing("camera", text, folder, "films")
    path = Path(folder) / text
    try:
        wanted = re.compile(_NUMBERED.sub("[0-9]+", re.escape(path.name)))
        if any(wanted.fullmatch(name) for name in _beside(str(path.parent))):
            return None
    except re.error:
        pass
    return Wrong(f"camera: no picture is called like {shown(text)}", f"films are looked for in {printable(folder)}")


def _outside(key: str, text: str) -> Wrong | None:
    path = Path(text)
    if path.is_absolute() or ".." in path.parts or text.startswith("~"):
        return Wrong(f"{key}: {shown(text)} is outside of the throwaway home", "name a file without a folder")
    return None


def _catalogue(text: str) -> Wrong | None:
    from smilepay_cli.rules.catalogue_files import Unreadable, read_catalogue

    try:
        read_catalogue(text)
    except Unreadable as error:
        return Wrong(f"catalogue: {error}", "see docs/money.md")
    return None


def _catalogue_file(path: str) -> Wrong | None:
    from smilepay_cli.adapters.packaged import LARGEST_CATALOGUE

    try:
        return _catalogue(read_file(Path(path), LARGEST_CATALOGUE).decode())
    except (UsageProblem, ValueError) as problem:
        return Wrong(f"catalogue: {problem}", "see docs/money.md")
