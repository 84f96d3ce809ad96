"""Engines that are kept from call to call, with what they measured: for harnesses that show the same pictures often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from smilepay_cli.adapters.face_memory import FaceMemory
from smilepay_cli.adapters.faces.engines import open_engine

if TYPE_CHECKING:
    from smilepay_cli.ports import FaceEngine

MOST_PICTURES = 2000
"""Whose measures are remembered; some kilobytes each."""


class KeptEngines:
    """Makes each engine once. `say` is told when one builds its models."""

    def __init__(self, variables: Mapping[str, str], say: Callable[[str], None] = lambda _: None) -> None:
        self._variables, self._say = variables, say
        self._kept: dict[tuple[str, str], tuple[FaceEngine, FaceMemory]] = {}

    def __call__(self, name: str, scheme: str) -> tuple[FaceEngine, FaceMemory]:
        """The engine of that name for that scheme's templates, and its memory."""
        if (name, scheme) not in self._kept:
            self._kept[name, scheme] = open_engine(name, scheme, self._variables, say=self._say), FaceMemory()
        engine, memory = self._kept[name, scheme]
        if len(memory.taken()) > MOST_PICTURES:
            memory.turn()
        return engine, memory
