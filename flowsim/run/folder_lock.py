"""One process at a time in a results folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from flowsim.run.atomic_files import reason
from flowsim.run.failures import ResultsError

_LOCK = ".lock"


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Keep other processes that ask for the same out of a folder, and clear away what a killed one left half written.

    The system takes the lock back when this process ends, however it ends.

    Raises
    ------
    ResultsError
        If another process is at work there, or the folder cannot be made.
    """
    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultsError(f"{folder}: results cannot be written here: {reason(error, folder)}") from None
    try:
        lock.acquire()
    except Timeout:
        raise ResultsError(f"{folder}: another flowsim is at work in this folder") from None
    except OSError:
        pass  # a file system without locks is no reason to refuse
    try:
        for partial in folder.rglob(".*.partial*"):
            partial.unlink(missing_ok=True)
        yield
    finally:
        lock.release()
