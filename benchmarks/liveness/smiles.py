"""Is a mouth told to smile that does, and only then? By itself, and against the person's relaxed face.

London has a relaxed and a smiling portrait of everybody, in one sitting; LFW has pictures of other days, in any light
and pose. Which of them smile is in `lfw_smiles.csv`, told by eye by us on contact sheets; what could not be told is
left out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.accuracy.photos import Photo, evaluation, halves
from benchmarks.accuracy.report import as_figures
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.harnesses.forging.seeds import rng_for
from smilepay_cli.harnesses.forging.species import DEGRADATIONS
from smilepay_cli.rules.pose import head_pose
from smilepay_cli.rules.profiles import STANDARD
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.rules.session import FRONTAL
from smilepay_cli.rules.smile import mouth_shape, smile_z, smiles
from smilepay_cli.vocabulary.faces import MouthShape, Pixels

LABELS = Path(__file__).with_name("lfw_smiles.csv")
RETAKES = 4
"""Pictures taken anew of each portrait of London, through the simulated camera of the attacks, another each time."""
SEED = 4
WIDTH_ALONE = 0.9
"""Width of the mouth by inter-ocular distance, to compare with: London's medians are 0.81 relaxed and 0.92 smiling."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A mouth, the relaxed one of the same person, and whether it smiles."""

    mouth: MouthShape
    relaxed: MouthShape
    smiles: bool
    retaken: bool = False


def measure(engine: FastEngine) -> dict[str, Any]:
    """Weights fitted on the tuning halves, and the rates of each rule on both halves of both sets."""
    sets = {}
    for name, trials in (("london", london_trials), ("lfw", lfw_trials)):
        tuning, reporting = halves(evaluation("london" if name == "london" else "lfw_gray"))
        sets[name] = {"tuning": trials(engine, tuning), "reporting": trials(engine, reporting)}
    fitted = fit([*sets["london"]["tuning"], *sets["lfw"]["tuning"]])
    return {
        "fit": {name: round(value, 2) for name, value in fitted.items()},
        "rates": {name: {half: rates(trials) for half, trials in by_half.items()} for name, by_half in sets.items()},
    }


def london_trials(engine: FastEngine, photos: Iterable[Photo]) -> list[Trial]:
    """The smiling portrait, and retakes of both portraits, against the relaxed one."""
    people: dict[str, dict[str, Photo]] = {}
    for photo in photos:
        people.setdefault(photo.person, {})[photo.path.stem] = photo
    found = []
    for person, portraits in people.items():
        relaxed = _mouth(engine, portraits["neutral"].pixels)
        smiling = _mouth(engine, portraits["smiling"].pixels)
        if relaxed is None:
            continue
        if smiling is not None:
            found.append(Trial(smiling, relaxed, smiles=True))
        for kind, photo in portraits.items():
            retaken = (_mouth(engine, _retake(engine, photo.pixels, person, kind, n)) for n in range(RETAKES))
            found += [Trial(mouth, relaxed, kind == "smiling", retaken=True) for mouth in retaken if mouth]
    return found


def lfw_trials(engine: FastEngine, photos: Iterable[Photo]) -> list[Trial]:
    """Every labelled picture against every other one of the same person that does not smile; all look ahead."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        labels = {row["picture"]: row["smile"] for row in csv.DictReader(file)}
    people: dict[str, list[tuple[MouthShape, bool]]] = {}
    for photo in photos:
        label, mouth = labels.get(photo.path.stem, "unclear"), _mouth(engine, photo.pixels)
        if label != "unclear" and mouth is not None:
            people.setdefault(photo.person, []).append((mouth, label == "yes"))
    return [
        Trial(mouth, relaxed, smiling)
        for pictures in people.values()
        for relaxed, relaxed_smiles in pictures
        for mouth, smiling in pictures
        if not relaxed_smiles and mouth is not relaxed
    ]


def rates(trials: Sequence[Trial]) -> dict[str, Any]:
    """For each rule: smiling mouths refused, relaxed ones accepted; portraits as they are, and all with retakes."""
    rules = {
        "width": lambda trial: trial.mouth.width >= WIDTH_ALONE,
        "logistic": lambda trial: smile_z(trial.mouth) >= STANDARD.smile_z_min,
        "against_relaxed": lambda trial: smiles(trial.mouth, (trial.relaxed,), STANDARD),
    }
    plain = [trial for trial in trials if not trial.retaken]
    return {
        rule: {
            "smiling_refused": as_figures(_rate(plain, True, lambda trial, says=says: not says(trial))),
            "smiling_refused_with_retakes": as_figures(_rate(trials, True, lambda trial, says=says: not says(trial))),
            "relaxed_accepted": as_figures(_rate(trials, False, says)),
        }
        for rule, says in rules.items()
    }


def fit(trials: Sequence[Trial]) -> dict[str, float]:
    """Logistic regression of smiling on the change of width and lift, a little towards zero (L2 of 1)."""
    import numpy as np
    from scipy.optimize import minimize

    changes = np.array([(t.mouth.width - t.relaxed.width, t.mouth.lift - t.relaxed.lift) for t in trials])
    smiling = np.array([float(trial.smiles) for trial in trials])
    scale = changes.std(axis=0)

    def loss(weights: Any) -> float:
        odds = changes / scale @ weights[:2] + weights[2]
        likely = np.logaddexp(0, odds) - smiling * odds
        return float(likely.sum() + (weights[:2] ** 2).sum() / 2)

    wider, lifted, offset = minimize(loss, np.zeros(3), method="L-BFGS-B").x
    return {"wider": wider / scale[0], "lifted": lifted / scale[1], "unchanged": offset}


def _rate(trials: Sequence[Trial], smiling: bool, counts: Any) -> Rate:
    of_kind = [trial for trial in trials if trial.smiles is smiling]
    return Rate(sum(bool(counts(trial)) for trial in of_kind), len(of_kind))


def _retake(engine: FastEngine, pixels: Pixels, person: str, kind: str, number: int) -> Pixels:
    found = engine.detect(pixels).found
    rng = rng_for(SEED, "retake", f"{person}/{kind}/{number}")
    return DEGRADATIONS["recaptured_bona_fide"].make(pixels, found[0].box, rng, 1.0)


def _mouth(engine: FastEngine, pixels: Pixels) -> MouthShape | None:
    """None where there is no face that looks ahead."""
    found = engine.detect(pixels).found
    if not found:
        return None
    landmarks = engine.landmarks(pixels, found[0].box)
    return mouth_shape(landmarks) if abs(head_pose(landmarks).yaw) <= FRONTAL else None
