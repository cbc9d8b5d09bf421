"""What is kept of a run, and the bytes that it is kept as."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

_TABLES = ("daily", "sitrep", "blocking", "binding")


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
    blocking, binding : pandas.DataFrame
        Who waits for what while holding what, and what holds people back: as in `flowsim.measures.blocking.Blocking`.
    seconds : float
        How long it took.
    """

    number: int
    measures: Mapping[str, float]
    daily: pd.DataFrame
    sitrep: pd.DataFrame
    blocking: pd.DataFrame
    binding: pd.DataFrame
    seconds: float


def packed(replication: Replication) -> bytes:
    """Return a replication as the bytes of a compressed npz file, without pickle."""
    names = np.array(list(replication.measures), dtype=np.str_)
    arrays = {
        "replication": np.array(replication.number),
        "seconds": np.array(replication.seconds),
        "measures.name": names,
        "measures.value": np.array([replication.measures[name] for name in names.tolist()], dtype=np.float64),
        **{name: column for table in _TABLES for name, column in _columns(table, getattr(replication, table)).items()},
    }
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def unpacked(content: bytes) -> Replication:
    """Return the replication that `packed` made bytes of; the same to the last bit."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return Replication(
            number=int(arrays["replication"]),
            measures=_measures(arrays),
            seconds=float(arrays["seconds"]),
            **{table: _table(table, arrays) for table in _TABLES},
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
