"""What workers are told to do in tests; here, since other processes import it by name."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Labour:
    """Called with a number; what is done is written down in `log`. Some numbers are trouble."""

    log: Path
    kills: frozenset[int] = frozenset()
    """Whoever does these dies, every time."""
    kills_once: frozenset[int] = frozenset()
    fails: frozenset[int] = frozenset()
    slow: frozenset[int] = frozenset()

    def __call__(self, number: int) -> tuple[int, int]:
        """The number, and who did it."""
        marker = self.log / f"{number}.killed"
        with (self.log / "done").open("a") as file:
            file.write(f"{number} {os.getpid()}\n")
        if number in self.slow:
            time.sleep(0.3)
        if number in self.kills or (number in self.kills_once and not marker.exists()):
            marker.touch()
            time.sleep(0.2)  # others are under way
            os._exit(9)
        if number in self.fails:
            raise ValueError(number)
        return number, os.getpid()

    @property
    def done(self) -> list[tuple[int, int]]:
        """Everything that anybody began, in the order of time."""
        if not (self.log / "done").exists():
            return []
        lines = (self.log / "done").read_text().splitlines()
        return [(int(number), int(process)) for number, process in map(str.split, lines)]
