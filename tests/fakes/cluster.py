"""A Dask cluster of this machine: a real scheduler and real workers, processes of their own that can be killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLAMELESS = {"DASK_DISTRIBUTED__DASHBOARD__LINK": "", "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}


@dataclass
class LoopbackCluster:
    """Everybody in it, by process; `kill` is SIGKILL."""

    folder: Path
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """For `--dask`."""
        import json

        address: str = json.loads((self.folder / "scheduler.json").read_text())["address"]
        return address

    def add(self, threads: int = 1) -> None:
        """One worker more; without a nanny, so that nobody takes its place when it is killed."""
        told = ["--scheduler-file", str(self.folder / "scheduler.json"), "--nthreads", str(threads), "--no-nanny"]
        where = ["--no-dashboard", "--local-directory", str(self.folder)]
        self.workers.append(_started(self.folder, "worker", [*told, *where]))


def _started(folder: Path, what: str, options: list[str]) -> subprocess.Popen[bytes]:
    with (folder / f"{what}.log").open("ab") as log:
        command = [sys.executable, "-m", "distributed.cli.dask_" + what, *options]
        environment = {**os.environ, **_BLAMELESS, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)


@contextmanager
def loopback_cluster(folder: Path, workers: int = 2, *, threads: int = 1) -> Iterator[LoopbackCluster]:
    """Started, and gone at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    told = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(folder / "scheduler.json")]
    cluster = LoopbackCluster(folder, _started(folder, "scheduler", told))
    try:
        until = time.monotonic() + 30
        while not (folder / "scheduler.json").exists() and time.monotonic() < until:
            time.sleep(0.05)
        for _ in range(workers):
            cluster.add(threads)
        yield cluster
    finally:
        for process in [*cluster.workers, cluster.scheduler]:
            process.kill()
            process.wait()
