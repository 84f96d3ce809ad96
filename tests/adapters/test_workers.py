"""Others who work ahead: whatever becomes of them, results come in the order of the tasks and the run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from smilepay_cli.adapters.workers import UNDER_WAY, Processes
from tests.fakes.labours import Labour

ROOT = Path(__file__).parents[2]


@contextmanager
def processes(labour: Labour, count: int = 2) -> Iterator[Processes[int, tuple[int, int]]]:
    workers: Processes[int, tuple[int, int]] = Processes(labour, count)
    try:
        yield workers
    finally:
        workers.close()


def numbers(results: Any) -> list[int | None]:
    return [None if result is None else result[0] for result in results]


def test_results_come_in_order_and_from_others(tmp_path: Path) -> None:
    """Though the first ones take longest; None stands for a task that is none."""
    labour = Labour(tmp_path, slow=frozenset({0, 1}))
    with processes(labour) as workers:
        assert numbers(workers.ordered([0, 1, None, *range(3, 20), None])) == [0, 1, None, *range(3, 20), None]
        assert numbers(workers.ordered([])) == []
        assert numbers(workers.ordered([30])) == [30]
    done = labour.done
    assert len(done) == 20 and os.getpid() not in {process for _, process in done}
    assert len({process for _, process in done}) == 2


def test_only_some_tasks_are_under_way(tmp_path: Path) -> None:
    """A hundred thousand trials are not all read ahead: as many as are waited for, and some more."""
    asked: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(50):
            asked.append(number)
            yield number

    with processes(Labour(tmp_path)) as workers:
        for number, result in enumerate(workers.ordered(tasks())):
            assert result is not None and result[0] == number
            assert len(asked) <= number + 2 * UNDER_WAY
    assert len(asked) == 50


@pytest.mark.parametrize(
    ("trouble", "missing"),
    [
        ({"kills_once": {5}}, set()),
        ({"kills_once": {0, 7, 8, 19}}, set()),
        ({"kills": {5}}, {5}),
        ({"kills": {0, 19}}, {0, 19}),
        ({"fails": {3, 4}}, {3, 4}),
        ({"fails": {3}, "kills": {6}, "kills_once": {9}}, {3, 6}),
    ],
    ids=str,
)
def test_whoever_dies_is_replaced(tmp_path: Path, trouble: dict[str, set[int]], missing: set[int]) -> None:
    """The task is done again by another, and so are those that were under way; one that always kills, or fails, has no
    result. No task but that is left undone."""
    labour = Labour(tmp_path, **{name: frozenset(those) for name, those in trouble.items()})
    with processes(labour) as workers:
        results = numbers(workers.ordered(range(20)))
    assert results == [None if number in missing else number for number in range(20)]


def test_a_worker_that_is_killed_between_two_tasks(tmp_path: Path) -> None:
    """By the kernel, for the memory it takes: found out when the next task is given out, and no reason to stop."""
    labour = Labour(tmp_path)
    with processes(labour) as workers:
        results = workers.ordered(range(30))
        first = next(results)
        assert first is not None
        for process in {process for _, process in labour.done}:
            os.kill(process, signal.SIGKILL)
        time.sleep(0.3)
        assert numbers(results) == list(range(1, 30))


RUN = """
import sys, time
from pathlib import Path
from smilepay_cli.adapters.workers import Processes
from tests.fakes.labours import Labour

if __name__ == "__main__":
    workers = Processes(Labour(Path(sys.argv[1]), slow=frozenset(range(1000))), 2)
    try:
        for result in workers.ordered(range(1000)):
            print(result[1], flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    finally:
        workers.close()
"""


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def until(holds: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nobody_is_left_behind(tmp_path: Path, number: int) -> None:
    """After Ctrl-C, which the terminal sends to all of them, only who was started answers; and when that one is killed
    no worker stays with its models in memory."""
    script = tmp_path / "run.py"
    script.write_text(RUN)
    command = [sys.executable, str(script), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as child:
        assert child.stdout is not None and child.stderr is not None
        child.stdout.readline()
        workers = {process for _, process in Labour(tmp_path).done}
        assert workers and all(map(is_alive, workers))
        if number == signal.SIGINT:
            os.killpg(child.pid, number)
        else:
            child.kill()
        out, err = child.communicate(timeout=20)
    assert until(lambda: not any(map(is_alive, workers)))
    assert "Traceback" not in err
    assert ("interrupted" in out) is (number == signal.SIGINT)
