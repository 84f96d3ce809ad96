"""What holds for all examples: shells can read them, what they name is there, and one that cannot begin says why."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from smilepay_cli.commands.app import build
from tests.examples.running import EXAMPLES, ROOT, Desk

SCRIPTS = sorted(EXAMPLES.rglob("*.sh"))
PAGES = [*sorted(EXAMPLES.rglob("*.md")), ROOT / "docs" / "examples.md"]
_LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")


def by_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("script", SCRIPTS, ids=by_name)
def test_a_shell_can_read_it(script: Path) -> None:
    """POSIX, without what bash alone knows, and ready to be called."""
    assert script.stat().st_mode & 0o111 and script.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    done = subprocess.run(["sh", "-n", str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not re.search(r"\[\[|\blocal \b|<\(|\bfunction ", script.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        assert "://" in target or (page.parent / target).exists(), target


def test_every_example_is_on_its_page() -> None:
    """In the index, and in docs/examples.md."""
    index = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    shown = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    folders = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir() and path.name != "__pycache__")
    assert len(folders) >= 5
    for folder in folders:
        assert f"[{folder}]({folder}/" in index and f"examples/{folder}/" in shown


def test_commands_and_options_exist() -> None:
    """A script with an option of long ago would fail at everybody's."""
    program: Any = build()
    for path in [*SCRIPTS, *PAGES]:
        text = path.read_text(encoding="utf-8").replace("\\\n", " ")
        for line in re.findall(
            r"(?:^ *(?:step|seen) \d+ [^\n]*|\bset -- replay [^\n]*|`smilepay [^`]+`)", text, re.MULTILINE
        ):
            words = line.strip("` ").split()
            names = [word for word in words if word in program.commands]
            assert names, line
            known = {option for parameter in program.commands[names[0]].params for option in parameter.opts}
            known |= {"--policy", "--cache", "--jobs"}
            assert {
                word.partition("=")[0].strip("'\"") for word in words if word.startswith("--") and word != "--"
            } <= known


@pytest.mark.parametrize("example", ["talk/talk.sh", "tester/tester.sh", "ci/check.sh"])
def test_one_that_cannot_begin_says_why(desk: Desk, example: str) -> None:
    """2, one line, and nothing left."""
    if example == "ci/check.sh":
        (desk.folder / "reports").mkdir()
    done = desk.run(example, FACES=str(desk.folder / "nowhere"))
    assert done.returncode == 2 and len(done.stdout.splitlines()) <= 2, done.stdout
    assert desk.left_behind == []
