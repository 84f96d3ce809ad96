"""The Rich console that everything is drawn on where plain text will not do."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Rich would end the program with status 1; what was done is done, and commands/perform.py knows."""
        raise BrokenPipeError


def console_on(stream: TextIO, *, color: bool, width: int | None = None) -> Console:
    """A console for a stream: 80 columns off a terminal. Names are names: no markup, no emoji codes in them."""
    console = _Console(file=stream, no_color=not color, markup=False, emoji=False, highlight=False, width=width)
    if width is None and not console.is_terminal:
        console.width = 80
    return console
