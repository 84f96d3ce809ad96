"""A face in the terminal: sizes, box, landmarks, with and without colour."""

from __future__ import annotations

import io

import pytest
from rich.color import Color
from rich.console import Console, RenderableType
from rich.segment import Segment

from smilepay_cli.render.faces import ACCEPTED, REFUSED, UNDECIDED, face_picture, frame_picture
from smilepay_cli.vocabulary.faces import Box, Face, Frame, pixel_digest
from tests.fakes.fake_engine import FakeEngine, empty_picture, picture


def _face(*, width: int = 100, size: tuple[int, int] = (240, 320)) -> Face:
    pixels, engine = picture("ann", width=width, size=size), FakeEngine()
    box = engine.detect(pixels).found[0].box
    return Face(_frame_of(pixels), box, 1.5, engine.landmarks(pixels, box))


def _frame_of(pixels) -> Frame:  # type: ignore[no-untyped-def]
    return Frame(pixels, 0, 0.0, "picture", pixel_digest(pixels))


def _lines(what: RenderableType) -> list[list[Segment]]:
    console = Console(file=io.StringIO(), width=200, color_system="truecolor", force_terminal=True)
    return console.render_lines(what, pad=False)


def _text(what: RenderableType) -> list[str]:
    return ["".join(segment.text for segment in line) for line in _lines(what)]


def _colours(what: RenderableType) -> set[tuple[int, ...]]:
    styles = [segment.style for line in _lines(what) for segment in line if segment.style]
    found: list[Color | None] = [colour for style in styles for colour in (style.color, style.bgcolor)]
    return {tuple(colour.triplet) for colour in found if colour and colour.triplet}


@pytest.mark.parametrize("rows", [6, 12, 18, 28])
@pytest.mark.parametrize("color", [True, False])
def test_a_picture_is_twice_as_many_columns_as_rows(rows: int, color: bool) -> None:
    """A cell is about twice as high as wide, so that faces keep their shape and panels their edges."""
    for shown in (
        face_picture(_face(), rows=rows, accepted=True, color=color),
        frame_picture(_frame_of(empty_picture()), rows=rows, color=color),
    ):
        lines = _text(shown)
        assert len(lines) == rows
        assert {len(line) for line in lines} == {2 * rows}


@pytest.mark.parametrize(("accepted", "colour"), [(True, ACCEPTED), (False, REFUSED), (None, UNDECIDED)])
def test_the_box_has_the_colour_of_the_answer(accepted: bool | None, colour: tuple[int, int, int]) -> None:
    others = {ACCEPTED, REFUSED, UNDECIDED} - {colour}
    shown = _colours(face_picture(_face(), rows=18, accepted=accepted, color=True))
    assert colour in shown
    assert not shown & others


def test_landmarks_are_seen_in_colour_where_there_is_room_for_them() -> None:
    """68 points on a tiny picture would hide the face that they are of."""

    def yellow(rows: int) -> bool:
        shown = _colours(face_picture(_face(), rows=rows, accepted=True, color=True))
        return any(red > 150 and green > 150 and blue < 100 for red, green, blue in shown)

    assert yellow(18)
    assert not yellow(12)


def test_without_colour_box_and_landmarks_are_characters() -> None:
    """Colour is never the only sign."""
    text = "\n".join(_text(face_picture(_face(), rows=18, accepted=True, color=False)))
    assert text.count("o") > 30
    assert all(corner in text for corner in "┌┐└┘")
    assert set(text) <= set(" .:o┌┐└┘─│\n")


def test_a_face_without_landmarks_is_shown_with_its_box() -> None:
    face = _face()
    bare = Face(face.frame, face.box, face.score)
    text = "\n".join(_text(face_picture(bare, rows=18, accepted=True, color=False)))
    assert "o" not in text
    assert "┌" in text


@pytest.mark.parametrize("color", [True, False])
@pytest.mark.parametrize("box", [Box(-30, -30, 120, 120), Box(280, 200, 120, 120), Box(-50, -50, 500, 500)])
def test_a_box_that_reaches_past_the_edge_is_shown_as_far_as_it_goes(box: Box, color: bool) -> None:
    """Detectors return such boxes; a picture must not fail for them."""
    face = _face()
    edge = Face(face.frame, box, face.score, face.landmarks)
    assert len(_text(face_picture(edge, rows=18, accepted=True, color=color))) == 18
