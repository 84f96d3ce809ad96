"""Captures under `strict`: the one clip with a smile that may be handed on, and what can be forged from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.accuracy.photos import samples
from benchmarks.accuracy.report import as_figures
from benchmarks.liveness.wallet import Pictures, Wallet, told
from smilepay_cli.adapters.capture.images import decode_image
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.packaged import sample_faces
from smilepay_cli.harnesses.forging.seeds import rng_for
from smilepay_cli.harnesses.forging.species import CAPTURE_CONTROLS, CAPTURES
from smilepay_cli.rules.cues.registry import CUES
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.vocabulary.faces import Pixels

SEED, TRIALS = 4, 10
SMILE = "smile"
"""The challenge that the clip can show; a drawn one has two turns as well."""


def measure(engine: FastEngine, folder: Path) -> dict[str, Any]:
    """Each species TRIALS times, another camera and device each time."""
    wallet = Wallet(folder / "captures", engine)
    lin, otto = _stills("lin/1.jpg", "lin/2.jpg"), _stills("otto/1.jpg")
    wallet.enroll("lin", *lin)
    wallet.enroll("otto", *otto)
    clip, talking = _clip("lin/clip"), _clip("otto/clip_talking")
    try:
        found = {name: _species(wallet, engine, name, clip) for name in (*CAPTURE_CONTROLS, *CAPTURES)}
        own = {"clip": clip, "otto talking": talking, "otto still": _clip("otto/clip_still")}
        return {
            "bona_fide": {name: told(_paid(wallet, frames)) for name, frames in own.items()},
            "spliced": told(_paid(wallet, [*talking[:12], *clip[8:]])),
            "species": found,
        }
    finally:
        wallet.close()


def _species(wallet: Wallet, engine: FastEngine, name: str, clip: Sequence[Pixels]) -> dict[str, Any]:
    species = CAPTURES.get(name) or CAPTURE_CONTROLS[name]
    face = engine.detect(clip[0]).found[0].box
    columns: dict[str, Counter[str]] = {}
    for number in range(TRIALS):
        forged = species.make(clip, face, rng_for(SEED, name, str(number)), 1.0)
        policies = {
            "match_only": wallet.policy("strict", smile="off", deny_cues=()),
            "without_cues": wallet.policy("strict", deny_cues=()),
            **{cue: wallet.policy("strict", deny_cues=(cue,)) for cue in CUES},
            "strict": wallet.policy("strict"),
        }
        for column, policy in policies.items():
            challenge = None if policy.smile == "off" else SMILE
            answer = told(wallet.pay(policy, Pictures(forged, is_camera=True), challenge=challenge))
            columns.setdefault(column, Counter())[answer] += 1
        drawn = told(wallet.pay(policies["without_cues"], Pictures(forged, is_camera=True)))
        columns.setdefault("drawn_challenge_without_cues", Counter())[drawn] += 1
    return {
        column: {"paid": as_figures(Rate(answers["paid"], TRIALS)), "answers": dict(answers)}
        for column, answers in columns.items()
    }


def _paid(wallet: Wallet, frames: Sequence[Pixels]) -> Any:
    return wallet.pay(wallet.policy("strict"), Pictures(frames, is_camera=True), challenge=SMILE)


def _stills(*names: str) -> list[Pixels]:
    return [decode_image((sample_faces() / name).read_bytes(), name) for name in names]


def _clip(folder: str) -> list[Pixels]:
    return [photo.pixels for photo in samples() if folder in photo.path.as_posix()]
