"""`smilepay demo`"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smilepay_cli.commands.call import Call, make_till
from smilepay_cli.commands.options import command
from smilepay_cli.rules.profiles import profile
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.results import Result

if TYPE_CHECKING:
    from smilepay_cli.harnesses.stage import Stage
    from smilepay_cli.render.demo import Screen

POLICY = "standard"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "demo")
    def demo(
        call: Call,
        fast: Annotated[bool, typer.Option("--fast", help="No pauses and nothing that moves.")] = False,
        keep: Annotated[
            str | None, typer.Option(metavar="DIR", help="Use this new or empty folder as the home, and keep it.")
        ] = None,
    ) -> Result:
        """The whole story on the sample faces, in a throwaway home. Ends with 30 when a step goes wrong."""
        _require_own_home(call)
        kept = _empty_folder(keep) if keep is not None else None
        screen = _screen(call, fast=fast)
        if screen:
            screen.title()
        with _home(kept) as home:
            return _tell(_stage(call, home), screen, kept)


def _tell(stage: Stage, screen: Screen | None, kept: Path | None) -> Result:
    """Play step after step up to the first that does not end as foreseen."""
    from smilepay_cli.adapters.packaged import sample_faces
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
    result = told(tuple(scenes), str(kept) if kept else None)
    if result.refusal and screen:
        raise failure(scenes[-1])
    if screen:
        screen.end(sample_faces(), kept)
    return result


def _screen(call: Call, *, fast: bool) -> Screen | None:
    """Where the story is shown; nowhere when JSON or quiet is asked for."""
    if call.shared.json or call.shared.quiet:
        return None
    from smilepay_cli.render.demo import Screen
    from smilepay_cli.render.people import console_on

    environment = call.environment
    console = console_on(environment.stdout, color=environment.wants_color and not call.shared.no_color)
    animated = environment.stdout.isatty() and not console.is_dumb_terminal and not fast
    return Screen(console, profile(POLICY), animated=animated)


def _stage(call: Call, home: Path) -> Stage:
    from smilepay_cli.adapters.capture.sources import open_source
    from smilepay_cli.adapters.packaged import sample_faces
    from smilepay_cli.harnesses.stage import Stage
    from smilepay_cli.ports import FrameSource

    policy, folder = profile(POLICY), sample_faces()

    def samples(images: tuple[str, ...], camera: str | None) -> FrameSource:
        return open_source(
            [str(folder / image) for image in images],
            str(folder / camera) if camera else None,
            clock=call.environment.clock,
            seconds=policy.capture_seconds,
        )

    till = make_till(home, policy, call.environment, engine=call.shared.engine, terminal=call.shared.terminal)
    return Stage(till, samples)


def _require_own_home(call: Call) -> None:
    """A home or a policy that was asked for and not used would be a lie; SMILEPAY_HOME is merely left alone."""
    if call.shared.home not in (None, call.environment.variables.get("SMILEPAY_HOME")):
        raise UsageProblem("the demo makes a home of its own", hint="to keep it: smilepay demo --keep DIR")
    if call.shared.policy not in (None, POLICY):
        raise UsageProblem(f"the demo is told under policy {POLICY}")


def _empty_folder(name: str) -> Path:
    """A folder that is new or empty, so that no wallet of anybody's is ever touched. Raises UsageProblem."""
    path = Path(name).expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        empty = not any(path.iterdir())
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise UsageProblem(f"--keep {name}: {detail}", reason="unusable_folder") from None
    if not empty:
        raise UsageProblem(
            f"--keep {name}: the folder is not empty", hint="name a new or an empty one", reason="unusable_folder"
        )
    return path


@contextmanager
def _home(kept: Path | None) -> Iterator[Path]:
    """The kept folder, or one that is gone at the end, however the end comes."""
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="smilepay-demo-") as folder:
        yield Path(folder)
