"""Steps are played through the verbs, and what comes out is held against what was foreseen."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from smilepay_cli.adapters.capture.images import ImageSource
from smilepay_cli.harnesses.stage import Ending, play, told
from smilepay_cli.harnesses.story import (
    A_CAPTURE,
    A_STRANGER,
    ENROL_EILEEN,
    ENROL_LIN,
    NOBODY_THERE,
    SHOP,
    STORY,
    VERIFIED,
)
from smilepay_cli.ports import FrameSource
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.stage import fake_samples, fake_stage


def test_the_whole_story_ends_as_foreseen(tmp_path: Path) -> None:
    """The story's own logic, without models: who is refused for what, and where the money is in the end."""
    stage = fake_stage(tmp_path)
    scenes = [play(step, stage) for step in STORY]
    assert [scene.step.title for scene in scenes if not scene.as_foreseen] == []
    result = told(scenes)
    assert (result.exit, result.outcome) == (ExitStatus.DONE, "done")
    assert len(result.events) == 9


def test_a_stranger_who_is_let_in_is_told_as_a_failure(tmp_path: Path) -> None:
    """The demo is a self-test: exit 30 names the step, what was expected and what happened."""

    def swapped(images: tuple[str, ...], camera: str | None) -> FrameSource:
        return fake_samples(("lin/6.jpg",) if images == A_STRANGER.images else images, camera)

    stage = fake_stage(tmp_path, samples=swapped)
    scenes = [play(step, stage) for step in (ENROL_LIN, ENROL_EILEEN, SHOP, A_STRANGER)]
    result = told(scenes)
    assert (result.exit, result.outcome) == (ExitStatus.EXPECTATION_FAILED, "failed")
    assert result.refusal is not None
    assert "'A stranger tries to pay'" in result.refusal.message
    assert "done (exit 0), lin paid 20.00 EUR, not no_match (exit 10)" in result.refusal.message
    assert [step.as_expected for step in result.steps] == [True, True, True, False]


def test_the_wrong_person_recognised_is_not_as_foreseen(tmp_path: Path) -> None:
    """The same exit status is not enough: it has to be lin who owes the money."""
    stage = fake_stage(tmp_path)
    for step in (ENROL_LIN, ENROL_EILEEN):
        play(step, stage)
    scene = play(replace(SHOP, images=("eileen/2.jpg",)), stage)
    assert scene.ending == Ending(ExitStatus.DONE, told="eileen owes 20.00 EUR")
    assert not scene.as_foreseen


def test_a_fault_of_the_engine_is_an_ending_and_not_an_answer(tmp_path: Path) -> None:
    """A check that breaks is a refusal, and never what the story foresees."""
    stage = fake_stage(tmp_path)
    play(ENROL_LIN, stage)
    broken = fake_stage(tmp_path, engine=FakeEngine({"descriptors": np.full((1, 128), np.nan)}))
    assert not play(SHOP, broken).as_foreseen


def test_a_changed_trail_is_an_ending(tmp_path: Path) -> None:
    """`audit verify` raises for a broken chain; the story tells it as the step that failed."""
    stage = fake_stage(tmp_path)
    play(ENROL_LIN, stage)
    stage.till.store.close()
    with sqlite3.connect(tmp_path / "wallet.db") as wallet:
        for (trigger,) in wallet.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            wallet.execute(f"DROP TRIGGER {trigger}")
        wallet.execute("UPDATE events SET body = replace(body, 'enroll', 'refund')")
    wallet.close()
    scene = play(VERIFIED, stage)
    assert (scene.ending.exit, scene.ending.reason) == (ExitStatus.CHAIN_BROKEN, "chain_broken")
    assert told([scene]).exit is ExitStatus.EXPECTATION_FAILED


def test_input_that_cannot_be_used_is_raised_as_it_is(tmp_path: Path) -> None:
    """Missing sample faces are a broken installation, not a wrong answer: exit 2, not 30."""
    stage = fake_stage(tmp_path, samples=lambda images, camera: ImageSource([str(tmp_path / images[0])]))
    with pytest.raises(UsageProblem, match="no such file"):
        play(ENROL_LIN, stage)


def test_a_scene_brings_what_there_is_to_show(tmp_path: Path) -> None:
    """Landmarks also where only the match was asked for, every frame of a capture, the picture without a face."""
    stage = fake_stage(tmp_path)
    for step in (ENROL_LIN, ENROL_EILEEN):
        play(step, stage)
    shopper = play(SHOP, stage).faces
    assert len(shopper) == 1
    assert shopper[0].landmarks is not None
    nobody = play(NOBODY_THERE, stage)
    assert nobody.frame is not None
    assert nobody.faces == ()
    capture = play(A_CAPTURE, stage)
    assert [face.frame.number for face in capture.faces] == list(range(9))
    assert capture.frame is not None
    assert capture.frame.number == 0
