"""One of many tills that pay as fast as they can: `python -m benchmarks.ledger.writer HOME NUMBER PEOPLE SECONDS`.

Says `ready`, waits for a line, and at the end says how long each of its payments took, in milliseconds.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benchmarks.ledger.paying import Payments, till_of


def main() -> None:
    """Pay until the time is over."""
    home, number, people, seconds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    payments = Payments(till_of(home), people, first=number)
    taken: list[float] = []
    with payments.till.store.reading():
        pass
    _say("ready")
    sys.stdin.readline()
    with payments.recognised():
        until = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < until:
            payments.one()
            taken.append(round(1000 * (time.perf_counter() - begun), 3))
    payments.till.store.close()
    _say(json.dumps(taken))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
