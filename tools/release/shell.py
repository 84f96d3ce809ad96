"""Running other programs, and what stops a release."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
WORK = ROOT / "build" / "release"
"""Environments and homes of trials; made anew by every run."""
LONGEST = 1_800
"""Seconds that any one program may take: installing may have to wait for a slow index."""
_TOLD = 15
"""Last lines of a program that failed."""


class Problem(Exception):
    """What keeps this from being a release, in one line."""


def say(news: str) -> None:
    """Tell how far it is."""
    print(f"release: {news}", file=sys.stderr, flush=True)


def run(
    command: Sequence[object],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    allowed: Sequence[int] = (0,),
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, both streams kept apart. Raises Problem for a status that is not allowed."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, env=env, cwd=cwd, capture_output=True, text=True, timeout=LONGEST, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Problem(f"{words[0]} could not be run: {error}") from error
    if done.returncode not in allowed:
        last = "\n  ".join((done.stdout + done.stderr).strip().splitlines()[-_TOLD:])
        raise Problem(f"{' '.join(words)} ended with {done.returncode}:\n  {last}")
    return done
