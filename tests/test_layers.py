"""The house's one rule: a module imports only from lower layers."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "smilepay_cli"
LAYERS = {
    "vocabulary": 0,
    "rules": 1,
    "ports": 2,
    "adapters": 3,
    "verbs": 4,
    "harnesses": 5,
    "render": 6,
    "commands": 6,
    "pytest_plugin": 6,
    "__main__": 6,
    "__init__": 0,
}
MAY_SEE_NO_ADAPTER = {"verbs", "harnesses"}
STDLIB_AND = {"vocabulary": {"numpy"}, "rules": {"numpy", "scipy", "cv2", "rfc8785"}}
MODULES = sorted(PACKAGE.rglob("*.py"))


def _layer(dotted: str) -> str:
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def _name(path: Path) -> str:
    return ".".join(("smilepay_cli", *path.relative_to(PACKAGE).with_suffix("").parts))


def _imports(path: Path) -> list[str]:
    """Everything that a module imports, wherever in it, type-checking blocks included."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found += [f"{node.module}.{alias.name}" if node.module == "smilepay_cli" else str(node.module)
                      for alias in node.names]  # fmt: skip
    return found


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_point_down(path: Path) -> None:
    """Data flows one way; what is below never knows what is above."""
    own = _layer(_name(path))
    assert own in LAYERS, f"{own} has no layer: give it one in this test and in docs/architecture.md"
    for imported in _imports(path):
        if not imported.startswith("smilepay_cli"):
            continue
        theirs = _layer(imported)
        if theirs.startswith("__version"):
            continue
        assert LAYERS[theirs] <= LAYERS[own], f"{_name(path)} imports {imported}, which is above it"
        if own in MAY_SEE_NO_ADAPTER:
            assert theirs != "adapters", f"{_name(path)} sees ports, never adapters ({imported})"


@pytest.mark.parametrize("path", [p for p in MODULES if _layer(_name(p)) in STDLIB_AND], ids=_name)
def test_the_lowest_layers_need_almost_nothing(path: Path) -> None:
    """Vocabulary and rules: the standard library, numpy and OpenCV for arrays, scipy for intervals, canonical JSON for
    the chain.
    """
    import sys

    for imported in _imports(path):
        top = imported.split(".", maxsplit=1)[0]
        allowed = STDLIB_AND[_layer(_name(path))] | {"smilepay_cli"}
        assert top in sys.stdlib_module_names or top in allowed, f"{_name(path)} imports {imported}"


def test_rules_and_verbs_ask_no_clock_and_roll_no_dice() -> None:
    """Time and ids come through ports, so that everything can be replayed."""
    for path in MODULES:
        if _layer(_name(path)) not in {"rules", "verbs", "harnesses"}:
            continue
        text = path.read_text(encoding="utf-8")
        for forbidden in (
            "datetime.now",
            "time.time(",
            "import random",
            "import secrets",
            "import uuid",
            "monotonic()",
        ):
            if forbidden == "monotonic()" and "clock.monotonic()" in text:
                continue
            assert forbidden not in text, f"{_name(path)} uses {forbidden}"


def test_no_fake_engine_ships() -> None:
    """A selectable fake would be an authentication bypass."""
    for path in MODULES:
        assert "fake" not in path.name
        assert "FakeEngine" not in path.read_text(encoding="utf-8")
