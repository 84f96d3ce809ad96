"""`smilepay demo`: its home, its answers and its ends."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from smilepay_cli.adapters import packaged
from smilepay_cli.adapters.faces.engines import DEFAULT_ENGINE, DEFAULT_SCHEMES, open_engine
from smilepay_cli.commands.app import run
from smilepay_cli.commands.environment import Environment
from smilepay_cli.harnesses.story import STORY
from smilepay_cli.ports import FaceEngine
from tests.fakes.fake_engine import FakeEngine


@dataclass
class Outcome:
    exit: int
    stdout: str
    stderr: str

    @property
    def envelope(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.stdout)
        return document


@pytest.fixture(scope="module")
def real() -> FaceEngine:
    return open_engine(DEFAULT_ENGINE, DEFAULT_SCHEMES[DEFAULT_ENGINE], os.environ)


@pytest.fixture(autouse=True)
def _throwaways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Homes are made where a test can look for what is left of them."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.delenv("SMILEPAY_HOME", raising=False)


def _demo(*arguments: str, engine: FaceEngine | None = None, **variables: str) -> Outcome:
    stdout, stderr = io.StringIO(), io.StringIO()
    environment = Environment(stdout=stdout, stderr=stderr, variables=variables, engine=engine or FakeEngine())
    return Outcome(run(["demo", *arguments], environment), stdout.getvalue(), stderr.getvalue())


def _left_over(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "tmp").iterdir())


def test_json_is_one_envelope_with_every_step(real: FaceEngine, tmp_path: Path) -> None:
    """For CI: what was expected, what happened, and the ids of the events; nothing else on standard output."""
    answer = _demo("--json", engine=real)
    assert (answer.exit, answer.stderr) == (0, "")
    envelope = answer.envelope
    assert (envelope["command"], envelope["outcome"], envelope["reason"]) == ("demo", "done", None)
    steps = envelope["data"]["steps"]
    assert [step["title"] for step in steps] == [step.title for step in STORY]
    assert all(step["as_expected"] and step["actual"] == step["expected"] for step in steps)
    assert steps[4]["actual"] == {"exit": 13, "reason": "smile_not_shown", "told": ""}
    assert len(envelope["events"]) == 9
    assert _left_over(tmp_path) == []


def test_keep_leaves_a_wallet_to_go_on_with(real: FaceEngine, tmp_path: Path) -> None:
    """The commands that the end names work there: the next order is paid with a picture not used yet."""
    home = tmp_path / "kept home"
    told = _demo("--keep", str(home), "--fast", engine=real)
    assert told.exit == 0
    assert f"export SMILEPAY_HOME='{home}'" in told.stdout
    pictures = packaged.sample_faces() / "lin"
    for arguments in (
        ["shop", "latte=2", "--image", str(pictures / "4.jpg")],
        ["pay", "--image", str(pictures / "6.jpg")],
    ):
        stdout = io.StringIO()
        environment = Environment(stdout=stdout, stderr=io.StringIO(), variables={}, engine=real)
        assert run([*arguments, "--home", str(home), "--json"], environment) == 0
    assert json.loads(stdout.getvalue())["data"]["balance"]["available"]["amount"] == "69.40"


@pytest.mark.parametrize("obstacle", ["folder", "file", "below a file"])
def test_keep_never_touches_what_is_there_already(tmp_path: Path, obstacle: str) -> None:
    """A wallet of somebody's must not be told a story in."""
    place = tmp_path / "there"
    if obstacle == "folder":
        place.mkdir()
        (place / "wallet.db").write_text("mine")
    else:
        place.write_text("mine")
    answer = _demo("--keep", str(place / "below" if obstacle == "below a file" else place))
    assert answer.exit == 2
    assert answer.stdout == ""
    assert "--keep" in answer.stderr
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["mine"]


def test_a_wrong_face_among_the_samples_ends_with_30(
    real: FaceEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo is a self-test: were the stranger let in, it would say so and stop."""
    samples = shutil.copytree(packaged.sample_faces(), tmp_path / "samples")
    shutil.copy(samples / "lin" / "6.jpg", samples / "grace" / "1.jpg")
    monkeypatch.setattr(packaged, "sample_faces", lambda: samples)
    answer = _demo(engine=real)
    assert answer.exit == 30
    assert "'A stranger tries to pay' ended otherwise than expected: done (exit 0)" in answer.stderr
    assert "lin, without a smile" not in answer.stdout
    assert _left_over(tmp_path) == []


def test_a_failure_as_json_says_which_step(tmp_path: Path) -> None:
    """An engine that sees nobody: the first step cannot enrol anybody."""
    answer = _demo("--json")
    assert answer.exit == 30
    envelope = answer.envelope
    assert (envelope["outcome"], envelope["reason"], envelope["exit"]) == ("failed", "expectation_failed", 30)
    assert [step["as_expected"] for step in envelope["data"]["steps"]] == [False]
    assert envelope["data"]["steps"][0]["actual"]["reason"] == "no_face"
    assert "Enrol lin" in envelope["data"]["message"]
    assert _left_over(tmp_path) == []


def test_an_interruption_leaves_nothing_behind(tmp_path: Path) -> None:
    """Ctrl-C in the middle: 130, and the throwaway home with its key is gone."""
    answer = _demo(engine=FakeEngine({"detect": KeyboardInterrupt()}))
    assert answer.exit == 130
    assert _left_over(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_closed_window_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    """The home holds a key and templates; what happens on signals is as before afterwards."""

    class Closing(FakeEngine):
        def detect(self, *arguments: Any, **options: Any) -> Any:
            signal.raise_signal(number)

    before = signal.getsignal(number)
    answer = _demo(engine=Closing())
    assert answer.exit == 130
    assert _left_over(tmp_path) == []
    assert signal.getsignal(number) is before


def test_quiet_says_only_what_went_wrong() -> None:
    answer = _demo("--quiet")
    assert (answer.exit, answer.stdout) == (30, "")
    assert answer.stderr.startswith("smilepay: the step 'Enrol lin' ended otherwise than expected: no_face (exit 12)")


def test_the_title_comes_before_the_first_face_is_looked_at() -> None:
    """Loading models takes seconds; somebody who sees nothing in that time leaves."""
    seen: list[str] = []
    stdout = io.StringIO()

    class Watching(FakeEngine):
        def detect(self, *arguments: Any, **options: Any) -> Any:
            seen.append(stdout.getvalue())
            return super().detect(*arguments, **options)

    run(["demo"], Environment(stdout=stdout, stderr=io.StringIO(), variables={}, engine=Watching()))
    assert "Smile to Pay, simulated in a terminal" in seen[0]


@pytest.mark.parametrize(
    ("arguments", "said"), [(["--policy", "demo"], "policy standard"), (["--engine", "fats"], "no face engine")]
)
def test_what_the_demo_cannot_do_is_said_before_it_starts(arguments: list[str], said: str) -> None:
    answer = _demo(*arguments)
    assert (answer.exit, answer.stdout) == (2, "")
    assert said in answer.stderr


def test_a_home_of_ones_own_is_left_alone(tmp_path: Path) -> None:
    """The demo has its own home; one that was named is neither used nor made, and --json says so."""
    mine = tmp_path / "mine"
    answer = _demo("--home", str(mine), "--json", engine=FakeEngine())
    assert not mine.exists()
    assert answer.envelope["warnings"] == [
        "--home was left alone: the demo has a home of its own, which --keep DIR keeps"
    ]
    assert _demo("--json", SMILEPAY_HOME=str(mine)).envelope["warnings"] == []
