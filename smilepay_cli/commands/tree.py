"""Commands that are made when they are asked for: a call needs one of them, and making all takes a while.

`--help` asks for all of a group, a suggestion for their names only.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, cast

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from smilepay_cli.vocabulary.language import PLAIN, current, marked, tr

Made = TyperCommand | TyperGroup


class Commands(MutableMapping[str, Made]):
    """The commands of a group, by name."""

    def __init__(self) -> None:
        self._makers: dict[str, Callable[[], Made]] = {}
        self._made: dict[str, Made] = {}

    def later(self, name: str, make: Callable[[], Made]) -> None:
        """Say how a command is made."""
        self._makers[name] = make

    def __getitem__(self, name: str) -> Made:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __setitem__(self, name: str, made: Made) -> None:
        self.later(name, lambda: made)

    def __delitem__(self, name: str) -> None:
        del self._makers[name]
        self._made.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def made_command(name: str, function: Callable[..., Any], **settings: Any) -> Made:
    """What Typer makes of one function."""
    app = typer.Typer(add_completion=False)
    app.command(name, cls=_Command, **settings)(function)
    made = typer.main.get_command(app)
    assert isinstance(made, TyperCommand)
    _tell(made)
    return made


def made_group(
    name: str, function: Callable[..., Any], commands: Commands, *, completion: bool = False, **settings: Any
) -> TyperGroup:
    """A group over `commands`; the function runs before each of them, and when the group is called alone."""
    app = typer.Typer(name=name, cls=_Group, invoke_without_command=True, add_completion=completion, **settings)
    app.callback()(function)
    made = typer.main.get_command(app)
    assert isinstance(made, TyperGroup)
    _tell(made)
    made.commands = cast(Any, commands)  # Typer's own way makes all of them first
    return made


def _tell(made: Made) -> None:
    """Help in the language of this run."""
    if current() is PLAIN:
        return
    made.help, made.epilog = (tr(text) if text else text for text in (made.help, made.epilog))
    for parameter in made.params:
        _tell_parameter(parameter)


def _tell_parameter(parameter: Any) -> None:
    for name in ("help", "rich_help_panel"):
        if text := getattr(parameter, name, None):
            setattr(parameter, name, tr(inspect.cleandoc(text)))


_TYPERS = {
    "DEPRECATED_STRING": marked("(deprecated) "),
    "DEFAULT_STRING": marked("[default: {}]"),
    "ENVVAR_STRING": marked("[env var: {}]"),
    "REQUIRED_LONG_STRING": marked("[required]"),
    "ARGUMENTS_PANEL_TITLE": marked("Arguments"),
    "OPTIONS_PANEL_TITLE": marked("Options"),
    "COMMANDS_PANEL_TITLE": marked("Commands"),
}
"""Typer's own words in a help page: constants of its module, which asks gettext once, when it is imported."""


def _tell_in_typers_place() -> None:
    from typer import rich_utils

    from smilepay_cli.render.ideographs import break_lines_by_language

    break_lines_by_language()
    for name, text in _TYPERS.items():
        setattr(rich_utils, name, tr(text))


class _Command(TyperCommand):
    def get_params(self, ctx: Any) -> list[Any]:
        return taken_as_typed(super().get_params(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _tell_in_typers_place()
        super().format_help(ctx, formatter)


class _Group(TyperGroup):
    def get_params(self, ctx: Any) -> list[Any]:
        return taken_as_typed(super().get_params(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _tell_in_typers_place()
        super().format_help(ctx, formatter)


def taken_as_typed(parameters: list[Any]) -> list[Any]:
    """The same parameters; Typer asks each for what converts its values, and gets an AsTyped from now on."""
    for parameter in parameters:
        if "get_runtime_param" not in vars(parameter):
            parameter.get_runtime_param = AsTyped(parameter).itself
    return parameters


class AsTyped:
    """Stands before Typer's conversion of values, which loads pydantic, where there is nothing to convert.

    Text is text as it was typed, and a default is a value already. Everything else goes on to Typer.
    """

    def __init__(self, parameter: TyperArgument | TyperOption) -> None:
        self._convert = parameter.get_runtime_param
        self._kind = parameter.type_descriptor.annotation

    def itself(self) -> AsTyped:
        """What Typer asks a parameter for."""
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value that the function gets; None is none given, which for a list is an empty one."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if self._kind == list[str] and type(value) in (list, tuple) and all(type(word) is str for word in value):
            return list(value)
        if type(value) is self._kind:
            return value
        return self._convert().coerce(value, param=param, ctx=ctx)
