"""The Rich console that everything is drawn on where plain text will not do."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console

from smilepay_cli.render.ideographs import break_lines_by_language
from smilepay_cli.render.line_console import LineConsole


def console_on(stream: TextIO, *, color: bool, width: int | None = None, plain: bool = False) -> Console:
    """A console for a stream: 80 columns off a terminal. A plain one says what others draw."""
    break_lines_by_language()
    if plain:
        from smilepay_cli.render.plain import PlainConsole

        return PlainConsole(stream)
    console = LineConsole(stream, color=color, width=width)
    if width is None and not console.is_terminal:
        console.width = 80
    return console
