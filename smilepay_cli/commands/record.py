"""`smilepay record FILE`"""

from __future__ import annotations

from typing import Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import Plain, command
from smilepay_cli.commands.tree import Commands
from smilepay_cli.vocabulary.results import Result

EXAMPLES = (
    "smilepay record first.smile.yaml < session.txt",
    "smilepay record coffee.smile.yaml --name 'A coffee' < session.txt",
)
EPILOG = """\
At the prompt, commands are typed as in a shell, with or without smilepay before them:

smilepay> enroll lin --image sample_faces/lin/1.jpg --deposit 100

smilepay> # what follows a cross is the title of the next step

smilepay> pay --amount 3 --merchant kiosk --image sample_faces/lin/5.jpg

smilepay> advance 10m

An empty line does nothing; exit, or Ctrl-D, ends it. Commands can be piped in as well, a line each.

What becomes of them: docs/recording.md."""


def register(commands: Commands) -> None:
    """Add the command."""

    @command(commands, "record", plain=Plain.TOLD, epilog=EPILOG, examples=EXAMPLES)
    def record(
        call: Call,
        file: Annotated[str, typer.Argument(metavar="FILE", help="A new scenario file: NAME.smile.yaml.")],
        name: Annotated[
            str | None, typer.Option(metavar="TEXT", help="What the scenario is called; default: as the file.")
        ] = None,
    ) -> Result:
        """Turn a session of commands into a scenario that passes.

        Everything happens in a throwaway home that begins empty. PINs are never written. At the end it is played once
        more, and the command ends with 30 where it does not pass.
        """
        from smilepay_cli.commands.recorder import recorded

        return recorded(call, file, name)
