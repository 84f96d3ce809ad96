"""The pipeline: a first run makes the baseline, the same again passes, a weaker policy does not; and its workflow."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml
from junitparser import JUnitXml

from tests.examples.running import EXAMPLES, ROOT, SAMPLES, Desk

SHORT = ROOT / "scenarios" / "catalogue.smile.yaml"
"""Scenarios without a face, where they are not what is tested."""
WORKFLOW = EXAMPLES / "ci" / "smilepay.yml"


def test_a_run_is_held_against_the_one_before(desk: Desk) -> None:
    """Reports of both parts, and 30 for what became worse, which does not become the baseline."""
    first = desk.run("ci/check.sh")
    assert first.returncode == 0 and "check: this run is the baseline now" in first.stdout, first.stdout
    reports, baseline = desk.folder / "reports", desk.folder / "baseline"
    scenarios = JUnitXml.fromfile(str(reports / "scenarios.xml"))
    assert (scenarios.tests, scenarios.failures) == (2, 0)
    assert (reports / "replay" / "junit.xml").is_file() and (baseline / "results.jsonl").is_file()
    weaker = desk.folder / "weaker.toml"
    weaker.write_text('extends = "standard"\ndeny_cues = []\n', encoding="utf-8")
    before = (baseline / "summary.json").read_bytes()
    second = desk.run("ci/check.sh", REPORTS="reports 2", POLICY="weaker.toml", SCENARIOS=str(SHORT))
    assert second.returncode == 30 and "check: replay: FAILED" in second.stdout, second.stdout
    told = json.loads((desk.folder / "reports 2" / "replay" / "summary.json").read_text(encoding="utf-8"))
    (gate,) = told["gates"]
    assert gate["text"] == "worse <= 0" and gate["measured"] >= 1
    assert (baseline / "summary.json").read_bytes() == before
    again = desk.run("ci/check.sh", REPORTS="reports 3", SCENARIOS=str(SHORT))
    assert again.returncode == 0 and "check: replay: as it should be" in again.stdout, again.stdout
    assert desk.left_behind == []


def test_a_scenario_that_fails_is_no_baseline(desk: Desk) -> None:
    """The replay runs all the same, and what it came to is not kept."""
    stories = desk.folder / "stories"
    stories.mkdir()
    story = "name: A sum\nsteps:\n  - wallet.deposit: {name: kiosk, amount: 5}\n    expect: {exit: 13}\n"
    (stories / "wrong.smile.yaml").write_text(story, encoding="utf-8")
    for place, picture in (("set/zero_effort/nobody", "no_face"), ("people/lin", "lin")):
        (desk.folder / place).mkdir(parents=True)
        (desk.folder / place / "1.jpg").write_bytes((SAMPLES / picture / "1.jpg").read_bytes())
    done = desk.run("ci/check.sh", SCENARIOS="stories", SET="set", GALLERY="people")
    assert done.returncode == 30 and "check: scenarios: FAILED" in done.stdout, done.stdout
    assert "check: replay: as it should be" in done.stdout and not (desk.folder / "baseline" / "summary.json").exists()


def test_what_cannot_be_run_is_no_failure(desk: Desk) -> None:
    """2 goes on up: a mistyped folder must not look like a test that failed, nor like one that passed."""
    done = desk.run("ci/check.sh", SCENARIOS="nowhere")
    assert done.returncode == 2 and "check: scenarios could not be run: 2" in done.stdout
    assert desk.left_behind == []


def test_reports_of_another_run_are_left_alone(desk: Desk) -> None:
    """And one sentence says what to do; mkdir says nothing besides."""
    (desk.folder / "reports").mkdir()
    done = desk.run("ci/check.sh")
    told = "check: reports is there already: remove it, or set REPORTS to a new folder\n"
    assert (done.returncode, done.stdout) == (2, told)


def test_the_workflow_runs_the_script() -> None:
    """Pull requests read the baseline, the main branch writes it, and reports are kept when it failed."""
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    steps = workflow["jobs"]["check"]["steps"]
    uses = [step.get("uses", "").partition("@")[0] for step in steps]
    (run,) = (step for step in steps if "check.sh" in step.get("run", ""))
    restore, save, upload = (
        next(step for step in steps if name in step.get("uses", ""))
        for name in ("cache/restore", "cache/save", "upload")
    )
    assert uses.index("actions/cache/restore") < steps.index(run) < uses.index("actions/cache/save")
    assert restore["with"]["path"] == save["with"]["path"] == "baseline" and "main" in save["if"]
    assert upload["if"] == "always()" and upload["with"]["path"] == "reports"
    assert workflow["permissions"] == {"contents": "read"}
    script = (EXAMPLES / "ci" / "check.sh").read_text(encoding="utf-8")
    assert set(run["env"]) <= set(re.findall(r"\$\{(\w+):-", script))


def test_the_workflow_sets_up_as_the_other_page_says() -> None:
    """One way to set up, shown in two places."""
    page = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```yaml\n(name: scenarios\n.*?)^```$", page, re.MULTILINE | re.DOTALL)
    ours, theirs = (
        [
            step
            for step in job["steps"]
            if "checkout" in step.get("uses", "") or "setup" in str(step) or "actions/cache@" in step.get("uses", "")
        ]
        for job in (
            yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["check"],
            yaml.safe_load(shown)["jobs"]["run"],
        )
    )
    assert ours == theirs and len(ours) == 5


def test_scenarios_of_the_example_lie_where_the_script_looks() -> None:
    assert [path.name for path in (EXAMPLES / "ci" / "scenarios").iterdir()] == ["kiosk.smile.yaml"]
    assert Path(EXAMPLES / "ci" / "check.sh").read_text(encoding="utf-8").count("$here/scenarios") == 1
