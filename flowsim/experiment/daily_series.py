"""The daily series of runs, scenario by scenario: all of it goes to disk, only means and bands to memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from flowsim.experiment.results import daily_bands
from flowsim.experiment.runner import FinishedRuns
from flowsim.run.atomic_files import atomic_write
from flowsim.run.city_results import mean_sitrep

_TEXT = pa.dictionary(pa.int32(), pa.string())
_SCHEMA = pa.schema(
    {"scenario": _TEXT, "replication": pa.int64(), "date": pa.timestamp("ms"), "measure": _TEXT, "value": pa.float64()}
)


def write_daily(path: Path, finished: FinishedRuns) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write the daily series of all runs, and return what `summarise_daily` does.

    Parameters
    ----------
    path : Path
        A parquet file: ``scenario``, ``replication``, ``date``, ``measure``, ``value``, a row group a scenario.
    finished : FinishedRuns
        The runs.

    Raises
    ------
    OSError
        If the file cannot be written.
    ResultsError
        If a run is not on disk any more.
    """
    with atomic_write(path) as partial, pq.ParquetWriter(partial, _SCHEMA, compression="zstd") as writer:

        def write(daily: pd.DataFrame) -> None:
            writer.write_table(pa.Table.from_pandas(daily[_SCHEMA.names], _SCHEMA, preserve_index=False))

        return summarise_daily(finished, write)


def summarise_daily(
    finished: FinishedRuns, each: Callable[[pd.DataFrame], None] = lambda daily: None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what the daily series of a scenario have in common, scenario by scenario.

    Parameters
    ----------
    finished : FinishedRuns
        The runs.
    each : callable, optional
        Called with the daily series of each scenario: ``scenario``, ``replication``, ``date``, ``measure``, ``value``.

    Returns
    -------
    daily : pandas.DataFrame
        ``scenario``, ``date``, ``measure``, ``mean``, ``low``, ``high``; see `flowsim.experiment.results.daily_bands`.
    sitrep : pandas.DataFrame
        ``scenario``, ``month``, ``bed_type``, ``reason``, ``organisation``, ``delayed_days``, ``snapshot_patients``:
        means; and ``days_in_month``.

    Raises
    ------
    ResultsError
        If a run is not there any more.
    """
    bands, returns = [], []
    for scenario, replications in finished.by_scenario():
        daily = pd.concat([r.daily.assign(replication=r.number) for r in replications], ignore_index=True)
        each(daily.assign(scenario=scenario.name))
        bands.append(daily_bands(daily).assign(scenario=scenario.name))
        returns.append(mean_sitrep(replications).assign(scenario=scenario.name))
    return _scenario_first(bands), _scenario_first(returns)


def _scenario_first(tables: list[pd.DataFrame]) -> pd.DataFrame:
    table = pd.concat(tables, ignore_index=True)
    return table[["scenario", *table.columns.drop("scenario")]]
