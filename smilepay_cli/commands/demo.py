"""`smilepay demo`"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import command
from smilepay_cli.commands.stopping import signals_interrupt
from smilepay_cli.commands.tree import Commands
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.results import Result

if TYPE_CHECKING:
    from smilepay_cli.harnesses.stage import Stage
    from smilepay_cli.render.demo import Screen

POLICY = "standard"


def register(commands: Commands) -> None:
    """Add the command."""

    @command(commands, "demo", examples=("smilepay demo", "smilepay demo --fast --keep story"))
    def demo(
        call: Call,
        fast: Annotated[bool, typer.Option("--fast", help="No pauses and nothing that moves.")] = False,
        keep: Annotated[
            str | None, typer.Option(metavar="DIR", help="Use this new or empty folder as the home, and keep it.")
        ] = None,
    ) -> Result:
        """The whole story on the sample faces, in a throwaway home. Ends with 30 when a step goes wrong."""
        if call.shared.policy not in (None, POLICY):
            raise UsageProblem(tr("the demo is told under policy {policy}", policy=POLICY))
        kept = _empty_folder(keep) if keep is not None else None
        with _home(kept) as home:
            stage = _stage(call, home)
            with closing(stage.till.store):
                return _tell(call, stage, _screen(call, fast=fast), kept)


def _tell(call: Call, stage: Stage, screen: Screen | None, kept: Path | None) -> Result:
    """Play step after step up to the first that does not end as foreseen.

    Raises ExpectationFailed then; with --json the result says it, together with the steps that were played.
    """
    from smilepay_cli.adapters.packaged import sample_faces

    if screen:
        screen.title()
        if screen.animated:  # news would be written into the line of the spinner
            call.over_spinner.append(screen.above)
    from smilepay_cli.harnesses.stage import failure, play, told
    from smilepay_cli.harnesses.story import STORY

    scenes = []
    for number, step in enumerate(STORY, start=1):
        with screen.working(step) if screen else nullcontext():
            scene = play(step, stage)
        scenes.append(scene)
        if screen:
            screen.scene(scene, number)
        if not scene.as_foreseen:
            break
    if not scenes[-1].as_foreseen and not call.shared.json:
        raise failure(scenes[-1])
    if screen:
        screen.end(sample_faces(), kept, _activate())
    return told(scenes, home=str(kept) if kept else None, warnings=_warnings(call))


def _activate() -> Path | None:
    """The script that puts smilepay on the path; None where it is there, or nobody can tell."""
    from shutil import which

    script = Path(sys.prefix) / "bin" / "activate"
    return None if which("smilepay") or not script.is_file() else script


def _warnings(call: Call) -> tuple[str, ...]:
    """A home that was asked for and not used is worth a word; SMILEPAY_HOME is merely left alone."""
    if call.shared.home in (None, call.environment.variables.get("SMILEPAY_HOME")):
        return ()
    return ("--home was left alone: the demo has a home of its own, which --keep DIR keeps",)


def _screen(call: Call, *, fast: bool) -> Screen | None:
    """Where the story is shown; nowhere when JSON or quiet is asked for."""
    if call.shared.json or call.shared.quiet:
        return None
    from smilepay_cli.render.console import console_on
    from smilepay_cli.render.demo import Screen

    environment = call.environment
    console = console_on(environment.stdout, color=call.wants_color, plain=call.is_plain)
    animated = console.is_terminal and not console.is_dumb_terminal and not fast
    return Screen(console, call.profile(POLICY), animated=animated, pictures=not call.is_plain)


def _stage(call: Call, home: Path) -> Stage:
    from smilepay_cli.adapters.capture.sources import open_source
    from smilepay_cli.adapters.keys import FileVault
    from smilepay_cli.adapters.packaged import sample_faces
    from smilepay_cli.harnesses.stage import Stage
    from smilepay_cli.ports import FrameSource

    policy, folder = call.profile(POLICY), sample_faces()

    def samples(images: tuple[str, ...], camera: str | None) -> FrameSource:
        return open_source(
            [str(folder / image) for image in images],
            str(folder / camera) if camera else None,
            clock=call.environment.clock,
            seconds=policy.capture_seconds,
        )

    # A home that is thrown away must leave nothing in a keyring.
    return Stage(call.till_at(home, policy, vault=FileVault(home)), samples)


def _empty_folder(name: str) -> Path:
    """A folder that is new or empty, so that no wallet of anybody's is ever touched. Raises UsageProblem."""
    path = Path(name).expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        empty = not any(path.iterdir())
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise UsageProblem(tr("--keep {name}: {detail}", name=name, detail=detail), reason="unusable_folder") from None
    if not empty:
        raise UsageProblem(
            tr("--keep {name}: the folder is not empty", name=name),
            hint=tr("name a new or an empty one"),
            reason="unusable_folder",
        )
    return path


@contextmanager
def _home(kept: Path | None) -> Iterator[Path]:
    """The kept folder, or one that is gone at the end, however the end comes."""
    if kept is not None:
        yield kept
        return
    with signals_interrupt(), tempfile.TemporaryDirectory(prefix="smilepay-demo-") as folder:
        yield Path(folder)
