"""Files that are whole or not there at all: each is written next to its place and then moved there in one step."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from flowsim.run.failures import ResultsError

_WINDOWS = os.name == "nt"
_LONGEST = 160  # characters of a results folder on Windows: of 260, the rest is for what is in it


@contextmanager
def atomic_write(path: Path, lasting: bool = True) -> Iterator[Path]:
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
    """Write a whole file, or leave what stood there; see `atomic_write`."""
    with atomic_write(path, lasting) as partial:
        partial.write_bytes(content)
    return path


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table; the same bytes on every system."""
    write(path, table.to_csv(index=False, lineterminator="\n").encode())


def keep(path: Path, content: bytes, what: str) -> None:
    """Keep one finished piece of work that can be made again, in a folder that is made when the first one comes.

    It does not wait for the disk: of thousands of pieces, waiting would take longer than the work. After a power cut a
    file may be empty; it then counts as not done.

    Raises
    ------
    ResultsError
        If it cannot be written, such as on a full disk. Everything that was kept before stays.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, content, lasting=False)
    except OSError as error:
        raise ResultsError(
            f"{path.parent}: {what} could not be written: {reason(error, path.parent)}; those finished before are "
            "kept, and the same command goes on"
        ) from None


def reason(error: OSError, folder: Path) -> str:
    """Say in words why a folder could not be written."""
    if error.errno == errno.ENOSPC:
        return "the disk is full"
    for path in (folder, *folder.parents):
        if path.exists() and not path.is_dir():
            return f"{path} is a file, not a folder"
    if _WINDOWS and len(str(folder.absolute())) > _LONGEST:
        return f"its path is longer than the {_LONGEST} characters that Windows leaves it; choose a shorter one"
    return (error.strerror or str(error)).lower()
