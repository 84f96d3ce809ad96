"""How it is measured: turns, processes, and arithmetic that is counted rather than believed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.children import ChildFailed, run, run_together
from benchmarks.flops import multiply_adds
from benchmarks.machine import machine
from benchmarks.setting import Setting
from benchmarks.workers import ROOT, Worker, WorkerFailed, in_turns
from smilepay_cli.adapters.faces.models.dlib_format import read_network
from smilepay_cli.adapters.faces.models.graphs import encoder_graph
from smilepay_cli.adapters.faces.weights import find_weights


def test_the_encoder_is_a_quarter_of_a_billion_multiply_adds() -> None:
    """The share of the processor's peak rests on it."""
    counted = multiply_adds(encoder_graph(read_network(find_weights().network.read_bytes())))
    assert counted == pytest.approx(0.271e9, rel=0.01)


def test_contenders_take_turns() -> None:
    """So that a machine that slows down slows down both; the first round is not counted."""
    order: list[tuple[str, int]] = []

    def contender(name: str, number: int) -> float:
        order.append((name, number))
        return float(number)

    taken = in_turns(2, {name: lambda n, name=name: contender(name, n) for name in "ab"})  # type: ignore[misc]
    assert order == [("a", -1), ("b", -1), ("a", 0), ("b", 0), ("a", 1), ("b", 1)]
    assert taken == {"a": [0.0, 1.0], "b": [0.0, 1.0]}


def test_a_process_is_measured() -> None:
    """Processor time and memory are the child's."""
    done = run([sys.executable, "-c", "x = bytearray(200_000_000); sum(range(3_000_000)); print('done')"])
    assert done.output == "done\n" and done.cpu > 0 and done.peak > 200_000_000


def test_a_process_that_fails_counts_for_nothing() -> None:
    """A refusal is soon: it must not be taken for a fast payment."""
    with pytest.raises(ChildFailed, match=r"ended with 3\nwhy"):
        run([sys.executable, "-c", "import sys; print('why'); sys.exit(3)"])


def test_nobody_is_left_running(tmp_path: Path) -> None:
    """When one of two fails, the other is ended."""
    mark = tmp_path / "alive"
    slow = f"import time; time.sleep(60); open({str(mark)!r}, 'w')"
    with pytest.raises(ChildFailed):
        run_together([[sys.executable, "-c", "raise SystemExit(1)"], [sys.executable, "-c", slow]])
    assert not mark.exists()


def test_a_worker_says_what_went_wrong() -> None:
    """Rather than a time."""
    with Worker("painter") as painter, pytest.raises(WorkerFailed, match="No such file"):
        painter.ask("canvas", source="missing.jpg", to="x.jpg", width=1, height=1)


def test_the_process_that_measures_stays_small() -> None:
    """A child's peak memory begins with its parent's."""
    script = "import sys, benchmarks.__main__; from importlib import import_module\n"
    script += "for name in benchmarks.__main__.BENCHMARKS: import_module(f'benchmarks.measures.{name}')\n"
    script += "print(*{'numpy', 'PIL', 'dlib', 'onnxruntime', 'typer'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_list_names_all(capsys: pytest.CaptureFixture[str]) -> None:
    """And measures nothing."""
    assert main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(BENCHMARKS)


def test_an_unknown_name_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Not a run that measures nothing."""
    with pytest.raises(SystemExit):
        main(["--only", "encodr"])
    assert "no benchmark named encodr" in capsys.readouterr().err


def test_the_machine_is_told() -> None:
    """In words that JSON can hold: figures are read years later, elsewhere."""
    told = json.loads(json.dumps(machine()))
    assert told["processor"] and told["cores"] >= 1
    assert {"Python", "numpy", "onnxruntime", "dlib-bin", "face-recognition"} <= set(told["versions"])


def test_photos_come_from_the_samples_where_there_are_no_others(tmp_path: Path) -> None:
    """A machine with the checkout alone measures too."""
    folder, what = Setting(tmp_path, quick=True, evaluation=None).bulk_photos()
    assert len(list(folder.iterdir())) == 16 and what.startswith("16 sample faces")
    other = tmp_path / "other"
    (other / "london" / "001").mkdir(parents=True)
    (other / "london" / "001" / "neutral.jpg").write_bytes(b"")
    (tmp_path / "again").mkdir()
    folder, what = Setting(tmp_path / "again", quick=True, evaluation=other).bulk_photos()
    assert [path.name for path in folder.iterdir()] == ["001-neutral.jpg"] and "London" in what
