"""What docs/pipelines.md shows can be used as it stands: workflows are YAML, options exist, the shell's lines run."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from smilepay_cli.commands.app import build

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8")
RECIPE = (ROOT / "packaging" / "scenarios.Dockerfile").read_text(encoding="utf-8")
FENCES = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
CALL = re.compile(r"(?:^|[ /])smilepay ((?:run|pay|audit|wallet)\b[^|>&\n]*)", re.MULTILINE)


def fences(kind: str) -> list[str]:
    return [body for name, body in FENCES if name == kind]


def calls() -> list[list[str]]:
    """Every command line of the program on the page and in the recipe."""
    text = "\n".join([*fences("sh"), *fences("yaml"), RECIPE]).replace("\\\n", " ")
    return [shlex.split(found.split(" #")[0]) for found in CALL.findall(text)]


@pytest.mark.parametrize("words", calls(), ids=" ".join)
def test_every_option_that_is_shown_exists(words: list[str]) -> None:
    """A recipe with an option of long ago would fail in everybody's pipeline."""
    command: Any = build()
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known


def test_there_is_something_to_check() -> None:
    """The pattern above still finds the page's commands."""
    assert len(calls()) >= 8


def test_the_workflow_runs_scenarios_and_keeps_the_reports() -> None:
    """Reports are kept when scenarios fail: that is when somebody reads them."""
    workflow = next(one for body in fences("yaml") if "jobs" in (one := yaml.safe_load(body)))
    steps = workflow["jobs"]["run"]["steps"]
    (run,) = (step["run"] for step in steps if "smilepay run" in step.get("run", ""))
    (upload,) = (step for step in steps if "upload-artifact" in step.get("uses", ""))
    assert upload["if"] == "always()"
    assert set(upload["with"]["path"].split()) <= set(run.split())
    assert workflow["permissions"] == {"contents": "read"}


def test_the_recipe_copies_what_is_there() -> None:
    """And runs as nobody in particular."""
    assert "USER smilepay" in RECIPE and "USER root" not in RECIPE
    for name in re.findall(r"scenarios/\S+\.smile\.yaml", RECIPE):
        assert (ROOT / name).is_file()
    ignored = (ROOT / "packaging" / "scenarios.Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert ".venv" in ignored and "scenarios" not in ignored


def test_the_shell_knows_a_failure_from_an_error(tmp_path: Path) -> None:
    """The first lines of the page, with a program that ends as asked: 30 is told by file and line, 2 goes on up."""
    script = fences("sh")[0]
    row = {"name": "A story", "failure": {"file": "a.smile.yaml", "line": 7}}
    for status, expected, said in ((0, 0, "all as expected\n"), (30, 0, "a.smile.yaml:7: A story\n"), (2, 2, "")):
        (tmp_path / "results.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
        shell = f"set -e\nsmilepay() {{ return {status}; }}\njq() {{ python3 -c '{JQ}'; }}\n{script}"
        done = subprocess.run(["sh", "-c", shell], cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (expected, said), done.stderr


JQ = (
    'import json; row = json.loads(open("results.jsonl").read()); '
    'print("{file}:{line}: {name}".format(name=row["name"], **row["failure"]))'
)
"""Stands for jq, which is not everywhere where the tests run."""
