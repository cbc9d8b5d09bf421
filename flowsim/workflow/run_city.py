"""From a city to a folder with its year: every measure next to the published figures."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flowsim.config.changes import changed
from flowsim.config.shipped import city_file
from flowsim.experiment.holding_back import what_holds_back
from flowsim.report.office.installed import check_office
from flowsim.run.city_results import CityResults, gather, manifest, write_results
from flowsim.run.cores import worker_count
from flowsim.run.load_city import load_config
from flowsim.run.progress import Progress, no_progress
from flowsim.run.replicate import replicate
from flowsim.run.results_folder import RESULTS, check_writable, refuse_other_results
from flowsim.run.simulate import DEFAULT_ENGINE, engine_called
from flowsim.run.warm_up import warm_up
from flowsim.workflow.report_files import city_files


def city_folder(city: str | Path) -> Path:
    """Return where the results of a city go if nothing else is wanted."""
    return RESULTS / city_file(city).stem


def run_city(
    city: str | Path,
    replications: int | None = None,
    seed: int | None = None,
    engine: str | None = None,
    workers: int | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
    office: bool = False,
) -> CityResults:
    """Simulate a city, and write the results folder with its report.

    With more than one worker, each imports the main module of the program again, which must therefore do its work under
    ``if __name__ == "__main__"``.

    Parameters
    ----------
    city : str or Path
        A configuration file (YAML), or the name of a city that comes with flowsim.
    replications, seed : int, optional
        Instead of what the configuration says.
    engine : str, optional
        One of `flowsim.run.simulate.ENGINES`; the fastest if left out.
    workers : int, optional
        How many processes share the work; one for each core if left out. The results do not depend on it.
    out : str or Path, optional
        The results folder; ``results/<name of the file>`` if left out.
    progress : callable, optional
        Called with how many replications are done, and how many there are, whenever that changes.
    office : bool
        Whether to write a Word summary and slides too (it needs the extra ``flowsim[office]``).

    Returns
    -------
    CityResults
        All replications, in tables.

    Raises
    ------
    ConfigError
        If the city is not sound, or there is no such engine.
    ExtraMissing
        If a Word summary and slides are wanted and what writes them is not installed.
    ResultsError
        If results cannot be written, or the folder that is usual for this name holds those of another file.
    WorkerDied
        If a worker process ended abruptly, and so did the one that tried again.
    """
    started = datetime.now(UTC)
    if office:
        check_office()
    given = {"run.replications": replications, "run.seed": seed}
    loaded = load_config(city)
    changes = {path: value for path, value in given.items() if value is not None}
    config = changed(loaded, changes).read_from(loaded.file)
    engine = engine or DEFAULT_ENGINE
    engine_called(engine)
    file = city_file(city)
    folder = city_folder(city) if out is None else Path(out)
    if out is None:
        refuse_other_results(folder, [file])
    check_writable(folder)
    workers = min(worker_count(workers), config.run.replications)
    progress = progress or no_progress
    done = replicate(config, engine, workers, progress)
    results = gather(config, done)
    results = replace(results, held_back=what_holds_back(results, done, engine, workers, progress))
    record = manifest(config, done, engine, workers, sys.argv, started, datetime.now(UTC))
    if (start := warm_up(config)) is not None:
        record["warm_up"] = start.in_words
    write_results(folder, results, record, city_files(results, record, office), [file])
    return results
