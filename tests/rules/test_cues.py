"""Deny cues on sample faces and on what is forged of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import isnan, nan
from typing import Any

import cv2
import numpy as np
import pytest

from smilepay_cli.harnesses.forging.camera import jpeg
from smilepay_cli.harnesses.forging.seeds import rng_for
from smilepay_cli.harnesses.forging.species import CAPTURE_CONTROLS, CAPTURES, SPECIES
from smilepay_cli.rules.cues.border import border
from smilepay_cli.rules.cues.change import blend, change, relief
from smilepay_cli.rules.cues.pattern import fine_pattern
from smilepay_cli.rules.cues.pictures import MOST, Picture, Pictures, with_picture
from smilepay_cli.rules.cues.registry import (
    CUES,
    FADED,
    FADED_PLANE,
    FRAMES_MIN,
    MOVED_MIN,
    OF_A_PLANE,
    OF_ONE_PICTURE,
    Cue,
)
from smilepay_cli.rules.cues.trace import (
    CueResult,
    Trace,
    has_answers,
    judged,
    larger,
    pictured,
    rested_on,
    watched,
    without,
)
from smilepay_cli.vocabulary.faces import Box, Face, Frame, Pixels, pixel_digest

Look = Callable[[Pixels], Face]
Sample = Callable[[str], Face]
STILLS = ("lin/1", "lin/5", "otto/1", "otto/5", "otto/7", "eileen/1", "grace/1")
CLIPS = {"lin/clip": 8, "otto/clip_talking": 4, "otto/clip_still": 2}
"""And the frame from which they are watched."""
NOWHERE = Frame(np.zeros((1, 1, 3), np.uint8), 0, 0.0, "test", "0")


def _pictured(relief: Any) -> Picture:
    return Picture(relief.astype(np.float32), NOWHERE, Box(0, 0, 1, 1))


def _drawn(seed: int) -> Any:
    return cv2.GaussianBlur(np.random.default_rng(seed).normal(size=(58, 58)).astype(np.float32), (0, 0), 2)


TWO = tuple(_pictured(_drawn(seed)) for seed in range(2))
NUMBERED = Trace(
    frames=FRAMES_MIN,
    together=FRAMES_MIN,
    moved=1.0,
    border=0.0,
    fine_pattern=0.0,
    fine=Pictures(OF_ONE_PICTURE, FADED, TWO),
    coarse=Pictures(OF_A_PLANE, FADED_PLANE, TWO),
)


UNCLEAR = Pictures(0.0, 0.0, unclear=True)


def _clip(sample: Sample, name: str, count: int = FRAMES_MIN) -> list[Face]:
    return [sample(f"{name}/{CLIPS[name] + number:03d}") for number in range(count)]


def _watch(faces: Sequence[Face], trace: Trace | None = None) -> Trace:
    trace = trace or Trace()
    for face in faces:
        trace = watched(trace, face)
    return trace


def _denied(trace: Trace, shown: int = 0) -> set[str]:
    return {result.name for result in judged(trace, list(CUES), shown=shown) if result.denied}


def _forged(look: Look, faces: Sequence[Face], kind: str, seed: int = 0) -> list[Face]:
    made = {**CAPTURES, **CAPTURE_CONTROLS}[kind].make
    frames = [face.frame.pixels for face in faces]
    return [look(pixels) for pixels in made(frames, faces[0].box, rng_for(seed, kind, "test"), 1.0)]


@pytest.mark.parametrize("name", STILLS)
def test_no_sample_still_is_denied(sample: Sample, name: str) -> None:
    """One frame has no answer for the cues of a capture, and a good one for those of a picture."""
    results = judged(_watch([sample(name)]), list(CUES))
    assert not any(result.denied for result in results)
    assert {result.name for result in results if result.score is None} == {"frozen_feed", "copied_frames", "flat_face"}


def test_a_portrait_before_flags_and_models_has_a_border(sample: Sample) -> None:
    """The known mistake among the sample faces: three straight edges that belong to the room."""
    assert _denied(_watch([sample("eileen/2")])) == {"border"}


@pytest.mark.parametrize("name", CLIPS)
def test_no_sample_clip_is_denied(sample: Sample, name: str) -> None:
    """A door right behind somebody is no screen, and sitting still is no copy."""
    assert _denied(_watch(_clip(sample, name))) == set()


@pytest.mark.parametrize("name", CLIPS)
def test_the_attacks_camera_alone_denies_nobody(sample: Sample, look: Look, name: str) -> None:
    """Or cues would know our simulation rather than attacks."""
    assert _denied(_watch(_forged(look, _clip(sample, name), "recaptured_clip"))) == set()


@pytest.mark.parametrize("kind", ["frozen", "static_noise", "recoded_still"])
@pytest.mark.parametrize("name", CLIPS)
def test_copies_of_one_picture_are_denied(sample: Sample, look: Look, name: str, kind: str) -> None:
    """Bit by bit, with faked noise, or cropped and encoded anew each time."""
    denied = _denied(_watch(_forged(look, _clip(sample, name), kind)))
    assert "copied_frames" in denied
    assert ("frozen_feed" in denied) == (kind == "frozen")


@pytest.mark.parametrize("name", CLIPS)
def test_a_waved_print_is_flat_and_has_borders(sample: Sample, look: Look, name: str) -> None:
    """It moves, and nothing on it changes: most of them are seen to be flat, all to have a border."""
    denied = [_denied(_watch(_forged(look, _clip(sample, name), "print_in_motion", seed))) for seed in range(4)]
    assert sum("flat_face" in cues for cues in denied) >= 2
    assert all("border" in cues for cues in denied)


@pytest.mark.parametrize("kind", ["screen_bezel", "print_bordered"])
def test_borders_of_screens_and_sheets_are_seen(sample: Sample, look: Look, kind: str) -> None:
    """On most; benchmarks/presentations measures how many."""
    scores = []
    for name in STILLS:
        face = sample(name)
        for seed in range(3):
            made = SPECIES[kind].make(face.frame.pixels, face.box, rng_for(seed, kind, name), 1.0)
            scores.append(border(made, look(made).box))
    assert sum(CUES["border"].denies(score) for score in scores) >= 0.75 * len(scores)


def test_a_frame_with_three_sides_is_a_border_and_one_with_two_short_ones_is_none() -> None:
    """Drawn: two sides as high as a face are a wall behind somebody; two long ones are a phone held near."""
    box = Box(260, 180, 120, 120)

    def sides(high: int) -> Pixels:
        pixels = np.full((480, 640, 3), 200, dtype=np.uint8)
        pixels[240 - high : 240 + high, :180] = pixels[240 - high : 240 + high, 460:] = 40
        return pixels

    door, phone, frame = sides(110), sides(240), sides(240)
    frame[:100] = 40
    assert not CUES["border"].denies(border(door, box))
    assert CUES["border"].denies(border(phone, box))
    assert CUES["border"].denies(border(frame, box))


def test_a_fainter_border_is_less_of_one() -> None:
    """Monotone in contrast; an even picture has none at all."""
    scores = []
    for level in (200, 196, 190, 150, 40):
        pixels = np.full((480, 640, 3), level, dtype=np.uint8)
        pixels[100:, 180:460] = 200
        scores.append(border(pixels, Box(260, 180, 120, 120)))
    assert scores[0] == 0 and scores == sorted(scores) and scores[-1] == 1.0


@pytest.mark.parametrize("name", ["lin/1", "otto/5", "eileen/1", "grace/1"])
def test_newspaper_is_seen_and_jpeg_is_not(sample: Sample, name: str) -> None:
    """Dots are a pattern; blocks of 8 pixels, at the picture's own size or resized, are none."""
    face = sample(name)
    cue = CUES["fine_pattern"]
    printed = SPECIES["print_halftone"].make(face.frame.pixels, face.box, rng_for(0, "p", name), 1.0)
    assert cue.denies(fine_pattern(printed, face.box) or 0.0)
    blocks = jpeg(face.frame.pixels, 30)
    assert not cue.denies(fine_pattern(blocks, face.box) or nan)
    larger_one = np.asarray(cv2.resize(blocks, None, fx=1.3, fy=1.3), dtype=np.uint8)
    box = Box(*(round(1.3 * side) for side in (face.box.left, face.box.top, face.box.width, face.box.height)))
    assert not cue.denies(fine_pattern(larger_one, box) or nan)


def test_a_stronger_pattern_scores_higher(sample: Sample) -> None:
    """Monotone, up to a denial."""
    face = sample("lin/1")
    y, x = np.mgrid[0 : face.frame.pixels.shape[0], 0 : face.frame.pixels.shape[1]]
    dots = np.cos(2 * np.pi * (0.21 * x + 0.07 * y)) + np.cos(2 * np.pi * (0.07 * x - 0.21 * y))
    scores = [
        fine_pattern((face.frame.pixels + depth * dots[..., None]).clip(0, 255).astype(np.uint8), face.box) or nan
        for depth in (0, 2, 6, 15)
    ]
    assert scores == sorted(scores)
    assert not CUES["fine_pattern"].denies(scores[0]) and CUES["fine_pattern"].denies(scores[-1])


def test_one_face_does_not_change_and_two_do(sample: Sample) -> None:
    """Nothing for the same picture, little for another of the same person, much for somebody else."""
    lin, same, otto = (relief(f.frame.pixels, f.box, f.landmarks) for f in map(sample, ("lin/1", "lin/2", "otto/1")))
    assert change(lin, lin) < 1e-6 < change(lin, same) < change(lin, otto)


def test_a_plane_seen_from_elsewhere_has_not_changed(sample: Sample) -> None:
    """A homography is taken out, whatever it is."""
    face = sample("otto/5")
    height, width = face.frame.pixels.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    moved = corners + np.array([[9, 4], [-6, 8], [-12, -3], [5, -9]], dtype=np.float32)
    view = cv2.warpPerspective(face.frame.pixels, cv2.getPerspectiveTransform(corners, moved), (width, height))
    first = relief(face.frame.pixels, face.box, face.landmarks)
    assert change(first, relief(np.asarray(view, dtype=np.uint8), face.box, face.landmarks)) < 0.02


@pytest.mark.parametrize("name", CUES)
def test_each_limit_on_both_sides(name: str) -> None:
    """What is on a limit passes, what is beyond does not, and what is no number is denied."""
    cue = CUES[name]
    sign = 1 if cue.denies_beyond == "above" else -1
    assert not cue.denies(cue.limit) and cue.denies(cue.limit + sign * 1e-6) and not cue.denies(cue.limit - sign * 1e-6)
    assert cue.denies(nan)


@pytest.mark.parametrize(
    ("change_of", "name"),
    [
        ({"border": nan}, "border"),
        ({"fine_pattern": nan}, "fine_pattern"),
        ({"fine": UNCLEAR}, "copied_frames"),
        ({"coarse": UNCLEAR}, "flat_face"),
        ({"moved": nan}, "flat_face"),
    ],
)
def test_no_number_denies_and_stays(change_of: dict[str, Any], name: str) -> None:
    """A later good frame does not wash it away."""
    assert name in _denied(replace(NUMBERED, **change_of))
    for one, other in ((nan, 1.0), (1.0, nan)):
        kept = larger(one, other)
        assert kept is not None and isnan(kept)


def test_the_largest_score_of_all_frames_counts() -> None:
    """One frame that shows the border is enough; no answer gives way."""
    assert larger(None, None) is None and larger(None, 0.2) == larger(0.2, None) == 0.2
    assert larger(0.2, 0.5) == larger(0.5, 0.2) == 0.5


def test_the_faces_that_count_are_looked_at_whatever_their_turn(sample: Sample, look: Look) -> None:
    """A clean picture first does not let a screen, or a newspaper, through as the second one."""
    clean = sample("lin/1")
    for kind, cue in (("screen_bezel", "border"), ("print_halftone", "fine_pattern")):
        shown = look(SPECIES[kind].make(clean.frame.pixels, clean.box, rng_for(0, kind, "test"), 1.0))
        trace = _watch([clean, shown])
        assert not _denied(trace), "neither had its turn"
        assert cue in _denied(rested_on(trace, [shown, clean]))
        assert not _denied(rested_on(trace, [shown, clean], ()))


@pytest.mark.parametrize("kind", ["slide_show", "slides_in_motion"])
def test_two_photographs_are_no_smile_that_begins(sample: Sample, look: Look, kind: str) -> None:
    """A relaxed and a smiling one, of the clip that passes as it is: what is shown needs one picture each."""
    clip = [sample(f"lin/clip/{number:03d}") for number in range(20)]
    cue = {"slide_show": "copied_frames", "slides_in_motion": "flat_face"}[kind]
    denied = [_denied(_watch(_forged(look, clip, kind, seed)), shown=1) for seed in range(4)]
    assert sum(cue in cues for cues in denied) >= {"slide_show": 4, "slides_in_motion": 2}[kind]
    assert _denied(_watch(clip), shown=1) == set()
    for count in range(3):
        some = replace(
            NUMBERED, fine=Pictures(OF_ONE_PICTURE, FADED, tuple(_pictured(_drawn(n)) for n in range(count + 2)))
        )
        assert ("copied_frames" in _denied(some, shown=count)) is False
        assert ("copied_frames" in _denied(some, shown=count + 1)) is True


def test_what_is_counted_begins_anew_where_the_face_jumps(sample: Sample, look: Look) -> None:
    """Somebody else's face first, or the same one elsewhere, adds no picture."""
    copies = _forged(look, _clip(sample, "lin/clip"), "recoded_still")
    elsewhere = replace(sample("otto/1"), box=Box(0, 0, 40, 40))
    trace = _watch([elsewhere, *copies])
    assert trace.together == len(copies) and "copied_frames" in _denied(trace)
    assert has_answers(trace, CUES) and not has_answers(_watch([*copies, elsewhere]), CUES)
    assert has_answers(Trace(), ("border", "frozen_feed")) and not has_answers(Trace(), ("border", "flat_face"))


def test_what_is_no_number_survives_a_jump(sample: Sample) -> None:
    """Any doubt denies, for the whole capture."""
    face = sample("lin/1")
    doubtful = replace(NUMBERED, fine=UNCLEAR, box=Box(0, 0, 5, 5), start=(0.0, 0.0, 5.0))
    assert "copied_frames" in _denied(_watch([face] * FRAMES_MIN, doubtful))


def test_no_more_pictures_are_kept_than_are_asked_for() -> None:
    """A long capture costs no memory and, once it is clear, no time."""
    pictures = Pictures(OF_ONE_PICTURE, FADED)
    for number in range(MOST + 3):
        pictures = with_picture(pictures, _pictured(_drawn(number)))
        assert pictures.count == len(pictures.kept) == min(number + 1, MOST)


def test_a_picture_that_comes_again_is_no_new_one() -> None:
    """Two in turns are two, however often."""
    pictures = Pictures(OF_ONE_PICTURE, FADED)
    for _ in range(5):
        for picture in TWO:
            pictures = with_picture(pictures, picture)
    assert pictures.count == 2


def test_neither_is_its_mirror_image_nor_what_two_fade_into() -> None:
    """Both are made of photographs alone."""
    one, two = _drawn(0), _drawn(0)
    two[36:48, 16:42] = _drawn(1)[36:48, 16:42]  # the mouth, say
    pictures = Pictures(OF_ONE_PICTURE, FADED)
    for drawn in (one, one[:, ::-1], 0.7 * one + 0.3 * two, 0.3 * one + 0.7 * two, two, two[:, ::-1]):
        pictures = with_picture(pictures, _pictured(np.ascontiguousarray(drawn)))
    assert pictures.count == 2 < len(pictures.kept)
    assert with_picture(pictures, _pictured(_drawn(2))).count == 3


def test_a_blend_of_what_has_no_contrast_is_no_number() -> None:
    """And no number denies."""
    even = np.zeros((58, 58), np.float32)
    assert isnan(blend(even, [_drawn(0), _drawn(1)])) and isnan(blend(_drawn(0), [even, _drawn(1)]))
    assert blend(_drawn(0), [_drawn(1)]) == float("inf")
    assert isnan(Pictures(OF_ONE_PICTURE, FADED, (*TWO, _pictured(even))).count)


def test_a_step_of_alignment_without_a_number_does_not_hide_the_best_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """In whatever order they come."""
    from smilepay_cli.rules.cues import change as module

    for told in ([0.3, nan, 0.2], [nan, 0.2, nan], [0.2, 0.3, nan]):
        numbers = iter([*told, *[nan] * 9])
        monkeypatch.setattr(module, "_unlike", lambda *_, numbers=numbers: next(numbers))
        assert change(_drawn(0), _drawn(1)) == 0.2


def test_pictures_of_somebody_else_are_left_out() -> None:
    """They are told by their face, elsewhere; here they only go."""
    trace = replace(NUMBERED, coarse=Pictures(OF_A_PLANE, FADED_PLANE, TWO[:1]))
    assert pictured(trace, CUES) == list(TWO) and pictured(trace, ("border",)) == []
    left = without(trace, [TWO[0]])
    assert (left.fine.kept, left.coarse.kept) == (TWO[1:], ())


def test_short_and_resting_captures_have_no_answer() -> None:
    """None is neither a pass nor a denial."""
    one: dict[str, Any] = {
        "fine": Pictures(OF_ONE_PICTURE, FADED, TWO[:1]),
        "coarse": Pictures(OF_A_PLANE, FADED_PLANE, TWO[:1]),
    }
    short = replace(NUMBERED, together=FRAMES_MIN - 1, **one)
    assert [r.score for r in judged(short, ["copied_frames", "flat_face"])] == [None, None] and not _denied(short)
    resting = replace(NUMBERED, moved=MOVED_MIN * 0.99, **one)
    assert _denied(resting) == {"copied_frames"}
    assert _denied(replace(resting, moved=MOVED_MIN)) == {"copied_frames", "flat_face"}


def test_more_than_half_of_the_frames_repeated_is_a_frozen_feed(sample: Sample) -> None:
    """A dropped frame now and then is none."""
    one, two = sample("lin/1"), sample("lin/2")
    assert "frozen_feed" not in _denied(_watch([one, one, two]))
    assert "frozen_feed" in _denied(_watch([one, one, one, two]))


def test_only_what_is_asked_for_is_computed(sample: Sample) -> None:
    """A policy without cues pays nothing for them."""
    face = sample("lin/1")
    trace = watched(Trace(), face, ())
    assert trace.fine.kept == trace.coarse.kept == () and trace.border is None and trace.fine_pattern is None
    assert judged(trace, ()) == []
    with pytest.raises(KeyError):
        judged(trace, ("smell",))


@pytest.mark.parametrize("box", [Box(-40, -30, 90, 90), Box(60, 50, 90, 90), Box(0, 0, 3, 3), Box(500, 500, 90, 90)])
@pytest.mark.parametrize("size", [(1, 1), (9, 200), (80, 100)])
@pytest.mark.parametrize("grey", [False, True])
def test_tiny_pictures_and_faces_outside_are_no_crash(box: Box, size: tuple[int, int], grey: bool) -> None:
    """Whatever a camera and a detector come up with."""
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3)).astype(np.uint8)
    if grey:
        pixels[:] = pixels[..., :1]
    frame = Frame(pixels, 0, 0.0, "test", pixel_digest(pixels))
    trace = watched(watched(Trace(), Face(frame, box, 0.0)), Face(frame, box, 0.0))
    for result in judged(trace, list(CUES)):
        assert isinstance(result, CueResult)
        assert result.score is None or not isnan(result.score) or result.denied


def test_a_face_without_contrast_denies(sample: Sample) -> None:
    """Nothing to compare is no number, and no pass."""
    face = sample("lin/1")
    even = np.full_like(face.frame.pixels, 90)
    frames = [replace(face, frame=replace(face.frame, pixels=even, pixel_digest=str(n))) for n in range(FRAMES_MIN)]
    assert "copied_frames" in _denied(_watch(frames))


def test_every_cue_says_what_it_sees_and_where_its_limit_comes_from() -> None:
    """For people, and for the policy's page."""
    for name, cue in CUES.items():
        assert isinstance(cue, Cue) and cue.what and cue.source, name
