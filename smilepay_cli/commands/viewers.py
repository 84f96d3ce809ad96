"""Who is shown a capture while it is watched: a mirror on a terminal that can draw one, lines elsewhere, or nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from smilepay_cli.adapters.checks.terminal import can_draw
from smilepay_cli.render.live import SMALLEST, LineViewer, SilentViewer, TerminalViewer

if TYPE_CHECKING:
    from smilepay_cli.commands.call import Call
    from smilepay_cli.ports import Viewer
    from smilepay_cli.render.live_picture import Colours

_TRUECOLOR = ("truecolor", "24bit")
"""Values of COLORTERM."""


def viewer_for(call: Call) -> Viewer:
    """The viewer of a call.

    Nobody with --quiet, and with stills, which need no instructions. Lines with --json, since whoever stands at the
    camera of a machine has to know what to do as well; they are on standard error.
    """
    environment, shared = call.environment, call.shared
    if shared.quiet or call.sample.image:
        return SilentViewer()
    if shared.json or call.is_plain or not can_draw(environment.stderr, environment.variables, SMALLEST):
        return LineViewer(call.say)

    def take_over() -> None:
        for stop in call.stop_spinner:
            stop()
        call.over_spinner[:] = [viewer.say]

    colours = colours_of(environment.variables) if call.wants_color else "none"
    bill = call.bill[-1] if call.bill else ""
    viewer = TerminalViewer(environment.stderr, colours, before=take_over, bill=bill)
    return viewer


def colours_of(variables: Mapping[str, str]) -> Colours:
    """What pictures can be drawn with; 16 colours are too few."""
    term = variables.get("TERM", "")
    if variables.get("COLORTERM", "").lower() in _TRUECOLOR or term.endswith("-direct"):
        return "truecolor"
    return "256" if "256color" in term or "kitty" in term else "none"
