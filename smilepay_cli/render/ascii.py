"""Signs and letters on a stream that has no room for them: ✓ and ✗ must not both become a question mark.

An error handler of Python's codecs, which `__main__` gives to standard output and standard error. Each letter becomes
one letter, so that columns stay where they are.
"""

from __future__ import annotations

import codecs

NAME = "smilepay"
_SIGNS = str.maketrans(
    "✓✗…−·×→▸◀▶▲▼█░▓▒▄▀▐▌┃│─╭╮╰╯┌┐└┘├┤┬┴┼━═‖‘’“”–—≤≥⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏，：；（）。",
    "+x~--x>><>^v#.######||-+++++++++++++-=|''\"\"--<>----------,:;().",
)
"""Of ours, of Rich's boxes and spinners."""


def register() -> str:
    """The name of the handler, for `errors=`."""
    codecs.register_error(NAME, _instead)
    return NAME


def _instead(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_letter(letter, error.encoding) for letter in lost), error.end


def _letter(letter: str, encoding: str) -> str:
    """`e` for `é`; a question mark for what has nothing of the kind."""
    from unicodedata import normalize

    for one in (letter.translate(_SIGNS), normalize("NFKD", letter)[:1]):
        try:
            one.encode(encoding)
        except UnicodeEncodeError:
            continue
        return one
    return "?"
