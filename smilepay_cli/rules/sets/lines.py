"""The lines of a manifest: from bytes that somebody else wrote to text."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

from smilepay_cli.rules.sets.problems import Problems, Wrong

LONGEST_LINE = 256 * 1024
"""Bytes. The longest row that a manifest of ours can have is shorter."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def text_lines(pieces: Iterable[bytes], name: str, problems: Problems) -> Iterator[str]:
    """One text for each line, so that whoever counts them knows where they are; endings stay as they are.

    `pieces` are lines of at most LONGEST_LINE + 1 bytes, what is longer in several pieces. What is wrong with a line is
    noted, and then it is given as far as it can be read, or empty.
    """
    number, is_rest = 0, False
    for piece in pieces:
        ends = piece.endswith(b"\n")
        if is_rest:
            is_rest = not ends
            continue
        number += 1
        if number == 1 and piece.startswith(_UTF_16):
            problems.add(f"{name}:1", Wrong("the file is UTF-16", "save it as UTF-8"))
            return
        if len(piece) > LONGEST_LINE:
            problems.add(
                f"{name}:{number}", Wrong(f"the line is longer than {LONGEST_LINE:,} bytes", "one row is one line")
            )
            is_rest = not ends
            yield "\n"
            continue
        yield _decoded(piece.removeprefix(codecs.BOM_UTF8) if number == 1 else piece, f"{name}:{number}", problems)


def _decoded(line: bytes, where: str, problems: Problems) -> str:
    if b"\0" in line:
        problems.add(where, Wrong("the line holds a NUL", "write text; is it a text file at all?"))
        line = line.replace(b"\0", b"")
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        what = f"the line is not UTF-8 from byte {error.start + 1} on"
        problems.add(where, Wrong(what, "save it as UTF-8"))
        return line.decode(errors="replace")
