"""From pictures of people to templates, as enrolment would make them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smilepay_cli.ports import FrameSource, Progress
from smilepay_cli.rules.natural import natural_key
from smilepay_cli.verbs.capture import Capture, good_faces, require_a_face
from smilepay_cli.verbs.deadline import within
from smilepay_cli.verbs.looking import descriptors_of
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import Refused, UsageProblem
from smilepay_cli.vocabulary.originals import LeftOut, Original

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Vector

Frames = Callable[[Sequence[str]], FrameSource]
"""Opens the files of one original as stills."""

SAME_PICTURE = "same_picture"
TWO_NAMES = "two_names"


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A picture with a usable face."""

    person: str
    name: str
    template: Vector
    pixel_digest: str

    @property
    def shown(self) -> str:
        """What people call it."""
        return _printable(f"{self.person}/{self.name}")


def looked_at(
    till: Till, originals: Sequence[Original], frames: Frames, progress: Progress
) -> tuple[list[Looked], list[LeftOut]]:
    """By person and name, in natural order. What has no usable face is left out, with the reason that `enroll` has.

    So is a picture that is there twice, which is no comparison; under two names, all of it is.
    """
    ordered = sorted(originals, key=lambda one: (natural_key(one.person), one.person, natural_key(one.name), one.files))
    found: list[Looked] = []
    left_out: list[LeftOut] = []
    for number, original in enumerate(ordered, start=1):
        try:
            found.append(_looked(till, original, frames))
        except (Refused, UsageProblem) as problem:
            what = _printable(f"{original.person}/{original.name}")
            left_out.append(LeftOut(what, problem.reason, _printable(problem.message)))
        progress(number, len(ordered))
    kept, copies = _each_once(found)
    return kept, left_out + copies


def _looked(till: Till, original: Original, frames: Frames) -> Looked:
    """Of a capture its first frame with a usable face: its frames are alike, and no comparisons of their own."""
    source = frames(original.files)
    capture = Capture(source.description, source.is_camera)
    with closing(good_faces(till, source, capture, mouth=till.policy.smile != "off")) as faces:
        face = next(faces, None)
    require_a_face(capture)
    assert face is not None
    [views] = within(lambda: descriptors_of(till, [(face.frame, face.box)]))
    return Looked(original.person, original.name, till.scheme.template(views), face.frame.pixel_digest)


def _each_once(found: Sequence[Looked]) -> tuple[list[Looked], list[LeftOut]]:
    of_digest: dict[str, list[Looked]] = {}
    for one in found:
        of_digest.setdefault(one.pixel_digest, []).append(one)
    kept: list[Looked] = []
    left_out: list[LeftOut] = []
    for one in found:
        same = of_digest[one.pixel_digest]
        strangers = [other for other in same if other.person != one.person]
        if strangers:
            left_out.append(LeftOut(one.shown, TWO_NAMES, f"the same picture as {strangers[0].shown}"))
        elif one is not same[0]:
            left_out.append(LeftOut(one.shown, SAME_PICTURE, f"the same picture as {same[0].shown}"))
        else:
            kept.append(one)
    return kept, left_out


def _printable(text: str) -> str:
    """Nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)
