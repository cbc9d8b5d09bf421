"""Replications of one city, in this process or on several."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

import pandas as pd

from flowsim.config.schema import CityConfig
from flowsim.experiment.errors import WorkerDied
from flowsim.experiment.simulate import DEFAULT_ENGINE, simulate, warm_up

MOST_WORKERS = 61  # Windows cannot wait for more processes


@dataclass(frozen=True)
class Replication:
    """What is kept of one replication; its patients and its log are not.

    Attributes
    ----------
    number : int
        Counted from 0.
    measures : mapping of str to float
        What was counted.
    daily, sitrep : pandas.DataFrame
        As in `flowsim.experiment.simulate.Run`.
    seconds : float
        How long it took.
    """

    number: int
    measures: Mapping[str, float]
    daily: pd.DataFrame
    sitrep: pd.DataFrame
    seconds: float


def replicate(
    config: CityConfig,
    engine: str = DEFAULT_ENGINE,
    workers: int = 1,
    progress: Callable[[int], None] = lambda number: None,
) -> list[Replication]:
    """Run all replications of a city (``run.replications``).

    The results are the same on any number of workers. With more than one, each worker is a process of its own that
    imports the main module of the program again, which must therefore do its work under ``if __name__ == "__main__"``.

    Parameters
    ----------
    config : CityConfig
        The city.
    engine : str
        One of `flowsim.experiment.simulate.ENGINES`.
    workers : int
        How many processes; with 1, everything happens in this one.
    progress : callable, optional
        Called with the number of each replication that is done, in the order in which they end.

    Returns
    -------
    list of Replication
        In the order of their numbers.

    Raises
    ------
    ConfigError
        If there is no such engine.
    WorkerDied
        If a worker process ended abruptly.
    """
    numbers = range(config.run.replications)
    workers = min(workers, len(numbers), MOST_WORKERS)
    if workers > 1:
        warm_up(engine)  # here, so that the workers do not all compile the same
        return _on_several_processes(config, engine, workers, progress)
    done = []
    for number in numbers:
        done.append(_replication(config, engine, number))
        progress(number)
    return done


def _replication(config: CityConfig, engine: str, number: int) -> Replication:
    began = time.perf_counter()
    run = simulate(config, replication=number, engine=engine)
    return Replication(number, run.measures, run.daily, run.sitrep, time.perf_counter() - began)


def _on_several_processes(
    config: CityConfig, engine: str, workers: int, progress: Callable[[int], None]
) -> list[Replication]:
    numbers = range(config.run.replications)
    others = set(multiprocessing.active_children())
    done: dict[int, Replication] = {}
    # An interrupt from the keyboard reaches every process of a terminal; only this one is to answer it.
    with ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    ) as pool:
        try:
            futures = {pool.submit(_replication, config, engine, number): number for number in numbers}
            for future in as_completed(futures):
                done[futures[future]] = _result(future, futures, done, workers)
                progress(futures[future])
        except BaseException:
            # Nobody waits for the rest any more.
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in set(multiprocessing.active_children()) - others:
                worker.terminate()
            raise
    return [done[number] for number in numbers]


def _result(
    future: Future[Replication], futures: Mapping[Future, int], done: Mapping[int, Replication], workers: int
) -> Replication:
    try:
        return future.result()
    except BrokenProcessPool:
        # Replications are begun in their order, so that the first of those not done were at work.
        at_work = [str(number) for number in futures.values() if number not in done][:workers]
        raise WorkerDied(
            f"a worker process ended abruptly during replication {' or '.join(at_work)}, most likely because the "
            "machine ran out of memory; fewer workers need less of it"
        ) from None
