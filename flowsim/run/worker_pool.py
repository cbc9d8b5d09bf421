"""Who does the work: this process, processes beside it, or a Dask cluster, all behind `concurrent.futures`.

The same calls give the same results from all of them. What they differ in is what a death costs: each process on this
machine is an executor of its own, so that one that dies takes nothing with it but the call it was at work on.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for_end
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from flowsim.config.errors import ConfigError, Problem
from flowsim.engine.memory import keep_freed_memory
from flowsim.run.failures import WorkerDied, WorkersError

SECONDS_TO_ANSWER = 10
SECONDS_FOR_A_WORKER = 30
_SECONDS_OF_SILENCE = 60
_AHEAD = 2  # calls a thread of a cluster has before it, so that it never waits for the next

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Workers:
    """Those who do the work.

    Attributes
    ----------
    executor : concurrent.futures.Executor
        Takes calls.
    at_once : callable
        Returns how many calls it should have at a time. More would only wait there, with their results.
    deaths, losses : tuple of exception types
        What says that a worker died, and that the whole cluster is lost.
    """

    executor: Executor
    at_once: Callable[[], int]
    deaths: tuple[type[BaseException], ...] = (BrokenExecutor,)
    losses: tuple[type[BaseException], ...] = (CancelledError,)

    def outcomes(
        self, call: Callable[[Asked], Answer], asked: Iterable[Asked]
    ) -> Iterator[tuple[Asked, Answer | Exception]]:
        """Make a call for each thing asked, and yield what came of it, as soon as it is there.

        A call whose worker dies is made once more at the end, with nothing beside it: so it has all memory for itself,
        and is not blamed for a neighbour's death, which a cluster cannot always tell apart.

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
                begun[self.executor.submit(call, new)] = (new, False)
                room -= 1
            if not begun and suspects:
                suspect = suspects.popleft()
                begun[self.executor.submit(call, suspect)] = (suspect, True)
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


def cores() -> int:
    """Return how many workers this machine has room for."""
    return os.cpu_count() or 1


@contextmanager
def hired(workers: int, scheduler: str | None = None) -> Iterator[Workers]:
    """Have workers, and let them go at the end: at once if something went wrong.

    Parameters
    ----------
    workers : int
        How many processes on this machine; with 1, everything happens in this one. With more, each imports the main
        module of the program again, which must therefore do its work under ``if __name__ == "__main__"``.
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
        return
    executor = Processes(workers) if workers > 1 else _ThisProcess()
    try:
        yield Workers(executor, lambda: workers)
    except BaseException:
        # Nobody waits for the rest any more.
        executor.kill()
        raise
    executor.shutdown()


class _ThisProcess(Executor):
    """Makes each call here, at once."""

    def submit(self, call: Callable[..., Answer], /, *args: Any, **kwargs: Any) -> Future[Answer]:
        future: Future[Answer] = Future()
        try:
            future.set_result(call(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future

    def kill(self) -> None:
        pass


class Processes(Executor):
    """Worker processes on this machine; one that dies is replaced.

    It takes one call a worker at a time, so that it is always known which call a worker was at.

    Parameters
    ----------
    workers : int
        How many processes. Each starts with its first call.
    """

    def __init__(self, workers: int) -> None:
        self._slots = [_Slot() for _ in range(workers)]

    def submit(self, call: Callable[..., Answer], /, *args: Any, **kwargs: Any) -> Future[Answer]:
        """Give a call to an idle worker; there must be one."""
        return next(slot for slot in self._slots if slot.idle).submit(call, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the workers go when they are done."""
        for slot in self._slots:
            slot.shutdown(wait, cancel_futures)

    def kill(self) -> None:
        """End the workers in the middle of their work."""
        for slot in self._slots:
            slot.kill()
        self.shutdown(cancel_futures=True)


class _Slot:
    """One worker process at a time."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._process: BaseProcess | None = None
        self._last: Future | None = None

    @property
    def idle(self) -> bool:
        return self._last is None or self._last.done()

    def submit(self, call: Callable[..., Answer], /, *args: Any, **kwargs: Any) -> Future[Answer]:
        try:
            if self._pool is None:
                raise BrokenExecutor
            self._last = self._pool.submit(call, *args, **kwargs)
        except BrokenExecutor:
            self.shutdown(wait=False)
            self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _begin_work)
            others = set(multiprocessing.active_children())
            self._last = self._pool.submit(call, *args, **kwargs)
            (self._process,) = set(multiprocessing.active_children()) - others
        return self._last

    def shutdown(self, wait: bool, cancel_futures: bool = False) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def kill(self) -> None:
        if self._process is not None:
            self._process.terminate()


def _begin_work() -> None:
    """Prepare a worker process: it does one run after the other, and its parent alone decides when it ends."""
    keep_freed_memory()
    # An interrupt from the keyboard reaches every process of a terminal; only the parent is to answer it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait_for_end([sentinel])
    os._exit(1)


@contextmanager
def _cluster(address: str) -> Iterator[Workers]:
    try:
        from distributed import Client
        from distributed.comm import CommClosedError
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
                    return max(1, _AHEAD * sum(client.nthreads().values()))
                except OSError:
                    raise WorkersError(f"the scheduler at {address} does not answer any more") from None

            executor = client.get_executor(pure=False)
            yield Workers(executor, at_once, deaths=(KilledWorker,), losses=(CancelledError, CommClosedError))


@contextmanager
def _quiet(*packages: str) -> Iterator[None]:
    """Keep packages from logging: what goes wrong is told once, in our words."""
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.split(".")[0] in packages]
    silenced = [logger for logger in loggers if not logger.disabled]
    for logger in silenced:
        logger.disabled = True
    try:
        yield
    finally:
        for logger in silenced:
            logger.disabled = False
