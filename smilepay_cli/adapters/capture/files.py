"""Reading files that somebody else chose: regular files only, never more than a limit, never a hang."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from smilepay_cli.vocabulary.errors import UsageProblem

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of one image file."""


def printable(name: str) -> str:
    """A file's name that can be shown: control characters and broken bytes escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in name)


def read_file(path: Path) -> bytes:
    """The bytes of a regular file. Raises UsageProblem for anything else, or for more than LARGEST_FILE.

    Opened without waiting, so that a FIFO nobody writes to does not hold us; looked at after opening, so
    that nothing can be swapped in between.
    """
    name = printable(str(path))
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise _problem(name, _why(error)) from None
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _problem(name, "not a regular file")
        try:
            return _limited(file, name)
        except OSError as error:
            raise _problem(name, _why(error)) from None


def read_stream(stream: BinaryIO | None) -> bytes:
    """Standard input to its end. Raises UsageProblem when there is none, or for more than LARGEST_FILE."""
    if stream is None or stream.closed:
        raise _problem("-", "there is no standard input")
    if stream.isatty():
        raise UsageProblem("--image - reads a picture from standard input, which is a terminal", hint="pipe a file in")
    return _limited(stream, "-")


def file_kind(path: Path) -> str:
    """`file`, `folder`, `device`, `missing` or `other`; follows links, opens nothing. Raises UsageProblem."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "missing"
    except (OSError, ValueError) as error:
        raise _problem(printable(str(path)), _why(error)) from None
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "device" if stat.S_ISCHR(mode) else "other"


def _limited(file: BinaryIO, name: str) -> bytes:
    data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise _problem(name, f"larger than {LARGEST_FILE // 1024 // 1024} MiB")
    return data


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[0].lower() + error.strerror[1:]
    return str(error)


def _problem(name: str, detail: str) -> UsageProblem:
    return UsageProblem(f"{name}: {detail}", reason="unreadable_file")
