"""Completion in a shell: the script for it, shown or put in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.results import Result

if TYPE_CHECKING:
    from smilepay_cli.ports import Shells
    from smilepay_cli.vocabulary.shells import Change


@dataclass(frozen=True, kw_only=True)
class ScriptResult(Result):
    """What makes a shell complete."""

    shell: str
    script: str


@dataclass(frozen=True, kw_only=True)
class InstallResult(Result):
    """What became of the files of a shell."""

    shell: str
    changes: tuple[Change, ...]


def show_script(shells: Shells, shell: str | None) -> ScriptResult:
    """The script of a shell; None is the one that this was called from. Raises UsageProblem."""
    named = _known(shells, shell)
    return ScriptResult(shell=named, script=shells.script(named))


def install(shells: Shells, shell: str | None) -> InstallResult:
    """Put the script in its place; a second time changes nothing. Raises UsageProblem."""
    named = _known(shells, shell)
    return InstallResult(shell=named, changes=shells.install(named))


def _known(shells: Shells, shell: str | None) -> str:
    named = shell or shells.current()
    if named is None:
        raise UsageProblem(
            tr("the shell that this was called from is none that can be told, or that there is a script for"),
            hint=tr("name it: --shell bash, zsh or fish"),
            reason="unknown_shell",
        )
    return named
