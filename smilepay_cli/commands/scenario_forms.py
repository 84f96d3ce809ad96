"""What the steps of scenarios may say, out of the program's own commands: their arguments and options are the keys."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from smilepay_cli.harnesses.scenarios.forms import Form, Forms, Key, Within

GROUPS = ("enroll", "shop", "pay", "audit", "wallet", "accounts", "policy")
"""Commands that work on a wallet, and those in them. The others make homes of their own, or look at the machine."""
NOT_IN_FILES = frozenset({"home", "engine", "json", "quiet", "no_color", "edit", "listed", "plain"})
"""Options that are the runner's, and those that matter where somebody sits at a terminal."""
PLACES = {
    "image": Within.FACES,
    "camera": Within.FACES,
    "catalogue": Within.BESIDE,
    "pad_model": Within.BESIDE,
    "out": Within.SCRATCH,
    "checkpoint": Within.SCRATCH,
    "file": Within.SCRATCH,
    "receipt": Within.SCRATCH,
}
"""Keys that are paths. A policy is one where it ends with .toml."""
_KINDS = {str: "text", int: "whole", float: "number", bool: "flag"}


@cache
def forms() -> Forms:
    """All of them, by name."""
    from smilepay_cli.commands.app import build

    root = build()
    return {form.name: form for name in GROUPS for form in _forms((name,), root.commands[name])}


def _forms(words: tuple[str, ...], command: Any) -> Iterator[Form]:
    keys = [_key(parameter) for parameter in command.params if parameter.name not in NOT_IN_FILES]
    keys = [key for key in keys if key.name != "help"]
    yield Form(".".join(words), words, {key.name: key for key in keys}, _first_line(command.help))
    for name, inner in dict(getattr(command, "commands", {})).items():
        yield from _forms((*words, name), inner)


def _key(parameter: Any) -> Key:
    is_option = parameter.param_type_name == "option"
    option = parameter.opts[0] if is_option else None
    name = option.lstrip("-").replace("-", "_") if option else parameter.name
    annotation = parameter.type_descriptor.annotation
    choices = tuple(member.value for member in annotation) if hasattr(annotation, "__members__") else ()
    return Key(
        name=name,
        option=option,
        help=" ".join((parameter.help or "").split()),
        kind=_KINDS.get(annotation, "text"),
        choices=choices,
        is_list=bool(parameter.multiple) or parameter.nargs == -1,
        required=bool(parameter.required) and not is_option,
        within=PLACES.get(name),
    )


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]
