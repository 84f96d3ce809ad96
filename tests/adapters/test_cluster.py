"""A real Dask scheduler and real workers on loopback: whoever is killed, results come in order and nothing waits for
ever."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from smilepay_cli.adapters import workers
from smilepay_cli.adapters.workers import UNDER_WAY, Cluster
from tests.fakes.cluster import LoopbackCluster, loopback_cluster
from tests.fakes.labours import Labour


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LoopbackCluster]:
    with loopback_cluster(tmp_path / "dask") as cluster:
        yield cluster


@pytest.fixture
def client(cluster: LoopbackCluster) -> Iterator[Any]:
    client: Any = Client(cluster.address, timeout="2s", set_as_default=False)  # type: ignore[no-untyped-call]
    client.wait_for_workers(len(cluster.workers), timeout=30)
    yield client
    client.close()


def numbers(results: Any) -> list[int | None]:
    return [None if result is None else result[0] for result in results]


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_worker_is_killed_in_mid_run(tmp_path: Path, cluster: LoopbackCluster, client: Any) -> None:
    """SIGKILL: what it had is done by the other one, in order; a task that fails has no result."""
    labour = Labour(tmp_path, fails=frozenset({3}), slow=frozenset({5, 6, 7, 8}))
    asked: list[int] = []

    def tasks() -> Iterator[int | None]:
        for number in range(30):
            asked.append(number)
            yield None if number == 12 else number

    results = Cluster(labour, client).ordered(tasks())
    first = [next(results), next(results)]
    assert numbers(first) == [0, 1] and len(asked) <= 3 + 2 * UNDER_WAY
    both = {process for _, process in labour.done}
    cluster.workers[0].send_signal(signal.SIGKILL)
    cluster.workers[0].wait()
    assert numbers(results) == [None if number in (3, 12) else number for number in range(2, 30)]
    assert len(asked) == 30 and os.getpid() not in both


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_nobody_is_waited_for_who_does_not_come(
    tmp_path: Path, cluster: LoopbackCluster, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All workers are gone: after a while there are no results, which whoever asked makes by itself; with a new worker
    there are some again. Without the scheduler there are none any more."""
    monkeypatch.setattr(workers, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(workers, "NOBODY_FOR", 0.5)
    ahead = Cluster(Labour(tmp_path), client)
    results = ahead.ordered(iter(range(60)))
    assert numbers([next(results)]) == [0]
    for worker in cluster.workers:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    begun = time.monotonic()
    while next(results) is not None:
        pass
    assert time.monotonic() - begun < 10
    cluster.add()
    client.wait_for_workers(1, timeout=30)
    assert {next(results) is None for _ in range(5)} == {False}
    cluster.scheduler.kill()
    cluster.scheduler.wait()
    begun = time.monotonic()
    assert numbers(results)[-5:] == [None] * 5
    assert time.monotonic() - begun < 15
    ahead.close()
