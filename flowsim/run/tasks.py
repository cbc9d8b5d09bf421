"""A task is one run that an experiment needs; what was found out is kept on disk, under a name made of its content.

A result that is found under the name of a task was made by the same configuration, seed, replication, engine, sources
and libraries; anything else has another name. So an experiment that was interrupted goes on where it stopped, and
nothing old is ever mixed in.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import flowsim
from flowsim.config.city_schema import CityConfig
from flowsim.measures import catalogue
from flowsim.run.failures import WorkersError
from flowsim.run.results_folder import keep
from flowsim.run.simulate import simulate

TASKS = "tasks"
DECIDING_SOURCES = ("config", "model", "engine", "measures", "run/simulate.py", "run/tasks.py")
DECIDING_PACKAGES = ("numpy", "scipy", "pandas", "numba", "simpy", "pydantic", "holidays")
_UNREADABLE = (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error)


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
        As in `flowsim.run.simulate.Run`.
    seconds : float
        How long it took.
    """

    number: int
    measures: Mapping[str, float]
    daily: pd.DataFrame
    sitrep: pd.DataFrame
    seconds: float


@dataclass(frozen=True)
class Task:
    """One run to be made.

    Attributes
    ----------
    config : CityConfig
        The city, with its seed.
    engine : str
        One of `flowsim.run.simulate.ENGINES`.
    replication : int
        Counted from 0.
    key : str
        Stands for all that decides the result; see `tasks_of`.
    """

    config: CityConfig
    engine: str
    replication: int
    key: str


def tasks_of(config: CityConfig, engine: str, replications: Iterable[int]) -> list[Task]:
    """Return the tasks of a city, one a replication.

    Their keys are made of the configuration (but for how often it is replicated), the engine, the replication, the
    version and the sources of flowsim, the measures that were added to its catalogue, and the versions of the libraries
    that results may depend on.
    """
    content = _content(config, engine)
    return [Task(config, engine, number, _key(content, number)) for number in replications]


def perform(task: Task) -> bytes:
    """Simulate, and return what is kept of it, as `unpacked` reads it and `TaskStore` keeps it.

    Raises
    ------
    WorkersError
        If this process, on a worker, would make something else of the task than the process that set it: the sources
        or libraries differ.
    """
    if task.key != _key(_content(task.config, task.engine), task.replication):
        raise WorkersError(
            "a worker has another version of flowsim, of its sources or of its libraries than the process that asks "
            "it, or other measures; install the same everywhere, add measures at the top level of the script, and run "
            "the command again"
        )
    began = time.perf_counter()
    run = simulate(task.config, replication=task.replication, engine=task.engine)
    seconds = time.perf_counter() - began
    return packed(Replication(task.replication, run.measures, run.daily, run.sitrep, seconds))


def configuration(config: CityConfig) -> dict[str, Any]:
    """Return a resolved configuration as plain data, from which it can be made again."""
    return config.model_dump(mode="json", by_alias=True, round_trip=True)


def configuration_hash(resolved: Mapping[str, Any]) -> str:
    """Return the hash of a resolved configuration."""
    # The order of streams and services matters to a run, and so the text is hashed as it stands.
    text = json.dumps(resolved, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{sha256(text.encode()).hexdigest()}"


@cache
def software() -> str:
    """Return a fingerprint of what turns a configuration into results: our sources, and the libraries' versions."""
    root = Path(flowsim.__file__).parent
    found = [root / name for name in DECIDING_SOURCES]
    sources = [path for place in found for path in ([place] if place.is_file() else sorted(place.rglob("*.py")))]
    digest = sha256(flowsim.__version__.encode())
    for path in sources:
        digest.update(f"\n{path.relative_to(root).as_posix()}\n".encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    for package in DECIDING_PACKAGES:
        digest.update(f"\n{package} {version(package)}".encode())
    return digest.hexdigest()


def _content(config: CityConfig, engine: str) -> str:
    resolved = configuration(config)
    resolved["run"].pop("replications")
    return f"{software()} {catalogue.fingerprint()} {engine} {configuration_hash(resolved)}"


def _key(content: str, replication: int) -> str:
    return sha256(f"{content} {replication}".encode()).hexdigest()


def packed(replication: Replication) -> bytes:
    """Return a replication as the bytes of a compressed npz file, without pickle."""
    names = np.array(list(replication.measures), dtype=np.str_)
    arrays = {
        "replication": np.array(replication.number),
        "seconds": np.array(replication.seconds),
        "measures.name": names,
        "measures.value": np.array([replication.measures[name] for name in names.tolist()], dtype=np.float64),
        **_columns("daily", replication.daily),
        **_columns("sitrep", replication.sitrep),
    }
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def unpacked(content: bytes) -> Replication:
    """Return the replication that `packed` made bytes of; the same to the last bit."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return Replication(
            int(arrays["replication"]),
            _measures(arrays),
            _table("daily", arrays),
            _table("sitrep", arrays),
            float(arrays["seconds"]),
        )


def measured(content: bytes) -> tuple[dict[str, float], float]:
    """Return the measures and the seconds of the replication that `packed` made bytes of, and leave out the rest."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return _measures(arrays), float(arrays["seconds"])


def _measures(arrays: Mapping[str, np.ndarray]) -> dict[str, float]:
    return dict(zip(arrays["measures.name"].tolist(), arrays["measures.value"].tolist(), strict=True))


def _columns(table: str, frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the columns of a table as arrays; each text is written once, and a column of texts is one of numbers."""
    arrays = {}
    for name in frame.columns:
        values = frame[name].to_numpy()
        if values.dtype.kind in "iufM":
            arrays[f"{table}.{name}"] = values
        else:
            codes, texts = pd.factorize(values)
            arrays[f"{table}.{name}.texts"] = np.array(texts.tolist(), dtype=np.str_)
            arrays[f"{table}.{name}"] = codes.astype(np.int32)
    return arrays


def _table(table: str, arrays: Mapping[str, np.ndarray]) -> pd.DataFrame:
    columns = {}
    for key in arrays:
        if key.startswith(f"{table}.") and not key.endswith(".texts"):
            values = arrays[key]
            texts = f"{key}.texts"
            columns[key.removeprefix(f"{table}.")] = arrays[texts].astype(object)[values] if texts in arrays else values
    return pd.DataFrame(columns)


class TaskStore:
    """The results of finished tasks, one file each.

    Parameters
    ----------
    folder : Path
        Made when the first result comes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __contains__(self, key: str) -> bool:
        return self._path(key).exists()

    def read(self, key: str) -> Replication | None:
        """Return the result of a task, or None if it is not there or not whole."""
        try:
            return unpacked(self._path(key).read_bytes())
        except _UNREADABLE:
            return None

    def write(self, key: str, content: bytes) -> None:
        """Keep what `perform` returned.

        Raises
        ------
        ResultsError
            If it cannot be written, such as on a full disk. All that was written before stays.
        """
        keep(self._path(key), content, "a finished run")

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npz"
