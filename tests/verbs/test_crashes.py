"""SIGKILL at any moment: what was acknowledged is there once, the rest is there whole or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from smilepay_cli.verbs.enroll import enroll
from tests.measured import note
from tests.verbs.paying import selfie, till_of
from tests.verbs.profile import often

ROOT = Path(__file__).parents[2]
KILLS = often(50, 1_000)


def test_a_killed_till_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """At each SQL statement of a payment, and at random moments of tills that pay two at a time (crashing.py)."""
    home = tmp_path / "template"
    till = till_of(home)
    assert enroll(till, "ann", selfie("ann", 1, smile=False), deposit="1900").outcome == "done"
    till.store.close()
    told = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.verbs.crashing", home, tmp_path, str(KILLS), "7"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=often(120, 1_800),
    )
    assert told.returncode == 0, told.stderr
    report = json.loads(told.stdout)
    by_statement, by_chance = report["statements"], report["random"]
    inside = sum(times for place, times in by_chance.items() if place.endswith("ing"))
    note(f"crashes: killed at each of the {by_statement['kills']} SQL statements of a payment")
    note(f"crashes: {by_chance['kills']} kills at random moments, {inside} of them between BEGIN and the end of COMMIT")
    note(f"  {', '.join(f'{times} {what}' for what, times in sorted(by_chance.items()))}; {report['seconds']} s")
    assert by_statement["kills"] > 30 and by_statement["payment: writing"] > 10
    assert by_chance["kills"] >= KILLS and by_chance["payments acknowledged"] > 0
    assert inside >= KILLS // 20, "hardly any kill came inside a transaction"
