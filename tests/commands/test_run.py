"""`smilepay run` in this process, with a fake engine and pictures as real files."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from junitparser import JUnitXml

from smilepay_cli.harnesses.scenarios.playing import Playing
from tests.commands.conftest import Answer, Shell

GOOD = """\
name: lin pays
why: It is what it is for.
tags: [happy, short]
faces: faces
accounts: {ann: {image: relaxed.png, deposit: 10}}
steps:
  - pay: {amount: 3, merchant: kiosk, image: smile.png}
    expect: {balances: {ann: 7, kiosk: "2.99"}, events: 1, json: {data.payment.state: captured}}
    capture: {payment: data.payment.hold.id}
  - wallet.refund: {payment: "${payment}", amount: 1}
    expect: {balances: {ann: "8.00"}}
  - audit.verify:
"""
BAD = GOOD.replace("lin pays", "a wrong sum").replace("ann: 7", "ann: 6.50").replace("[happy, short]", "sad")
RESULT = json.loads(files("smilepay_cli").joinpath("schemas/scenario-result.json").read_text(encoding="utf-8"))


@pytest.fixture
def folder(shell: Shell) -> Path:
    """Where scenario files and their pictures are."""
    place = shell.folder / "scenarios"
    faces = place / "faces"
    faces.mkdir(parents=True)
    for name, person, smile in (("relaxed", "ann", False), ("smile", "ann", True), ("bob", "bob", True)):
        Path(shell.selfie(person, smile=smile)).rename(faces / f"{name}.png")
    return place


def write(folder: Path, text: str, name: str = "a") -> str:
    path = folder / f"{name}.smile.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def run(shell: Shell, *arguments: str, **more: dict[str, str]) -> Answer:
    """In the name of nobody: no home is touched."""
    answer = shell("run", *arguments, **more)  # type: ignore[arg-type]
    assert not shell.home.exists(), "the runner touched the home of who runs it"
    return answer


def test_scenarios_that_hold_end_with_0(shell: Shell, folder: Path) -> None:
    """Money, references, captured ids and the chain, in a home that nobody sees."""
    answer = run(shell, write(folder, GOOD))
    assert (answer.exit, answer.stderr) == (0, "")
    assert answer.stdout.startswith("✓ 1 scenario: 1 passed\n  3 steps, ")


def test_a_failure_is_30_with_its_line_and_both_sides(shell: Shell, folder: Path) -> None:
    """In at most twelve lines, with the event; what comes after it is not run."""
    path = write(folder, f"{GOOD}---\n{BAD}")
    answer = run(shell, path)
    assert answer.exit == 30
    first, *lines = answer.stdout.splitlines()
    assert first == "✗ a wrong sum"
    assert lines[:4] == [
        f"  {path}:20: step 1 (pay)",
        "    balance of ann",
        "      - expected  6.50",
        "      + actual    7.00",
    ]
    assert lines[4].startswith("    event: evt_") and lines[5] == "    why: It is what it is for."
    assert lines[6] == "✗ 2 scenarios: 1 passed, 1 failed"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("merchant: kiosk", "merchant: nobody", "+ actual    2 ("),
        ("smile.png", "bob.png", "10 (no_match): "),
        ("amount: 3", "amount: 11", "20 (insufficient_funds): "),
        ("events: 1", "events: 2", "+ actual    1"),
        ("captured}", "voided}", "+ actual    captured"),
        ("data.payment.hold.id", "data.payment.nothing", "finds nothing in the answer"),
        ("balances: {ann: 7", "exit: 13, balances: {ann: 7", "- expected  13"),
        ("deposit: 10", "deposit: 1e9", "account ann"),
    ],
)
def test_whatever_is_changed_is_told(shell: Shell, folder: Path, before: str, after: str, told: str) -> None:
    """Expectation, amount, picture: each fails with its place."""
    assert before in GOOD
    answer = run(shell, write(folder, GOOD.replace(before, after, 1)))
    assert answer.exit == 30
    assert told in answer.stdout
    assert f"{folder}/a.smile.yaml:" in answer.stdout
    assert len(answer.stdout.splitlines()) <= 12 + 2


def test_a_file_that_cannot_be_used_is_2_before_anything_runs(shell: Shell, folder: Path) -> None:
    """All of it at once, of all files, with annotations where GitHub asks."""
    write(folder, GOOD)
    path = write(folder, GOOD.replace("image: smile", "imgae: smile").replace("why:", "wy:"), "b")
    answer = run(shell, str(folder), variables={"GITHUB_ACTIONS": "true"})
    assert answer.exit == 2
    assert f"{path}:2: unknown key 'wy'; did you mean 'why'?" in answer.stderr
    assert f"{path}:7: step 1 (pay): unknown key 'imgae'; did you mean 'image'?" in answer.stderr
    assert answer.stdout.splitlines()[0].startswith(f"::error file={path},line=2,title=scenario file::unknown key")
    as_json = run(shell, str(folder), "--json").envelope
    assert (as_json["exit"], as_json["reason"], as_json["outcome"]) == (2, "bad_scenario", "error")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--tag", "none"], "no scenario is selected by --tag none"),
        (["--filter", "x*"], "no scenario is selected by --filter x*"),
        (["--not-tag", "happy"], "no scenario is selected by --not-tag happy"),
        (["--junit", "nowhere/j.xml"], "there is no folder"),
        (["--junit", "same", "--tap", "same"], "two reports have the same file"),
        (["--engine", "fst"], "did you mean 'fast'?"),
    ],
)
def test_what_runs_nothing_is_2(shell: Shell, folder: Path, arguments: list[str], told: str) -> None:
    """A pipeline that tests nothing must not be green."""
    answer = run(shell, write(folder, GOOD), *arguments)
    assert answer.exit == 2 and told in answer.stderr


def test_names_that_lead_nowhere_are_2(shell: Shell, folder: Path) -> None:
    """A folder without scenarios, and a file that is gone."""
    assert "no *.smile.yaml" in run(shell, str(folder)).stderr
    assert run(shell, str(folder)).exit == run(shell, str(folder / "gone.smile.yaml")).exit == 2


def test_a_bug_is_1(shell: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the runner itself; nothing of it is taken for a failure of the scenario."""

    def broken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(Playing, "played", broken)
    answer = run(shell, write(folder, GOOD))
    assert answer.exit == 1 and "internal error: RuntimeError: boom" in answer.stderr


def test_selections(shell: Shell, folder: Path) -> None:
    """By tag and by name; --list shows what is meant, --dry-run that it is whole, and neither runs anything."""
    path = write(folder, f"{GOOD}---\n{BAD}")
    for arguments in (["--tag", "happy"], ["--not-tag", "sad"], ["--filter", "LIN*"], ["--filter", "lin pays"]):
        assert run(shell, path, *arguments).exit == 0
    listed = run(shell, path, "--list", "--json").envelope["data"]
    assert [(one["name"], one["line"]) for one in listed["scenarios"]] == [("lin pays", 1), ("a wrong sum", 14)]
    assert "a wrong sum" in run(shell, path, "--list").stdout
    dry = run(shell, path, "--dry-run")
    assert (dry.exit, dry.stdout) == (0, "✓ 2 scenarios in 1 file, 6 steps; nothing was run\n")


def test_fail_fast_stops_and_says_what_is_left(shell: Shell, folder: Path) -> None:
    """The first failure ends the run."""
    answer = run(shell, write(folder, f"{BAD}---\n{GOOD}"), "--fail-fast")
    assert answer.exit == 30 and "1 not run" in answer.stdout


def test_xfail_is_strict(shell: Shell, folder: Path) -> None:
    """Failing as foreseen is fine; passing is not."""
    answer = run(shell, write(folder, BAD + "xfail: the sum is wrong\n"))
    assert answer.exit == 0 and "failed as expected: a wrong sum (the sum is wrong)" in answer.stdout
    answer = run(shell, write(folder, GOOD + "xfail: the sum is wrong\n"))
    assert answer.exit == 30 and "it passed, and xfail says: the sum is wrong" in answer.stdout


def test_reports_are_written_and_written_over(shell: Shell, folder: Path) -> None:
    """JUnit, TAP and JSON Lines; the same run gives the same lines."""
    path = write(folder, f"{GOOD}---\n{BAD}")
    names = {kind: str(shell.folder / f"out.{kind}") for kind in ("junit", "tap", "jsonl")}
    options = [f"--{kind}={name}" for kind, name in names.items()]
    lines = []
    for _ in range(2):
        answer = run(shell, path, *options, "--json")
        assert answer.exit == 30
        lines.append(Path(names["jsonl"]).read_bytes())
    assert lines[0] == lines[1]
    rows = [json.loads(line) for line in lines[0].splitlines()]
    for row in rows:
        jsonschema.Draft202012Validator(RESULT).validate(row)
    assert rows == answer.envelope["data"]["results"]
    assert [row["outcome"] for row in rows] == ["passed", "failed"]
    assert rows[1]["failure"]["event"] == rows[1]["steps"][0]["events"][0]
    assert JUnitXml.fromfile(names["junit"]).failures == 1
    assert Path(names["tap"]).read_text().count("\nnot ok ") == 1


def test_annotations_name_the_line_that_failed(shell: Shell, folder: Path) -> None:
    """Beside what people read; with --json on standard error."""
    path = write(folder, BAD)
    line = next(line for line in run(shell, path, "--github").stdout.splitlines() if line.startswith("::error"))
    assert line.startswith(f"::error file={path},line=7,title=a wrong sum::")
    answer = run(shell, path, "--github", "--json")
    assert answer.envelope["exit"] == 30 and answer.stderr.startswith("::error file=")


def test_homes_are_thrown_away_or_kept(shell: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kept ones are wallets that can be looked into; a folder with something in it is refused."""
    place = shell.folder / "scratch"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    path, kept = write(folder, GOOD), shell.folder / "kept"
    assert run(shell, path, variables={"TMPDIR": str(place)}).exit == 0
    assert list(place.iterdir()) == []
    assert run(shell, path, "--keep-homes", str(kept)).exit == 0
    (home,) = kept.iterdir()
    assert home.name == "0001-lin-pays" and oct(home.stat().st_mode & 0o777) == "0o700"
    assert shell("audit", "verify", "--home", str(home / "home")).exit == 0
    assert run(shell, path, "--keep-homes", str(kept)).exit == 2


def test_a_forger_is_noticed_and_a_fault_denies(shell: Shell, folder: Path) -> None:
    """Both only inside of a scenario's own home; the guards are back afterwards."""
    steps = """\
  - fault: {check: smile}
  - pay: {amount: 3, merchant: kiosk, image: smile.png}
    expect: {exit: 1, reason: check_failed, balances: {ann: 10}}
  - pay: {amount: 3, merchant: kiosk, image: smile.png}
    expect: {exit: 13, reason: used_before}
  - tamper: {sql: "UPDATE postings SET amount_minor = amount_minor * 2"}
  - audit.verify:
    expect: {exit: 31, wallet: whole}
"""
    head = GOOD.partition("  - pay")[0]
    answer = run(shell, write(folder, head + steps.replace(", wallet: whole", "")))
    assert answer.exit == 0, answer.stdout
    answer = run(shell, write(folder, head + steps))
    assert answer.exit == 30 and "+ actual    31 (chain_broken)" in answer.stdout


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("ATTACH '/tmp/other.db' AS other", "not authorized"),
        ("VACUUM INTO '/tmp/other.db'", ""),
        ("COMMIT; DELETE FROM events", "not authorized"),
        ("PRAGMA journal_mode = DELETE", "not authorized"),
        ("UPDATE gone SET a = 1", "no such table"),
        ("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c", "interrupted"),
    ],
)
def test_tampering_reaches_no_other_file_and_ends(
    shell: Shell, folder: Path, sql: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQL of a scenario file is somebody else's, too."""
    monkeypatch.setattr("smilepay_cli.commands.scenario_home.MOST_STEPS", 1_000_000)
    head = GOOD.partition("  - pay")[0]
    answer = run(shell, write(folder, f'{head}  - tamper: {{sql: "{sql}"}}\n'))
    assert answer.exit == 30 and told in answer.stdout
    assert not Path("/tmp/other.db").exists()  # noqa: S108


def test_a_fault_that_strikes_nothing_is_a_failure(shell: Shell, folder: Path) -> None:
    """A misspelt check must not make a scenario pass."""
    text = GOOD.replace("steps:\n", "steps:\n  - fault: {check: smle}\n")
    answer = run(shell, write(folder, text))
    assert (
        answer.exit == 30 and "the check 'smle', which was to fail: it did not run; these did: input, " in answer.stdout
    )


def test_retries_go_on_until_it_holds(shell: Shell, folder: Path) -> None:
    """A lock that is over after some minutes; the clock moves between tries, and tries are counted."""
    text = """\
name: locked
faces: faces
policy: {extends: standard, lockout_attempts: 1, lockout_seconds: 120}
accounts: {ann: {image: relaxed.png, deposit: 10}}
steps:
  - pay: {amount: 3, merchant: kiosk, image: bob.png}
    expect: {exit: 10}
  - pay: {amount: 3, merchant: kiosk, image: smile.png}
    retry: {times: 5, advance: 50s}
"""
    out = shell.folder / "o.jsonl"
    assert run(shell, write(folder, text), "--jsonl", str(out)).exit == 0
    assert json.loads(out.read_text())["steps"][1]["tries"] == 4
    assert run(shell, write(folder, text.replace("times: 5", "times: 2"))).exit == 30


def test_files_of_a_scenario_stay_in_its_folder(shell: Shell, folder: Path) -> None:
    """What it writes it can read again, and captured paths are no paths of this machine."""
    text = """\
name: files
steps:
  - wallet.deposit: {name: kiosk, amount: 3.10}
  - audit.checkpoint: {out: head.json}
    expect: {json: {data.file: {contains: head.json}}}
  - audit.verify: {checkpoint: head.json}
  - wallet.backup: {file: copy.db}
  - wallet.deposit: {name: kiosk, amount: 1}
    expect: {balances: {kiosk: 4.10}}
  - shop.catalogue:
      text: {currency: EUR, sellers: {stall: Stall}, items: [{id: a, title: A, seller: stall, price: 3.10}]}
  - shop:
    expect: {json: {"data.catalogue.items.a.price.amount": "3.10"}}
"""
    answer = run(shell, write(folder, text))
    assert answer.exit == 0, answer.stdout


def test_a_name_with_a_dash_is_no_option(shell: Shell, folder: Path) -> None:
    """Values come behind `--`, or behind `=`."""
    steps = """\
  - wallet.balance: {name: --help}
    expect: {exit: 2, message: {contains: "'--help'"}}
  - pay: {amount: --json, merchant: --quiet, image: smile.png, pin: --version}
    expect: {exit: 2, message: {contains: "'--json' is not an amount"}}
"""
    answer = run(shell, write(folder, GOOD.partition("  - pay")[0] + steps))
    assert answer.exit == 0, answer.stdout


def test_the_clock_and_the_ids_are_the_scenarios_own(shell: Shell, folder: Path) -> None:
    """The first step is at the start, the others a step apart; another seed gives other ids."""
    text = """\
name: clock
clock: {start: 2016-02-29T23:59:58Z, step: 2s}
seed: 5
steps:
  - wallet.deposit: {name: kiosk, amount: 1}
  - wallet.deposit: {name: kiosk, amount: 1}
  - advance: 1d
  - wallet.deposit: {name: kiosk, amount: 1}
  - audit.list:
    expect:
      json:
        data.found[].body.at: ["2016-03-02T00:00:02.000Z", "2016-03-01T00:00:00.000Z", "2016-02-29T23:59:58.000Z"]
"""
    out = shell.folder / "o.jsonl"
    ids = []
    for seed in ("seed: 5", "seed: 5", "seed: 6"):
        answer = run(shell, write(folder, text.replace("seed: 5", seed)), "--jsonl", str(out))
        assert answer.exit == 0, answer.stdout
        ids.append(json.loads(out.read_text())["steps"][0]["events"])
    assert ids[0] == ids[1] != ids[2]
