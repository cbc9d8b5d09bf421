"""Where the results of finished tasks are kept: on disk, so that work goes on where it stopped, or in memory."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Protocol

from flowsim.run.atomic_files import keep
from flowsim.run.packing import Replication, unpacked

TASKS = "tasks"
_UNREADABLE = (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error)


class Store(Protocol):
    """The results of finished tasks, by their keys."""

    def __contains__(self, key: str) -> bool:
        """Whether there is a result, whole or not."""

    def read(self, key: str) -> Replication | None:
        """Return the result of a task, or None if it is not there or not whole."""

    def write(self, key: str, content: bytes) -> None:
        """Keep what `flowsim.run.tasks.perform` returned.

        Raises
        ------
        ResultsError
            If it cannot be kept. Everything that was kept before stays.
        """


class DiskStore:
    """Results on disk, one file each.

    Parameters
    ----------
    folder : Path
        Made when the first result comes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __str__(self) -> str:
        return str(self.folder)

    def __contains__(self, key: str) -> bool:
        return self._path(key).exists()

    def read(self, key: str) -> Replication | None:
        """Return the result of a task, or None if it is not there or not whole."""
        try:
            return unpacked(self._path(key).read_bytes())
        except _UNREADABLE:
            return None

    def write(self, key: str, content: bytes) -> None:
        """Keep what `flowsim.run.tasks.perform` returned.

        Raises
        ------
        ResultsError
            If it cannot be written, such as on a full disk. Everything that was written before stays.
        """
        keep(self._path(key), content, "a finished run")

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npz"


class MemoryStore:
    """Results in memory, for as long as this object lives: some 15 kB for a year of a city."""

    def __init__(self) -> None:
        self._content: dict[str, bytes] = {}

    def __str__(self) -> str:
        return "memory"

    def __contains__(self, key: str) -> bool:
        return key in self._content

    def read(self, key: str) -> Replication | None:
        """Return the result of a task, or None if it is not there."""
        return unpacked(self._content[key]) if key in self._content else None

    def write(self, key: str, content: bytes) -> None:
        """Keep what `flowsim.run.tasks.perform` returned."""
        self._content[key] = content
