"""The results folder: what an experiment leaves behind, written whole or not at all.

Each file is written beside its place and then moved there in one step. The manifest goes first when results are
replaced, and comes last: a folder with a manifest is complete.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

import flowsim
from flowsim.config.schema import CityConfig
from flowsim.experiment.errors import ResultsError
from flowsim.experiment.replicate import Replication
from flowsim.experiment.summary import summarise

BASELINE = "baseline"
MANIFEST = "manifest.json"
SUMMARY_COLUMNS = ["scenario", "measure", "unit", "mean", "ci_low", "ci_high", "sd", "replications"]
COMPARISON_COLUMNS = [
    "scenario", "baseline", "measure", "unit", "difference", "ci_low", "ci_high", "relative",
]  # fmt: skip
_PACKAGES = ("numpy", "scipy", "pandas", "numba", "simpy", "pydantic", "holidays", "pyarrow")


@dataclass(frozen=True)
class Results:
    """All replications of a city, in tables.

    Attributes
    ----------
    summary : pandas.DataFrame
        From `flowsim.experiment.summary.summarise`.
    replications : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``.
    daily : pandas.DataFrame
        ``scenario``, ``replication``, ``date``, ``measure``, ``value``.
    sitrep : pandas.DataFrame
        ``month``, ``reason``, ``organisation``, ``delayed_days``, ``snapshot_patients``: means over the replications.
    """

    summary: pd.DataFrame
    replications: pd.DataFrame
    daily: pd.DataFrame
    sitrep: pd.DataFrame


def gather(config: CityConfig, replications: Sequence[Replication]) -> Results:
    """Put the replications of a city together."""
    values = pd.concat(
        [
            pd.DataFrame({"replication": r.number, "measure": list(r.measures), "value": list(r.measures.values())})
            for r in replications
        ],
        ignore_index=True,
    )
    values.insert(0, "scenario", BASELINE)
    daily = pd.concat([r.daily.assign(replication=r.number) for r in replications], ignore_index=True)
    daily = daily.assign(scenario=BASELINE)[["scenario", "replication", "date", "measure", "value"]]
    returns = pd.concat([r.sitrep for r in replications], ignore_index=True)
    sitrep = returns.groupby(["month", "reason", "organisation"], sort=False, as_index=False).mean()
    return Results(summarise(values, config.targets), values, daily, sitrep)


def manifest(
    config: CityConfig,
    replications: Sequence[Replication],
    engine: str,
    workers: int,
    command: Sequence[str],
    started: datetime,
    finished: datetime,
) -> dict[str, Any]:
    """Return everything that is needed to repeat a run and get the same bits, and how long it took."""
    resolved = config.model_dump(mode="json", by_alias=True, round_trip=True)
    # The order of streams and services matters to a run, and so the text is hashed as it stands.
    text = json.dumps(resolved, ensure_ascii=False, separators=(",", ":"))
    return {
        "command": list(command),
        "started": started.isoformat(timespec="seconds"),
        "finished": finished.isoformat(timespec="seconds"),
        "engine": engine,
        "workers": workers,
        "seed": config.run.seed,
        "replications": [r.number for r in replications],
        "timings": {
            "total_seconds": round((finished - started).total_seconds(), 3),
            "replication_seconds": [round(r.seconds, 3) for r in replications],
        },
        "versions": {
            "flowsim": flowsim.__version__,
            "python": platform.python_version(),
            **{package: version(package) for package in _PACKAGES},
        },
        "platform": platform.platform(),
        "configuration_hash": f"sha256:{hashlib.sha256(text.encode()).hexdigest()}",
        "configuration": resolved,
    }


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
            _write(folder / f".trial-{os.getpid()}", b"flowsim").unlink()
        finally:
            for path in missing:
                path.rmdir()
    except OSError as error:
        raise ResultsError(f"{folder}: results cannot be written here: {_reason(error, folder)}") from None


def write_results(folder: Path, results: Results, report_html: str, manifest: Mapping[str, Any]) -> None:
    """Write the results folder; what stood there under the same names is replaced.

    Raises
    ------
    ResultsError
        If a file cannot be written, such as on a full disk. The folder has no manifest then.
    """
    comparison = pd.DataFrame(columns=COMPARISON_COLUMNS)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MANIFEST).unlink(missing_ok=True)
        _write(folder / "summary.csv", _csv(results.summary[SUMMARY_COLUMNS]))
        _write(folder / "comparison.csv", _csv(comparison))
        _write(folder / "replications.parquet", results.replications.to_parquet(index=False))
        _write(folder / "daily.parquet", results.daily.to_parquet(index=False))
        _write(folder / "dtoc_sitrep.csv", _csv(results.sitrep))
        _write(folder / "report.html", report_html.encode())
        _write(folder / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False).encode())
    except OSError as error:
        raise ResultsError(f"{folder}: the results could not be written: {_reason(error, folder)}") from None


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\n").encode()


def _write(path: Path, content: bytes) -> Path:
    partial = path.with_name(f".{path.name}-{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return path


def _reason(error: OSError, folder: Path) -> str:
    if error.errno == errno.ENOSPC:
        return "the disk is full"
    for path in (folder, *folder.parents):
        if path.exists() and not path.is_dir():
            return f"{path} is a file, not a folder"
    return (error.strerror or str(error)).lower()
