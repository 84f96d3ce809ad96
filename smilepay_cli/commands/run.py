"""`smilepay run`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import Plain, command
from smilepay_cli.commands.tree import Commands
from smilepay_cli.vocabulary.results import Result

if TYPE_CHECKING:
    from smilepay_cli.commands.running import Wanted

EXAMPLES = (
    "smilepay run scenarios --junit junit.xml",
    "smilepay run scenarios/happy-path.smile.yaml --keep-homes homes",
)
EPILOG = "The format of the files: docs/scenarios.md."


def register(commands: Commands) -> None:
    """Add the command."""

    @command(commands, "run", plain=Plain.TOLD, epilog=EPILOG, examples=EXAMPLES)
    def run(
        call: Call,
        files: Annotated[
            list[str],
            typer.Argument(metavar="FILE|FOLDER", help="Scenario files; of a folder, all *.smile.yaml below it."),
        ],
        tag: Annotated[list[str] | None, typer.Option(metavar="T", help="Only with this tag; repeatable.")] = None,
        not_tag: Annotated[
            list[str] | None, typer.Option("--not-tag", metavar="T", help="Only without this tag; repeatable.")
        ] = None,
        filter_: Annotated[
            list[str] | None,
            typer.Option("--filter", metavar="GLOB", help="Only with such a name, as '*refund*'; repeatable."),
        ] = None,
        jobs: Annotated[int, typer.Option(metavar="N", min=1, max=256, help="Processes that run scenarios.")] = 1,
        fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first that fails.")] = False,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the files, run nothing.")] = False,
        list_: Annotated[bool, typer.Option("--list", help="Show what would be run, run nothing.")] = False,
        keep_homes: Annotated[
            str | None, typer.Option("--keep-homes", metavar="DIR", help="Keep the homes in this new or empty folder.")
        ] = None,
        junit: Annotated[str | None, typer.Option(metavar="FILE", help="Write JUnit XML.")] = None,
        tap: Annotated[str | None, typer.Option(metavar="FILE", help="Write TAP.")] = None,
        jsonl: Annotated[str | None, typer.Option(metavar="FILE", help="Write JSON Lines, one for each.")] = None,
        github: Annotated[
            bool, typer.Option("--github", help="Annotations for GitHub; also where GITHUB_ACTIONS is set.")
        ] = False,
    ) -> Result:
        """Run scenario files: each scenario in a throwaway home, with its own clock and chance, and what is expected.

        Ends with 30 when a scenario fails, with 2 when a file cannot be used or nothing was run.
        """
        from smilepay_cli.commands.running import Wanted
        from smilepay_cli.harnesses.scenarios.selection import Selection

        reports = {"junit": junit, "tap": tap, "jsonl": jsonl}
        wanted = Wanted(
            paths=tuple(files),
            selection=Selection(tuple(tag or ()), tuple(not_tag or ()), tuple(filter_ or ())),
            jobs=jobs,
            fail_fast=fail_fast,
            dry_run=dry_run,
            list_only=list_,
            keep_homes=keep_homes,
            reports={kind: name for kind, name in reports.items() if name},
        )
        return _run(call, wanted, annotate=github or bool(call.environment.variables.get("GITHUB_ACTIONS")))


def _run(call: Call, wanted: Wanted, *, annotate: bool) -> Result:
    from smilepay_cli.commands.running import ran
    from smilepay_cli.harnesses.scenarios.played import RunResult
    from smilepay_cli.harnesses.scenarios.problems import BadScenario
    from smilepay_cli.render.scenarios.github import of_problems, of_run

    stream = call.environment.stderr if call.shared.json else call.environment.stdout
    try:
        result = ran(call, wanted)
    except BadScenario as bad:
        if annotate:
            print("\n".join(of_problems(bad.told)), file=stream)
        raise
    if annotate and isinstance(result, RunResult) and (lines := of_run(result)):
        print("\n".join(lines), file=stream)
    return result
