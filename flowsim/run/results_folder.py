"""Files that are whole or not there at all, and the folder that holds results.

Each file is written beside its place and then moved there in one step. The manifest goes first when results are
replaced, and comes last: a folder with a manifest is complete.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from flowsim.run.failures import ResultsError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt

MANIFEST = "manifest.json"
_LOCK = ".lock"
_TAKEN = {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK}


@contextmanager
def replaced(path: Path, lasting: bool = True) -> Iterator[Path]:
    """Yield the path of a file to write, which has the same suffix; it takes its place when all went well.

    Parameters
    ----------
    path : Path
        Where the file is to stand. What stands there stays until then.
    lasting : bool
        Wait until it is on the disk itself, so that it outlives a power cut.
    """
    partial = path.with_name(f".{path.stem}-{os.getpid()}.partial{path.suffix}")
    try:
        yield partial
        if lasting:
            with partial.open("rb+") as file:
                os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write(path: Path, content: bytes, lasting: bool = True) -> Path:
    """Write a whole file, or leave what stood there; see `replaced`."""
    with replaced(path, lasting) as partial:
        partial.write_bytes(content)
    return path


def keep(path: Path, content: bytes, what: str) -> None:
    """Keep one finished piece of work that can be made again, in a folder that is made when the first one comes.

    A power cut may leave an empty file behind, which then counts as not done: the piece is made again sooner than every
    one of thousands is waited for.

    Raises
    ------
    ResultsError
        If it cannot be written, such as on a full disk. All that was kept before stays.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, content, lasting=False)
    except OSError as error:
        raise ResultsError(
            f"{path.parent}: {what} could not be written: {reason(error, path.parent)}; those finished before are "
            "kept, and the same command goes on"
        ) from None


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table; the same bytes on every system."""
    write(path, table.to_csv(index=False, lineterminator="\n").encode())


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of a results folder, by which it is complete."""
    write(folder / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False).encode())


@contextmanager
def replacing_results(folder: Path) -> Iterator[None]:
    """Let results be written to a folder: whatever happens, old results and new ones are not taken for one another.

    Raises
    ------
    ResultsError
        If a file cannot be written, such as on a full disk. The folder has no manifest then.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MANIFEST).unlink(missing_ok=True)
        yield
    except OSError as error:
        raise ResultsError(f"{folder}: the results could not be written: {reason(error, folder)}") from None


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other processes that ask for the same out of a folder, and clear away what a killed one left half written.

    The system takes the lock back when this process ends, however it ends.

    Raises
    ------
    ResultsError
        If another process is at work there, or the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / _LOCK).open("a")
    except OSError as error:
        raise ResultsError(f"{folder}: results cannot be written here: {reason(error, folder)}") from None
    with file:
        try:
            if fcntl is None:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # A file system without locks is no reason to refuse.
            if error.errno in _TAKEN:
                raise ResultsError(f"{folder}: another flowsim is at work in this folder") from None
        for partial in folder.rglob(".*.partial*"):
            partial.unlink(missing_ok=True)
        yield


def check_writable(folder: Path) -> None:
    """Try whether results can be written in a folder, before any work is done; nothing stays behind.

    Raises
    ------
    ResultsError
        If they cannot.
    """
    try:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        try:
            write(folder / f".trial-{os.getpid()}", b"flowsim").unlink()
        finally:
            for path in missing:
                path.rmdir()
    except OSError as error:
        raise ResultsError(f"{folder}: results cannot be written here: {reason(error, folder)}") from None


def reason(error: OSError, folder: Path) -> str:
    """Say in words why a folder could not be written."""
    if error.errno == errno.ENOSPC:
        return "the disk is full"
    for path in (folder, *folder.parents):
        if path.exists() and not path.is_dir():
            return f"{path} is a file, not a folder"
    return (error.strerror or str(error)).lower()
