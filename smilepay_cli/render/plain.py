"""Results as somebody hears them: sentences and lists, no table, box or picture.

A screen reader reads a table across its columns, and a box letter by letter. With --plain every row is a line that
says the column before the value, and what is only drawn is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from rich.text import Text

from smilepay_cli.render.line_console import LineConsole
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from rich.table import Table


class PlainConsole(LineConsole):
    """A console that is read aloud: whatever is printed on it becomes lines."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream, color=False, force_terminal=False)

    def print(self, *objects: Any, **_: Any) -> None:
        """Each object as lines; a line is never broken, since whoever hears it has no width."""
        for what in objects:
            for line in spoken(what):
                super().print(Text(line), soft_wrap=True)


def spoken(what: Any) -> Iterator[str]:
    """What is said of something that Rich can draw; nothing of a picture."""
    from rich.align import Align
    from rich.console import Group
    from rich.padding import Padding
    from rich.panel import Panel
    from rich.table import Table

    if isinstance(what, str | Text):
        yield from str(what).splitlines() or [""]
    elif isinstance(what, Table):
        yield from _rows(what)
    elif isinstance(what, Panel):
        if what.title:
            yield str(what.title).strip()
        yield from spoken(what.renderable)
    elif isinstance(what, Group):
        for part in what.renderables:
            yield from spoken(part)
    elif isinstance(what, Align | Padding):
        yield from spoken(what.renderable)


def _rows(table: Table) -> Iterator[str]:
    if table.title:
        yield str(table.title)
    titles = [_cell(column.header) if table.show_header else "" for column in table.columns]
    for cells in zip(*(column.cells for column in table.columns), strict=True):
        yield from row(titles, [_cell(cell) for cell in cells])


def row(titles: Sequence[str], cells: Sequence[str]) -> Iterator[str]:
    """One row: each value behind its title, or the second of two behind a colon. Nothing is said of empty cells."""
    said = [(title, cell) for title, cell in zip(titles, cells, strict=True) if cell]
    if len(said) == 1:
        yield said[0][1]
    elif len(said) == 2 and not any(titles):
        yield f"{said[0][1]}: {said[1][1]}"
    elif said:
        between = "; " if any(", " in cell for _, cell in said) else ", "
        yield between.join(f"{title} {cell}" if title else cell for title, cell in said)


def _cell(what: Any) -> str:
    told = ", ".join(line.strip() for line in spoken(what) if line.strip())
    return {"✓": tr("passed"), "✗": tr("failed")}.get(told, told)
