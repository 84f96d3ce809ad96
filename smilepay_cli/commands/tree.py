"""Commands that are made when they are asked for: a call needs one of them, and making all takes a while.

`--help` asks for all of a group, a suggestion for their names only.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import typer
from typer._click.shell_completion import CompletionItem
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from smilepay_cli.commands.environment import PLAIN_VARIABLE
from smilepay_cli.vocabulary.language import PLAIN, current, marked, tr

Made = TyperCommand | TyperGroup
LONGEST_SUMMARY = 60
"""Letters of what a command does, where its help is longer and it says nothing shorter of itself."""


class Commands(MutableMapping[str, Made]):
    """The commands of a group, by name."""

    def __init__(self) -> None:
        self._makers: dict[str, Callable[[], Made]] = {}
        self._made: dict[str, Made] = {}
        self._summaries: dict[str, str] = {}

    def later(self, name: str, make: Callable[[], Made], summary: str | None = None) -> None:
        """Say how a command is made. With a summary, its line is told without making it."""
        self._makers[name] = make
        if summary is not None:
            self._summaries[name] = summary

    def summary(self, name: str) -> str:
        """What a command does, in a line."""
        known = self._summaries.get(name)
        return known if known is not None else self[name].get_short_help_str(LONGEST_SUMMARY)

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


def made_command(name: str, function: Callable[..., Any], examples: Sequence[str] = (), **settings: Any) -> Made:
    """What Typer makes of one function. The examples are whole command lines, which --help ends with."""
    app = typer.Typer(add_completion=False)
    app.command(name, cls=_Command, **settings)(function)
    made = typer.main.get_command(app)
    assert isinstance(made, _Command)
    made.examples = tuple(examples)
    _tell(made)
    return made


def made_group(
    name: str, function: Callable[..., Any], commands: Commands, examples: Sequence[str] = (), **settings: Any
) -> TyperGroup:
    """A group over `commands`; the function runs before each of them, and when the group is called alone."""
    app = typer.Typer(name=name, cls=_Group, invoke_without_command=True, add_completion=False, **settings)
    app.callback()(function)
    made = typer.main.get_command(app)
    assert isinstance(made, _Group)
    _tell(made)
    made.commands = cast(Any, commands)  # Typer's own way makes all of them first
    made.examples = tuple(examples)
    return made


def _tell(made: Made) -> None:
    """Help in the language of this run; Typer breaks a paragraph where the source breaks it, but for the first."""
    made.help, made.epilog = (tr(_unbroken(text)) if text else text for text in (made.help, made.epilog))
    if current() is PLAIN:
        return
    for parameter in made.params:
        _tell_parameter(parameter)


def _unbroken(text: str) -> str:
    """Each paragraph in one line, which is broken where the terminal ends."""
    return "\n\n".join(paragraph.replace("\n", " ") for paragraph in inspect.cleandoc(text).split("\n\n"))


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


@contextmanager
def _page_of(made: _Command | _Group, ctx: Any, formatter: Any) -> Iterator[None]:
    """Around Typer's page of help: its own words in the language of this run, and the examples at the end.

    With --plain the page is without boxes, as Typer writes it where there is no Rich.
    """
    _tell_in_typers_place()
    before = made.rich_markup_mode
    if ctx.obj and ctx.obj.variables.get(PLAIN_VARIABLE):
        made.rich_markup_mode = None
    try:
        yield
    finally:
        made.rich_markup_mode = before
    _write_examples(made.examples, formatter)


class _Command(TyperCommand):
    examples: tuple[str, ...] = ()

    def get_params(self, ctx: Any) -> list[Any]:
        return prepared(super().get_params(ctx), ctx)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        with _page_of(self, ctx, formatter):
            super().format_help(ctx, formatter)


class _Group(TyperGroup):
    examples: tuple[str, ...] = ()

    def shell_complete(self, ctx: Any, incomplete: str) -> list[CompletionItem]:
        if ctx._protected_args:  # a word that is no command: nothing can come after it
            return []
        commands = cast(Commands, self.commands)
        names = [CompletionItem(name, help=commands.summary(name)) for name in commands if name.startswith(incomplete)]
        return [*names, *super(TyperGroup, self).shell_complete(ctx, incomplete)]

    def get_params(self, ctx: Any) -> list[Any]:
        return prepared(super().get_params(ctx), ctx)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        with _page_of(self, ctx, formatter):
            super().format_help(ctx, formatter)


def _write_examples(examples: Sequence[str], formatter: Any) -> None:
    """After everything else, and as they are typed: no markup, no frame, nothing is broken into lines.

    With Rich the rest is printed already, and what the formatter holds comes after it; without, it is all in here.
    """
    if examples:
        title = tr("Examples:")
        formatter.write(f"\n {title}\n\n" + "".join(f"   {example}\n" for example in examples))


def prepared(parameters: list[Any], ctx: Any) -> list[Any]:
    """The same parameters; Typer asks each for what converts its values, and gets an AsTyped from now on.

    A flag takes no value, and an argument is text: their help shows no type, where Typer would write <bool> and <str>.
    """
    for parameter in parameters:
        if "get_runtime_param" not in vars(parameter):
            parameter.get_runtime_param = AsTyped(parameter).itself
        is_text = isinstance(parameter, TyperArgument) and not parameter.type_descriptor.is_choice
        if is_text or getattr(parameter, "is_flag", False):
            parameter.display_type_rich = _no_type
        if parameter.name == "help":
            parameter.help = tr("Show this message and exit.")
    if ctx.resilient_parsing:
        from smilepay_cli.commands.completing import complete_files

        complete_files(parameters)
    return parameters


def _no_type(ctx: Any) -> None:
    """What is shown as the type."""


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
        if ctx.resilient_parsing:  # a line that is not finished is completed: nobody gets the value
            return value
        if self._kind == list[str] and type(value) in (list, tuple) and all(type(word) is str for word in value):
            return list(value)
        if type(value) is self._kind:
            return value
        return self._convert().coerce(value, param=param, ctx=ctx)
