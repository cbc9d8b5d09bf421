"""How many processes may work at a time: the cores that this process is allowed, not those of the machine."""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

_LOG = logging.getLogger("flowsim")
# What batch systems set for a job: Slurm, PBS, Grid Engine, LSF; and Python itself, from 3.13 on.
_BY_ENVIRONMENT = ("SLURM_CPUS_PER_TASK", "PBS_NUM_PPN", "NSLOTS", "LSB_DJOB_NUMPROC", "PYTHON_CPU_COUNT")
_MOST_ON_WINDOWS = 60  # a process there can wait for 63 others, and needs some for itself
_CGROUPS = Path("/sys/fs/cgroup")
_OWN_CGROUPS = Path("/proc/self/cgroup")


def available_cores() -> int:
    """Return how many workers this process has room for, at least 1.

    The least of: the cores of the machine, those that this process is bound to, the quota of its container (control
    groups of version 1 and 2), and what the batch system gave its job.
    """
    limits = [os.cpu_count() or 1, *_bound_to(), *_quotas(), *_given_by_batch_system()]
    if sys.platform == "win32":
        limits.append(_MOST_ON_WINDOWS)
    return max(1, min(limits))


def worker_count(wanted: int | None) -> int:
    """Return how many workers to start for a number that is wanted; None stands for one for each core.

    Without shared memory there is one, and the logger ``flowsim`` is told why.
    """
    workers = available_cores() if wanted is None else wanted
    return workers if workers == 1 or _has_shared_memory() else 1


@cache
def _has_shared_memory() -> bool:
    """Whether processes can wait for each other here; locks between them lie in shared memory."""
    try:
        multiprocessing.get_context("spawn").Lock()
    except (ImportError, OSError) as error:
        _LOG.warning("one process does all the work, because this machine has no usable shared memory (%s)", error)
        return False
    return True


def _bound_to() -> Iterator[int]:
    """Yield how many cores this process is bound to, where the system says so."""
    if sys.platform == "win32":
        import ctypes

        own, all_cores = ctypes.c_size_t(), ctypes.c_size_t()
        kernel = ctypes.windll.kernel32
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        process = ctypes.c_void_p(kernel.GetCurrentProcess())
        if kernel.GetProcessAffinityMask(process, ctypes.byref(own), ctypes.byref(all_cores)) and own.value:
            yield own.value.bit_count()
    elif hasattr(os, "sched_getaffinity"):  # not on macOS, which binds no process
        yield len(os.sched_getaffinity(0))


def _quotas() -> Iterator[int]:
    """Yield how many whole cores each control group that holds this process may use, if it has a quota."""
    try:
        groups = _OWN_CGROUPS.read_text(encoding="utf-8").splitlines()
    except OSError:  # no Linux
        return
    for line in groups:
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        roots = [_CGROUPS / controllers, _CGROUPS / "cpu"] if controllers else [_CGROUPS]
        # In a container the path may be that of the host, of which only the root is seen here.
        for inside in (PurePosixPath(path), *PurePosixPath(path).parents):
            for root in roots:
                yield from _quota(root / inside.relative_to("/"))


def _quota(group: Path) -> Iterator[int]:
    try:
        if (group / "cpu.max").is_file():
            quota, period = (group / "cpu.max").read_text(encoding="utf-8").split()
        else:
            quota = (group / "cpu.cfs_quota_us").read_text(encoding="utf-8").strip()
            period = (group / "cpu.cfs_period_us").read_text(encoding="utf-8").strip()
        if quota not in ("max", "-1"):
            yield max(1, int(quota) // int(period))
    except (OSError, ValueError, ZeroDivisionError):  # no such file, or nothing that we can read
        return


def _given_by_batch_system() -> Iterator[int]:
    for name in _BY_ENVIRONMENT:
        if os.environ.get(name, "").isdecimal():
            yield int(os.environ[name])
