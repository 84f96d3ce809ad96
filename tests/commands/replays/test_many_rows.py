"""Many rows: memory does not grow with them, each takes as long as the first ones did, and the reports open.

Short profile: 2,000 rows of twenty pictures. With SMILEPAY_LONG=1 a hundred thousand.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests.commands.conftest import Shell
from tests.fakes.fake_engine import picture, save
from tests.measured import note
from tests.verbs.profile import often

ROOT = Path(__file__).resolve().parents[3]
ROWS = often(2_000, 100_000)
EARLY = often(500, 10_000)
"""Rows after which memory and time are looked at first."""
GROWTH_KIB = often(12_000, 40_000)
"""Manifest and results grow outside of memory; the trials themselves, 0.2 KiB each, are all that stays."""
RUN = """
import json, resource, sys, time
from pathlib import Path
from smilepay_cli.adapters.run_folder import RunFolder
from smilepay_cli.commands.environment import Environment
from smilepay_cli.commands.app import run
from tests.fakes.fake_engine import FakeEngine
from tests.measured import resident

folder, early = Path(sys.argv[1]), int(sys.argv[2])
told, append = [], RunFolder.append

def appended(self, line):
    append(self, line)
    if self.rows % early == 0:
        told.append((self.rows, time.monotonic(), resident()))

RunFolder.append = appended
status = run(sys.argv[3:], Environment(engine=FakeEngine()))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
(folder / "told.json").write_text(json.dumps({"exit": status, "told": told, "peak": peak, "end": time.monotonic()}))
"""


def many(shell: Shell) -> Path:
    """A manifest that names the same pictures over and over."""
    people = ("ann", "bob", "eve", "zoe")
    for number in range(20):
        pixels = picture(people[number % 4], smile=number % 3 != 0, noise=100 + number)
        save(pixels, shell.folder / "set" / f"{number}.png")
    manifest = shell.folder / "set" / "manifest.csv"
    with manifest.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "path", "kind", "subject", "pai_species"])
        for number in range(ROWS):
            person = people[number % 4]
            kind = "attack" if number % 7 == 0 else "bona_fide" if person in ("ann", "bob") else "zero_effort"
            writer.writerow([f"row {number}", f"{number % 20}.png", kind, person, "print" if kind == "attack" else ""])
    return manifest


def test_many_rows(shell: Shell) -> None:
    """In a process of its own, whose memory is only this run's."""
    for person in ("ann", "bob"):
        shell.enroll(person)
    out = shell.folder / "out"
    command = ["replay", str(many(shell)), "--out", str(out), "--home", str(shell.home), "--no-cache", "--quiet"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.run(
        [sys.executable, "-c", RUN, str(shell.folder), str(EARLY), *command], cwd=ROOT, env=environment,
        capture_output=True, text=True,
    )  # fmt: skip
    told: dict[str, Any] = json.loads((shell.folder / "told.json").read_text())
    assert told["exit"] == 0, child.stderr
    (rows, first, before), (_, last, after) = told["told"][0], told["told"][-1]
    places = [moment for _, moment, _ in told["told"]]
    took = [later - earlier for earlier, later in pairwise(places)]
    each = (last - first) / (ROWS - rows)
    note(
        f"replay, {ROWS:,} rows: {1000 * each:.2f} ms a row, {told['end'] - last:.1f} s for reports; "
        f"{before // 1024} MiB after {rows:,} rows, {after // 1024} after {ROWS:,}, {told['peak'] // 1024} at most"
    )
    assert after - before < GROWTH_KIB, "memory grows with the rows"
    assert max(took) < 3 * sorted(took)[len(took) // 2], f"seconds a {EARLY:,} rows: {took}"
    summary = json.loads((out / "summary.json").read_text())
    assert summary["rows"] == ROWS == (out / "results.jsonl").read_bytes().count(b"\n")
    assert summary["cached"] == ROWS - 20
    assert sum(1 for _ in ElementTree.parse(out / "junit.xml").iter("testcase")) == ROWS  # noqa: S314 - ours
    page = (out / "report.html").read_text()
    assert page.rstrip().endswith("</html>") and len(page) < 5_000_000
