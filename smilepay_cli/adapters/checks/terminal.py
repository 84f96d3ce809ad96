"""The terminal: what is at the other end of standard output and standard error, and what it can show."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator, Mapping
from typing import TextIO

from smilepay_cli.vocabulary.findings import Finding
from smilepay_cli.vocabulary.language import tr

SMALL = (80, 24)
"""Columns and rows for which everything is laid out."""
CANNOT_DRAW = ("", "dumb", "unknown")
"""Values of TERM."""


def look_at_terminal(stdout: TextIO, variables: Mapping[str, str]) -> Iterator[Finding]:
    """Whether results go to a terminal, how large it is, and which letters it takes."""
    encoding = _encoding(stdout)
    term = variables.get("TERM", "")
    size = terminal_size(stdout)
    columns, rows = size or (None, None)
    figures = {"tty": size is not None, "columns": columns, "rows": rows, "encoding": encoding, "term": term}
    if encoding != "utf-8":
        told = tr("standard output is {encoding}: ticks and names may be shown as question marks", encoding=encoding)
        yield Finding("terminal", "note", told, tr("export LANG=C.UTF-8, or PYTHONIOENCODING=utf-8"), figures=figures)
        return
    if columns is None or rows is None:
        yield Finding("terminal", "ok", tr("standard output is none: plain text of 80 columns, UTF-8"), figures=figures)
        return
    told = tr("{columns} x {rows}, UTF-8, TERM={term}", columns=columns, rows=rows, term=term or "nothing")
    if columns < SMALL[0] or rows < SMALL[1]:
        yield Finding(
            "terminal",
            "note",
            told,
            tr("at least {small} x {small2} is better", small=SMALL[0], small2=SMALL[1]),
            figures=figures,
        )
    else:
        yield Finding("terminal", "ok", told, figures=figures)


def look_at_colours(colours: str, variables: Mapping[str, str], *, wanted: bool) -> Iterator[Finding]:
    """`colours` is what the variables promise: truecolor, 256 or none."""
    figures = {"colours": colours if wanted else "none", "no_color": bool(variables.get("NO_COLOR"))}
    if variables.get("NO_COLOR"):
        yield Finding("colours", "ok", tr("none, since NO_COLOR is set"), figures=figures)
    elif not wanted:
        yield Finding("colours", "ok", tr("none, as asked for"), figures=figures)
    elif colours == "none":
        told = tr("no more than 16, as far as TERM={TERM} and COLORTERM tell", TERM=variables.get("TERM", ""))
        yield Finding("colours", "ok", told, figures=figures)
    else:
        yield Finding("colours", "ok", tr("truecolor") if colours == "truecolor" else "256", figures=figures)


def look_at_pictures(stderr: TextIO, variables: Mapping[str, str], smallest: tuple[int, int]) -> Iterator[Finding]:
    """Whether the mirror of a capture can be drawn, which goes to standard error; else instructions are lines."""
    size = terminal_size(stderr)
    if size is None:
        why = tr("standard error is no terminal")
    elif variables.get("TERM", "") in CANNOT_DRAW:
        why = tr("TERM names no terminal that knows control codes")
    elif size[0] < smallest[0] or size[1] < smallest[1]:
        why = tr("a picture needs {smallest} x {smallest2}", smallest=smallest[0], smallest2=smallest[1])
    else:
        letters = tr("half blocks") if _encoding(stderr) == "utf-8" else tr("plain letters")
        yield Finding(
            "pictures", "ok", tr("a camera's picture is drawn in {letters}", letters=letters), figures={"drawn": True}
        )
        return
    yield Finding("pictures", "ok", tr("a camera's picture is not drawn: {why}", why=why), figures={"drawn": False})


def can_draw(stream: TextIO, variables: Mapping[str, str], smallest: tuple[int, int]) -> bool:
    """Whether a stream goes to a terminal that knows control codes and has so many columns and rows."""
    size = terminal_size(stream)
    is_large = size is not None and size[0] >= smallest[0] and size[1] >= smallest[1]
    return is_large and variables.get("TERM", "") not in CANNOT_DRAW


def terminal_size(stream: TextIO) -> tuple[int, int] | None:
    """Columns and rows of the terminal behind a stream; None where there is none."""
    try:
        if stream.closed or not stream.isatty():
            return None
        return tuple(os.get_terminal_size(stream.fileno()))  # type: ignore[return-value]  # two numbers
    except (OSError, ValueError):
        return None


def _encoding(stream: TextIO) -> str:
    try:
        return codecs.lookup(getattr(stream, "encoding", None) or "utf-8").name
    except LookupError:
        return "unknown"
