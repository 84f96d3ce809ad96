"""What a shell asks while somebody types: the line up to the cursor comes in, words that could stand there go out.

The scripts of the shells (adapters/shells/) call the program with two variables: which shell it is, and the line. Every
word goes back on a line of its own, as data: its kind, the word, and what it means, with tabs between. Typer has such
scripts too, but its zsh evaluates what comes back, so that an account's name could be a command, and what it sends to
zsh and fish is made by Rich, which takes longer than all the rest. What could stand there is Typer's own answer.

Nobody is waiting for a message here: what cannot be completed is not completed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from typer._click.shell_completion import CompletionItem, ShellComplete

from smilepay_cli.commands.environment import COMPLETING, Environment

LINE, BREAKS = f"{COMPLETING}_LINE", f"{COMPLETING}_BREAKS"
"""Variables: the line up to the cursor, and at which letters bash begins another word."""
SHELLS = ("bash", "zsh", "fish")
PLAIN, MORE, FILE, FOLDER = "plain", "more", "file", "folder"
"""Kinds of words. After `more` comes no blank, since the value goes on; a `file` is a pattern for its name."""
_CALLED_FILE = {"SET": "*", "IMAGES": "*", "SOURCE": "*", "POLICY": "*"}
"""What the help calls files besides FILE, with a pattern for their names."""
_CALLED_FOLDER = ("DIR", "FOLDER")
_BASH_BREAKS = " \t\n\"'><=;|&(:"
_BASH_QUOTES = frozenset(" \t\n\"'\\$&;|<>()*?[]{}#!^`~")


def answer(environment: Environment, build: Callable[[], Any]) -> int:
    """Print what could stand at the end of the line.

    A script of Typer's, from an earlier version, gets nothing: it might evaluate a name.
    """
    variables = environment.variables
    if variables.get(COMPLETING) not in SHELLS or LINE not in variables:
        return 0
    typed = Line(variables[LINE])
    try:
        asked = _Asked(build(), {"obj": environment}, "smilepay", COMPLETING)
        items = asked.get_completions(typed.words, typed.last)
        lines = [_row(variables, typed, item) for item in items if _is_one_line(item)]
    except Exception:  # a wallet, a catalogue or a line that nobody foresaw: nothing is completed, and nothing said
        lines = []
    print("".join(f"{line}\n" for line in lines), end="", file=environment.stdout)
    return 0


class _Asked(ShellComplete):
    """Typer's way to what could stand there. How it is asked and told is ours, so its parts for that are not used."""

    name = "smilepay"

    def source_vars(self) -> dict[str, Any]:
        """Not used: the scripts are files of ours."""
        raise NotImplementedError

    def get_completion_args(self) -> tuple[list[str], str]:
        """Not used: see Line."""
        raise NotImplementedError

    def format_completion(self, item: CompletionItem) -> str:
        """Not used: see _row."""
        raise NotImplementedError


class Line:
    """A command line up to the cursor, taken apart as shells do it, though it may end in the middle of a word."""

    def __init__(self, text: str) -> None:
        words: list[str] = []
        word: str | None = None
        quote = ""
        self.opened = 0
        """Where in the last word what bash calls its word begins, at least: after a quote that is open."""
        self.bare: list[int] = []
        """Places in the last word of letters that are not quoted."""
        letters = iter(text)
        for letter in letters:
            if not quote and letter in " \t\n":
                if word is not None:
                    words.append(word)
                word, self.bare = None, []
                continue
            word = word or ""
            if letter == quote:
                quote = ""
            elif not quote and letter in "\"'":
                quote, self.opened = letter, len(word)
            elif letter == "\\" and quote != "'":
                word += next(letters, "")
            else:
                self.bare += [] if quote else [len(word)]
                word += letter
        self.quote = quote
        self.last = word or ""
        program = next((place for place, one in enumerate(words) if not _is_assignment(one)), len(words))
        self.words = words[program + 1 :]

    @property
    def option(self) -> str:
        """`--account=` where the last word is the value of an option, after an equals sign."""
        name, equals, _ = self.last.partition("=")
        return name + equals if equals and name.startswith("-") else ""

    def begun(self, breaks: str) -> int:
        """How much of the last word bash does not count to the word that it completes."""
        if self.quote:
            return self.opened
        return max((place + 1 for place in self.bare if self.last[place] in breaks), default=0)


def complete_files(parameters: list[Any]) -> None:
    """Let what the help calls FILE, FOLDER, `NAME|FILE.toml` be completed as such, besides what Typer does."""
    for parameter in parameters:
        kinds = [kind for part in (parameter.metavar or "").split("|") if (kind := _kind(part))]
        kinds = [(FILE, "*")] if (FILE, "*") in kinds else kinds  # which folders are among
        if kinds and "shell_complete" not in vars(parameter):
            parameter.shell_complete = _WithFiles(parameter.shell_complete, kinds)
        elif (parameter.metavar or "").endswith(",..."):
            parameter.shell_complete = _WithMore(parameter.shell_complete)


class _WithFiles:
    def __init__(self, others: Callable[[Any, str], list[CompletionItem]], kinds: list[tuple[str, str]]) -> None:
        self._others, self._kinds = others, kinds

    def __call__(self, ctx: Any, incomplete: str) -> list[CompletionItem]:
        words = [item for item in self._others(ctx, incomplete) if item.type == PLAIN]
        return [*words, *(CompletionItem(pattern, type=kind) for kind, pattern in self._kinds)]


class _WithMore:
    """Of a list with commas in it."""

    def __init__(self, others: Callable[[Any, str], list[CompletionItem]]) -> None:
        self._others = others

    def __call__(self, ctx: Any, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(item.value, type=MORE, help=item.help) for item in self._others(ctx, incomplete)]


def _kind(called: str) -> tuple[str, str] | None:
    """(kind, pattern) of a part of what the help calls a value; None for what is no file."""
    name, _, ending = called.partition(".")
    if called in _CALLED_FOLDER:
        return FOLDER, "*"
    if name == "FILE" or ending in ("toml", "json"):
        return FILE, f"*.{ending}" if ending else "*"
    return (FILE, _CALLED_FILE[called]) if called in _CALLED_FILE else None


def _is_one_line(item: CompletionItem) -> bool:
    return bool(item.value) and str(item.value).isprintable()


def _is_assignment(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def _row(variables: Mapping[str, str], typed: Line, item: CompletionItem) -> str:
    value = str(item.value)
    if item.type in (FILE, FOLDER):
        return f"{item.type}\t{value}"
    if not value.startswith("-"):
        value = typed.option + value
    if variables[COMPLETING] == "bash":
        rest = value[typed.begun(variables.get(BREAKS, _BASH_BREAKS)) :]
        return f"{item.type}\t{_quoted(rest, typed.quote)}"
    words = " ".join((item.help or "").split())
    about = "".join(letter for letter in words if letter.isprintable())  # a catalogue may hold anything
    return f"{item.type}\t{value}\t{about}"


def _quoted(word: str, quote: str) -> str:
    """As bash has to see it, where a quote is open, or none."""
    if quote == "'":
        return word.replace("'", "'\\''")
    special = frozenset('"\\$`') if quote else _BASH_QUOTES
    return "".join(f"\\{letter}" if letter in special else letter for letter in word)
