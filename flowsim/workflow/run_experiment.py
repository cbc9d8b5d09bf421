"""From a question to a folder of answers."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flowsim.experiment.daily_series import write_daily
from flowsim.experiment.experiment import Experiment
from flowsim.experiment.experiment_manifest import experiment_manifest
from flowsim.experiment.load_experiment import experiment_from, load_experiment
from flowsim.experiment.results import ExperimentResults, experiment_results, table_names
from flowsim.experiment.runner import simulate_experiment
from flowsim.report.office.installed import check_office
from flowsim.run.atomic_files import write, write_csv
from flowsim.run.cores import worker_count
from flowsim.run.failures import Interrupted
from flowsim.run.folder_lock import folder_lock
from flowsim.run.progress import Progress, no_progress
from flowsim.run.results_folder import (
    ANSWER,
    FIGURES,
    READ_BY_PEOPLE,
    RESULTS,
    check_writable,
    refuse_other_results,
    replacing_results,
    write_manifest,
)
from flowsim.run.simulate import DEFAULT_ENGINE, engine_called
from flowsim.run.stores import TASKS, DiskStore


def experiment_folder(experiment: Experiment) -> Path:
    """Return where the results of an experiment go if nothing else is wanted."""
    if experiment.path is not None:
        return RESULTS / experiment.path.stem
    return RESULTS / (re.sub(r"\W+", "_", experiment.name).strip("_").lower() or "experiment")


def run_experiment(
    path_or_spec: str | Path | Mapping[str, Any] | Experiment,
    workers: int | None = None,
    out: str | Path | None = None,
    engine: str | None = None,
    scheduler: str | None = None,
    replications: int | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
    report: bool = True,
    office: bool = False,
) -> ExperimentResults:
    """Answer a question: make all its runs, compare them, and write the results folder.

    Runs that are on disk from an earlier call are not made again, if everything that decides them is the same. With
    more than one worker, each imports the main module of the program again, which must therefore do its work under
    ``if __name__ == "__main__"``.

    Parameters
    ----------
    path_or_spec : str, Path, mapping or Experiment
        An experiment file (YAML); or what would stand in one, then `base` is relative to the current folder; or an
        experiment that is resolved already, whose replications and seed are as it says.
    workers : int, optional
        How many processes share the work; one for each core if left out. The results do not depend on it.
    out : str or Path, optional
        The results folder; ``results/<name of the file>`` if left out.
    engine : str, optional
        One of `flowsim.run.simulate.ENGINES`; the fastest if left out.
    scheduler : str, optional
        Address of a Dask scheduler such as ``tcp://10.0.0.5:8786``, whose workers are used instead of processes here.
    replications, seed : int, optional
        Instead of what the experiment says.
    progress : callable, optional
        Called with how many runs are there and how many are wanted, whenever that changes.
    report : bool
        Whether to write the report, its figures and the workbook as well as the tables. They take longer than the runs
        of a small experiment.
    office : bool
        Whether to write a Word summary and slides with the report (it needs the extra ``flowsim[office]``).

    Returns
    -------
    ExperimentResults
        All answers, as tables. Runs that failed are among its `failures`, and missing from the rest.

    Raises
    ------
    ConfigError
        If the experiment is not sound.
    ExtraMissing
        If a Word summary and slides are wanted and what writes them is not installed.
    ResultsError
        If results cannot be written, or the folder that is usual for this name holds those of another file. Finished
        runs are kept, and the same call goes on.
    WorkersError
        If the workers of a scheduler cannot be used.
    RunsFailed
        If no run of the baseline came to an end.
    Interrupted
        If the user stopped it. Finished runs are kept, and the same call goes on.
    """
    started = datetime.now(UTC)
    if office:
        check_office()
    if isinstance(path_or_spec, Experiment):
        experiment = path_or_spec
    elif isinstance(path_or_spec, Mapping):
        experiment = experiment_from(path_or_spec, replications=replications, seed=seed)
    else:
        experiment = load_experiment(path_or_spec, replications=replications, seed=seed)
    engine = engine or DEFAULT_ENGINE
    engine_called(engine)
    folder = experiment_folder(experiment) if out is None else Path(out)
    inputs = [experiment.path or f"experiment {experiment.name}"]
    if out is None:
        refuse_other_results(folder, inputs)
    workers = worker_count(workers)
    check_writable(folder / TASKS)
    with folder_lock(folder):
        store = DiskStore(folder / TASKS)
        finished = simulate_experiment(experiment, store, engine, workers, scheduler, progress or no_progress)
        try:
            with replacing_results(folder):
                daily, sitrep = write_daily(folder / "daily.parquet", finished)
                record = experiment_manifest(
                    experiment, finished, engine, workers, scheduler, sys.argv, started, datetime.now(UTC)
                )
                results = experiment_results(
                    experiment, finished.scenarios, finished.values, daily, sitrep, finished.failures, record
                )
                _write_tables(folder, results)
                if report:
                    # Imported here: drawing takes longer to import than a small experiment takes to run.
                    from flowsim.workflow.report_files import write_report

                    write_report(folder, results, office)
                else:
                    _remove_report(folder)
                write_manifest(folder, results.manifest, inputs)
        except KeyboardInterrupt:
            raise Interrupted(f"all {len(finished):,} runs are kept; the same command goes on") from None
    return results


def _write_tables(folder: Path, results: ExperimentResults) -> None:
    tables = results.tables()
    for name in table_names() - set(tables):  # of an earlier experiment in this folder
        (folder / f"{name}.csv").unlink(missing_ok=True)
    for name, table in tables.items():
        write_csv(folder / f"{name}.csv", table)
    if results.answer is None:
        (folder / ANSWER).unlink(missing_ok=True)
    else:
        write(folder / ANSWER, json.dumps(results.answer, indent=2, allow_nan=False).encode())
    write(folder / "replications.parquet", results.replications.to_parquet(index=False))


def _remove_report(folder: Path) -> None:
    """Remove the report of earlier results, which would be taken for one of these."""
    for name in READ_BY_PEOPLE:
        (folder / name).unlink(missing_ok=True)
    if (folder / FIGURES).is_dir():
        shutil.rmtree(folder / FIGURES)
