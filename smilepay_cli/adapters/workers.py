"""Others who do work ahead: some tasks are under way at any time, and results come in the order of the tasks."""

from __future__ import annotations

import os
import time
from asyncio import CancelledError
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context, parent_process
from typing import Any, Generic, Protocol, TypeVar

Task = TypeVar("Task")
Done = TypeVar("Done")
Asked = TypeVar("Asked", contravariant=True)
Answered = TypeVar("Answered", covariant=True)

UNDER_WAY = 4
"""Tasks for each worker that are under way or done and not asked for yet."""
LOOK_EVERY = 2.0
"""Seconds, at the workers of a cluster, while one is waited for."""
NOBODY_FOR = 60.0
"""Seconds without any worker after which a cluster is not waited for any more."""


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
        """A result for each task, in order. A task that its worker died of has none; neither has one that failed."""
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
        if future is None or task is None:
            return None
        try:
            return future.result()
        except BrokenExecutor:
            # Whose fault it was cannot be known: this one is tried by itself, and the others after it.
            done = self._alone(task)
            again = [(one, its if its is None or _is_done(its) else None) for one, its in waiting]
            waiting.clear()
            for one, its in again:
                waiting.append((one, self._submitted(one) if its is None and one is not None else its))
            return done
        except Exception:  # it is done once more where it is needed, and told there
            return None

    def _alone(self, task: Task) -> Done | None:
        self._renew()
        try:
            return self._submitted(task).result()
        except BrokenExecutor:
            self._renew()
        except Exception:  # as above
            return None
        return None

    def _submitted(self, task: Task) -> Future[Done]:
        try:
            return self._pool.submit(self._work, task)
        except BrokenExecutor as broken:  # a worker died since; it is told where the result is asked for
            future: Future[Done] = Future()
            future.set_exception(broken)
            return future

    def _renew(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._new()

    def _new(self) -> ProcessPoolExecutor:
        # Not forked: threads and networks of this process do not survive that.
        return ProcessPoolExecutor(self._count, mp_context=get_context("spawn"), initializer=_begin)


def _is_done(future: Future[Any]) -> bool:
    """Whether there is a result already."""
    return future.done() and not future.cancelled() and future.exception() is None


def _begin() -> None:
    """Ctrl-C is for the process that was started; it ends its workers. When it is killed they end by themselves."""
    import signal
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class Cluster(Generic[Task, Done]):
    """Workers of a Dask cluster; they need this program, and see the same files. What a lost one had is done anew.

    When no worker was there for a while nobody is waited for: results are None until there is one again.
    """

    def __init__(self, work: Callable[[Task], Done], client: Any) -> None:
        self._work, self._client = work, client
        self._seen = time.monotonic()
        """When a worker was there last."""

    def ordered(self, tasks: Iterable[Task | None]) -> Iterator[Done | None]:
        """A result for each task, in order. A task that failed on several workers has none."""
        waiting: deque[Any] = deque()
        coming = iter(tasks)
        more = True
        while more or waiting:
            enough = UNDER_WAY * max(1, self._threads())
            while more and len(waiting) < enough:
                try:
                    task = next(coming)
                except StopIteration:
                    more = False
                    break
                waiting.append(None if task is None else self._submitted(task))
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
            while not self._is_over(future):
                continue
            done: Done | None = future.result() if future.done() else None
            return done
        except (Exception, CancelledError):  # it is done once more where it is needed, and told there
            return None
        finally:
            future.release()

    def _submitted(self, task: Task) -> Any:
        """None where the scheduler is gone for good."""
        try:
            return self._client.submit(self._work, task, pure=False)
        except (Exception, CancelledError):
            return None

    def _is_over(self, future: Any) -> bool:
        """Whether there is anything to be had, after a while of waiting; or nobody who could do it."""
        with suppress(TimeoutError):
            future.exception(timeout=LOOK_EVERY)
        return bool(future.done()) or (not self._threads() and time.monotonic() - self._seen > NOBODY_FOR)

    def _threads(self) -> int:
        """That work at the same time, in the whole cluster; 0 for a scheduler that is gone."""
        try:
            count = sum(self._client.nthreads().values())
        except (Exception, CancelledError):
            return 0
        if count:
            self._seen = time.monotonic()
        return int(count)
