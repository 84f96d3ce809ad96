"""A terminal's screen as SVG: the same bytes every time, no font fetched, right in every viewer.

Rich's own export leaves half blocks and frames to the viewer's font, which tears pictures apart, and long runs of
text to the viewer's idea of a space. Here half blocks are rectangles, frames are lines, and each word has its place.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from html import escape
from itertools import groupby
from typing import NamedTuple, TypeVar

from rich.ansi import AnsiDecoder
from rich.cells import cell_len
from rich.color import Color
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import SVG_EXPORT_THEME as THEME

CELL_WIDTH, CELL_HEIGHT, EDGE = 9, 18, 12
FONT_SIZE, BASELINE = 15, 13.5
FONT = "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace"
_LEFT, _RIGHT, _UP, _DOWN = 1, 2, 4, 8
_STROKES = {
    "─": _LEFT | _RIGHT,
    "│": _UP | _DOWN,
    "╭": _RIGHT | _DOWN,
    "╮": _LEFT | _DOWN,
    "╰": _RIGHT | _UP,
    "╯": _LEFT | _UP,
    "┃": _UP | _DOWN,
}
_BLOCKS = {"▀": (0.0, 0.5), "▄": (0.5, 0.5), "█": (0.0, 1.0)}
"""Top and height of what is filled, as shares of the cell."""
_SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}

Look = TypeVar("Look")


class Cell(NamedTuple):
    """One character of the screen, with the colours that are seen."""

    text: str
    front: str
    back: str
    bold: bool


def svg(ansi: str, title: str, columns: int) -> str:
    """A document showing what was written to a terminal of so many columns; `title` is for who cannot see it."""
    rows = [list(_cells(line)) for line in ansi.splitlines()]
    width, height = columns * CELL_WIDTH + 2 * EDGE, len(rows) * CELL_HEIGHT + 2 * EDGE
    paper = f'<rect width="{width}" height="{height}" rx="8" fill="{_paper()}"/>'
    shapes = "\n".join(shape for number, row in enumerate(rows) for shape in _row(number, row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">\n'
        f"<title>{escape(title)}</title>\n{paper}\n"
        f'<g transform="translate({EDGE} {EDGE})" shape-rendering="crispEdges" '
        f'font-family="{FONT}" font-size="{FONT_SIZE}">\n{shapes}\n</g>\n</svg>\n'
    )


def _cells(line: str) -> Iterator[Cell]:
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=1000)
    for text in AnsiDecoder().decode(line):
        for segment in text.render(console):
            style = segment.style or Style.null()
            front, back = _colour(style.color, front=True), _colour(style.bgcolor, front=False)
            if style.reverse:
                front, back = back, front
            if style.dim:
                front = _between(front, back)
            for character in segment.text:
                if character != "\n":
                    yield Cell(character, front, back, bool(style.bold))
                    yield from (Cell("", front, back, bold=False) for _ in range(cell_len(character) - 1))


def _row(number: int, cells: list[Cell]) -> Iterator[str]:
    """Grounds, then blocks and lines, then words; neighbours that look the same become one shape."""
    top = number * CELL_HEIGHT
    for key, start, run in _runs(cells, lambda cell: cell.back):
        if key != _paper():
            yield _rect(start, top, len(run), CELL_HEIGHT, key)
    for (text, front), start, run in _runs(cells, lambda cell: (cell.text, cell.front)):
        if text in _BLOCKS:
            offset, share = _BLOCKS[text]
            yield _rect(start, top + offset * CELL_HEIGHT, len(run), share * CELL_HEIGHT, front)
        elif text in _SHADES:
            yield _rect(start, top, len(run), CELL_HEIGHT, front, opacity=_SHADES[text])
        elif text in _STROKES:
            yield from _strokes(text, start, top, len(run), front)
    for (front, bold, drawn), start, run in _runs(cells, _word):
        if drawn:
            yield _text("".join(cell.text for cell in run), start, top, len(run), front, bold=bold)


def _word(cell: Cell) -> tuple[str, bool, bool]:
    drawn = cell.text.strip() != "" and cell.text not in {*_BLOCKS, *_SHADES, *_STROKES}
    return (cell.front, cell.bold, drawn)


def _runs(cells: list[Cell], key: Callable[[Cell], Look]) -> Iterator[tuple[Look, int, list[Cell]]]:
    start = 0
    for value, group in groupby(cells, key):
        run = list(group)
        yield value, start, run
        start += len(run)


def _rect(column: int, top: float, columns: int, height: float, fill: str, *, opacity: float | None = None) -> str:
    faint = f' fill-opacity="{opacity}"' if opacity else ""
    x, width = column * CELL_WIDTH, columns * CELL_WIDTH
    return f'<rect x="{x}" y="{top:g}" width="{width}" height="{height:g}" fill="{fill}"{faint}/>'


def _strokes(text: str, column: int, top: float, columns: int, colour: str) -> Iterator[str]:
    thick = 3 if text == "┃" else 1
    for one in range(column, column + (1 if text == "─" else columns)):
        x, length = one * CELL_WIDTH, (columns if text == "─" else 1) * CELL_WIDTH
        middle_x, middle_y, ways = x + CELL_WIDTH // 2, top + CELL_HEIGHT // 2, _STROKES[text]
        if ways & (_LEFT | _RIGHT):
            left, right = x if ways & _LEFT else middle_x, x + length if ways & _RIGHT else middle_x + 1
            yield _line(f"M{left} {middle_y + 0.5:g}H{right}", 1, colour)
        if ways & (_UP | _DOWN):
            upper, lower = top if ways & _UP else middle_y, top + CELL_HEIGHT if ways & _DOWN else middle_y
            yield _line(f"M{middle_x + 0.5:g} {upper:g}V{lower:g}", thick, colour)


def _line(way: str, width: int, colour: str) -> str:
    """As wide on a phone as on a wall: a hair's breadth would be gone where the picture is small."""
    return f'<path d="{way}" stroke="{colour}" stroke-width="{width}" vector-effect="non-scaling-stroke"/>'


def _text(words: str, column: int, top: float, columns: int, colour: str, *, bold: bool) -> str:
    x, y, weight = column * CELL_WIDTH, top + BASELINE, ' font-weight="bold"' if bold else ""
    length = f' textLength="{columns * CELL_WIDTH}" lengthAdjust="spacingAndGlyphs"'
    return f'<text x="{x}" y="{y:g}" fill="{colour}"{weight}{length}>{escape(words)}</text>'


def _colour(colour: Color | None, *, front: bool) -> str:
    if colour is None or colour.is_default:
        return _ink() if front else _paper()
    return colour.get_truecolor(THEME, foreground=front).hex


def _between(first: str, second: str) -> str:
    pairs = zip(bytes.fromhex(first[1:]), bytes.fromhex(second[1:]), strict=True)
    return "#" + "".join(f"{(3 * a + 2 * b) // 5:02x}" for a, b in pairs)


def _ink() -> str:
    return "#" + bytes(THEME.foreground_color).hex()


def _paper() -> str:
    return "#" + bytes(THEME.background_color).hex()
