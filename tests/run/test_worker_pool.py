"""Who does the work, and what it costs when one of them dies."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from worker_calls import (
    die_of_three,
    die_of_three_once,
    double,
    double_but_never_three,
    interrupted,
    own_process,
    tries,
)

from flowsim.config.errors import ConfigError
from flowsim.run import worker_pool as workers_module
from flowsim.run.failures import WorkerDied
from flowsim.run.worker_pool import worker_pool

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")


def outcomes(call, asked, workers):
    with worker_pool(workers) as pool:
        return {
            thing[0] if isinstance(thing, tuple) else thing: outcome for thing, outcome in pool.outcomes(call, asked)
        }


@pytest.mark.parametrize("workers", [1, 2])
def test_every_call_is_answered(workers):
    assert outcomes(double, range(7), workers) == {number: 2 * number for number in range(7)}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_call_that_fails_leaves_the_others_standing(workers):
    found = outcomes(double_but_never_three, range(6), workers)
    error = found.pop(3)
    assert (type(error), str(error)) == (ValueError, "three")
    assert found == {number: 2 * number for number in (0, 1, 2, 4, 5)}


def test_a_call_whose_worker_always_dies_fails_by_name_and_costs_the_others_nothing(tmp_path):
    found = outcomes(die_of_three, [(number, str(tmp_path)) for number in range(8)], workers=2)
    error = found.pop(3)
    assert isinstance(error, WorkerDied)
    assert "ended abruptly both times it was tried, most likely because the machine ran out of memory" in str(error)
    assert found == {number: 2 * number for number in range(8) if number != 3}
    assert tries(tmp_path) == {str(number): 2 if number == 3 else 1 for number in range(8)}


def test_a_worker_that_dies_once_costs_one_more_try(tmp_path):
    found = outcomes(die_of_three_once, [(number, str(tmp_path)) for number in range(8)], workers=2)
    assert found == {number: 2 * number for number in range(8)}
    assert tries(tmp_path) == {str(number): 2 if number == 3 else 1 for number in range(8)}


@posix
def test_an_idle_worker_that_is_killed_is_replaced():
    with worker_pool(2) as pool:
        (first,) = (process for _, process in pool.outcomes(own_process, [0]))
        os.kill(first, signal.SIGKILL)
        time.sleep(0.5)
        (second,) = (process for _, process in pool.outcomes(own_process, [0]))
    assert second not in (first, os.getpid())


@pytest.mark.parametrize("workers", [1, 3])
def test_no_more_is_asked_than_there_are_workers(workers):
    drawn = []
    with worker_pool(workers) as pool:
        for answered, _ in enumerate(pool.outcomes(double, (drawn.append(n) or n for n in range(20)))):
            assert len(drawn) <= answered + workers
    assert len(drawn) == 20


def test_one_worker_is_this_process():
    assert outcomes(own_process, [0], workers=1) == {0: os.getpid()}


@posix
def test_workers_leave_an_interrupt_to_their_parent():
    assert outcomes(interrupted, [0], workers=2) == {0: "still here"}


def gone(processes, seconds):
    until = time.monotonic() + seconds
    while any(is_running(process) for process in processes) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(is_running(process) for process in processes)


def is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")  # one that ended and that nobody has asked after is not running
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def finish_late(path):
    if path:
        time.sleep(5)
        Path(path).touch()


@posix
def test_a_failure_ends_workers_in_the_middle_of_their_work(tmp_path):
    marks = [tmp_path / "one", tmp_path / "two", tmp_path / "three"]
    with pytest.raises(RuntimeError, match="enough"), worker_pool(2) as pool:
        for _ in pool.outcomes(finish_late, ["", *map(str, marks)]):
            assert len(multiprocessing.active_children()) == 2
            raise RuntimeError("enough")
    assert not multiprocessing.active_children()
    assert not any(mark.exists() for mark in marks)


PARENT = """
import os, sys, time
from flowsim.run.worker_pool import worker_pool

def say_who_and_work(number):
    print(os.getpid(), flush=True)
    time.sleep(600)

if __name__ == "__main__":
    with worker_pool(2) as pool:
        list(pool.outcomes(say_who_and_work, [0, 1]))
"""


@posix
def test_workers_end_when_their_parent_is_killed(tmp_path):
    (tmp_path / "parent.py").write_text(PARENT)
    parent = subprocess.Popen([sys.executable, tmp_path / "parent.py"], stdout=subprocess.PIPE, text=True)
    workers = [int(parent.stdout.readline()) for _ in range(2)]
    assert len({*workers, parent.pid}) == 3
    parent.kill()
    parent.wait()
    assert gone(workers, seconds=10)
    parent.stdout.close()


def test_without_dask_a_scheduler_cannot_be_asked(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ConfigError, match=r"scheduler: .* needs Dask.*pip install 'flowsim\[distributed\]'"),
        worker_pool(1, scheduler="tcp://127.0.0.1:8786"),
    ):
        pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "no such thing", "nonsense://127.0.0.1:9", "127.0.0.1:99999"])
def test_a_scheduler_that_does_not_answer_is_the_users_to_mend(monkeypatch, address):
    pytest.importorskip("distributed")
    monkeypatch.setattr(workers_module, "SECONDS_TO_ANSWER", 1)
    message = r"scheduler: .* no Dask scheduler answers there within 1 s"
    with pytest.raises(ConfigError, match=message), worker_pool(1, scheduler=address):
        pass
