"""The command line as a whole: every command in its place, and usage errors told like all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Annotated, Literal

import typer
from typer.core import TyperGroup

from smilepay_cli import __version__
from smilepay_cli.adapters.languages import language_for
from smilepay_cli.commands.call import Call, Sample, Shared
from smilepay_cli.commands.environment import COMPLETING, PLAIN_VARIABLE, Environment
from smilepay_cli.commands.options import PLAIN_HELP, require_nothing_given
from smilepay_cli.commands.perform import fail, fail_as_bug, perform
from smilepay_cli.commands.tree import Commands, Made, made_group
from smilepay_cli.vocabulary.errors import ExitStatus, SmilepayError
from smilepay_cli.vocabulary.language import PLAIN, Language, marked, speaking, tr
from smilepay_cli.vocabulary.results import Result

COMMANDS = {
    "demo": marked("See the whole story on sample faces, in a throwaway home."),
    "enroll": marked("Enrol a face under a name."),
    "shop": marked("Look around and pick things; be recognised, and pay."),
    "pay": marked("Pay with a smile."),
    "audit": marked("See what happened, and whether it is as it was written."),
    "wallet": marked("Money: deposits, statements, refunds, backups."),
    "accounts": marked("The people of a wallet."),
    "replay": marked("Push a set of images through the way that pay takes."),
    "forge": marked("Make simulated attacks from pictures."),
    "calibrate": marked("Find a threshold for a false match rate."),
    "run": marked("Run scenario files."),
    "record": marked("Turn a session of commands into a scenario."),
    "policy": marked("The named policies, and where their numbers come from."),
    "cameras": marked("See which cameras there are, and what they give."),
    "doctor": marked("See what works here, and what to do about the rest."),
}
"""Every command in one line, in the order of --help; each is in the module of its name in this folder."""
PROGRAM = "smilepay"
"""How the program is called, and its envelope where no command is."""


def build() -> TyperGroup:
    """The command line. A command's module is imported, and the command made, when it is asked for."""
    commands = Commands()
    for name, summary in COMMANDS.items():
        commands.later(name, partial(_made, name, summary), summary)
    return made_group(
        "smilepay",
        _start,
        commands,
        examples=("smilepay demo", "smilepay enroll ana --image me.jpg --deposit 100"),
        help="Simulates Smile to Pay in a terminal: enrol a face, shop, pay by smiling, audit what happened. "
        "A simulator and a test bench, not an authentication product.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def _made(name: str, summary: str) -> Made:
    own = Commands()
    import_module(f"smilepay_cli.commands.{name}").register(own)
    own[name].short_help = tr(summary)
    return own[name]


def run(arguments: Sequence[str], environment: Environment | None = None) -> int:
    """Run one command line and return its exit status. Never raises for anything a user can do."""
    environment = environment or Environment()
    if COMPLETING in environment.variables and not arguments:  # as the scripts of shells call it
        from smilepay_cli.commands.completing import answer

        return answer(environment, build)
    arguments, environment = _plain(list(arguments), environment)
    is_for_programs = "--json" in arguments
    try:
        language = PLAIN if is_for_programs else _spoken(environment)
    except SmilepayError as error:
        call = Call(environment, Shared(), Sample())
        return fail(call, "smilepay", error.exit, error.reason, error.message, error.hint)
    with speaking(language):
        return _run(arguments, environment)


def _plain(arguments: list[str], environment: Environment) -> tuple[list[str], Environment]:
    """--plain is taken in every place, since it is about the reader: the page of help is plain too, and the start."""
    if "--plain" not in arguments:
        return arguments, environment
    while arguments[:1] == ["--plain"]:
        del arguments[0]
    return arguments, replace(environment, variables={**environment.variables, PLAIN_VARIABLE: "1"})


def _spoken(environment: Environment) -> Language:
    """The language that is asked for; English where standard output has no letters for it. Raises UsageProblem."""
    language = language_for(environment.variables)
    try:
        language.text("refused: ").encode(getattr(environment.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return language


def _run(arguments: Sequence[str], environment: Environment) -> int:
    shared = Shared(json="--json" in arguments)
    call = Call(environment, shared, Sample())
    path = next((word for word in arguments if not word.startswith("-")), "smilepay")
    try:
        return int(build().main(list(arguments), prog_name="smilepay", standalone_mode=False, obj=environment) or 0)
    except typer.TyperException as problem:
        from smilepay_cli.commands.usage import in_words

        message = in_words(problem.format_message().strip().replace("\n", " "))
        typed = _typed(problem, arguments)
        return fail(
            call,
            typed.removeprefix("smilepay "),
            ExitStatus.USAGE,
            "usage",
            message,
            tr("see: {typed} --help", typed=typed),
        )
    except SmilepayError as error:
        return fail(call, path, error.exit, error.reason, error.message, error.hint)
    except (KeyboardInterrupt, typer.Abort):
        return fail(call, path, ExitStatus.INTERRUPTED, "interrupted", tr("interrupted; nothing was left half done"))
    except Exception as error:  # outside of any command: help that cannot be written, a fault of the parser
        return fail_as_bug(call, path, error)


def _start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and leave.")] = False,
    install_completion: Annotated[
        bool, typer.Option("--install-completion", help="Let your shell complete commands, names and files; leave.")
    ] = False,
    show_completion: Annotated[
        bool, typer.Option("--show-completion", help="Show the script for that, for a file of your own; leave.")
    ] = False,
    shell: Annotated[
        Literal["bash", "zsh", "fish"] | None,
        typer.Option(help="For which shell; default: the one that this is called from."),
    ] = None,
    home: Annotated[
        str | None,
        typer.Option(metavar="DIR", envvar="SMILEPAY_HOME", show_envvar=True, help="Where the wallet is."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help=PLAIN_HELP)] = False,  # noqa: ARG001 - see _plain
) -> int | None:
    environment: Environment = context.obj
    if version:
        print(f"smilepay {__version__}", file=environment.stdout)
        raise typer.Exit(0)
    call = Call(environment, Shared(home=home, json=json), Sample())
    if install_completion or show_completion:
        raise typer.Exit(perform(call, PROGRAM, partial(_completion, call, shell, install=install_completion)))
    if context.invoked_subcommand is not None:
        require_nothing_given(context, "")
        return None
    return perform(call, PROGRAM, partial(_started, call))


def _started(call: Call) -> Result:
    from smilepay_cli.adapters.store.glance import SqliteGlance
    from smilepay_cli.verbs.start import start

    return start(SqliteGlance(call.home), call.environment.clock.now(), call.shared.terminal)


def _completion(call: Call, shell: str | None, *, install: bool) -> Result:
    from smilepay_cli.adapters.shells.user_shells import UserShells
    from smilepay_cli.verbs import completion

    shells = UserShells(call.environment.variables)
    return completion.install(shells, shell) if install else completion.show_script(shells, shell)


def _typed(problem: typer.TyperException, arguments: Sequence[str]) -> str:
    """The command that a usage error belongs to, without what was given to it."""
    context = getattr(problem, "ctx", None)
    if context:
        return str(context.command_path)
    command, path = build(), ["smilepay"]
    for word in arguments:  # the parser does not say where it was
        if word not in getattr(command, "commands", {}):
            break
        command = command.commands[word]  # type: ignore[assignment]  # a command has none
        path.append(word)
    return " ".join(path)
