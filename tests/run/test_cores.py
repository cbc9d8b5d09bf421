"""As many workers as this process is allowed, not as the machine has cores; and one where they could not work."""

import multiprocessing
import os
import subprocess
import sys

import pytest
from worker_calls import double

from flowsim.run import cores
from flowsim.run.cores import available_cores, worker_count
from flowsim.run.worker_pool import worker_pool


@pytest.fixture
def of_eight(monkeypatch, tmp_path):
    """A machine with eight cores on which nothing else is said; returns the folder of its control groups."""
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(cores, "_CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(cores, "_OWN_CGROUPS", tmp_path / "own")
    for name in cores._BY_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_without_limits_all_cores_count(of_eight):
    assert available_cores() == 8


def test_a_process_that_is_bound_to_some_cores_uses_those(of_eight, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {2, 5, 7}, raising=False)
    assert available_cores() == 3


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process")
def test_a_process_that_is_really_bound_to_one_core_has_one_worker():
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    code += "from flowsim.run.cores import available_cores; print(available_cores())"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "1\n"


@pytest.mark.parametrize(
    ("quota", "allowed"), [("max 100000", 8), ("250000 100000", 2), ("50000 100000", 1), ("1600000 100000", 8)]
)
def test_a_container_of_today_has_its_quota(of_eight, quota, allowed):
    write(of_eight / "own", "0::/jobs/mine\n")
    write(of_eight / "cgroup/jobs/cpu.max", quota + "\n")
    write(of_eight / "cgroup/jobs/mine/cpu.max", "max 100000\n")
    assert available_cores() == allowed


def test_the_quota_of_a_container_that_sees_only_its_own_root_counts(of_eight):
    write(of_eight / "own", "0::/kubepods/pod1/abc\n")
    write(of_eight / "cgroup/cpu.max", "300000 100000\n")
    assert available_cores() == 3


@pytest.mark.parametrize(("quota", "allowed"), [("-1", 8), ("400000", 4)])
def test_a_container_of_version_1_has_its_quota(of_eight, quota, allowed):
    write(of_eight / "own", "4:cpu,cpuacct:/docker/abc\n3:memory:/docker/abc\n")
    write(of_eight / "cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", quota + "\n")
    write(of_eight / "cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000\n")
    assert available_cores() == allowed


def test_what_cannot_be_read_is_no_limit(of_eight):
    write(of_eight / "own", "0::/\n")
    write(of_eight / "cgroup/cpu.max", "plenty\n")
    assert available_cores() == 8


@pytest.mark.parametrize(("given", "allowed"), [("3", 3), ("16", 8), ("", 8), ("many", 8), ("0", 1)])
def test_a_batch_job_uses_what_it_was_given(of_eight, monkeypatch, given, allowed):
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", given)
    assert available_cores() == allowed


def test_who_says_how_many_workers_has_as_many(of_eight):
    assert (worker_count(12), worker_count(1), worker_count(None)) == (12, 1, 8)


@pytest.mark.parametrize(
    "error", [OSError(38, "Function not implemented"), ImportError("no sem_open"), PermissionError()]
)
def test_without_shared_memory_one_process_does_the_work_and_says_why_once(monkeypatch, caplog, error):
    def no_lock(self):
        raise error

    context = multiprocessing.get_context("spawn")
    monkeypatch.setattr(type(context), "Lock", no_lock)
    cores._has_shared_memory.cache_clear()
    try:
        with worker_pool(4) as pool:
            assert dict(pool.outcomes(double, range(3))) == {0: 0, 1: 2, 2: 4}
        assert worker_count(4) == 1
    finally:
        cores._has_shared_memory.cache_clear()
    (said,) = caplog.messages
    assert said.startswith("one process does all the work, because this machine has no usable shared memory (")
