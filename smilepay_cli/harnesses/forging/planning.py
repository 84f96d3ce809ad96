"""What is to be made: one job for each picture or capture that comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from smilepay_cli.harnesses.forging.asking import STRENGTH, Takes, Way
from smilepay_cli.harnesses.forging.material import Material, Supply
from smilepay_cli.harnesses.forging.reels import FRAMES, Reel, reels_of
from smilepay_cli.harnesses.forging.seeds import rng_for
from smilepay_cli.vocabulary.originals import LeftOut

T = TypeVar("T")

SAME_EVERY_TIME = frozenset({"exact_copy", "frozen"})
"""No chance in them: a second variant would be the first."""
OF_MANY = frozenset({"slide_show", "slides_in_motion", "replayed_video", "recaptured_clip"})
"""Made of one picture alone they would be something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeRequest:
    """What somebody asks for."""

    ways: tuple[Way, ...]
    strengths: Mapping[str, float]
    """By species; STRENGTH where it is not named."""
    seed: int = 0
    per_image: int = 1
    """Variants of each, every one with a chance of its own."""
    frames: int = FRAMES
    """Of captures that are made of pictures."""
    with_bona_fide: bool = False
    """Whether the originals come along."""
    expect: str | None = None
    """What the set says that attacks should come to."""

    def strength(self, way: Way) -> float:
        """How strong a species is made."""
        return self.strengths.get(way.name, STRENGTH)


@dataclass(frozen=True, slots=True)
class Job:
    """One trial to make. `partner` is the other person's, where a species takes two."""

    way: Way
    source: Material | Reel
    variant: int
    partner: Material | Reel | None = None

    @property
    def words(self) -> str:
        """What its chance is named by."""
        return _words(self.source, self.variant)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything to make, what is made of one original together; and what cannot be made."""

    jobs: list[Job]
    left_out: list[LeftOut]


def planned(supply: Supply, request: ForgeRequest) -> Plan:
    """Who is made into what, and with whom. Partners are drawn by the seed, for each job by itself."""
    reels = {subject: reels_of(person, request.frames) for subject, person in supply.people.items()}
    stills = {subject: person.stills for subject, person in supply.people.items() if person.stills}
    left_out: list[LeftOut] = []
    jobs = [*_of_stills(stills, request), *_of_reels(reels, request, left_out)]
    made = {job.way.name for job in jobs} | {one.what.partition(" of ")[0] for one in left_out}
    for way in request.ways:
        if way.name not in made:
            lacks = "pictures of two people" if way.takes in (Takes.PAIR, Takes.JOINED) else "single pictures"
            left_out.append(LeftOut(way.name, "nothing_to_make_it_of", f"it takes {lacks}"))
    return Plan(jobs, left_out)


def _of_stills(stills: Mapping[str, Sequence[Material]], request: ForgeRequest) -> Iterator[Job]:
    for subject, own in stills.items():
        for still in own:
            for way, variant in _variants(request, Takes.PICTURE, Takes.PAIR):
                if way.takes is Takes.PICTURE:
                    yield Job(way, still, variant)
                elif len(stills) > 1:
                    yield Job(way, still, variant, _partner(stills, subject, still, way, variant, request.seed))


def _of_reels(reels: Mapping[str, Sequence[Reel]], request: ForgeRequest, left_out: list[LeftOut]) -> Iterator[Job]:
    for subject, own in reels.items():
        for reel in own:
            for way, variant in _variants(request, Takes.CAPTURE, Takes.JOINED):
                if way.name in OF_MANY and reel.different == 1:
                    if variant == 1:
                        left_out.append(LeftOut(f"{way.name} of {reel.who}", "one_picture", "it takes two or more"))
                elif way.takes is Takes.CAPTURE:
                    yield Job(way, reel, variant)
                elif len(reels) > 1:
                    yield Job(way, reel, variant, _partner(reels, subject, reel, way, variant, request.seed))


def _variants(request: ForgeRequest, *takes: Takes) -> Iterator[tuple[Way, int]]:
    for way in request.ways:
        if way.takes in takes:
            for variant in range(1, 1 + (1 if way.name in SAME_EVERY_TIME else request.per_image)):
                yield way, variant


def _partner(
    all_of: Mapping[str, Sequence[T]], subject: str, source: Material | Reel, way: Way, variant: int, seed: int
) -> T:
    """One of somebody else's: first the person is drawn, so that many pictures make nobody likelier."""
    rng = rng_for(seed, way.name, f"{_words(source, variant)} with")
    others = [other for other in all_of if other != subject]
    theirs = all_of[others[int(rng.integers(len(others)))]]
    return theirs[int(rng.integers(len(theirs)))]


def _words(source: Material | Reel, variant: int) -> str:
    return f"{source.who}#{variant}"
