"""pytest and scenario files: collected as tests, chosen by tags, failures in the runner's words; and no cost else."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

ROOT = Path(__file__).parent.parent
PLUGIN = "smilepay_cli.pytest_plugin"
IS_INSTALLED = bool(entry_points(group="pytest11", name="smilepay"))
"""Not in an environment that was built before there was a plugin: it is named there."""
STORY = """\
name: Money for the kiosk
why: No face is needed to put money on a seller's account.
tags: [money, quick-one, skip]
steps:
  - wallet.deposit: {name: kiosk, amount: 5}
    expect: {exit: 0, balances: {kiosk: "5.00"}}
---
name: Twice the money
matrix: {amount: [1, 2]}
tags: [matrix]
steps:
  - wallet.deposit: {name: kiosk, amount: "${matrix.amount}"}
"""
WRONG = """\
name: The wrong sum
why: Somebody counted wrongly.
steps:
  - wallet.deposit: {name: kiosk, amount: 5}

  - wallet.deposit: {name: kiosk, amount: 5}
    expect: {exit: 0, balances: {kiosk: "11.00"}}
---
name: A known limit
xfail: it was never built
steps:
  - wallet.deposit: {name: kiosk, amount: 5}
    expect: {exit: 13}
---
name: A limit that is gone
xfail: it was never built
steps:
  - wallet.deposit: {name: kiosk, amount: 5}
"""


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """pytest as somebody runs it in a folder of scenarios, warnings being errors, unknown marks too."""
    named = () if IS_INSTALLED else ("-p", PLUGIN)
    command = [sys.executable, "-m", "pytest", *named, "-W", "error", "--strict-markers", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, "--rootdir", str(folder), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "story.smile.yaml").write_text(STORY, encoding="utf-8")
    return tmp_path


def test_scenarios_are_collected_by_name(folder: Path) -> None:
    """Named one by one or found in the folder, each combination of a matrix is a test."""
    for arguments in (("story.smile.yaml",), ()):
        done = run_pytest(folder, "--collect-only", "-q", *arguments)
        assert done.returncode == 0, done.stdout
        assert done.stdout.splitlines()[:3] == [
            "story.smile.yaml::Money for the kiosk",
            "story.smile.yaml::Twice the money [amount=1]",
            "story.smile.yaml::Twice the money [amount=2]",
        ]


def test_they_run_and_pytest_writes_its_own_reports(folder: Path) -> None:
    """JUnit of pytest has them as test cases."""
    done = run_pytest(folder, "story.smile.yaml", "--junitxml=junit.xml")
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout
    cases = Xml.parse(folder / "junit.xml").getroot().iter("testcase")  # noqa: S314 - pytest wrote it
    assert next(case.get("name") for case in cases) == "Money for the kiosk"


@pytest.mark.parametrize(
    ("chosen", "count"), [(("-m", "money"), 1), (("-m", "quick-one"), 1), (("-k", "skip"), 1), (("-m", "matrix"), 2)]
)
def test_tags_are_marks(folder: Path, chosen: tuple[str, str], count: int) -> None:
    """-m takes tags; one that means something to pytest is a word for -k only, and skips nothing."""
    done = run_pytest(folder, "story.smile.yaml", *chosen)
    assert done.returncode == 0, done.stdout
    assert f"{count} passed" in done.stdout
    assert "skipped" not in done.stdout


def test_failures_are_told_as_the_runner_tells_them(tmp_path: Path) -> None:
    """File, line, expected, actual; no traceback. What xfail says may fail, and must."""
    (tmp_path / "wrong.smile.yaml").write_text(WRONG, encoding="utf-8")
    done = run_pytest(tmp_path, "wrong.smile.yaml")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "2 failed, 1 xfailed" in done.stdout
    assert "wrong.smile.yaml:6: step 2 (wallet.deposit)" in done.stdout
    for words in ("balance of kiosk", "- expected  11.00", "+ actual    10.00", "why: Somebody counted wrongly."):
        assert words in done.stdout
    assert "it passed, and xfail says: it was never built" in done.stdout
    assert "Traceback" not in done.stdout and ".py:" not in done.stdout


def test_a_file_that_cannot_be_used_is_an_error_at_its_lines(tmp_path: Path) -> None:
    """Nothing runs, and everything that is wrong is told."""
    (tmp_path / "bad.smile.yaml").write_text("name: Bad\nsteps:\n  - pya: {}\n  - pay: {imgae: x}\n", encoding="utf-8")
    done = run_pytest(tmp_path)
    assert done.returncode == pytest.ExitCode.INTERRUPTED
    assert "bad.smile.yaml:3: step 1 (pya): there is no command 'pya'; did you mean 'pay'?" in done.stdout
    assert "bad.smile.yaml:4: step 2 (pay): unknown key 'imgae'; did you mean 'image'?" in done.stdout


def test_homes_are_gone_afterwards(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is left in the folder for temporary files."""
    temporary = tmp_path_factory.mktemp("temporary")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *(() if IS_INSTALLED else ("-p", PLUGIN)), "-p", "no:cacheprovider", "."],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
        capture_output=True,
    )
    assert done.returncode == 0
    assert list(temporary.iterdir()) == []


def test_it_costs_pytest_nothing() -> None:
    """The entry point is imported whenever pytest starts, in projects that have nothing to do with us."""
    snippet = f"import sys, pytest; before = set(sys.modules); import {PLUGIN}; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", snippet], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"smilepay_cli", PLUGIN}


def test_pytest_finds_it_by_its_entry_point() -> None:
    """What is declared is what there is."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"smilepay": PLUGIN}
    for found in entry_points(group="pytest11", name="smilepay"):
        assert found.value == PLUGIN
