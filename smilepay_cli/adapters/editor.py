"""The editor that somebody chose: $VISUAL, else $EDITOR."""

from __future__ import annotations

import shlex
import signal
import subprocess
from collections.abc import Mapping

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import marked, tr

_HINT = marked("for example: EDITOR=nano smilepay shop --edit; or give a file: smilepay shop --catalogue FILE")


def chosen_editor(variables: Mapping[str, str]) -> list[str]:
    """The command line without the file. Raises UsageProblem when there is none."""
    for name in ("VISUAL", "EDITOR"):
        if typed := variables.get(name, "").strip():
            try:
                return shlex.split(typed)
            except ValueError as error:
                raise UsageProblem(
                    tr("${name} is no command: {error}", name=name, error=error), hint=tr(_HINT), reason="no_editor"
                ) from None
    raise UsageProblem(tr("no editor is set: neither $VISUAL nor $EDITOR"), hint=tr(_HINT), reason="no_editor")


def run_editor(command: list[str], path: str) -> None:
    """Wait until it ends. Ctrl-C is the editor's meanwhile. Raises UsageProblem when it cannot start, or fails."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # a handler of ours; the editor starts with the default
    try:
        status = subprocess.run([*command, path], check=False).returncode
    except OSError as error:
        detail = error.strerror or error
        raise UsageProblem(
            tr("the editor {command!r} cannot start: {detail}", command=command[0], detail=detail),
            hint=tr(_HINT),
            reason="no_editor",
        ) from None
    finally:
        signal.signal(signal.SIGINT, before)
    if status:
        raise UsageProblem(
            tr("the editor {command!r} ended with status {status}", command=command[0], status=status),
            reason="editor_failed",
        )
