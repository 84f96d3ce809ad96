"""The commands under the panels are real: typed one after the other they end as the story says."""

from __future__ import annotations

import io
import json
import os
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from smilepay_cli.adapters.faces.engines import DEFAULT_ENGINE, DEFAULT_SCHEMES, open_engine
from smilepay_cli.adapters.packaged import sample_faces
from smilepay_cli.commands.app import run
from smilepay_cli.commands.environment import Environment
from smilepay_cli.harnesses.stage import FaceStep
from smilepay_cli.harnesses.story import STORY


def test_the_commands_told_end_as_the_steps_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who types what the demo shows gets what the demo showed; on the real faces."""
    monkeypatch.chdir(sample_faces())
    engine = open_engine(DEFAULT_ENGINE, DEFAULT_SCHEMES[DEFAULT_ENGINE], os.environ)
    for step in STORY:
        program, *arguments = shlex.split(step.command)
        assert program == "smilepay"
        stdout = io.StringIO()
        environment = Environment(stdout=stdout, stderr=io.StringIO(), variables={}, engine=engine)
        status = run([*arguments, "--home", str(tmp_path), "--json"], environment)
        answer = json.loads(stdout.getvalue())
        assert (status, answer["reason"]) == (step.foreseen.exit, step.foreseen.reason), step.title


def test_every_picture_of_the_story_is_in_its_command_and_in_the_samples() -> None:
    """What is run and what is told must not drift apart."""
    for step in STORY:
        if isinstance(step, FaceStep):
            named = [*step.images, *([step.camera] if step.camera else [])]
            words = shlex.split(step.command)
            told = [word for option, word in pairwise(words) if option in ("--image", "--camera")]
            assert told == named, step.title
            assert all((sample_faces() / (name % 0 if "%" in name else name)).is_file() for name in named), step.title
