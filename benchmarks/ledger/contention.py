"""Eight tills that write without a pause: how long the unluckiest payment of all took."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ledger.paying import PEOPLE

ROOT = Path(__file__).resolve().parents[2]
WRITERS = 8


@dataclass(frozen=True, slots=True)
class Contended:
    """Milliseconds from the call of `pay` to its answer, of each payment of each till."""

    taken: tuple[tuple[float, ...], ...]
    seconds: float

    @property
    def all(self) -> list[float]:
        """Of all tills together, shortest first."""
        return sorted(one for till in self.taken for one in till)

    @property
    def worst(self) -> float:
        """Milliseconds."""
        return self.all[-1]

    def percentile(self, share: float) -> float:
        """Milliseconds that this share of payments stayed within."""
        every = self.all
        return every[min(len(every) - 1, int(share * len(every)))]

    @property
    def per_second(self) -> float:
        """Durable payments a second of all tills together."""
        return len(self.all) / self.seconds

    @property
    def fewest(self) -> int:
        """Payments of the till that made the fewest."""
        return min(len(till) for till in self.taken)

    @property
    def most(self) -> int:
        """Payments of the till that made the most."""
        return max(len(till) for till in self.taken)


def contend(home: Path, seconds: float, writers: int = WRITERS, people: int = PEOPLE) -> Contended:
    """Let them go together. Raises RuntimeError when one does not get through."""
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.ledger.writer", str(home), str(number), str(people), str(seconds)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(writers)
    ]
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    taken = []
    for child in children:
        out, errors = child.communicate()
        if child.returncode != 0:
            raise RuntimeError(f"a till did not get through:\n{errors}")
        taken.append(tuple(json.loads(out)))
    return Contended(tuple(taken), seconds)
