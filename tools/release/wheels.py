"""Whether anything would have to be compiled, for Pythons and processors that are not on this machine too."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tools.release.shell import ROOT, Problem, run
from tools.release.trials import NEWEST, OLDEST

PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28")
WITHOUT_CODE = "face-recognition-models"
"""The one package of the lock that comes as sources only; it has data files and nothing to compile."""
LOCK = ROOT / "requirements" / "runtime.txt"


def without_wheels(programs: Path) -> list[str]:
    """A line for each Python and processor for which the lock cannot be installed from wheels; nothing is installed."""
    lacking = []
    with TemporaryDirectory() as nowhere:
        for minor in range(OLDEST[1], NEWEST[1] + 1):
            for platform in PLATFORMS:
                target = ["--target", nowhere, "--python-version", f"3.{minor}", "--python-platform", platform]
                wheels = ["--only-binary", ":all:", "--no-binary", WITHOUT_CODE, "--no-deps", "-r", LOCK]
                try:
                    run([programs / "uv", "pip", "install", "--dry-run", "--quiet", "--no-config", *target, *wheels])
                except Problem as problem:
                    lacking.append(f"Python 3.{minor} on {platform}: {str(problem).splitlines()[-1].strip()}")
    return lacking
