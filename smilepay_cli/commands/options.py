"""Options that many commands share, and how a command is declared.

    @command(app, "pay", sample=True)
    def pay(call: Call, order: ...) -> Result: ...

The decorator adds the shared options to the signature that Typer sees, makes the `Call`, and hands the
function over to `perform`, which renders the result and knows every way it can end.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, get_type_hints

import typer

from smilepay_cli.commands.call import Call, Sample, Shared
from smilepay_cli.commands.perform import perform
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.results import Result

_SAMPLE_PANEL = "Sample"
_SHARED_PANEL = "Shared by many commands"


@dataclass(frozen=True)
class _SharedOptions:
    home: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            envvar="SMILEPAY_HOME",
            show_envvar=True,
            help="Where the wallet and its keys live.",
            rich_help_panel=_SHARED_PANEL,
        ),
    ] = None
    policy: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE.toml",
            help="demo, standard (default), strict, or a file.",
            rich_help_panel=_SHARED_PANEL,
        ),
    ] = None
    engine: Annotated[str | None, typer.Option(metavar="NAME", help="Face engine.", rich_help_panel=_SHARED_PANEL)] = (
        None
    )
    terminal: Annotated[
        str,
        typer.Option(metavar="ID", help="Which till this is (throttle, events).", rich_help_panel=_SHARED_PANEL),
    ] = "local"
    json: Annotated[
        bool,
        typer.Option("--json", help="One JSON document on standard output.", rich_help_panel=_SHARED_PANEL),
    ] = False
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Say nothing when it worked.", rich_help_panel=_SHARED_PANEL)
    ] = False
    no_color: Annotated[
        bool, typer.Option("--no-color", help="No colour (also: NO_COLOR).", rich_help_panel=_SHARED_PANEL)
    ] = False


@dataclass(frozen=True)
class _SampleOptions:
    image: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="A picture; repeat for the frames of one capture. - is standard input, a folder its images.",
            rich_help_panel=_SAMPLE_PANEL,
        ),
    ] = None
    camera: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="Camera number, device, URL, video file, or a pattern such as 'clip/%03d.jpg'. [default: 0]",
            rich_help_panel=_SAMPLE_PANEL,
        ),
    ] = None
    fps: Annotated[
        float | None,
        typer.Option(metavar="N", help="Frames a second of a video file or pattern.", rich_help_panel=_SAMPLE_PANEL),
    ] = None


def command(
    app: typer.Typer, name: str, *, path: str | None = None, sample: bool = False, **settings: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function that takes a `Call` and its own parameters and returns a Result.

    `path` is the command as people type it (default: `name`); `sample` adds --image, --camera, --fps.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        app.command(name, **settings)(_runner(function, path or name, sample=sample))
        return function

    return decorate


def group(
    app: typer.Typer, name: str, *, sample: bool = False, **settings: Any
) -> Callable[[Callable[..., Any]], typer.Typer]:
    """Register a group of commands whose function runs when the group is called alone."""

    def decorate(function: Callable[..., Any]) -> typer.Typer:
        inner = typer.Typer(invoke_without_command=True, **settings)
        inner.callback()(_runner(function, name, sample=sample, with_context=True))
        app.add_typer(inner, name=name)
        return inner

    return decorate


def _runner(function: Callable[..., Any], path: str, *, sample: bool, with_context: bool = False) -> Callable[..., Any]:
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    kinds: list[type[Any]] = [*([_SampleOptions] if sample else []), _SharedOptions]
    added = [parameter for kind in kinds for parameter in _parameters_of(kind)]

    def run(context: typer.Context, **given: Any) -> int | None:
        if with_context and context.invoked_subcommand is not None:
            _require_nothing_given(context, path)
            return None
        shared = Shared(**{field.name: given.pop(field.name) for field in fields(_SharedOptions)})
        picked = Sample()
        if sample:
            picked = Sample(tuple(given.pop("image") or ()), given.pop("camera"), given.pop("fps"))
        call = Call(context.obj, shared, picked)

        def body() -> Result:
            _require_text(given)
            result: Result = function(call, **given)
            return result

        return perform(call, path, body)

    parameters = [
        inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context),
        *(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*own, *added)),
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what Typer reads
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__doc__ = function.__doc__
    return run


def _parameters_of(kind: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name]
        )
        for field in fields(kind)
    ]


def _require_text(given: Mapping[str, Any]) -> None:
    """Names, ids and keys are text; only file names may hold bytes that are no UTF-8."""
    for name, value in given.items():
        for text in value if isinstance(value, list) else [value]:
            if text == "":  # an unset variable of a script must not turn a claimed account into anybody
                raise UsageProblem(f"{name.replace('_', '-')} is empty", hint="leave it out, or give it a value")
            if isinstance(text, str) and not text.isascii() and text != text.encode("utf-8", "replace").decode():
                raise UsageProblem(f"{name} is not UTF-8 text: {text.encode('utf-8', 'backslashreplace').decode()}")


def _require_nothing_given(context: typer.Context, path: str) -> None:
    """An option before the subcommand would be lost; say so instead."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise UsageProblem(
                f"--{name.replace('_', '-')} comes after the whole command: "
                f"smilepay {path} {context.invoked_subcommand} --{name.replace('_', '-')} ..."
            )
