"""Known vulnerabilities of what is locked, by pip-audit: some, none, or nobody has looked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tools.release.shell import ROOT, Problem, run

LOCK = ROOT / "requirements" / "runtime.txt"
SOURCES = ("pypi", "osv")
"""Asked in this order until one answers for every package."""
_LONGEST = 120
"""Characters of a reason: errors of a network tell their whole life."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What a source said of the lock."""

    found: tuple[str, ...]
    """`package version: identifier`, one for each vulnerability."""
    not_done: str | None
    """Why nothing can be said; None where every package was looked up."""


def audit(programs: Path) -> Audit:
    """Ask the sources."""
    reasons = []
    for source in SOURCES:
        command = [programs / "pip-audit", "--requirement", LOCK, "--no-deps", "--disable-pip", "--require-hashes"]
        try:
            done = run([*command, "--vulnerability-service", source, "--format", "json"], allowed=(0, 1))
            answer = read(done.stdout, done.stderr)
        except Problem as problem:
            answer = Audit((), str(problem).splitlines()[-1].strip())
        if answer.not_done is None or answer.found:
            return answer
        reasons.append(f"{source}: {answer.not_done[:_LONGEST]}")
    return Audit((), "; ".join(reasons))


def read(report: str, told: str = "") -> Audit:
    """pip-audit's report. What it skipped was not looked for: it ends with 0 where it skipped everything, too."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = told.strip().splitlines()[-1:] or ["it said nothing"]
        return Audit((), f"pip-audit gave no report: {last[0]}")
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    found = tuple(
        f"{package['name']} {package['version']}: {one['id']}"
        for package in packages
        for one in package.get("vulns", ())
    )
    if skipped:
        return Audit(found, f"{len(skipped)} of {len(packages)} packages could not be looked up: {skipped[0]} ...")
    return Audit(found, None if packages else "no package was looked up")
