"""What results are written on: Rich where there is a terminal, and the same text without Rich where there is none.

Rich takes longer to load than a look at the balance takes in all. What it would print without colour is printed here
for lines, and for tables that fit; where there is any doubt, Rich does it. A test holds one against the other.

Paper that is to be heard (--plain) says rows and frames as lines: render/plain.py.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from textwrap import wrap
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.panel import Panel as RichPanel
    from rich.table import Table as RichTable
    from rich.text import Text

NARROW = 64
"""Columns of a terminal below which a table would lose some of its own: its rows are told as lines there."""
WIDTH = 80
"""Columns where there is no terminal."""
_WIDEST = 2000
"""Columns of a wide table there."""
_LAST_NARROW = "\u024f"
"""Letters up to here (Latin Extended-B) take one column each."""
_GAP = 3
"""Columns between two of a table."""

Part = str | tuple[str, str]
"""Text, or text with a style of Rich's."""
Cell = str | Sequence[Part]


class Table:
    """Rows under a head. A wide one is as wide as it has to be where there is no terminal: programs read it."""

    def __init__(self, *, is_wide: bool = False) -> None:
        self.is_wide = is_wide
        self.columns: list[tuple[str, bool, str | None, bool]] = []
        self.rows: list[tuple[Cell, ...]] = []

    def add_column(self, title: str, *, right: bool = False, style: str | None = None, whole: bool = False) -> None:
        """A column; `whole` is never broken into lines."""
        self.columns.append((title, right, style, whole))

    def add_row(self, *cells: Cell) -> None:
        """One cell for each column."""
        self.rows.append(cells)


class Panel:
    """A frame with a title, and rows of something at the left and something at the right."""

    def __init__(self, title: str, width: int) -> None:
        self.title = title
        self.width = width
        self.rows: list[tuple[Cell, Cell]] = []

    def add_row(self, left: Cell, right: Cell) -> None:
        """One line; where both do not fit, what is at the left is broken."""
        self.rows.append((left, right))


class Paper:
    """A stream that results are written on."""

    def __init__(self, stream: TextIO, *, color: bool, heard: bool = False) -> None:
        self._stream = stream
        self._color = color
        self._heard = heard
        self._is_plain = not heard and not _is_terminal(stream) and _knows_lines(stream)

    @cached_property
    def console(self) -> Console:
        """For everything that is more than lines and tables."""
        from smilepay_cli.render.console import console_on

        return console_on(self._stream, color=self._color, plain=self._heard)

    @property
    def columns(self) -> int | None:
        """Of the terminal; None off one and where it is heard: there lines are not broken."""
        return self.console.width if _is_terminal(self._stream) and not self._heard else None

    @property
    def is_narrow(self) -> bool:
        """Whether a table has no room."""
        return self.columns is not None and self.columns < NARROW

    def rows(self, table: RichTable) -> None:
        """A table of Rich's, or its rows as lines where the terminal is too narrow for it."""
        if not self.is_narrow:
            self.console.print(table)
            return
        from smilepay_cli.render.plain import spoken

        for line in spoken(table):
            self.line(line, wraps=True)

    def line(self, *parts: Part, wraps: bool = False) -> None:
        """A line. On a terminal, or with `wraps`, it is broken between words; a command in it stays whole."""
        text = _plain(parts)
        wraps = wraps or (self.columns is not None and "smilepay " not in text)
        if self._is_plain and text.isprintable() and not (wraps and (len(text) > WIDTH or _doubtful(text))):
            print(text, file=self._stream)
        else:
            self.console.print(_styled(parts), soft_wrap=not wraps)

    def verbatim(self, text: str) -> None:
        """Lines as they are: no colour, nothing is broken, and no Rich on a terminal either."""
        print(text, file=self._stream)

    def table(self, table: Table) -> None:
        """A table."""
        if self._heard or self.is_narrow:
            self.rows(_richly(table))
            return
        lines = _drawn(table) if self._is_plain else None
        if lines is None and table.is_wide and not _is_terminal(self._stream):
            from smilepay_cli.render.console import console_on

            console_on(self._stream, color=self._color, width=_WIDEST).print(_richly(table))
        elif lines is None:
            self.console.print(_richly(table))
        else:
            print("\n".join(lines), file=self._stream)

    def panel(self, panel: Panel) -> None:
        """A frame with rows in it."""
        if self._heard:
            self.console.print(richly_framed(panel))
            return
        lines = _framed(panel) if self._is_plain else None
        if lines is None:
            self.console.print(richly_framed(panel))
        else:
            print("\n".join(lines), file=self._stream)


def _framed(panel: Panel) -> list[str] | None:
    """The lines of a panel, as Rich draws it with its box ROUNDED; None where Rich might do otherwise."""
    inner = panel.width - 4
    rows = [(_plain(left), _plain(right)) for left, right in panel.rows]
    if not rows or any(_doubtful(text) for row in rows for text in row) or not all(left for left, _ in rows):
        return None
    widest = [max(len(row[side]) for row in rows) for side in (0, 1)]
    if sum(widest) + 1 > inner:
        return None
    title = f" {panel.title} ".center(panel.width - 2, "─")
    if len(title) - len(title.rstrip("─")) < len(title) - len(title.lstrip("─")):  # Python and Rich round otherwise
        title = title[1:] + "─"
    return [
        f"╭{title}╮",
        *(f"│ {left}{right.rjust(inner - len(left))} │" for left, right in rows),
        f"╰{'─' * (inner + 2)}╯",
    ]


def richly_framed(panel: Panel) -> RichPanel:
    """The panel as Rich has it."""
    from rich.box import ROUNDED
    from rich.panel import Panel as RichPanel
    from rich.table import Table as RichTable

    lines = RichTable.grid(expand=True, padding=(0, 1))
    lines.add_column()
    lines.add_column(justify="right", no_wrap=True)
    for left, right in panel.rows:
        lines.add_row(_styled(left), _styled(right))
    return RichPanel(lines, title=panel.title, box=ROUNDED, width=panel.width)


def _is_terminal(stream: TextIO) -> bool:
    """As Rich has it; a stream that is closed is none."""
    forced = os.environ.get("FORCE_COLOR") or os.environ.get("TTY_COMPATIBLE") == "1"
    return bool(forced) or (not stream.closed and stream.isatty())


def _knows_lines(stream: TextIO) -> bool:
    """Whether a stream has letters to draw lines with; where it has not, Rich draws them with others."""
    return (getattr(stream, "encoding", None) or "utf-8").lower().startswith("utf")


def _drawn(table: Table) -> list[str] | None:
    """The lines of a table, as Rich draws it with its box SIMPLE_HEAD; None where Rich might do otherwise."""
    head = [[title] for title, *_ in table.columns]
    rows = [head, *([_plain(cell).split("\n") for cell in row] for row in table.rows)]
    if any(_doubtful(line) or (not line and len(cell) > 1) for row in rows for cell in row for line in cell):
        return None
    widths = [max(len(line) for row in rows for line in row[index]) for index in range(len(head))]
    excess = 0 if table.is_wide else sum(widths) + _GAP * (len(widths) - 1) + 2 - WIDTH
    if excess > 0:
        soft = [index for index, (*_, whole) in enumerate(table.columns) if not whole]
        if len(soft) != 1:
            return None
        widths[soft[0]] -= excess
        if not _break(rows, soft[0], widths[soft[0]]):
            return None
    inner = sum(widths) + _GAP * (len(widths) - 1)
    blank = " " * (inner + 2)
    first, *others = [line for row in rows for line in _lines(row, widths, [right for _, right, *_ in table.columns])]
    return [blank, first, f" {'─' * inner} ", *others, blank]


def _break(rows: list[list[list[str]]], index: int, width: int) -> bool:
    """Break the lines of a column between words; False where the head or a word is wider, or blanks are doubled."""
    if any("  " in line or max(map(len, line.split(" "))) > width for row in rows for line in row[index]):
        return False
    for row in rows:
        lines = (wrap(line, width, break_on_hyphens=False) or [""] for line in row[index])
        row[index] = [part for line in lines for part in line]
    return len(rows[0][index]) == 1


def _lines(row: Sequence[Sequence[str]], widths: Sequence[int], rights: Sequence[bool]) -> list[str]:
    lines = []
    for number in range(max(len(cell) for cell in row)):
        texts = [cell[number] if number < len(cell) else "" for cell in row]
        placed = [
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(texts, widths, rights, strict=True)
        ]
        lines.append(f" {(' ' * _GAP).join(placed)} ")
    return lines


def _doubtful(text: str) -> bool:
    """Whether Rich might measure, break or trim a text otherwise than counting its letters."""
    return text != text.strip() or not text.isprintable() or any(letter > _LAST_NARROW for letter in text)


def _plain(cell: Cell) -> str:
    return cell if isinstance(cell, str) else "".join(part if isinstance(part, str) else part[0] for part in cell)


def _styled(cell: Cell) -> Text:
    from rich.text import Text

    if len(cell) == 1 and isinstance(cell[0], tuple):
        return Text(*cell[0])  # the style is the cell's, up to its edge
    return Text(cell) if isinstance(cell, str) else Text.assemble(*cell)


def _richly(table: Table) -> RichTable:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as RichTable

    drawn = RichTable(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for title, right, style, whole in table.columns:
        drawn.add_column(title, justify="right" if right else "left", style=style, no_wrap=whole)
    for row in table.rows:
        drawn.add_row(*(_styled(cell) for cell in row))
    return drawn
