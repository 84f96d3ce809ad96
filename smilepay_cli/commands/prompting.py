"""Lines that somebody types at a prompt, or pipes in."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from glob import glob
from pathlib import Path
from typing import TextIO

from smilepay_cli.commands.environment import is_terminal

PROMPT = "smilepay> "


def lines_of(stdin: TextIO | None, words: Sequence[str]) -> Iterator[str]:
    """Each line; Ctrl-D and Ctrl-C end them. At a terminal with a prompt, a history and Tab for `words` and files."""
    if stdin is None:
        return
    if not is_terminal(stdin):
        yield from stdin
        return
    if stdin is sys.stdin:
        _edit_lines(words)
    while True:
        try:
            yield input(PROMPT) if stdin is sys.stdin else stdin.readline().rstrip("\n")
        except (EOFError, KeyboardInterrupt):
            print(file=sys.stderr)
            return


def hidden_pin(stdin: TextIO | None, stderr: TextIO) -> str | None:
    """A PIN that nobody sees; None where nobody can be asked, or does not answer."""
    if not is_terminal(stdin):
        return None
    from getpass import getpass

    try:
        return getpass("PIN: ", stream=stderr).strip() or None
    except (EOFError, KeyboardInterrupt, OSError):
        return None


def _edit_lines(words: Sequence[str]) -> None:
    """The history is forgotten with the session: there may be PINs in it."""
    with suppress(ImportError):
        import readline

        readline.set_completer_delims(" \t\n=")
        readline.set_completer(lambda text, number: completion(text, number, words))
        readline.parse_and_bind("tab: complete")


def completion(text: str, number: int, words: Sequence[str]) -> str | None:
    """The `number`-th word, file or folder that begins so; None after the last."""
    files = [f"{name}/" if Path(name).is_dir() else name for name in sorted(glob(f"{text}*"))] if text else []  # noqa: PTH207 - as it is typed
    found = [*(word for word in words if word.startswith(text)), *files]
    return found[number] if number < len(found) else None
