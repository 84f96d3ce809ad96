"""Engines that harnesses keep from call to call."""

from __future__ import annotations

import pytest

from smilepay_cli.adapters.faces import kept
from smilepay_cli.adapters.faces.kept import KeptEngines


def test_an_engine_is_made_once_for_each_scheme() -> None:
    """Models are loaded once, and measures of one maker never answer for another."""
    engines = KeptEngines({})
    fast, memory = engines("fast", "quartet")
    assert engines("fast", "quartet") == (fast, memory)
    others = [engines("fast", "euclidean"), engines("reference", "euclidean")]
    assert len({id(part) for pair in ((fast, memory), *others) for part in pair}) == 6


def test_a_memory_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten thousand pictures the first are let go of."""
    monkeypatch.setattr(kept, "MOST_PICTURES", 3)
    engines = KeptEngines({})
    _, memory = engines("fast", "quartet")
    for number in range(10):
        memory.note(f"picture {number}", "seen")
        engines("fast", "quartet")
    assert len(memory.taken()) <= 3
    assert memory.knows("picture 9", "seen") and not memory.knows("picture 0", "seen")
