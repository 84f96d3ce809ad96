"""From the options of a step to the words of a command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smilepay_cli.harnesses.scenarios.forms import Form, Key, Within
from smilepay_cli.harnesses.scenarios.references import Missing, as_text
from smilepay_cli.harnesses.scenarios.scenario import Written

Resolve = Callable[[Within, str], str]


def command_line(form: Form, values: Mapping[str, Any], path: Resolve) -> tuple[str, ...]:
    """The words; options first, since a name may begin with a dash. Raises Missing for a value that is none."""
    options: list[str] = []
    arguments: list[str] = []
    for key in form.keys.values():
        if key.name not in values:
            continue
        words = [_word(key, value, path) for value in _each(key, values[key.name])]
        if key.option is None:
            arguments += words
        elif key.kind == "flag":
            options += [key.option] * (words == ["true"])
        else:
            options += [f"{key.option}={word}" for word in words]
    return (*form.words, *options, *(("--", *arguments) if arguments else ()))


def _each(key: Key, value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        if not key.is_list:
            raise Missing(f"{key.name} needs one value, not a list")
        return list(value)
    return [value]


def _word(key: Key, value: Any, path: Resolve) -> str:
    if isinstance(value, Written):
        return value.text
    if value is None or isinstance(value, dict):
        raise Missing(f"{key.name} needs a text, not {'nothing' if value is None else 'a mapping'}")
    text = as_text(value)
    if key.within is not None:
        return path(key.within, text)
    if key.name == "policy" and text.endswith(".toml"):
        return path(Within.BESIDE, text)
    return text
