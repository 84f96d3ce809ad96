"""Typer's words about a line that it does not understand, in the language of this run. It has them in English only."""

from __future__ import annotations

import re

from smilepay_cli.vocabulary.language import PLAIN, current, marked, tr

_KNOWN = (
    (r"No such command '(?P<what>.+?)'\.", marked("No such command '{what}'.")),
    (r"Did you mean '(?P<what>.+?)'\?", marked("Did you mean '{what}'?")),
    (r"No such option: (?P<what>\S+)", marked("No such option: {what}")),
    (r"Did you mean (?P<what>--\S+?)\?", marked("Did you mean {what}?")),
    (r"\(Possible options: (?P<what>[^)]+)\)", marked("(Possible options: {what})")),
    (r"Missing argument '(?P<what>.+?)'\.", marked("Missing argument '{what}'.")),
    (r"Missing option '(?P<what>.+?)'\.", marked("Missing option '{what}'.")),
    (r"Option '(?P<what>.+?)' requires an argument\.", marked("Option '{what}' requires an argument.")),
    (r"Option '(?P<what>.+?)' does not take a value\.", marked("Option '{what}' does not take a value.")),
    (r"Got unexpected extra argument\(s\) \((?P<what>.+)\)", marked("Got unexpected extra arguments ({what})")),
    (r"Invalid value for '(?P<what>.+?)':", marked("Invalid value for '{what}':")),
)
"""Its sentences, as patterns, and ours with the same place."""


def in_words(message: str) -> str:
    """The message, with every sentence that is known told in the language of this run."""
    if current() is PLAIN:
        return message
    for pattern, text in _KNOWN:
        if found := re.search(pattern, message):
            message = message[: found.start()] + tr(text, what=found["what"]) + message[found.end() :]
    return message
