"""`smilepay doctor`"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import command
from smilepay_cli.commands.tree import Commands
from smilepay_cli.vocabulary.results import Result

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.findings import Check


def register(commands: Commands) -> None:
    """Add the command."""

    @command(commands, "doctor", examples=("smilepay doctor", "smilepay doctor --engine reference --json"))
    def doctor(call: Call) -> Result:
        """What works here and what does not, and what to do about it: 0 when paying with a picture can work.

        It changes nothing. With --quiet it tells problems only.
        """
        from smilepay_cli.adapters.store.looking import LookingStore
        from smilepay_cli.verbs.doctor import doctor

        with closing(LookingStore(call.home)) as store:
            till = replace(call.looking_till, store=store)
            return doctor(till, checks(call), problems_only=call.shared.quiet)


def checks(call: Call) -> tuple[Check, ...]:
    """Everything that is looked at beside the wallet itself."""
    from smilepay_cli.adapters.checks.engine import look_at_engines
    from smilepay_cli.adapters.checks.home import look_at_disk, look_at_permissions
    from smilepay_cli.adapters.checks.keyring import look_at_keyring
    from smilepay_cli.adapters.checks.machine import look_at_opencv, look_at_packages, look_at_python
    from smilepay_cli.adapters.checks.terminal import look_at_colours, look_at_pictures, look_at_terminal
    from smilepay_cli.commands.viewers import colours_of
    from smilepay_cli.render.live import SMALLEST
    from smilepay_cli.verbs.checks.cameras import look_at_cameras
    from smilepay_cli.verbs.deadline import within
    from smilepay_cli.vocabulary.findings import Check

    here, variables = call.environment, call.environment.variables
    colours, wanted = colours_of(variables), call.wants_color
    return (
        Check("python", look_at_python),
        Check("packages", look_at_packages),
        Check("opencv", look_at_opencv),
        Check("weights", lambda: look_at_engines(call.policy.scheme, variables)),
        Check("cameras", lambda: look_at_cameras(call.cameras, here.clock), here=True),
        Check("terminal", lambda: look_at_terminal(here.stdout, variables)),
        Check("colours", lambda: look_at_colours(colours, variables, wanted=wanted)),
        Check("pictures", lambda: look_at_pictures(here.stderr, variables, SMALLEST)),
        Check("permissions", lambda: look_at_permissions(call.home)),
        Check("disk", lambda: look_at_disk(call.home)),
        Check("keyring", lambda: look_at_keyring(within), here=True),
    )
