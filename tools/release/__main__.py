"""`make release`: every step in order. Nothing is published, signed or committed; dist/ is what comes of it.

.venv/bin/python -m tools.release                  a release
.venv/bin/python -m tools.release --rehearsal      the same for what is not committed, or has no version yet
.venv/bin/python -m tools.release --licences       the licence page only, after `make lock`
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.release import building, licences, trials, versions
from tools.release.checksums import write_checks, write_sums
from tools.release.dockerfiles import lint
from tools.release.sbom import write_sbom
from tools.release.shell import DIST, ROOT, Problem, say
from tools.release.toolbox import toolbox
from tools.release.vulnerabilities import audit
from tools.release.wheels import without_wheels

NOT_DONE = "NOT DONE"
LISTED_BY = "pip, one call"
"""The way whose environments are listed in bills of materials: it brings no tool that only builds."""


@dataclass(slots=True)
class Release:
    """One run: what was asked for, and what can be said of it so far."""

    asked: argparse.Namespace
    programs: Path
    version: str
    checks: list[str] = field(default_factory=list)

    def done(self, line: str) -> None:
        """Note a check that passed."""
        say(line)
        self.checks.append(f"done: {line}")

    def not_done(self, line: str) -> None:
        """Note what nobody has looked at."""
        say(f"{NOT_DONE}: {line}")
        self.checks.append(f"{NOT_DONE}: {line}")


def main(arguments: Sequence[str]) -> int:
    """0 for a release, 1 for what is none, 3 for one whose vulnerabilities nobody has looked for."""
    asked = _asked(arguments)
    try:
        release = Release(asked, toolbox(), versions.written_version(ROOT))
        if asked.licences:
            _licences(release, _bills(release, _pythons(release)))
            return 0
        return _whole(release)
    except Problem as problem:
        print(f"release: {problem}", file=sys.stderr)
        return 1
    finally:
        trials.clear()


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.release", description="Build and try a release.")
    parser.add_argument("--rehearsal", action="store_true", help="take what is not committed or not versioned as well")
    parser.add_argument("--licences", action="store_true", help="only write docs/third-party.md")
    parser.add_argument("--python", action="append", default=[], metavar="PATH", help="a Python to try, repeatable")
    parser.add_argument("--way", action="append", choices=trials.WAYS, help="a way of installing; default: all")
    parser.add_argument(
        "--without-audit", action="store_true", help="end with 0 though no vulnerabilities were looked for"
    )
    return parser.parse_args(arguments)


def _whole(release: Release) -> int:
    asked = release.asked
    building.build(release.programs, release.version, final=not asked.rehearsal)
    release.done(f"built {release.version}; versions agree, contents are as they should be")
    lint(release.programs)
    release.done("Dockerfiles: nothing that hadolint minds, every file that they copy is there")
    found = _pythons(release)
    _require_wheels(release)
    _try(release, found)
    looked_up = _audited(release)
    kind = "a rehearsal, not a release" if asked.rehearsal else "a release"
    write_checks(DIST, [f"smilepay {release.version}: {kind}", *release.checks])
    write_sums(DIST)
    say(f"{DIST.relative_to(ROOT)} holds {kind} of {release.version}; sign SHA256SUMS: docs/releasing.md")
    return 0 if looked_up or asked.without_audit else 3


def _pythons(release: Release) -> list[trials.Python]:
    found = trials.pythons(release.programs, release.asked.python)
    if not trials.covers_the_lock(found):
        raise Problem(
            "the lock is not the same for Python 3.11 and newer ones, so one of each is needed: --python PATH"
        )
    for minor in trials.missing(found):
        release.not_done(f"Python {minor}: not on this machine, so nothing was run with it")
    return found


def _require_wheels(release: Release) -> None:
    """For Pythons and processors that are not here: at least nothing would have to be compiled."""
    lacking = without_wheels(release.programs)
    if lacking:
        raise Problem("something would have to be compiled:\n  " + "\n  ".join(lacking))
    release.done("every locked package has a wheel for Python 3.11 to 3.14 on Linux, x86-64 and aarch64")


def _try(release: Release, found: Sequence[trials.Python]) -> None:
    """Every way with every Python; what one of them installs is listed, and its licences looked at."""
    ways = release.asked.way or tuple(trials.WAYS)
    for way in ways:
        components = []
        for python in found:
            trial = trials.attempt(way, python, release.programs, release.version)
            release.done(f"{way}, Python {python.version}: demo and doctor ran ({trial.seconds:.0f} s)")
            if way == LISTED_BY:
                components += write_sbom(release.programs, trial.interpreter, release.version, _minor(python))
        if way == LISTED_BY:
            _licences(release, components)
    if LISTED_BY not in ways:
        release.not_done(f"bill of materials and licences: they are read from the trials of {LISTED_BY!r}")


def _bills(release: Release, found: Sequence[trials.Python]) -> list[dict[str, Any]]:
    building.build(release.programs, release.version, final=False)
    installed = [trials.attempt(LISTED_BY, python, release.programs, release.version) for python in found]
    return [
        component
        for python, trial in zip(found, installed, strict=True)
        for component in write_sbom(release.programs, trial.interpreter, release.version, _minor(python))
    ]


def _licences(release: Release, components: Sequence[dict[str, Any]]) -> None:
    rules = licences.read_rules()
    found, problems = licences.judged(components, rules)
    if problems:
        raise Problem("licences:\n  " + "\n  ".join(problems))
    page = licences.page(found, rules)
    if release.asked.licences or release.asked.rehearsal:
        licences.PAGE.write_text(page, encoding="utf-8")
    elif licences.PAGE.read_text(encoding="utf-8") != page:
        raise Problem("docs/third-party.md is out of date: make release ARGS=--licences, and commit it")
    (DIST / "THIRD-PARTY-LICENCES.md").write_text(page, encoding="utf-8")
    release.done(f"licences: {len(found)} packages, all of them allowed or stated")


def _audited(release: Release) -> bool:
    """Whether vulnerabilities were looked for. Raises Problem where some were found."""
    result = audit(release.programs)
    if result.found:
        raise Problem("known vulnerabilities:\n  " + "\n  ".join(result.found))
    if result.not_done is not None:
        release.not_done(f"vulnerabilities: {result.not_done}")
        return False
    release.done("vulnerabilities: none known of any locked package")
    return True


def _minor(python: trials.Python) -> str:
    return ".".join(str(part) for part in python.minor)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
