"""Rich's console as it is everywhere here."""

from __future__ import annotations

from typing import Any, TextIO

from rich.console import Console


class LineConsole(Console):
    """A console on which names are names: no markup, no emoji codes in them."""

    def __init__(self, stream: TextIO, *, color: bool, **settings: Any) -> None:
        super().__init__(file=stream, no_color=not color, markup=False, emoji=False, highlight=False, **settings)

    def on_broken_pipe(self) -> None:
        """Rich would end the program with status 1; what was done is done, and commands/perform.py knows."""
        raise BrokenPipeError
