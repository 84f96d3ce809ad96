"""The order in which people number things: 2.jpg before 10.jpg."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"([0-9]+)")


def natural_key(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """To sort names by: numbers by their size, letters without regard to case, and nothing is equal but itself."""
    parts = _DIGITS.split(name)
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part.casefold()) for part in parts], name
