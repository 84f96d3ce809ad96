"""The pictures of docs/img: what the program draws on a terminal of true colour, as SVG. The shop's is docs_shop.py's.

The program runs with a stream that says it is a terminal; docs_svg.py draws what it wrote there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from tools.docs_console import PROMPT, terminal
from tools.docs_shop import shop_picture
from tools.docs_svg import svg

WIDTH, HEIGHT = 100, 30
SCENES = {
    "demo.svg": "lin smiles, and pays",
    "stranger.svg": "A stranger tries to pay",
    "capture.svg": "A capture: neutral, then a smile",
}
"""File and title of a scene of `smilepay demo`."""
SHOP = "shop.svg"
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def pictures() -> dict[str, str]:
    """Every picture, by the name of its file."""
    with _terminal_size(WIDTH, HEIGHT), terminal() as shell:
        told = shell.type("smilepay demo --fast", tty=True)
        if shell.status:
            raise SystemExit(f"docs: the demo ended with {shell.status}: {told[-500:]}")
    drawn = {name: svg(_scene(told, title), title, WIDTH) for name, title in SCENES.items()}
    return {**drawn, SHOP: shop_picture()}


def _scene(told: str, title: str) -> str:
    """The panel of a scene, with the command line under it brought on top."""
    scenes = re.split(r"\n(?=.*╭)", told)
    for scene in scenes:
        plain = [_ESCAPE.sub("", line) for line in scene.splitlines()]
        if title in plain[0]:
            bottom = next(number for number, line in enumerate(plain) if line.startswith("╰"))
            lines = scene.splitlines()
            command = next(line for line, text in zip(lines, plain, strict=True) if text.startswith(PROMPT))
            return "\n".join([command, *lines[: bottom + 1]])
    raise SystemExit(f"docs: the demo has no scene {title!r}")


@contextmanager
def _terminal_size(columns: int, lines: int) -> Iterator[None]:
    before = {name: os.environ.get(name, "") for name in ("COLUMNS", "LINES")}
    os.environ.update(COLUMNS=str(columns), LINES=str(lines))
    try:
        yield
    finally:
        os.environ.update(before)
