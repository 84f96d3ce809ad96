"""Face engines by name."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import TYPE_CHECKING

from smilepay_cli.adapters.faces.reference import ReferenceEngine
from smilepay_cli.vocabulary.errors import UsageProblem

if TYPE_CHECKING:
    from smilepay_cli.ports import FaceEngine

DEFAULT_ENGINE = ReferenceEngine.name
ENGINES: dict[str, Callable[[], FaceEngine]] = {ReferenceEngine.name: ReferenceEngine}
"""Every engine there is; making one costs nothing."""


def open_engine(name: str) -> FaceEngine:
    """The engine of that name. Raises UsageProblem (unknown_engine), with the nearest name if one is near."""
    if name in ENGINES:
        return ENGINES[name]()
    close = get_close_matches(name, ENGINES, n=1)
    known = f"known: {', '.join(ENGINES)}"
    raise UsageProblem(
        f"no face engine named {name!r}",
        hint=f"did you mean {close[0]!r}? {known}" if close else known,
        reason="unknown_engine",
    )
