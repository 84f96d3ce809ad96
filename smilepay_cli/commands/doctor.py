"""`smilepay doctor`"""

from __future__ import annotations

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import command
from smilepay_cli.commands.tree import Commands
from smilepay_cli.vocabulary.results import Result


def register(commands: Commands) -> None:
    """Add the command."""

    @command(commands, "doctor", examples=("smilepay doctor", "smilepay doctor --engine reference --json"))
    def doctor(call: Call) -> Result:
        """What works here and what does not, and what to do about it: 0 when paying with a picture can work."""
        from smilepay_cli.adapters.faces.checkup import look_at_engines
        from smilepay_cli.verbs.doctor import doctor

        engines = look_at_engines(call.policy.scheme, call.environment.variables, call.say)
        return doctor(call.till, engines)
