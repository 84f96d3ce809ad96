"""The programs that a release is made with, in an environment of their own, from requirements/release.txt."""

from __future__ import annotations

import sys
import venv
from hashlib import sha256
from pathlib import Path

from tools.release.shell import ROOT, run, say

LOCK = ROOT / "requirements" / "release.txt"
FOLDER = ROOT / "build" / "release-tools"
_STAMP = "lock.sha256"


def toolbox() -> Path:
    """The folder of the programs; made where it is missing or of another lock. Raises Problem."""
    programs, wanted = FOLDER / "bin", sha256(LOCK.read_bytes()).hexdigest() + sys.version
    stamp = FOLDER / _STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return programs
    say("installing the release tools")
    venv.create(FOLDER, clear=True, with_pip=True)
    run([programs / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", LOCK])
    stamp.write_text(wanted, encoding="utf-8")
    return programs
