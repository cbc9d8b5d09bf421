"""From a city and its targets to what was found: the calibrated city, or an ensemble, and a report of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flowsim.calibration import calibration_tables as tables
from flowsim.calibration.calibrated_files import configuration_yaml, ensemble_yaml, structures_yaml
from flowsim.calibration.calibration_problem import Calibration, load_calibration
from flowsim.calibration.ensemble import Ensemble, find_ensemble, usual_ensemble_budget
from flowsim.calibration.evaluations import EVALUATIONS, Evaluations
from flowsim.calibration.leave_one_out import WithoutEntry, cities_without, leave_one_out
from flowsim.calibration.search import Calibrated, calibrate, usual_budget
from flowsim.calibration.structure_tables import structure_settings_table, structure_table
from flowsim.calibration.structures import StructuresFound, fit_structures, usual_structures_budget
from flowsim.calibration.targets_file import MAIN
from flowsim.config.errors import NO_VALUE, ConfigError, Problem
from flowsim.config.version import VERSION
from flowsim.report.calibration.calibration_report import calibration_report
from flowsim.report.calibration.ensemble_report import ensemble_report
from flowsim.report.calibration.structures_report import structures_report
from flowsim.run.atomic_files import write, write_csv
from flowsim.run.city_results import how_run
from flowsim.run.compilation import compile_once
from flowsim.run.cores import worker_count
from flowsim.run.failures import Interrupted
from flowsim.run.fingerprint import configuration, configuration_hash
from flowsim.run.folder_lock import folder_lock
from flowsim.run.progress import Progress, no_progress
from flowsim.run.results_folder import RESULTS, check_writable, refuse_other_results, replacing_results, write_manifest
from flowsim.run.simulate import DEFAULT_ENGINE
from flowsim.run.worker_pool import worker_pool

CALIBRATED = "calibrated.yaml"


def calibration_folder(city: Path, targets: Path, ending: str) -> Path:
    """Return where the results of a calibration or an ensemble go if nothing else is wanted.

    Parameters
    ----------
    city, targets : Path
        The configuration and the targets file.
    ending : str
        What follows the name of the city's file.

    Raises
    ------
    ResultsError
        If the folder holds the results of other files.
    """
    folder = RESULTS / f"{city.stem}_{ending}"
    refuse_other_results(folder, [city, targets])
    return folder


def calibrated_files(calibration: Calibration) -> dict[str, str]:
    """Return the file of each calibrated city, by its name in the targets file."""
    return {MAIN: CALIBRATED, **{name: f"calibrated_{name}.yaml" for name in calibration.others}}


def run_calibration(
    city: str | Path,
    targets: str | Path,
    out: str | Path,
    workers: int | None = None,
    seed: int | None = None,
    budget: int | None = None,
    progress: Progress = no_progress,
    judge_replications: int | None = None,
    history: bool = False,
) -> Calibrated:
    """Calibrate a city, and write the results folder.

    Cities that were tried by an earlier call are not tried again, if everything that decides them is the same.

    Parameters
    ----------
    city, targets : str or Path
        The configuration and the targets file (YAML).
    out : str or Path
        The results folder: the calibrated city, tables, a report, and what was tried.
    workers : int, optional
        How many processes share the work; one for each core if left out. The results do not depend on it.
    seed : int, optional
        Instead of what the targets file says.
    budget : int, optional
        How many cities may be tried.
    progress : callable, optional
        Called with how many were tried, and how many may be.
    judge_replications : int, optional
        With how many runs of other patients the fit is judged, instead of what the targets file says.
    history : bool
        Whether to tell what the fit loses without each entry of the city's history. This tries up to three cities for
        each, beyond the budget.

    Returns
    -------
    Calibrated
        What was found.

    Raises
    ------
    ConfigError
        If the city or the targets are not sound.
    ResultsError
        If results cannot be written.
    Interrupted
        If the user stopped it; what was tried is kept, and the same call goes on.
    """
    started, folder = datetime.now(UTC), Path(out)
    calibration = load_calibration(city, targets, seed, judge_replications)
    budget = usual_budget(calibration) if budget is None else budget
    workers = worker_count(workers)
    with _trying(folder, workers, budget, progress) as evaluations:
        found = calibrate(calibration, evaluations)
        without: list[WithoutEntry] = []
        if history:
            evaluations.budget += cities_without(calibration)
            without = leave_one_out(found, evaluations)
        record = {
            **_record(calibration, workers, started, evaluations),
            "ended": found.ended,
            "settings": calibration.settings(found.point),
            **({"judge": dict(calibration.judge)} if calibration.judge else {}),
        }
        fit = tables.fit_table(found)
        says = [
            f"{calibration.city.name}, calibrated to {calibration.path.name} by flowsim {VERSION}: "
            f"{fit['met'].sum()} of {len(fit)} targets met.",
            "How well it fits, and what the targets do not identify: report.html next to this file.",
        ]
        with replacing_results(folder):
            for name, file in calibrated_files(calibration).items():
                write(folder / file, configuration_yaml(calibration, found.point, folder, says, name).encode())
            write_csv(folder / "fit.csv", fit)
            write_csv(folder / "parameters.csv", tables.parameter_table(found))
            write_csv(folder / "sensitivity.csv", tables.sensitivity_table(found))
            write_csv(folder / "directions.csv", tables.direction_table(found))
            if history:
                write_csv(folder / "history.csv", tables.history_table(found, without))
            write(folder / "report.html", calibration_report(found, without, record).encode())
            write_manifest(folder, record, _files(calibration))
    return found


def run_ensemble(
    city: str | Path,
    targets: str | Path,
    members: int,
    file: str | Path,
    out: str | Path,
    workers: int | None = None,
    seed: int | None = None,
    budget: int | None = None,
    progress: Progress = no_progress,
) -> Ensemble:
    """Find an ensemble of a calibrated city, and write its file and the results folder.

    Parameters
    ----------
    city, targets : str or Path
        The configuration and the targets file (YAML).
    members : int
        How many cities to find.
    file : str or Path
        Where the ensemble is written.
    out : str or Path
        The results folder: tables, a report, and what was tried.
    workers, seed, budget, progress
        As in `run_calibration`.

    Returns
    -------
    Ensemble
        What was found.

    Raises
    ------
    ConfigError
        If the city or the targets are not sound, or too few cities match.
    ResultsError
        If results cannot be written.
    Interrupted
        If the user stopped it; what was tried is kept, and the same call goes on.
    """
    started, folder, file = datetime.now(UTC), Path(out), Path(file)
    calibration = load_calibration(city, targets, seed)
    budget = usual_ensemble_budget(members, calibration) if budget is None else budget
    workers = worker_count(workers)
    check_writable(file.parent)
    with _trying(folder, workers, budget, progress) as evaluations:
        found = find_ensemble(calibration, evaluations, members)
        record = {
            **_record(calibration, workers, started, evaluations),
            "members": len(found.points),
            "cities_drawn": found.drawn,
            "waves": found.waves,
        }
        with replacing_results(folder):
            write_csv(folder / "fit.csv", tables.ensemble_fit_table(found))
            write_csv(folder / "parameters.csv", tables.member_table(found))
            write(folder / "report.html", ensemble_report(found, record).encode())
            write(file, ensemble_yaml(found, file).encode())
            write_manifest(folder, record, _files(calibration))
    return found


def run_structures(
    city: str | Path,
    targets: str | Path,
    file: str | Path,
    out: str | Path,
    workers: int | None = None,
    seed: int | None = None,
    budget: int | None = None,
    progress: Progress = no_progress,
) -> StructuresFound:
    """Fit the structures of a targets file, and write the ensemble of those that fit and the results folder.

    Parameters, errors
    ------------------
    As `run_ensemble`; a ConfigError also if only one city fits, which is no ensemble.

    Returns
    -------
    StructuresFound
        What was found.
    """
    started, folder, file = datetime.now(UTC), Path(out), Path(file)
    calibration = load_calibration(city, targets, seed)
    budget = usual_structures_budget(calibration) if budget is None else budget
    workers = worker_count(workers)
    check_writable(file.parent)
    with _trying(folder, workers, budget, progress) as evaluations:
        found = fit_structures(calibration, evaluations)
        record = {
            **_record(calibration, workers, started, evaluations),
            "judge": dict(calibration.judge),
            "members": len(found.members),
        }
        with replacing_results(folder):
            write_csv(folder / "structures.csv", structure_table(found))
            write_csv(folder / "settings.csv", structure_settings_table(found))
            write(folder / "report.html", structures_report(found, record).encode())
            write_manifest(folder, record, _files(calibration))
        if len(found.members) < 2:
            message = f"only the city as it is fits: {folder / 'report.html'} says what the structures miss"
            raise ConfigError([Problem(str(targets), None, "structures", NO_VALUE, message)])
        write(file, structures_yaml(found, file).encode())
    return found


@contextmanager
def _trying(folder: Path, workers: int, budget: int, progress: Progress) -> Iterator[Evaluations]:
    """Let cities be tried by some workers, alone in a folder that keeps what was tried."""
    check_writable(folder / EVALUATIONS)
    compile_once()
    with folder_lock(folder):
        try:
            with worker_pool(workers) as pool:
                yield Evaluations(folder / EVALUATIONS, pool, budget, progress)
        except KeyboardInterrupt:
            raise Interrupted("the cities that were tried are kept; the same command goes on") from None


def _files(calibration: Calibration) -> list[Path]:
    """Return the files from which it was made."""
    return [calibration.city_path, calibration.path, *calibration.other_paths.values()]


def _record(calibration: Calibration, workers: int, started: datetime, evaluations: Evaluations) -> dict[str, Any]:
    resolved = configuration(calibration.city)
    return {
        **how_run(DEFAULT_ENGINE, workers, sys.argv, started, datetime.now(UTC)),
        "city": calibration.city_path.as_posix(),
        "targets_file": calibration.path.as_posix(),
        "seed": calibration.city.run.seed,
        "replications": calibration.city.run.replications,
        "cities_tried": evaluations.tried,
        "configuration_hash": configuration_hash(resolved),
        "configuration": resolved,
    }
