"""The same results, byte for byte: with one process, with two, on a Dask cluster of which a worker is killed, and gone
on with after the whole was killed."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.replays.real import RealSet
from tests.fakes.cluster import loopback_cluster
from tests.measured import note
from tests.verbs.profile import LONG


def until(holds: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert process.poll() is None, "it was over too soon"
        assert time.monotonic() < deadline
        time.sleep(0.01)


def noted(real: RealSet, out: str) -> int:
    """Rows that the run's note tells of."""
    path = real.out(out) / "run.json"
    return int(json.loads(path.read_text())["rows"]) if path.exists() else 0


def test_two_processes(real: RealSet) -> None:
    """`--jobs 2`."""
    real.run("two", "--jobs", "2")
    assert real.results("two") == real.results("one")
    first, second = real.summary("one"), real.summary("two")
    assert second["rates"] == first["rates"] and second["images"] == first["images"]
    note(
        f"replay: {second['images_per_second']:.0f} images a second with --jobs 2, "
        f"{first['images_per_second']:.0f} with --jobs 1"
    )


@pytest.mark.parametrize("threads", [1, 2] if LONG else [1])
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_cluster_of_which_a_worker_is_killed(real: RealSet, tmp_path: Path, threads: int) -> None:
    """A real scheduler and two real workers; SIGKILL for one of them when it has begun."""
    out = f"dask {threads}"
    with loopback_cluster(tmp_path / "dask", threads=threads) as cluster:
        process = real.begun(out, "--dask", cluster.address)
        results = real.out(out) / "results.jsonl"
        until(lambda: results.exists() and results.stat().st_size > 0, process)
        cluster.workers[0].send_signal(signal.SIGKILL)
        assert process.wait(timeout=120) == 0, (real.folder / f"{out}.log").read_text()
        assert cluster.workers[1].poll() is None
    assert real.results(out) == real.results("one")


@pytest.mark.parametrize("options", [(), ("--jobs", "2")] if LONG else [()])
def test_a_run_that_was_killed_goes_on(real: RealSet, options: tuple[str, ...]) -> None:
    """SIGKILL for the whole in mid-run: the same command goes on from its last note, and nothing is left of it."""
    out = f"killed {len(options)}"
    process = real.begun(out, *options)
    until(lambda: noted(real, out) > 0, process)
    process.kill()
    process.wait()
    rows = noted(real, out)
    left = {path.name for path in real.out(out).iterdir()}
    assert {"run.json", "results.jsonl", "scratch"} <= left and "summary.json" not in left
    with (real.out(out) / "results.jsonl").open("ab") as file:
        file.write(b'{"half a ro')
    real.run(out, *options)
    assert real.results(out) == real.results("one")
    summary, whole = real.summary(out), real.summary("one")
    assert summary["rates"] == whole["rates"] and summary["histograms"] == whole["histograms"]
    assert 0 < rows < summary["rows"] and summary["images"] < whole["images"]
    assert {path.name for path in real.out(out).iterdir()} == {path.name for path in real.out("one").iterdir()}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("workers", [None, 0])
def test_a_cluster_that_is_none(
    real: RealSet,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    workers: int | None,
) -> None:
    """No scheduler, or one without a worker: told soon, and nothing waits for ever."""
    from smilepay_cli.commands.app import run
    from smilepay_cli.commands.environment import Environment
    from smilepay_cli.commands.replaying import cluster as joining

    monkeypatch.setattr(joining, "CLUSTER_SECONDS", 2)
    command = real.replay("none")[3:]
    if workers is None:
        status = run([*command, "--dask", "tcp://127.0.0.1:9"], Environment())
    else:
        with loopback_cluster(tmp_path / "dask", workers) as cluster:
            status = run([*command, "--dask", cluster.address], Environment())
    said = capsys.readouterr().err
    assert status == 2 and "--dask" in said and "internal" not in said, said
