"""Playing steps: a step runs a verb on real pictures, and has to end as foreseen.

Pictures come through the stage's factory of frame sources; which adapters those are is decided at the top.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

from smilepay_cli.ports import FrameSource
from smilepay_cli.rules.session import Session, shown_enough
from smilepay_cli.verbs import audit, wallet
from smilepay_cli.verbs.capture import Capture, good_faces
from smilepay_cli.verbs.enroll import EnrollResult
from smilepay_cli.verbs.pay import PayResult
from smilepay_cli.verbs.shop import ShopResult
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import ChainBroken, ExitStatus, ExpectationFailed
from smilepay_cli.vocabulary.faces import Face, Frame
from smilepay_cli.vocabulary.results import Refusal, Result

FaceAct = Callable[[Till, FrameSource], Result]


class Samples(Protocol):
    """Frame sources of sample faces."""

    def __call__(self, images: tuple[str, ...], camera: str | None) -> FrameSource:
        """Of images, or of a virtual camera, by paths relative to the folder of the sample faces."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the story takes place: a till of an empty wallet, and pictures."""

    till: Till
    samples: Samples


@dataclass(frozen=True, slots=True)
class Ending:
    """How a step ended: as the program tells scripts, and what is worth comparing beyond that."""

    exit: ExitStatus
    reason: str | None = None
    told: str = ""

    def __str__(self) -> str:
        words = self.reason or "done"
        return f"{words} (exit {int(self.exit)})" + (f", {self.told}" if self.told else "")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a story. `command` is what a person would type for the same."""

    title: str
    narration: str
    command: str
    foreseen: Ending


@dataclass(frozen=True, kw_only=True)
class FaceStep(Step):
    """A step in which somebody is in front of the till: on `images`, or on a virtual `camera`."""

    act: FaceAct
    images: tuple[str, ...] = ()
    camera: str | None = None


@dataclass(frozen=True, kw_only=True)
class BookStep(Step):
    """A step that only reads what is written."""

    act: Callable[[Till], Result]


@dataclass(frozen=True, slots=True)
class Scene:
    """A step that was played."""

    step: Step
    result: Result
    ending: Ending
    frame: Frame | None = None
    """The first picture, whether or not a face was found on it."""
    faces: tuple[Face, ...] = ()
    """The face that was judged; of a camera, the face of every frame that was watched."""

    @property
    def as_foreseen(self) -> bool:
        """Whether it ended as the story says."""
        return self.ending == self.step.foreseen


@dataclass(frozen=True, slots=True)
class Telling:
    """A scene as scripts read it."""

    title: str
    command: str
    expected: Ending
    actual: Ending
    as_expected: bool


@dataclass(frozen=True, kw_only=True)
class DemoResult(Result):
    """The story as far as it went. `home` is where the wallet was kept, if it was."""

    steps: tuple[Telling, ...]
    home: str | None = None

    @property
    def outcome(self) -> str:
        """`done` or `failed`: nobody refused anything that the story did not foresee."""
        return "failed" if self.refusal else "done"


def play(step: FaceStep | BookStep, stage: Stage) -> Scene:
    """Run a step. A broken chain is an ending like others; problems with files or the store are raised."""
    if isinstance(step, FaceStep):
        source = stage.samples(step.images, step.camera)
        result = step.act(stage.till, source)
        frame, faces = _pictures(stage.till, source, result)
        return Scene(step, result, _ending(result), frame, faces)
    try:
        result = step.act(stage.till)
    except ChainBroken as broken:
        result = Result(refusal=Refusal.of(broken))
    return Scene(step, result, _ending(result))


def told(scenes: Sequence[Scene], *, home: str | None = None, warnings: tuple[str, ...] = ()) -> DemoResult:
    """The result of the whole; exit 30 when a scene did not end as foreseen."""
    failed = next((scene for scene in scenes if not scene.as_foreseen), None)
    steps = (Telling(s.step.title, s.step.command, s.step.foreseen, s.ending, s.as_foreseen) for s in scenes)
    return DemoResult(
        refusal=Refusal.of(failure(failed)) if failed else None,
        events=tuple(event for scene in scenes for event in scene.result.events),
        warnings=warnings,
        steps=tuple(steps),
        home=home,
    )


def failure(scene: Scene) -> ExpectationFailed:
    """What to say about a scene that did not end as foreseen."""
    return ExpectationFailed(
        f"the step {scene.step.title!r} ended otherwise than expected: {scene.ending}, not {scene.step.foreseen}",
        hint=scene.result.refusal.message if scene.result.refusal else None,
    )


def _ending(result: Result) -> Ending:
    reason = result.refusal.reason if result.refusal else None
    return Ending(result.exit, reason, "" if reason else _told(result))


def _told(result: Result) -> str:
    """What a step has to have come to beyond its exit status: the right person, the right sums."""
    if isinstance(result, EnrollResult):
        return f"{result.name} with {result.balance.available if result.balance else None}"
    if isinstance(result, ShopResult):
        return f"{result.name} owes {result.order.total if result.order else None}"
    if isinstance(result, PayResult):
        return f"{result.name} paid {result.amount}"
    if isinstance(result, wallet.BalanceResult):
        return "; ".join(f"{named.name} {named.balance.available}" for named in result.balances)
    if isinstance(result, audit.EventsResult):
        return f"{len(result.found)} events"
    if isinstance(result, audit.VerifyResult):
        return f"{result.count} events, {result.transactions} transactions"
    return ""


def _pictures(till: Till, source: FrameSource, result: Any) -> tuple[Frame | None, tuple[Face, ...]]:
    """What there is to show. Looked at once more where the verb did not need so much: a show, not a check."""
    with closing(cast("Any", source.frames())) as frames:
        first = next(frames, None)
    judged: Face | None = getattr(result, "face", None)
    if judged is None:
        return first, ()
    if source.is_camera:
        return first, _watched(till, source)
    if judged.landmarks is None:
        judged = replace(judged, landmarks=till.engine.landmarks(judged.frame.pixels, judged.box))
    return first, (judged,)


def _watched(till: Till, source: FrameSource) -> tuple[Face, ...]:
    """The faces of a capture up to the one at which nothing more was watched for."""
    capture, found = Capture(source.description, source.is_camera, Session(is_camera=source.is_camera)), []
    with closing(good_faces(till, source, capture, mouth=True)) as faces:
        for face in faces:
            found.append(face)
            if shown_enough(capture.session, till.policy):
                break
    return tuple(found)
