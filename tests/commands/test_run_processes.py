"""`smilepay run` with processes of its own: races, kills, several at a time, and Ctrl-C. The real engine looks."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from smilepay_cli.commands.app import run
from smilepay_cli.commands.environment import Environment
from smilepay_cli.commands.running import scenarios_of, throwaway_stage
from smilepay_cli.harnesses.scenarios.models import KILL_POINTS

ROOT = Path(__file__).parents[2]
RACES = (int(os.environ.get("SMILEPAY_LONG") or 0) and 200) or 5
HEAD = "accounts: {lin: {image: lin/1.jpg, deposit: 100}}\nsteps:\n"
ONE_ORDER = f"""\
name: One order, paid twice at the same time
{HEAD}\
  - shop: {{items: [stamp], image: lin/3.jpg}}
    capture: {{order: data.order.id}}
  - parallel:
      - pay: {{order: "${{order}}", image: lin/5.jpg}}
      - pay: {{order: "${{order}}", image: lin/6.jpg}}
    expect: {{exits: [0, 22], balances: {{lin: 80}}, events: 2, wallet: whole}}
"""
KILLED = f"""\
name: Killed at ${{matrix.at}}, and tried again
matrix: {{at: [{", ".join(KILL_POINTS)}]}}
{HEAD}\
  - kill: {{during: {{pay: {{amount: 3, merchant: kiosk, image: lin/5.jpg, key: k}}}}, at: "${{matrix.at}}"}}
  - pay: {{amount: 3, merchant: kiosk, image: lin/6.jpg, key: k}}
    expect: {{balances: {{lin: 97}}, wallet: whole}}
"""


def ran(*arguments: str) -> tuple[int, str]:
    stdout = io.StringIO()
    return run(["run", *arguments], Environment(stdout=stdout, stderr=stdout)), stdout.getvalue()


def written(folder: Path, text: str, name: str = "a") -> str:
    path = folder / f"{name}.smile.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_race_never_charges_twice(tmp_path: Path) -> None:
    """Two processes pay one order at the same moment, again and again; SMILEPAY_LONG makes it 200 times."""
    path = written(tmp_path, ONE_ORDER)
    (scenario,) = scenarios_of([path])
    with throwaway_stage(os.environ) as stage:
        for number in range(RACES):
            played = stage.play(scenario, number)
            assert played.is_good, played.failure
            assert played.steps[-1].exits == (0, 22)


def test_whoever_is_killed_pays_once_at_the_next_try(tmp_path: Path) -> None:
    """At every point by name and at a random line: nothing is half there, and the key tells whether it was paid."""
    out = tmp_path / "o.jsonl"
    status, said = ran(written(tmp_path, KILLED), "--jsonl", str(out))
    assert status == 0, said
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["steps"][0]["outcome"] for row in rows] == ["killed"] * len(KILL_POINTS)


def test_who_ends_before_it_is_killed_is_a_failure(tmp_path: Path) -> None:
    """A wallet that looks at no picture is not killed at one."""
    text = f"name: x\n{HEAD}  - kill: {{during: {{wallet.deposit: {{name: lin, amount: 3}}}}, at: capture}}\n"
    status, said = ran(written(tmp_path, text))
    assert status == 30 and "+ actual    it ended before that: 0" in said


def test_several_processes_tell_the_same_in_the_same_order(tmp_path: Path) -> None:
    """With their failures, and byte for byte."""
    texts = [f"name: n{n}\n{HEAD}  - pay: {{amount: {n}, merchant: kiosk, image: lin/5.jpg}}\n" for n in (1, 2, 101)]
    path = written(tmp_path, "---\n".join([*texts, ONE_ORDER]))
    outs = [tmp_path / f"{jobs}.jsonl" for jobs in (1, 2)]
    statuses = [ran(path, f"--jobs={jobs}", f"--jsonl={out}")[0] for jobs, out in zip((1, 2), outs, strict=True)]
    assert statuses == [30, 30]
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert [json.loads(line)["outcome"] for line in outs[0].read_text().splitlines()] == [
        "passed",
        "passed",
        "failed",
        "passed",
    ]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_leaves_no_home_and_nobody_behind(tmp_path: Path, jobs: str) -> None:
    """130, one line, an empty folder, and no process that goes on."""
    text = "".join(
        f"name: n{n}\n{HEAD}  - pay: {{amount: 1, merchant: kiosk, image: lin/5.jpg}}\n---\n" for n in range(3000)
    )
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "smilepay_cli", "run", written(tmp_path, text), "--jobs", jobs],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 60
    while not list(scratch.glob("smilepay-run-*/*/home/wallet.db")):
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (130, "")
    assert stderr.splitlines()[-1] == "smilepay: interrupted; nothing was left half done"
    time.sleep(0.3)
    assert list(scratch.iterdir()) == []
    assert not [line for line in _processes() if str(scratch) in line or str(tmp_path) in line]


def _processes() -> list[str]:
    """Environments of all that run and can be looked into."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            found.append(path.read_bytes().decode(errors="replace"))
        except OSError:
            continue
    return found
