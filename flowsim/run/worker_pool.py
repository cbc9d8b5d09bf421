"""Who does the work: this process, processes next to it, or a Dask cluster.

The same calls give the same results from all of them. What they differ in is how much a death costs.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait as wait_for_end
from typing import Any, Protocol, TypeVar

from pebble import ProcessExpired, ProcessPool

from flowsim.config.errors import ConfigError, Problem
from flowsim.engine.memory import keep_freed_memory
from flowsim.run.cores import worker_count
from flowsim.run.failures import WorkerDied, WorkersError

SECONDS_TO_ANSWER = 10
SECONDS_FOR_A_WORKER = 30
_SECONDS_OF_SILENCE = 60
_AHEAD = 2  # calls a thread of a cluster has before it, so that it never waits for the next

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Submit(Protocol):
    """Has a worker make a call."""

    def __call__(self, call: Callable[[Asked], Answer], asked: Asked, /) -> Future[Answer]:
        """Give a call to a worker, and return its future."""


@dataclass(frozen=True)
class WorkerPool:
    """Workers, and how to have them make calls.

    Attributes
    ----------
    submit : callable
        Has a worker make a call.
    at_once : callable
        Returns how many calls it should have at a time. More would only wait there, with their results.
    deaths, losses : tuple of exception types
        What says that a worker died, and that the whole cluster is lost.
    """

    submit: Submit
    at_once: Callable[[], int]
    deaths: tuple[type[BaseException], ...] = ()
    losses: tuple[type[BaseException], ...] = (CancelledError,)

    def outcomes(
        self, call: Callable[[Asked], Answer], asked: Iterable[Asked]
    ) -> Iterator[tuple[Asked, Answer | Exception]]:
        """Make a call for each thing asked, and yield each outcome as soon as it is there.

        A call whose worker dies is made once more at the end, when no other call is under way: so it has all memory
        for itself, and is not blamed for another call's death, which a cluster cannot always tell apart.

        Yields
        ------
        tuple
            What was asked, and the answer or the exception that came instead: `WorkerDied` if its worker died, and so
            did the one that tried again.

        Raises
        ------
        WorkersError
            If the cluster is lost.
        """
        waiting = iter(asked)
        suspects: deque[Asked] = deque()
        begun: dict[Future[Answer], tuple[Asked, bool]] = {}
        while True:
            room = self.at_once() - len(begun)
            while room > 0 and (new := next(waiting, _NOTHING)) is not _NOTHING:
                begun[self.submit(call, new)] = (new, False)
                room -= 1
            if not begun and suspects:
                suspect = suspects.popleft()
                begun[self.submit(call, suspect)] = (suspect, True)
            if not begun:
                return
            # A cluster that is lost may leave calls unanswered; `at_once` finds out.
            for future in wait(begun, _SECONDS_OF_SILENCE, FIRST_COMPLETED).done:
                thing, tried_before = begun.pop(future)
                try:
                    answer = future.result()
                except self.deaths as death:
                    if tried_before:
                        yield thing, _died(death)
                    else:
                        suspects.append(thing)
                except self.losses:
                    raise WorkersError("the scheduler does not answer any more") from None
                except Exception as error:
                    yield thing, error
                else:
                    yield thing, answer


_NOTHING: Any = object()


def _died(death: BaseException) -> WorkerDied:
    died = WorkerDied(
        "its worker process ended abruptly both times it was tried, most likely because the machine ran out of memory; "
        "fewer workers need less of it"
    )
    died.__cause__ = death
    return died


@contextmanager
def worker_pool(workers: int, scheduler: str | None = None) -> Iterator[WorkerPool]:
    """Start workers, and end them when they are not needed any more: at once if something went wrong.

    Parameters
    ----------
    workers : int
        How many processes on this machine; with 1, or without shared memory, everything happens in this one. With
        more, each imports the main module of the program again, which must therefore do its work under
        ``if __name__ == "__main__"``.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers are used instead.

    Raises
    ------
    ConfigError
        If there is no scheduler at that address, or Dask is not installed.
    WorkersError
        If the scheduler has no workers.
    """
    if scheduler is not None:
        with _cluster(scheduler) as cluster:
            yield cluster
    elif worker_count(workers) > 1:
        processes = _Processes(workers)
        try:
            yield WorkerPool(processes.submit, lambda: workers, deaths=(ProcessExpired, BrokenExecutor))
        except BaseException:
            processes.kill()
            raise
        processes.finish()
    else:
        yield WorkerPool(_call_here, lambda: 1)


def _call_here(call: Callable[[Asked], Answer], asked: Asked, /) -> Future[Answer]:
    """Make a call in this process, at once."""
    future: Future[Answer] = Future()
    try:
        future.set_result(call(asked))
    except Exception as error:
        future.set_exception(error)
    return future


class _Processes:
    """Worker processes on this machine; one that dies is replaced, and takes nothing with it but its own call.

    Parameters
    ----------
    workers : int
        How many processes. They start with the first call.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = self._start()

    def submit(self, call: Callable[[Asked], Answer], asked: Asked, /) -> Future[Answer]:
        """Give a call to an idle worker."""
        try:
            return self._pool.schedule(call, args=(asked,))
        except RuntimeError:  # the pool breaks when a worker dies while none is at work
            self.kill()
            self._pool = self._start()
            return self._pool.schedule(call, args=(asked,))

    def finish(self) -> None:
        """End the workers when they are done."""
        self._pool.close()
        self._pool.join()

    def kill(self) -> None:
        """End the workers in the middle of their work."""
        self._pool.stop()
        self._pool.join()

    def _start(self) -> ProcessPool:
        return ProcessPool(self._workers, initializer=_begin_work, context=multiprocessing.get_context("spawn"))


def _begin_work() -> None:
    """Prepare a worker process: it does one run after the other, and ends with its parent even while it works."""
    keep_freed_memory()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait_for_end([sentinel])
    os._exit(1)


@contextmanager
def _cluster(address: str) -> Iterator[WorkerPool]:
    try:
        from distributed import Client
        from distributed import Future as DaskFuture
        from distributed.scheduler import KilledWorker
    except ImportError:
        message = "needs Dask, which is not installed: pip install 'flowsim[distributed]'"
        raise ConfigError([Problem(None, None, "scheduler", address, message)]) from None
    with _quiet("distributed", "tornado"):
        try:
            client = Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
        except (OSError, ValueError) as error:
            message = f"no Dask scheduler answers there within {SECONDS_TO_ANSWER} seconds ({error})"
            raise ConfigError([Problem(None, None, "scheduler", address, message)]) from None
        with client:
            try:
                client.wait_for_workers(1, timeout=SECONDS_FOR_A_WORKER)
            except TimeoutError:
                message = f"the scheduler at {address} has had no workers for {SECONDS_FOR_A_WORKER} s"
                raise WorkersError(message) from None

            def at_once() -> int:
                try:
                    threads: int = sum(client.nthreads().values())
                except OSError:
                    raise WorkersError(f"the scheduler at {address} does not answer any more") from None
                return max(1, _AHEAD * threads)

            # Dask's own executor looks at the state of a call only after it has its answer; if the worker has died in
            # between, it takes the answer for an error and reports one of its own.
            async def hand_over(running: DaskFuture[Answer], future: Future[Answer]) -> None:
                try:
                    future.set_result(await client.gather(running, asynchronous=True))
                except (Exception, asyncio.CancelledError) as error:
                    failed = running.status == "error"
                    future.set_exception(error if failed else CancelledError(str(error)))

            def submit(call: Callable[[Asked], Answer], asked: Asked, /) -> Future[Answer]:
                # One whole, in which Dask does not look for the names of other calls, to put their answers there.
                running = client.submit(partial(call, asked), pure=False)
                future: Future[Answer] = Future()
                assert client.loop is not None  # it is connected
                client.loop.add_callback(hand_over, running, future)
                return future

            yield WorkerPool(submit, at_once, deaths=(KilledWorker,))


@contextmanager
def _quiet(*packages: str) -> Iterator[None]:
    """Keep packages from logging: what goes wrong is reported once, in our words."""
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.split(".")[0] in packages]
    silenced = [logger for logger in loggers if not logger.disabled]
    for logger in silenced:
        logger.disabled = True
    try:
        yield
    finally:
        for logger in silenced:
            logger.disabled = False
