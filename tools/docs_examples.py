"""The made parts of docs/examples.md: the scripts of examples/, run as somebody runs them, and what they said."""

from __future__ import annotations

import atexit
import json
import re
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from smilepay_cli.vocabulary.errors import ExitStatus
from tests.examples.running import Desk
from tools.docs_console import ROOT, stable

_SPEED = re.compile(r"[\d.,]+ s(?:, [\d.,]+ images a second)?$", re.MULTILINE)
_SALES = """\
# AMOUNT PICTURE
2.50 sample_faces/lin/5.jpg
2.50 sample_faces/lin/5.jpg
3.80 sample_faces/grace/1.jpg
20 sample_faces/lin/6.jpg
"""


def talk() -> str:
    """The talk, with the sample faces."""
    return _fence(_ran("talk/talk.sh", program=_with_fixed_time("talk.json")))


def tester() -> str:
    """The tester's session."""
    return _fence(_tested())


def reading() -> str:
    """What is read from the session's first run; of those who got in, the first."""
    _tested()
    return _fence(_shortened(_ran("reading/read_results.py", "session/standard"), r"^\d+ got in$", 4))


def pipeline() -> str:
    """A first run, and one under a policy that looks for nothing: what is told of the gate."""
    first = [line for line in _ran("ci/check.sh").splitlines() if line.startswith("check:")]
    (_desk().folder / "weaker.toml").write_text('extends = "standard"\ndeny_cues = []\n', encoding="utf-8")
    second = _ran("ci/check.sh", status=30, POLICY="weaker.toml", REPORTS="reports-2")
    told = second[second.index("against ") :].splitlines()
    told = [line for line in told if not line.startswith(("  wrote", "  next", "  Files"))]
    between = "The second run, with the cues taken out of the policy:"
    return "\n".join([_fence("\n".join(first)), between, "", _fence("\n".join(told))])


def till() -> str:
    """A few sales, and what the till says of them."""
    wallet: dict[str, Any] = {"SMILEPAY_HOME": str(_desk().folder / "till"), "SMILEPAY_KEY_STORE": "file"}
    _desk().smilepay("enroll", "lin", "--image", "sample_faces/lin/1.jpg", "--deposit", "10", variables=wallet)
    told = [line for line in _ran("till/till.sh", stdin=_SALES, **wallet).splitlines() if "sale" in line]
    return "\n".join([_fence(_SALES), "are answered by", "", _fence("\n".join(told))])


def watcher() -> str:
    """What a hook is sent of a refusal, with the names of the fields from the script itself."""
    from examples.watch.watch_trail import TOLD

    variables = {"SMILEPAY_HOME": str(_desk().folder / "watched"), "SMILEPAY_KEY_STORE": "file"}
    refused, trail = (
        _desk().run_program(*words, variables=variables, program=_with_fixed_time("watched.json"))
        for words in (["wallet", "withdraw", "kiosk", "5"], ["audit", "export"])
    )
    assert refused.returncode == ExitStatus.INSUFFICIENT_FUNDS
    event = json.loads(trail.stdout.splitlines()[-1])["body"]
    return "```json\n" + json.dumps({name: event[name] for name in TOLD}, indent=1) + "\n```\n"


@cache
def _desk() -> Desk:
    """A folder in which examples run, removed at the end of the program."""
    made = TemporaryDirectory(prefix="smilepay-docs-")
    atexit.register(made.cleanup)
    folder = Path(made.name).resolve()
    (folder / "sample_faces").symlink_to(ROOT / "sample_faces")
    return Desk(folder)


def _with_fixed_time(calls: str) -> tuple[str, ...]:
    """The program, with a clock and ids that are the same every time; `calls` is where it remembers them."""
    return (sys.executable, "-m", "tests.fakes.program", str(_desk().folder / calls))


@cache
def _tested() -> str:
    return _ran("tester/tester.sh", "session").replace(str(ROOT), "~/smilepay")


def _ran(example: str, *arguments: str, status: int = 0, **more: Any) -> str:
    """Everything that an example says. Raises SystemExit where it ends otherwise than it should."""
    done = _desk().run(example, *arguments, **more)
    if done.returncode != status:
        raise SystemExit(f"docs: {example} ended with {done.returncode}, not {status}:\n{done.stdout}")
    return done.stdout.replace(f"{_desk().folder}/", "")


def _shortened(text: str, after: str, keep: int) -> str:
    """The lines after a heading, up to `keep`; how many more there are is said."""
    head, heading, rest = re.split(f"({after})", text, maxsplit=1, flags=re.MULTILINE)
    block, _, tail = rest.strip("\n").partition("\n\n")
    lines = block.splitlines()
    if len(lines) > keep:
        lines = [*lines[:keep], f"  (and {len(lines) - keep} more)"]
    return "\n".join([head + heading, *lines, "", tail])


def _fence(text: str) -> str:
    """Without what differs from run to run."""
    return f"```text\n{stable(_SPEED.sub('(so many seconds)', text), cuts_numbers=False)}```\n"
