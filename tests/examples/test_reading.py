"""Reading results: the script agrees with the program, notices when they differ, and the notebook runs."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from examples.reading import read_results
from smilepay_cli.rules.replay.rates import Rate
from tests.examples.conftest import Session
from tests.examples.running import EXAMPLES, Desk

NOTEBOOK = EXAMPLES / "reading" / "read_results.ipynb"
SCRIPT = "reading/read_results.py"


def test_it_agrees_with_the_summary(session: Session) -> None:
    """Scores of every group, the rates, who got in, and a picture that is one."""
    done = session.desk.run(SCRIPT, "session/standard", "--png", "scores.png")
    assert done.returncode == 0, done.stdout
    rates = json.loads((session.folder / "standard" / "summary.json").read_text(encoding="utf-8"))["rates"]
    for species in ("print_full_frame", "recompressed"):
        assert f"{species}: {rates[f'iapar[{species}]']['k']} of 15" in done.stdout
    assert "bona_fide, 5 compared" in done.stdout and "as lin, 100 EUR" in done.stdout
    assert done.stdout.endswith("summary.json says the same\n")
    with Image.open(session.desk.folder / "scores.png") as picture:
        assert picture.size[0] > 500


def test_it_notices_another_count(session: Session, desk: Desk) -> None:
    """A row that was changed after the fact is one that the summary did not count."""
    run = desk.folder / "run"
    run.mkdir()
    for name in ("results.jsonl", "summary.json"):
        (run / name).write_bytes((session.folder / "standard" / name).read_bytes())
    text = (run / "results.jsonl").read_text(encoding="utf-8")
    head, _, tail = text.partition('"kind":"attack","outcome":"accepted"')
    assert tail
    (run / "results.jsonl").write_text(f'{head}"kind":"attack","outcome":"refused"{tail}', encoding="utf-8")
    done = desk.run(SCRIPT, "run")
    assert done.returncode == 1 and " by the rows, and " in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("text", [None, "", "{}", "[]", "junk"])
def test_what_is_no_run(desk: Desk, text: str | None) -> None:
    """One line and 2."""
    if text is not None:
        (desk.folder / "summary.json").write_text(text, encoding="utf-8")
        (desk.folder / "results.jsonl").write_text(text, encoding="utf-8")
    done = desk.run(SCRIPT, ".")
    assert done.returncode == 2 and len(done.stdout.splitlines()) == 1 and done.stdout.startswith("read_results: ")


@pytest.mark.parametrize(("k", "n"), [(0, 3), (2, 24), (13, 15), (15, 15), (33, 918)])
def test_intervals_are_those_of_the_program(k: int, n: int) -> None:
    """By another function of scipy than the program's."""
    rate = Rate(k, n)
    assert read_results.interval(k, n) == pytest.approx((rate.lower, rate.upper, rate.upper_one_sided), abs=1e-9)


def test_bars_have_every_value_once() -> None:
    """Also at the edge of a bin; bins between have none; the threshold's own bin is called so."""
    lines = list(read_results.bars([0.1, 0.15, 0.15, 0.3, 0.36], limit=0.34))
    assert [line.split()[:3] for line in lines] == [
        ["0.10-0.15", "match", "1"], ["0.15-0.20", "match", "2"], ["0.20-0.25", "match", "0"],
        ["0.25-0.30", "match", "0"], ["0.30-0.35", "limit", "1"], ["0.35-0.40", "none", "1"],
    ]  # fmt: skip
    assert list(read_results.bars([], limit=0.34)) == []
    assert max(map(len, read_results.bars([0.1] * 5000, limit=0.34))) < 80


def test_names_of_others_do_nothing_to_a_terminal() -> None:
    assert read_results.visible("a\x1b[2J\nb é") == "a\\x1b[2J\\nb é"


def test_the_notebook_runs(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cell after cell in one namespace, as Jupyter has it; and the cell that holds rates against the summary is empty.
    Jupyter itself is not needed for plain Python, so it is no dependency."""
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    monkeypatch.setenv("SMILEPAY_RUN", str(session.folder / "standard"))
    monkeypatch.syspath_prepend(str(NOTEBOOK.parent))
    shown = executed([cell for cell in notebook["cells"] if cell["cell_type"] == "code"])
    assert shown[0].startswith("50 rows under policy standard")
    assert shown[1]._repr_png_().startswith(b"\x89PNG")
    assert shown[2]["recompressed"]["n"] == 15 and shown[3] == []
    assert 0 < len(shown[4]) <= 10 and sum(count for _, count in shown[5]) == 50
    assert all(
        cell["outputs"] == [] and cell["execution_count"] is None for cell in notebook["cells"] if "outputs" in cell
    )


def executed(cells: list[dict[str, Any]]) -> list[Any]:
    """What each cell shows: its last expression."""
    names: dict[str, Any] = {}
    shown = []
    for cell in cells:
        body = ast.parse("".join(cell["source"])).body
        last = body.pop()
        assert isinstance(last, ast.Expr)
        exec(compile(ast.Module(body, []), str(NOTEBOOK), "exec"), names)  # noqa: S102  # the notebook is ours
        shown.append(eval(compile(ast.Expression(last.value), str(NOTEBOOK), "eval"), names))  # noqa: S307
    sys.modules.pop("read_results", None)
    return shown


def test_the_script_is_found_by_its_name() -> None:
    """The notebook imports what lies beside it."""
    assert Path(read_results.__file__).parent == NOTEBOOK.parent
