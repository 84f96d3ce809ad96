"""Watching a frame source: what is kept of it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from smilepay_cli.verbs.capture import Capture, good_faces, require_answers
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.faces import Frame
from tests.fakes.fake_engine import empty_picture
from tests.fakes.source import PictureSource
from tests.verbs.conftest import Scene


def test_frames_without_a_face_are_not_kept(scene: Scene) -> None:
    """Fifteen seconds of nobody at a camera would be gigabytes."""
    alive: list[weakref.ref[Any]] = []

    class Source(PictureSource):
        def frames(self) -> Iterator[Frame]:
            for number in range(20):
                pixels = empty_picture().copy()
                alive.append(weakref.ref(pixels))
                yield Frame(pixels, number, float(number), "frame", str(number))

    capture = Capture("a camera", is_camera=True)
    assert not list(good_faces(scene.till(), Source(is_camera=True), capture, mouth=True))
    gc.collect()
    assert len(capture.rejected) == 20
    assert sum(ref() is not None for ref in alive) <= 1


@pytest.mark.parametrize(("is_camera", "cues"), [(False, ("copied_frames",)), (True, ("border",)), (True, ())])
def test_where_no_frames_are_needed_none_are_asked_for(is_camera: bool, cues: tuple[str, ...]) -> None:
    """Images, and policies without the cues that count."""
    require_answers(Capture("x", is_camera, cues=cues))


@pytest.mark.parametrize("cue", ["copied_frames", "flat_face"])
def test_a_camera_without_an_answer_is_refused(cue: str) -> None:
    """No answer is no pass."""
    with pytest.raises(Refused) as refused:
        require_answers(Capture("x", is_camera=True, cues=("border", cue)))
    assert refused.value.kind is Reason.TOO_FEW_FRAMES
