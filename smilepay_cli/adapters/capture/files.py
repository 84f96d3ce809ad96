"""Reading files that somebody else chose: regular files only, never more than a limit, never a hang."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import marked, tr

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of one image file."""
LONGEST_NAME = 400
"""Characters of a name that messages show."""


def printable(name: str) -> str:
    """A name that fits in a message: control characters and broken bytes escaped, an endless middle left out."""
    if len(name) > LONGEST_NAME:
        name = f"{name[: LONGEST_NAME // 2]}...{name[-LONGEST_NAME // 2 :]}"
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in name)


def read_file(path: Path, largest: int | None = None) -> bytes:
    """The bytes of a regular file. Raises UsageProblem for anything else, or for more than `largest` bytes.

    Without `largest`, LARGEST_FILE is the limit.
    """
    name = printable(str(path))
    try:
        with open_regular(path, name) as file:
            return _limited(file, name, LARGEST_FILE if largest is None else largest)
    except (OSError, ValueError) as error:
        raise problem(name, error) from None


def read_head(path: Path, size: int = 4096) -> bytes:
    """The first `size` bytes of a regular file of any length. Raises UsageProblem for anything else."""
    name = printable(str(path))
    try:
        with open_regular(path, name) as file:
            return file.read(size) or b""
    except (OSError, ValueError) as error:
        raise problem(name, error) from None


def read_stream(stream: BinaryIO | None) -> bytes:
    """Standard input to its end. Raises UsageProblem when there is none, or for more than LARGEST_FILE."""
    if stream is None or stream.closed:
        raise problem("-", "there is no standard input")
    try:
        if stream.isatty():
            raise UsageProblem(
                tr("--image - reads a picture from standard input, which is a terminal"), hint=tr("pipe a file in")
            )
        return _limited(stream, "-", LARGEST_FILE)
    except (OSError, ValueError) as error:  # opened for writing only, a directory, a terminal of another job
        raise problem("-", error) from None


def file_kind(path: Path) -> str:
    """`file`, `folder`, `device`, `missing` or `other`; follows links, opens nothing. Raises UsageProblem."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "missing"
    except (OSError, ValueError) as error:
        raise problem(printable(str(path)), error) from None
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "device" if stat.S_ISCHR(mode) else "other"


_OF_THE_SYSTEM = (
    marked("no such file or directory"),
    marked("permission denied"),
    marked("is a directory"),
    marked("not a directory"),
    marked("file name too long"),
    marked("input/output error"),
    marked("no space left on device"),
)
"""What the system says most often; Python tells it in English whatever the language."""


def problem(name: str, why: str | Exception) -> UsageProblem:
    """One line about a file or folder that cannot be read. `name` is printable already."""
    if isinstance(why, OSError) and why.strerror:
        told = why.strerror[0].lower() + why.strerror[1:]
        why = tr(told)
    return UsageProblem(f"{name}: {printable(str(why))}", reason="unreadable_file")


def open_regular(path: Path, name: str) -> BinaryIO:
    """A regular file, to be read and closed. Raises UsageProblem, which says `name`, and OSError.

    Looked at before opening, since opening alone can wake a FIFO's writer or a device, and again after,
    so that nothing can be swapped in between; opened without waiting, so that nothing swapped in holds us.
    """
    if (kind := file_kind(path)) not in ("file", "missing"):
        raise problem(name, "a folder, not a file" if kind == "folder" else "not a regular file")
    file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 - the callers close it
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise problem(name, "not a regular file")
    return file


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _limited(file: BinaryIO, name: str, largest: int) -> bytes:
    data: bytes | None = file.read(largest + 1)
    if data is None:  # non-blocking, and nothing there yet
        raise problem(name, "has nothing to read")
    if len(data) > largest:
        kib = largest // 1024
        raise problem(name, f"larger than {f'{kib // 1024} MiB' if kib >= 1024 else f'{kib} KiB'}")
    return data
