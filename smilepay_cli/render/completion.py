"""Scripts of shells, and what became of the files that they were put in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.language import marked, tr

if TYPE_CHECKING:
    from smilepay_cli.render.paper import Paper
    from smilepay_cli.verbs.completion import InstallResult, ScriptResult

_TOLD = {
    "written": marked("{path} was written"),
    "replaced": marked("{path} was replaced by the script of this version"),
    "extended": marked("{path} has one more line: {line}"),
    "unchanged": marked("{path} is as it should be, and was not changed"),
}


def show_script(result: ScriptResult, paper: Paper) -> None:
    """As it is, for a file."""
    paper.verbatim(result.script.rstrip("\n"))


def show_installed(result: InstallResult, paper: Paper) -> None:
    """Each file, and what to do for it to work at once."""
    shell = result.shell
    paper.line(("✓ ", "green"), tr("{shell} completes smilepay, from the next {shell} that you start", shell=shell))
    for change in result.changes:
        paper.line("  ", tr(_TOLD[change.what], path=change.path, line=change.line), wraps=True)
