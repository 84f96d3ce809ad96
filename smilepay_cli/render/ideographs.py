"""Lines of Chinese are broken between any two letters, save before closing marks and after opening ones.

Rich breaks lines at blanks only, and what has none it cuts off: half of a help page in Chinese would be missing. It has
no setting for that, so the pattern by which it finds words is another one in languages without blanks between words
(the rules are those of UAX 14 that matter to our texts: ID, CL, OP). A test holds the pattern against Rich's own for
texts without such letters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.language import current

if TYPE_CHECKING:
    from rich.text import Text

WITHOUT_BLANKS = ("zh", "ja")
"""Languages, by the beginning of their tags."""
_LETTERS = "\u2e80-\u2fff\u3001-\u9fff\uf900-\ufaff\uff01-\uffee"
_OPENING, _CLOSING = "（《「【〔『", "，。；：、！？）》」】〕』"
_WORD = re.compile(
    rf"\s*[{_OPENING}]*(?:(?![{_OPENING}{_CLOSING}])[{_LETTERS}]|[^\s{_LETTERS}]+)[{_CLOSING}]*\s*|\s*\S\s*"
)


_BLANKS = re.compile(r"\s*\S+\s*")
"""Rich's own."""


def break_lines_by_language() -> None:
    """Rich breaks lines as the language of this run does."""
    from rich import _wrap
    from rich.text import Text

    is_other = current().tag.startswith(WITHOUT_BLANKS)
    _wrap.re_word = _WORD if is_other else _BLANKS
    if _RICHS not in vars(Text):
        setattr(Text, _RICHS, Text.rstrip_end)
    Text.rstrip_end = _rstrip_end if is_other else getattr(Text, _RICHS)  # type: ignore[method-assign,assignment]


_RICHS = "_rstrip_end_of_rich"


def _rstrip_end(text: Text, size: int) -> None:
    """Take off blanks at the end that do not fit into so many columns. Rich counts letters, though some take two."""
    from rich.cells import cell_len

    plain = text.plain
    excess = min(cell_len(plain) - size, len(plain) - len(plain.rstrip()))
    if excess > 0:
        text.right_crop(excess)
