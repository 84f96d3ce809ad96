"""Which cameras there are, and what one of them gives when it is tried. No wallet is opened for it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from smilepay_cli.verbs.deadline import each_within, within
from smilepay_cli.vocabulary.cameras import CameraDevice, FaceSeen, Tried
from smilepay_cli.vocabulary.errors import Reason, Refused, SmilepayError
from smilepay_cli.vocabulary.language import marked, tr
from smilepay_cli.vocabulary.results import Refusal, Result

if TYPE_CHECKING:
    from smilepay_cli.ports import Cameras, Clock, DrivenSource, FaceEngine, Outbox
    from smilepay_cli.vocabulary.faces import Frame

T = TypeVar("T")

FRAMES = 30
"""Most frames that a camera is asked for: a second of an ordinary one, in which its exposure settles."""
SECONDS = 3.0
"""How long frames are asked for; the slowest cameras give a few in that time."""
PATIENCE = 10.0
"""Seconds that a driver may take for one frame, the first one with opening included: streams have 8 to answer."""
NONE_HERE = marked("this machine has no camera")
WITHOUT = marked("use --image FILE, or a video file with --camera FILE, or load v4l2loopback")
"""What to do where there is no camera."""

_UNPLUG = marked("close what else uses it, or unplug it and plug it in again")

Encode = Callable[["Frame"], bytes]


@dataclass(frozen=True, slots=True)
class CameraTold:
    """A device, and what it gave or why it gave nothing; neither for one that gives no pictures."""

    device: CameraDevice
    tried: Tried | None = None
    trouble: str | None = None
    hint: str | None = None


@dataclass(frozen=True, kw_only=True)
class CamerasResult(Result):
    """Every device of this machine."""

    is_report: ClassVar[bool] = True

    cameras: tuple[CameraTold, ...]


@dataclass(frozen=True, kw_only=True)
class CameraResult(Result):
    """One source of `--camera`, tried."""

    source: str
    is_virtual: bool
    tried: Tried
    saved: str | None = None
    """Where the last frame was written to."""


def list_cameras(cameras: Cameras, clock: Clock) -> CamerasResult:
    """Every device, each opened and closed again. Raises Refused (NO_CAMERA) where there is none at all."""
    told = tuple(look_at_devices(cameras, clock, frames=FRAMES))
    if not told:
        raise Refused(Reason.NO_CAMERA, tr(NONE_HERE), hint=tr(WITHOUT))
    if any(camera.tried for camera in told):
        return CamerasResult(cameras=told)
    first = next((camera for camera in told if camera.trouble), None)
    hint = first.hint if first and first.hint else tr(WITHOUT)
    return CamerasResult(cameras=told, refusal=Refusal.of(Refused(Reason.NO_CAMERA, tr("no camera works"), hint=hint)))


def look_at_devices(cameras: Cameras, clock: Clock, *, frames: int) -> Iterator[CameraTold]:
    """Each device that may give pictures is opened, asked for some frames, and closed. None can hang or crash this."""
    for device in _in_time(cameras.listed, PATIENCE):
        if not device.gives_pictures:
            yield CameraTold(device)
        elif device.trouble:
            yield CameraTold(device, trouble=device.trouble, hint=device.hint)
        else:
            yield _told(device, cameras, clock, frames)


def try_source(
    cameras: Cameras,
    clock: Clock,
    source: str,
    *,
    engine: FaceEngine | None = None,
    save: tuple[str, Encode, Outbox] | None = None,
) -> CameraResult:
    """What a source gives: opened, asked for frames, closed. With an engine its last frame is searched for a face.

    `save` names a new file for the last frame, how it is encoded, and who writes it. Raises UsageProblem for a source
    or a file that cannot be used, Refused (NO_CAMERA) where no frame comes, or none in time.
    """
    opened = cameras.open(source)
    _in_time(opened.check)
    try:
        tried, last = _try(opened, clock, FRAMES)
    except TimeoutError as error:
        raise Refused(
            Reason.NO_CAMERA,
            tr("{description} gives no picture: {error}", description=opened.description, error=error),
            hint=tr(_UNPLUG),
        ) from None
    if engine is not None:
        tried = replace(tried, face=_in_time(lambda: _face(engine, last)))
    saved = None
    if save is not None:
        path, encode, outbox = save
        saved = outbox.write_new(path, [encode(last)])
    return CameraResult(source=source, is_virtual=opened.is_virtual, tried=tried, saved=saved)


def _in_time(work: Callable[[], T], seconds: float | None = None) -> T:
    """Raises Refused (NO_CAMERA) where it takes too long."""
    try:
        return within(work, seconds)
    except TimeoutError as error:
        raise Refused(
            Reason.NO_CAMERA, tr("looking at the cameras took too long: {error}", error=error), hint=tr(_UNPLUG)
        ) from None


def _told(device: CameraDevice, cameras: Cameras, clock: Clock, frames: int) -> CameraTold:
    try:
        tried, _ = _try(cameras.open(device.path), clock, frames)
    except SmilepayError as error:
        return CameraTold(device, trouble=error.message, hint=tr("close what else uses it"))
    except TimeoutError as error:
        return CameraTold(device, trouble=str(error), hint=tr(_UNPLUG))
    except Exception as error:  # whatever a driver makes of it: the others are looked at all the same
        told = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return CameraTold(device, trouble=tr("trying it failed: {told}", told=told))
    return CameraTold(device, tried)


def _try(source: DrivenSource, clock: Clock, most: int) -> tuple[Tried, Frame]:
    """Some frames, how fast they came, and the last one. The first comes late, since opening is in it."""
    from smilepay_cli.rules.frames import figures_of

    first = last = None
    count, began, ended = 0, 0.0, 0.0
    frames = cast("Generator[Frame]", source.frames())
    with closing(each_within(frames, PATIENCE)) as coming:
        for last in coming:
            ended = clock.monotonic()
            if first is None:
                first, began = last, ended
            count += 1
            if count >= most or ended - began > SECONDS:
                break
    if first is None or last is None:
        raise Refused(
            Reason.NO_CAMERA, tr("no picture from {description}", description=source.description), hint=tr(WITHOUT)
        )
    rate = (count - 1) / (ended - began) if count > 1 and ended > began else None
    tried = Tried(source.driver, count, rate, figures_of(first.pixels), figures_of(last.pixels))
    return tried, last


def _face(engine: FaceEngine, frame: Frame) -> FaceSeen:
    found = engine.detect(frame.pixels).found
    return FaceSeen(len(found), found[0].box.width if found else None)
