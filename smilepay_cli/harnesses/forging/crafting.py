"""From a job to pixels: the originals are read, chance is named, the species' own function is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smilepay_cli.harnesses.forging.asking import Takes
from smilepay_cli.harnesses.forging.material import Material, Pictures
from smilepay_cli.harnesses.forging.pairs import Portrait
from smilepay_cli.harnesses.forging.planning import ForgeRequest, Job
from smilepay_cli.harnesses.forging.reels import Reel, fitted
from smilepay_cli.harnesses.forging.seeds import rng_for
from smilepay_cli.harnesses.forging.species import (
    CAPTURE_CONTROLS,
    CAPTURES,
    DEGRADATIONS,
    JOINED,
    PAIR_SPECIES,
    SPECIES,
)

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

_STILLS: dict[str, Any] = {**SPECIES, **DEGRADATIONS}
_MOVING: dict[str, Any] = {**CAPTURES, **CAPTURE_CONTROLS}


def crafted(job: Job, pictures: Pictures, request: ForgeRequest) -> list[Pixels]:
    """The frames of a capture, or one picture. Raises UsageProblem where an original cannot be read any more."""
    name, strength = job.way.name, request.strength(job.way)
    rng = rng_for(request.seed, name, job.words)
    if isinstance(job.source, Material):
        if job.way.takes is Takes.PAIR:
            assert isinstance(job.partner, Material)
            both = _portrait(job.source, pictures), _portrait(job.partner, pictures)
            return [PAIR_SPECIES[name].make(*both, rng, strength)]
        _, pixels = pictures.first(job.source)
        return [_STILLS[name].make(pixels, job.source.face, rng, strength)]
    frames = job.source.load(pictures)
    if job.way.takes is Takes.JOINED:
        assert isinstance(job.partner, Reel)
        theirs, face = job.partner.load(pictures), job.partner.face
        return JOINED[name].make(frames, [fitted(each, face, frames[0], job.source.face) for each in theirs], rng)
    made: list[Pixels] = _MOVING[name].make(frames, job.source.face, rng, strength)
    return made


def _portrait(material: Material, pictures: Pictures) -> Portrait:
    return Portrait(pictures.first(material)[1], material.face, material.landmarks)
