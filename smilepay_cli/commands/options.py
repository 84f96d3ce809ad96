"""Options that many commands share, and how a command is declared.

    @command(commands, "pay", sample=True)
    def pay(call: Call, order: ...) -> Result: ...

The decorator says how the command is made, when it is asked for (tree.py): the shared options are added to the
signature that Typer sees. When it runs, it makes the `Call` and hands the function over to `perform`, which
renders the result and knows every way it can end.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import partial
from typing import Annotated, Any

import typer

from smilepay_cli.commands.call import Call, Sample, Shared
from smilepay_cli.commands.perform import perform
from smilepay_cli.commands.tree import Commands, Made, made_command, made_group
from smilepay_cli.commands.values import engine_names, policy_names
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import PLAIN, current, speaking, tr
from smilepay_cli.vocabulary.results import Result


def _option(name: str, kind: Any, default: Any, *words: str, panel: str, **settings: Any) -> inspect.Parameter:
    option = typer.Option(*words, rich_help_panel=panel, **settings)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])


_shared = partial(_option, panel="Shared by many commands")
_sample = partial(_option, panel="Sample")

PLAIN_HELP = "No boxes, tables or pictures, for screen readers (also: SMILEPAY_PLAIN)."

_SHARED = (
    _shared(
        "home",
        str | None,
        None,
        metavar="DIR",
        envvar="SMILEPAY_HOME",
        show_envvar=True,
        help="Where the wallet and its keys live.",
    ),
    _shared(
        "policy",
        str | None,
        None,
        metavar="NAME|FILE.toml",
        help="demo, standard (default), strict, or a file.",
        autocompletion=policy_names,
    ),
    _shared(
        "engine",
        str | None,
        None,
        metavar="NAME",
        help="Face engine: fast (default) or reference.",
        autocompletion=engine_names,
    ),
    _shared("terminal", str, "local", metavar="ID", help="Which till this is (throttle, events)."),
    _shared("json", bool, False, "--json", help="One JSON document on standard output."),
    _shared("quiet", bool, False, "--quiet", help="Say nothing when it worked."),
    _shared("plain", bool, False, "--plain", help=PLAIN_HELP),
    _shared("no_color", bool, False, "--no-color", help="No colour (also: NO_COLOR)."),
)
"""Fields of Shared, as options."""

_SAMPLE = (
    _sample(
        "image",
        list[str] | None,
        None,
        metavar="FILE",
        help="A picture; repeat for the frames of one capture. - is standard input, a folder its images.",
    ),
    _sample(
        "camera",
        str | None,
        None,
        metavar="SOURCE",
        help="Camera number, device, URL, video file, or a pattern such as 'clip/%03d.jpg'; default: 0.",
    ),
    _sample("fps", float | None, None, metavar="N", help="Frames a second of a video file or pattern."),
)
"""Fields of Sample, as options."""


class Plain(Enum):
    """What of a command is the same in every language, since it is kept and compared."""

    MADE = "made"
    """The document that it writes."""
    TOLD = "told"
    """Everything that it says, too."""


def command(
    commands: Commands,
    name: str,
    *,
    path: str | None = None,
    sample: bool = False,
    plain: Plain | None = None,
    examples: Sequence[str] = (),
    **settings: Any,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function that takes a `Call` and its own parameters and returns a Result.

    `path` is the command as people type it (default: `name`); `sample` adds --image, --camera, --fps; `plain` says
    what is the same in every language. The examples are two or more whole command lines that work as they are; a test
    runs each (tests/commands/test_examples.py).
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        def make() -> Made:
            return made_command(name, _runner(function, path or name, sample=sample, plain=plain), examples, **settings)

        commands.later(name, make)
        return function

    return decorate


def group(
    commands: Commands, name: str, *, sample: bool = False, examples: Sequence[str] = (), **settings: Any
) -> Callable[[Callable[..., Any]], Commands]:
    """Register a group of commands whose function runs when the group is called alone."""

    def decorate(function: Callable[..., Any]) -> Commands:
        inner = Commands()

        def make() -> Made:
            runner = _runner(function, name, sample=sample, with_context=True)
            return made_group(name, runner, inner, examples, **settings)

        commands.later(name, make)
        return inner

    return decorate


def _runner(
    function: Callable[..., Any], path: str, *, sample: bool, plain: Plain | None = None, with_context: bool = False
) -> Callable[..., Any]:
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    added = (*(_SAMPLE if sample else ()), *_SHARED)

    def run(context: typer.Context, **given: Any) -> int | None:
        if with_context and context.invoked_subcommand is not None:
            require_nothing_given(context, path)
            return None
        shared = Shared(**{option.name: given.pop(option.name) for option in _SHARED})
        picked = Sample()
        if sample:
            picked = Sample(tuple(given.pop("image") or ()), given.pop("camera"), given.pop("fps"))
        call = Call(context.obj, shared, picked)

        def body() -> Result:
            _require_text(given)
            with speaking(PLAIN if plain else current()):
                result: Result = function(call, **given)
            return result

        with speaking(PLAIN if plain is Plain.TOLD else current()):
            return perform(call, path, body)

    parameters = [
        inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context),
        *(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*own, *added)),
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what Typer reads
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__doc__ = function.__doc__
    return run


def _require_text(given: Mapping[str, Any]) -> None:
    """Names, ids and keys are text; only file names may hold bytes that are no UTF-8."""
    for name, value in given.items():
        for text in value if isinstance(value, list) else [value]:
            if text == "":  # an unset variable of a script must not turn a claimed account into anybody
                raise UsageProblem(
                    tr("{option} is empty", option=name.replace("_", "-")),
                    hint=tr("an option can be left out; a name cannot be empty"),
                )
            if isinstance(text, str) and not text.isascii() and text != text.encode("utf-8", "replace").decode():
                raise UsageProblem(
                    tr(
                        "{name} is not UTF-8 text: {decode}",
                        name=name,
                        decode=text.encode("utf-8", "backslashreplace").decode(),
                    )
                )


def require_nothing_given(context: typer.Context, path: str) -> None:
    """An option before the subcommand would be lost; say so instead."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if name != "plain" and source is not None and source.name == "COMMANDLINE":
            option, whole = name.replace("_", "-"), " ".join(filter(None, (path, context.invoked_subcommand)))
            raise UsageProblem(
                tr(
                    "--{option} comes after the whole command: smilepay {whole} --{option} ...",
                    option=option,
                    whole=whole,
                )
            )
