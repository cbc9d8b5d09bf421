"""The results of a city's replications, and the folder that keeps them (see `flowsim.run.results_folder`)."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from textwrap import shorten
from typing import Any

import pandas as pd

from flowsim.config.city_schema import CityConfig
from flowsim.config.version import VERSION
from flowsim.measures.observed import ObservedFit, observed_fit
from flowsim.measures.statistics import summarise
from flowsim.run.atomic_files import write, write_csv
from flowsim.run.fingerprint import configuration, configuration_hash
from flowsim.run.packing import Replication
from flowsim.run.results_folder import READ_BY_PEOPLE, replacing_results, write_manifest
from flowsim.run.why_delayed import TABLES as WHY
from flowsim.run.why_delayed import WhyDelayed, why_delayed

BASELINE = "baseline"
SUMMARY_COLUMNS = ["scenario", "measure", "unit", "mean", "ci_low", "ci_high", "sd", "replications", "why_empty"]
COMPARISON_COLUMNS = [
    "scenario", "baseline", "measure", "unit", "difference", "ci_low", "ci_high", "relative",
]  # fmt: skip
OBSERVED = {"observed": "months", "observed_years": "years", "observed_scores": "scores"}
_PACKAGES = ("numpy", "scipy", "pandas", "numba", "simpy", "pydantic", "holidays", "pyarrow")


@dataclass(frozen=True)
class HeldBack:
    """What more of the services that most people wait for would save.

    Attributes
    ----------
    table : pandas.DataFrame
        From `flowsim.experiment.analysis.worth.worth_table`; empty if it was not asked.
    why_not : str
        Why it was not asked; empty if it was.
    """

    table: pd.DataFrame
    why_not: str


@dataclass(frozen=True, repr=False)
class CityResults:
    """All replications of a city, in tables.

    Attributes
    ----------
    config : CityConfig
        The city.
    summary : pandas.DataFrame
        From `flowsim.measures.statistics.summarise`.
    replications : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``.
    daily : pandas.DataFrame
        ``scenario``, ``replication``, ``date``, ``measure``, ``value``.
    sitrep : pandas.DataFrame
        ``month``, ``reason``, ``organisation``, ``delayed_days``, ``snapshot_patients``: means over the
        replications; and ``days_in_month``, the days of the month that count.
    observed : ObservedFit or None
        What was published month by month, next to what was simulated; None if no month is both.
    why : WhyDelayed or None
        Why people are delayed.
    held_back : HeldBack or None
        What more of the services that most people wait for would save; None if nothing can be said of it.
    """

    config: CityConfig
    summary: pd.DataFrame
    replications: pd.DataFrame
    daily: pd.DataFrame
    sitrep: pd.DataFrame
    observed: ObservedFit | None = None
    why: WhyDelayed | None = None
    held_back: HeldBack | None = None

    def __repr__(self) -> str:
        return f"CityResults({shorten(self.config.name, 60)!r}, {self.config.run.replications} replications)"


def gather(config: CityConfig, replications: Sequence[Replication]) -> CityResults:
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
    summary, monthly = summarise(values, config.targets), mean_sitrep(replications)
    fit = observed_fit([r.sitrep for r in replications], config.observed)
    return CityResults(config, summary, values, daily, monthly, fit, why_delayed(config, summary, replications))


def mean_sitrep(replications: Sequence[Replication]) -> pd.DataFrame:
    """Return the monthly return of a city, as means over its replications."""
    returns = pd.concat([r.sitrep for r in replications], ignore_index=True)
    means = returns.groupby(["month", "bed_type", "reason", "organisation"], sort=False, as_index=False).mean()
    return means.astype({"days_in_month": int})


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
    resolved = configuration(config)
    return {
        **how_run(engine, workers, command, started, finished),
        "seed": config.run.seed,
        "replications": [r.number for r in replications],
        "window": window(config),
        "timings": {
            "total_seconds": round((finished - started).total_seconds(), 3),
            "replication_seconds": [round(r.seconds, 3) for r in replications],
        },
        "configuration_hash": configuration_hash(resolved),
        "configuration": resolved,
    }


def window(config: CityConfig) -> dict[str, Any]:
    """Return the days that count: the first and the last, and how many; counts are scaled from them to a year."""
    run = config.run
    first = run.start_date + timedelta(days=run.warm_up_days)
    last = first + timedelta(days=run.horizon_days - 1)
    return {"from": first.isoformat(), "to": last.isoformat(), "days": run.horizon_days}


def how_run(engine: str, workers: int, command: Sequence[str], started: datetime, finished: datetime) -> dict[str, Any]:
    """Return what every manifest says of how its results were made."""
    return {
        "command": list(command),
        "started": started.isoformat(timespec="seconds"),
        "finished": finished.isoformat(timespec="seconds"),
        "engine": engine,
        "workers": workers,
        "versions": {
            "flowsim": VERSION,
            "python": platform.python_version(),
            **{package: version(package) for package in _PACKAGES},
        },
        "platform": platform.platform(),
    }


def write_results(
    folder: Path,
    results: CityResults,
    manifest: Mapping[str, Any],
    files: Mapping[str, bytes],
    inputs: Sequence[str | Path] = (),
) -> None:
    """Write the results folder; what stood there under the same names is replaced.

    Parameters
    ----------
    folder : Path
        The results folder.
    results : CityResults
        What it holds.
    manifest : mapping
        From `manifest`.
    files : mapping of str to bytes
        What people read of it, by name: some of `flowsim.run.results_folder.READ_BY_PEOPLE`, the others of which are
        removed, for they would be of earlier results.
    inputs : sequence of str or Path
        The files whose results these are (see `flowsim.run.results_folder.write_manifest`).

    Raises
    ------
    ResultsError
        If a file cannot be written, such as on a full disk. The folder has no manifest then.
    """
    with replacing_results(folder):
        write_csv(folder / "summary.csv", results.summary[SUMMARY_COLUMNS])
        write_csv(folder / "comparison.csv", pd.DataFrame(columns=COMPARISON_COLUMNS))
        write(folder / "replications.parquet", results.replications.to_parquet(index=False))
        write(folder / "daily.parquet", results.daily.to_parquet(index=False))
        write_csv(folder / "dtoc_sitrep.csv", results.sitrep)
        fit, why = results.observed, results.why
        tables = {name: None if fit is None else getattr(fit, OBSERVED[name]) for name in OBSERVED}
        tables |= {name: None if why is None else getattr(why, name) for name in WHY}
        for name, table in tables.items():
            if table is not None:
                write_csv(folder / f"{name}.csv", table)
            else:
                (folder / f"{name}.csv").unlink(missing_ok=True)  # of earlier results
        for name in READ_BY_PEOPLE:
            if name in files:
                write(folder / name, files[name])
            else:
                (folder / name).unlink(missing_ok=True)
        write_manifest(folder, manifest, inputs)
