"""A calibrated policy as the text of a file that `--policy` reads, with what it rests on as comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

WIDTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What the file sets."""

    extends: str
    scheme: str
    dissimilarity_max: float
    margin: float


def policy_text(numbers: Numbers, heading: str, notes: Sequence[str]) -> str:
    """TOML. `heading` and `notes` become comments, whatever is in them."""
    lines = [*_comment(heading), "#", *(line for note in notes for line in _comment(note))]
    return "\n".join(
        (
            *lines,
            "",
            f'extends = "{numbers.extends}"',
            f'scheme = "{numbers.scheme}"',
            f"dissimilarity_max = {plain(numbers.dissimilarity_max)}",
            f"margin = {plain(numbers.margin)}",
            "",
        )
    )


def plain(thousandths: float) -> str:
    """`0.341`, `0.03`: a number as people would write it, and as TOML reads it back."""
    told = f"{thousandths:.3f}".rstrip("0")
    return told + "0" if told.endswith(".") else told


def _comment(text: str) -> list[str]:
    """Comment lines. What is not printable in plain letters is spelt out: it could end the comment, or the file."""
    safe = text.encode("ascii", "backslashreplace").decode()
    safe = "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in safe)
    return [f"# {line}" for line in wrap(safe, WIDTH - 2)]
