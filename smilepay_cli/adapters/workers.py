"""Others who do work ahead: some tasks are under way at any time, and results come in the order of the tasks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, Generic, Protocol, TypeVar

Task = TypeVar("Task")
Done = TypeVar("Done")
Asked = TypeVar("Asked", contravariant=True)
Answered = TypeVar("Answered", covariant=True)

UNDER_WAY = 4
"""Tasks for each worker that are under way or done and not asked for yet."""
TRIES = 2
"""Of a task whose worker died."""


class Workers(Protocol[Asked, Answered]):
    """Somebody who works ahead."""

    def ordered(self, tasks: Iterable[Asked | None]) -> Iterator[Answered | None]:
        """A result for each task, in order; None for a task that is None, or that nobody could do."""

    def warm(self, task: Asked) -> None:
        """Have everybody do a task now whose result nobody needs, so that what takes long at first is over."""

    def close(self) -> None:
        """Nothing more is to be done."""


class Processes(Generic[Task, Done]):
    """Workers on this machine. `work` and the tasks are pickled; a worker that dies is replaced."""

    def __init__(self, work: Callable[[Task], Done], count: int) -> None:
        self._work, self._count = work, count
        self._pool = self._new()

    def ordered(self, tasks: Iterable[Task | None]) -> Iterator[Done | None]:
        """A result for each task, in order. A task that two workers died of has none; neither has one that failed."""
        waiting: deque[tuple[Task | None, Future[Done] | None]] = deque()
        coming = iter(tasks)
        more = True
        while more or waiting:
            while more and len(waiting) < UNDER_WAY * self._count:
                try:
                    task = next(coming)
                except StopIteration:
                    more = False
                    break
                waiting.append((task, None if task is None else self._submitted(task)))
            if waiting:
                yield self._result(waiting)

    def warm(self, task: Task) -> None:
        """One for each worker; they start beside whatever this process does meanwhile."""
        for _ in range(self._count):
            self._submitted(task)

    def close(self) -> None:
        """What is under way is left alone."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _result(self, waiting: deque[tuple[Task | None, Future[Done] | None]]) -> Done | None:
        task, future = waiting.popleft()
        for left in reversed(range(TRIES)):
            if future is None or task is None:
                return None
            try:
                return future.result()
            except BrokenExecutor:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = self._new()
                again = [(one, None if one is None else self._submitted(one)) for one, _ in waiting]
                future = self._submitted(task) if left else None
                waiting.clear()
                waiting.extend(again)
            except Exception:  # it is done once more where it is needed, and told there
                return None
        return None

    def _submitted(self, task: Task) -> Future[Done]:
        return self._pool.submit(self._work, task)

    def _new(self) -> ProcessPoolExecutor:
        # Not forked: threads and networks of this process do not survive that.
        return ProcessPoolExecutor(self._count, mp_context=get_context("spawn"), initializer=_quiet)


def _quiet() -> None:
    """Ctrl-C is for the process that was started; it ends its workers."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Cluster(Generic[Task, Done]):
    """Workers of a Dask cluster; they need this program, and see the same files. What a lost one had is done anew."""

    def __init__(self, work: Callable[[Task], Done], client: Any) -> None:
        self._work, self._client = work, client
        self._count = max(1, len(client.scheduler_info()["workers"]))

    def ordered(self, tasks: Iterable[Task | None]) -> Iterator[Done | None]:
        """A result for each task, in order. A task that failed on several workers has none."""
        waiting: deque[Any] = deque()
        coming = iter(tasks)
        more = True
        while more or waiting:
            while more and len(waiting) < UNDER_WAY * self._count:
                try:
                    task = next(coming)
                except StopIteration:
                    more = False
                    break
                waiting.append(None if task is None else self._client.submit(self._work, task, pure=False))
            if waiting:
                yield self._result(waiting.popleft())

    def warm(self, task: Task) -> None:
        """A cluster is there already, and may be warm."""

    def close(self) -> None:
        """Let go of the cluster; it goes on without us."""
        self._client.close()

    def _result(self, future: Any) -> Done | None:
        if future is None:
            return None
        try:
            done: Done = future.result()
            return done
        except Exception:  # it is done once more where it is needed, and told there
            return None
        finally:
            future.release()
