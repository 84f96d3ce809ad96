"""The command line as a whole: every command in its place, and usage errors told like all others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import Annotated

import typer
from typer.core import TyperGroup

from smilepay_cli import __version__
from smilepay_cli.adapters.languages import language_for
from smilepay_cli.commands.call import Call, Sample, Shared
from smilepay_cli.commands.environment import Environment
from smilepay_cli.commands.perform import fail, fail_as_bug
from smilepay_cli.commands.tree import Commands, Made, made_group
from smilepay_cli.vocabulary.errors import ExitStatus, SmilepayError
from smilepay_cli.vocabulary.language import PLAIN, speaking

COMMANDS = (
    "demo", "enroll", "shop", "pay", "audit", "wallet", "accounts", "replay", "forge", "calibrate", "run", "record",
    "policy", "cameras", "doctor",
)  # fmt: skip
"""Every command, in the order of --help; each is in the module of its name in this folder."""

_START = """\
smilepay: Smile to Pay, simulated in a terminal. A test bench, not an authentication product.

  smilepay demo                                    the whole story on sample faces, in a minute
  smilepay enroll NAME --image FILE --deposit 100  enrol a face
  smilepay shop                                    look around, pick things, pay with a smile
  smilepay shop ITEM --image FILE                  be recognised, open an order
  smilepay pay --image FILE                        pay it with a smile
  smilepay audit                                   see what happened

All commands: smilepay --help"""


def build() -> TyperGroup:
    """The command line. A command's module is imported, and the command made, when it is asked for."""
    commands = Commands()
    for name in COMMANDS:
        commands.later(name, partial(_made, name))
    return made_group(
        "smilepay",
        _start,
        commands,
        completion=True,
        help="Simulates Smile to Pay in a terminal: enrol a face, shop, pay by smiling, audit what happened. "
        "A simulator and a test bench, not an authentication product.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def _made(name: str) -> Made:
    own = Commands()
    import_module(f"smilepay_cli.commands.{name}").register(own)
    return own[name]


def run(arguments: Sequence[str], environment: Environment | None = None) -> int:
    """Run one command line and return its exit status. Never raises for anything a user can do."""
    environment = environment or Environment()
    is_for_programs = "--json" in arguments
    try:
        language = PLAIN if is_for_programs else language_for(environment.variables)
    except SmilepayError as error:
        call = Call(environment, Shared(), Sample())
        return fail(call, "smilepay", error.exit, error.reason, error.message, error.hint)
    with speaking(language):
        return _run(arguments, environment)


def _run(arguments: Sequence[str], environment: Environment) -> int:
    shared = Shared(json="--json" in arguments)
    call = Call(environment, shared, Sample())
    path = next((word for word in arguments if not word.startswith("-")), "smilepay")
    try:
        return int(build().main(list(arguments), prog_name="smilepay", standalone_mode=False, obj=environment) or 0)
    except typer.TyperException as problem:
        message = problem.format_message().strip().replace("\n", " ")
        typed = _typed(problem)
        return fail(call, typed.removeprefix("smilepay "), ExitStatus.USAGE, "usage", message, f"see: {typed} --help")
    except SmilepayError as error:
        return fail(call, path, error.exit, error.reason, error.message, error.hint)
    except (KeyboardInterrupt, typer.Abort):
        return fail(call, path, ExitStatus.INTERRUPTED, "interrupted", "interrupted; nothing was left half done")
    except Exception as error:  # outside of any command: help that cannot be written, a fault of the parser
        return fail_as_bug(call, path, error)


def _start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and leave.")] = False,
) -> None:
    if version:
        print(f"smilepay {__version__}", file=context.obj.stdout)
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        print(_START, file=context.obj.stdout)


def _typed(problem: typer.TyperException) -> str:
    """The command that a usage error belongs to, without what was given to it."""
    context = getattr(problem, "ctx", None)
    return str(context.command_path) if context else "smilepay"
