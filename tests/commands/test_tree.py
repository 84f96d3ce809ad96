"""Commands that are made when they are asked for, and values that go past Typer's conversion."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup

from smilepay_cli import commands
from smilepay_cli.commands.app import COMMANDS, build
from smilepay_cli.commands.tree import AsTyped


def test_every_module_with_a_command_is_named() -> None:
    """A module that is not named in app.py would be a command that nobody can call."""
    modules = {path.stem for path in Path(commands.__path__[0]).glob("*.py")}
    having = {name for name in modules if hasattr(importlib.import_module(f"smilepay_cli.commands.{name}"), "register")}
    assert set(COMMANDS) == having


def test_a_command_is_made_when_it_is_asked_for_and_once() -> None:
    """Names are known without making anything."""
    group = build()
    assert tuple(group.commands) == tuple(COMMANDS)
    assert not group.commands._made  # type: ignore[attr-defined]
    assert group.commands["pay"] is group.commands["pay"]
    assert list(group.commands._made) == ["pay"]  # type: ignore[attr-defined]


def _parameters(command: Any) -> Iterator[Any]:
    context = command.context_class(command, info_name=command.name)
    for parameter in command.get_params(context):
        yield context, parameter
    if isinstance(command, TyperGroup):
        for inner in command.commands.values():
            yield from _parameters(inner)


def test_a_value_is_the_one_that_typer_would_have_made() -> None:
    """For every parameter there is, with what can be typed for it, its default, and nothing."""
    compared = 0
    for context, parameter in _parameters(build()):
        ours, theirs = parameter.get_runtime_param(), type(parameter).get_runtime_param(parameter)
        assert isinstance(ours, AsTyped) and ours is not theirs
        many = parameter.multiple or parameter.nargs == -1
        for value in (None, parameter.default, [] if many else "", ["a", " b", "\udcff"] if many else " é "):
            got, wanted = (_converted(by, value, parameter, context) for by in (ours, theirs))
            assert got == wanted and type(got) is type(wanted), (parameter.name, value)
            compared += 1
    assert compared > 500


def _converted(by: Any, value: Any, parameter: Any, context: Any) -> Any:
    """The value, or what was wrong with it."""
    try:
        return by.coerce(value, param=parameter, ctx=context)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_the_name_it_is_found_by(name: str) -> None:
    """The help text of a group says the names that the commands know of themselves."""
    assert build().commands[name].name == name
