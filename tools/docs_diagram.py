"""Boxes, words and arrows as SVG: readable in light and in dark, the same bytes every time, no font fetched.

A drawing brings its own paper, and takes the reader's colours by `prefers-color-scheme`, so that it is readable
wherever it is shown as a picture.
"""

from __future__ import annotations

from html import escape

WORDS = "system-ui,'Segoe UI','DejaVu Sans',Helvetica,Arial,sans-serif"
CODE = "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace"
_LOOK = """\
.paper{fill:#fff}.box{fill:#f3f5f8;stroke:#8795a8}.strong{fill:#e3f1e6;stroke:#2c7a3f;stroke-width:2}
.pill{fill:#fdeceb;stroke:#b3382c}.done{fill:#e3f1e6;stroke:#2c7a3f}.line{stroke:#5b6878;stroke-width:1.5;fill:none}
.head{fill:#5b6878}text{fill:#1d2530}.dim{fill:#566273}
@media (prefers-color-scheme:dark){
.paper{fill:#1b1f26}.box{fill:#272d37;stroke:#6d7b8f}.strong{fill:#1f3326;stroke:#58b070}
.pill{fill:#3b2422;stroke:#dd7468}.done{fill:#1f3326;stroke:#58b070}.line{stroke:#9aa7b8}
.head{fill:#9aa7b8}text{fill:#e8ecf2}.dim{fill:#aab5c3}}"""


class Drawing:
    """A picture that is put together from the top down."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._shapes: list[str] = []

    def box(self, x: float, y: float, width: float, height: float, *, kind: str = "box") -> None:
        """A rectangle with round corners; `kind` is its look: box, strong, pill, done."""
        self._shapes.append(
            f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="7"/>'
        )  # fmt: skip

    def words(self, x: float, y: float, text: str, *, size: int = 14, bold: bool = False, dim: bool = False) -> None:
        """A line of text; `y` is its base line."""
        self._text(x, y, text, WORDS, size, bold=bold, dim=dim)

    def code(self, x: float, y: float, text: str, *, size: int = 13, dim: bool = False) -> None:
        """A line of names of the program."""
        self._text(x, y, text, CODE, size, bold=False, dim=dim)

    def arrow(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """A straight line with a head, down or to the right."""
        self._shapes.append(f'<path class="line" d="M{x:g} {y:g}L{to_x:g} {to_y:g}"/>')
        tips = ((-8, -5), (-8, 5)) if to_y == y else ((-5, -8), (5, -8))
        corners = "".join(f"L{to_x + dx:g} {to_y + dy:g}" for dx, dy in tips)
        self._shapes.append(f'<path class="head" d="M{to_x:g} {to_y:g}{corners}Z"/>')

    def svg(self, title: str, height: float) -> str:
        """The document; `title` is for who cannot see it."""
        shapes = "\n".join(self._shapes)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {height:g}" width="{self.width}" '
            f'role="img">\n<title>{escape(title)}</title>\n<style>{_LOOK}</style>\n'
            f'<rect class="paper" width="{self.width}" height="{height:g}" rx="8"/>\n{shapes}\n</svg>\n'
        )

    def _text(self, x: float, y: float, text: str, font: str, size: int, *, bold: bool, dim: bool) -> None:
        weight = ' font-weight="600"' if bold else ""
        shade = ' class="dim"' if dim else ""
        self._shapes.append(
            f'<text{shade} x="{x:g}" y="{y:g}" font-family="{font}" font-size="{size}"{weight}>{escape(text)}</text>'
        )
