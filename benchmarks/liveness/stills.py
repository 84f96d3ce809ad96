"""Stills under `standard`: the people themselves, other people, and pictures of pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.accuracy.photos import Photo, evaluation, halves
from benchmarks.accuracy.report import as_figures
from benchmarks.liveness.wallet import Pictures, Wallet, told
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.harnesses.forging.seeds import rng_for
from smilepay_cli.harnesses.forging.species import CAPTURES, DEGRADATIONS, SPECIES
from smilepay_cli.rules.cues.registry import CUES
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.vocabulary.faces import Pixels

SEED = 4
SLIDES, FRAMES = ("slide_show", "slides_in_motion"), 24
"""Captures of two portraits, and how many frames they last: two seconds."""
PICTURE_CUES = tuple(name for name, cue in CUES.items() if cue.kind == "picture")


@dataclass(frozen=True, slots=True)
class Person:
    """Two portraits of one sitting."""

    name: str
    neutral: Pixels
    smiling: Pixels


def people(photos: Iterable[Photo]) -> list[Person]:
    """Of London."""
    found: dict[str, dict[str, Pixels]] = {}
    for photo in photos:
        found.setdefault(photo.person, {})[photo.path.stem] = photo.pixels
    return [Person(name, both["neutral"], both["smiling"]) for name, both in found.items()]


def measure(engine: FastEngine, folder: Path) -> dict[str, Any]:
    """The reporting half is enrolled with the neutral portrait; everybody tries to pay."""
    tuning, reporting = (people(half) for half in halves(evaluation("london")))
    wallet = Wallet(folder / "stills", engine)
    enrolled = [person for person in reporting if wallet.enroll(person.name, person.neutral)]
    try:
        return {
            "enrolled": as_figures(Rate(len(enrolled), len(reporting))),
            "people": _people(wallet, enrolled, tuning),
            "slide_shows": {name: _slides(wallet, engine, enrolled, name) for name in SLIDES},
            "attacks": {name: _species(wallet, engine, enrolled, name) for name in (*SPECIES, "recaptured_bona_fide")},
        }
    finally:
        wallet.close()


def _people(wallet: Wallet, enrolled: list[Person], strangers: list[Person]) -> dict[str, Any]:
    """Trials of ISO/IEC 30107-3's bona fide kind, and of 19795-1's non-mated kind."""
    standard = wallet.policy("standard")
    kinds: dict[str, list[tuple[Pixels, str | None]]] = {
        "smiling": [(person.smiling, None) for person in enrolled],
        "neutral": [(person.neutral, None) for person in enrolled],
        "strangers_smiling": [(person.smiling, None) for person in strangers],
        "strangers_neutral": [(person.neutral, None) for person in strangers],
        "claims_of_others": [
            (person.smiling, other.name) for person in enrolled for other in enrolled if other is not person
        ],
    }
    found = {}
    for kind, trials in kinds.items():
        answers: Counter[str] = Counter()
        for pixels, account in trials:
            answers[told(wallet.pay(standard, Pictures([pixels]), account=account))] += 1
        found[kind] = {"paid": as_figures(Rate(answers["paid"], len(trials))), "answers": dict(answers)}
    return found


def _slides(wallet: Wallet, engine: FastEngine, enrolled: list[Person], name: str) -> dict[str, Any]:
    """The relaxed and then the smiling portrait before a camera, under `strict`, which asks for no more than that."""
    columns: dict[str, Counter[str]] = {}
    for person in enrolled:
        pictures = [person.neutral] * (FRAMES // 2) + [person.smiling] * (FRAMES // 2)
        face = engine.detect(person.neutral).found[0].box
        forged = CAPTURES[name].make(pictures, face, rng_for(SEED, name, person.name), 1.0)
        for column, cues in (("without_cues", ()), *((cue, (cue,)) for cue in CUES), ("strict", tuple(CUES))):
            policy = wallet.policy("strict", deny_cues=cues)
            answer = told(wallet.pay(policy, Pictures(forged, is_camera=True), challenge="smile"))
            columns.setdefault(column, Counter())[answer] += 1
    return _rates(columns, len(enrolled))


def _species(wallet: Wallet, engine: FastEngine, enrolled: list[Person], name: str) -> dict[str, Any]:
    """One picture of each smiling portrait, presented as a still.

    `without_cues` and each cue alone are under `standard`; `standard` has its own replay check, and the portrait itself
    was presented before. `strict_two_pictures` shows the relaxed portrait first, forged in the same way.
    """
    species = SPECIES.get(name) or DEGRADATIONS[name]
    columns: dict[str, Counter[str]] = {}
    for person in enrolled:
        before, forged = (
            species.make(
                portrait, engine.detect(portrait).found[0].box, rng_for(SEED, name, f"{person.name}/{kind}"), 1.0
            )
            for kind, portrait in (("neutral", person.neutral), ("smiling", person.smiling))
        )
        standard = wallet.policy("standard", replay_check=True)
        wallet.pay(standard, Pictures([person.smiling]))
        trials = {
            "standard": (standard, [forged]),  # first: whatever is presented counts as seen from then on
            "without_cues": (wallet.policy("standard", deny_cues=()), [forged]),
            **{cue: (wallet.policy("standard", deny_cues=(cue,)), [forged]) for cue in PICTURE_CUES},
            "strict": (wallet.policy("strict"), [forged]),
            "strict_two_pictures": (wallet.policy("strict"), [before, forged]),
        }
        for column, (policy, pictures) in trials.items():
            columns.setdefault(column, Counter())[told(wallet.pay(policy, Pictures(pictures)))] += 1
    return _rates(columns, len(enrolled))


def _rates(columns: Mapping[str, Counter[str]], trials: int) -> dict[str, Any]:
    return {
        column: {"paid": as_figures(Rate(answers["paid"], trials)), "answers": dict(answers)}
        for column, answers in columns.items()
    }
