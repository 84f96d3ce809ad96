"""Nothing is said that cannot be translated, and every translation says all of it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TypeGuard

import pytest

from tools.messages import CATALOGUES, as_mo, as_po, collected, flaws, updated

PACKAGE = Path(__file__).parent.parent / "smilepay_cli"
SAYING = {
    "UsageProblem": 0, "Refused": 0, "ChainBroken": 0, "StoreUnusable": 0, "ExpectationFailed": 0,
    "Finding": 2, "_failed": 1, "_open": 0, "_problem": 0,
}  # fmt: skip
"""What is read by people when it is made, and from which argument on."""
SAME_EVERYWHERE = (
    "rules/replay", "rules/sets", "rules/calibration", "adapters/sets.py", "adapters/set_files.py",
    "adapters/set_album.py", "adapters/run_folder.py", "adapters/far_files.py", "adapters/memory_file.py",
    "adapters/workers.py", "harnesses", "commands/replaying", "commands/running.py", "commands/run.py",
    "commands/replay.py", "commands/calibrate.py", "commands/forge.py", "commands/record.py", "commands/recorder.py",
    "commands/remembering.py", "commands/scenario_files.py", "commands/scenario_forms.py", "commands/scenario_home.py",
    "commands/scenario_reports.py", "render/replay", "render/scenarios", "pytest_plugin.py",
)  # fmt: skip
"""Of commands that are `plain`: what they say is kept and compared."""


def _modules() -> list[Path]:
    return [
        path for path in sorted(PACKAGE.rglob("*.py")) if not str(path.relative_to(PACKAGE)).startswith(SAME_EVERYWHERE)
    ]


def _unmarked(path: Path) -> list[str]:
    """Messages and hints of errors that are text as it stands; commands to type are the same in every language."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING):
            continue
        said = [
            *node.args[SAYING[node.func.id] :],
            *(word.value for word in node.keywords if word.arg in ("told", "hint")),
        ]
        found += [
            f"{path.name}:{text.lineno}"
            for text in said
            if isinstance(text, ast.Constant | ast.JoinedStr) and _has_words(text)
        ]
    return found


def _has_words(text: ast.Constant | ast.JoinedStr) -> bool:
    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
    said = "".join(str(part.value) if isinstance(part, ast.Constant) and part.value else " " for part in parts)
    return not said.startswith(("smilepay ", "chmod ")) and any(
        len(word) > 1 and word.isalpha() for word in said.split()
    )


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_an_error_is_marked(path: Path) -> None:
    """`tr("...")`, not a bare text: somebody would read English in the middle of Chinese."""
    assert _unmarked(path) == []


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_marked_text_is_found(path: Path) -> None:
    """The collector of Babel sees no text inside an f-string, and none that is put together first."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            hidden = [one for one in ast.walk(node) if _marks(one) and isinstance(one.args[0], ast.Constant)]
            assert not hidden, f"{path.name}:{node.lineno}"
        if _marks(node):
            assert not isinstance(node.args[0], ast.JoinedStr | ast.BinOp)


def _marks(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("tr", "trn", "marked")


@pytest.mark.parametrize("po", CATALOGUES, ids=lambda po: po.parent.parent.name)
def test_a_catalogue_is_whole(po: Path) -> None:
    """Every text that is said is in it, translated, with the same values; and gettext reads what it says."""
    catalogue = updated(po, collected())
    assert flaws(catalogue) == []
    assert po.read_bytes() == as_po(catalogue), "out of date: make docs"
    assert po.with_suffix(".mo").read_bytes() == as_mo(catalogue), "out of date: make docs"
