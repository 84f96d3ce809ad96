"""Presentations to judge, forged or honest, by what they are and whose half they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.accuracy.photos import SETS, Photo, evaluation, halves, samples
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.harnesses.forging.seeds import rng_for
from smilepay_cli.harnesses.forging.species import CAPTURE_CONTROLS, CAPTURES, DEGRADATIONS, SPECIES

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Box, Pixels, Points

HALVES = ("tuning", "reporting")
SEED = 0
STRENGTH = 1.0
BONA_FIDE = "bona fide"
CLIPS = ("lin/clip", "otto/clip_talking", "otto/clip_still")
FRAMES = 16
"""Of a capture: what rules/cues/registry.py needs for an answer."""
SEEDS = 4
"""Captures forged of each window of a clip."""
OFTEN, SELDOM = 24, 8
"""Stills of each half that captures are made of: of copies, and of what has to be photographed frame by frame."""
PHOTOGRAPHED = ("print_in_motion", "screen_in_motion")
FROM_STILLS = ("frozen", "static_noise", "recoded_still", *PHOTOGRAPHED)
"""Captures made of their first frame alone, so that a photo is enough."""
OF_TWO = ("slide_show", "slides_in_motion")
"""Made of two frames: of London the relaxed and the smiling portrait."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One presentation: a still, or the frames of a capture."""

    kind: str
    """A species, a degradation, or BONA_FIDE."""
    set: str
    half: str
    """Of HALVES, or `sample` for the sample faces, which belong to both."""
    frames: Sequence[Pixels]


class Stage:
    """What makes the presentations, one after the other: nothing is kept."""

    def __init__(self, engine: FastEngine) -> None:
        self.engine = engine

    def look(self, pixels: Pixels) -> tuple[Box, Points] | None:
        """The surest face, with landmarks."""
        found = self.engine.detect(pixels).found
        return (found[0].box, self.engine.landmarks(pixels, found[0].box)) if found else None

    def stills(self) -> Iterator[Trial]:
        """Every photo as it is, and one of each person's hard pictures (all others) as every species makes it."""
        made: dict[str, Any] = {**DEGRADATIONS, **SPECIES}
        for photo, half, is_first in divided():
            pixels = photo.pixels
            yield Trial(BONA_FIDE, photo.set, half, [pixels])
            face = self.look(pixels) if is_first else None
            if face is None:
                continue
            for kind, species in made.items():
                rng = rng_for(SEED, kind, _name(photo))
                yield Trial(kind, photo.set, half, [species.make(pixels, face[0], rng, STRENGTH)])

    def captures(self) -> Iterator[Trial]:
        """Windows of the sample clips as they are and as every species makes them, and captures forged of photos."""
        for name in CLIPS:
            yield from self._of_clip(name, [photo.pixels for photo in samples() if name in photo.path.as_posix()])
        for half in HALVES:
            photos = [photo for photo, its, is_first in divided() if its == half and is_first]
            for kind in FROM_STILLS:
                most = SELDOM if kind in PHOTOGRAPHED else OFTEN
                for photo in photos[:: max(1, len(photos) // most)][:most]:
                    pixels = photo.pixels
                    if face := self.look(pixels):
                        rng = rng_for(SEED, kind, _name(photo))
                        frames = CAPTURES[kind].make([pixels] * FRAMES, face[0], rng, STRENGTH)
                        yield Trial(kind, photo.set, half, frames)

            yield from self._of_pairs(half, [photo for photo in photos if photo.set == "london"])

    def _of_pairs(self, half: str, photos: Sequence[Photo]) -> Iterator[Trial]:
        people = sorted({photo.person for photo in photos})
        for person in people:
            relaxed, smiling = (
                next(photo for photo in photos if photo.person == person and photo.path.stem == stem)
                for stem in ("neutral", "smiling")
            )
            pixels = [relaxed.pixels] * (FRAMES // 2) + [smiling.pixels] * (FRAMES // 2)
            if face := self.look(pixels[0]):
                for kind in OF_TWO:
                    frames = CAPTURES[kind].make(pixels, face[0], rng_for(SEED, kind, _name(relaxed)), STRENGTH)
                    yield Trial(kind, "london", half, frames)

    def _of_clip(self, name: str, clip: Sequence[Pixels]) -> Iterator[Trial]:
        starts = range(len(clip) - FRAMES + 1)
        for start in starts:
            yield Trial(BONA_FIDE, name, "sample", clip[start : start + FRAMES])
        made: dict[str, Any] = {**CAPTURE_CONTROLS, **CAPTURES}
        for kind, species in made.items():
            for number in range(SEEDS):
                start = starts[number * (len(starts) - 1) // (SEEDS - 1)]
                frames = clip[start : start + FRAMES]
                if face := self.look(frames[0]):
                    rng = rng_for(number, kind, name)
                    yield Trial(kind, name, "sample", species.make(frames, face[0], rng, STRENGTH))


def divided() -> list[tuple[Photo, str, bool]]:
    """Every still with its half, and whether it is one that attacks are made of: of LFW one a person."""
    found = [(photo, "sample", True) for photo in samples() if not photo.path.parent.name.startswith("clip")]
    for name in SETS:
        for half, photos in zip(HALVES, halves(evaluation(name)), strict=True):
            seen: set[str] = set()
            for photo in photos:
                found.append((photo, half, name == "london" or photo.person not in seen))
                seen.add(photo.person)
    return found


def _name(photo: Photo) -> str:
    return f"{photo.set}/{photo.person}/{photo.path.name}"
