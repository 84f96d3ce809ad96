"""smilepay as a process, with a clock and ids that go on from one process to the next: `python -m tests.fakes.program
STATE ARGUMENTS`. The engine is the real one; only time and ids are made up."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from smilepay_cli.commands.app import run
from smilepay_cli.commands.environment import Environment
from tests.fakes.fixed import CEBIT, CountingIds, FixedClock

SECONDS_BETWEEN = 20


def main(state: Path, arguments: list[str]) -> int:
    """One call; STATE is a file that remembers how many there were, and the ids."""
    told: dict[str, Any] = json.loads(state.read_text(encoding="utf-8")) if state.exists() else {"calls": 0, "ids": {}}
    calls = told["calls"] + 1
    clock, ids = FixedClock(CEBIT + timedelta(seconds=SECONDS_BETWEEN * calls)), CountingIds(told["ids"])
    status = run(arguments, Environment(clock=clock, ids=ids))
    state.write_text(json.dumps({"calls": calls, "ids": ids.counts}), encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
