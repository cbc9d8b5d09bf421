"""The commands that find settings which reproduce published figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flowsim.cli.options import NUMBER, CityFile, Seed, WorkerCount, whole_number
from flowsim.cli.program import exit_codes

TargetsFile = Annotated[
    Path, typer.Option(metavar="FILE", help="Settings that may move, and published figures to match (YAML).")
]


def calibrate(
    config: CityFile,
    targets: TargetsFile,
    workers: WorkerCount = None,
    seed: Seed = None,
    budget: Annotated[
        int | None,
        typer.Option(
            metavar=NUMBER,
            parser=whole_number(1),
            help="How many cities may be tried.  [default: 16 for each free setting]",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the results.  [default for NAME.yaml: results/NAME_calibration]"),
    ] = None,
    judge_replications: Annotated[
        int | None,
        typer.Option(
            metavar=NUMBER,
            parser=whole_number(2, 10_000),
            help="Runs of other patients by which the fit is judged.  [default: as the targets file says]",
        ),
    ] = None,
    history: Annotated[
        bool, typer.Option("--history", help="Also say what the fit loses without each entry of the history.")
    ] = False,
) -> None:
    """Calibrate uncertain settings to reproduce published figures.

    Writes the calibrated configuration and a report, which also shows what the figures cannot tell. Cities that were
    tried are kept: if it is interrupted, the same command goes on from there.

    Example: flowsim calibrate configs/sheffield_2014_2018.yaml --targets configs/sheffield_2014_2018.targets.yaml
    """
    with exit_codes():
        from flowsim.calibration.calibration_tables import fit_in_short
        from flowsim.cli.progress_bar import progress_bar
        from flowsim.cli.terminal_tables import console, target_table
        from flowsim.workflow.run_calibration import CALIBRATED, calibration_folder, run_calibration

        folder = out or calibration_folder(config, targets, "calibration")
        with progress_bar("cities tried, at most") as progress:
            found = run_calibration(
                config, targets, folder, workers, seed, budget, progress, judge_replications, history
            )
        screen = console()
        shown = {"before": "before", "after": "after", "simulated": "held-out seed"}
        title = f"{found.calibration.city.name}: {found.tried} cities tried, {found.ended}"
        screen.print(target_table(title, fit_in_short(found), shown))
        bound = [p.name for p, at in zip(found.calibration.parameters, found.at_a_bound, strict=True) if at]
        if bound:
            screen.print(f"At a bound, which they must not be: {', '.join(bound)}", highlight=False, markup=False)
        text = f"The calibrated city is {folder / CALIBRATED}; open {folder / 'report.html'}"
        screen.print(text, highlight=False, markup=False)


def ensemble(
    config: CityFile,
    targets: TargetsFile,
    members: Annotated[
        int,
        typer.Option(metavar=NUMBER, parser=whole_number(2, 1000), help="How many cities to draw, without structures."),
    ] = 20,
    workers: WorkerCount = None,
    seed: Seed = None,
    budget: Annotated[
        int | None,
        typer.Option(
            metavar=NUMBER,
            parser=whole_number(1),
            help="How many cities may be tried.  [default: 7 for each member, 2 for each setting]",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the report.  [default for NAME.yaml: results/NAME_ensemble]")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="File for the ensemble.  [default for NAME.yaml: NAME.ensemble.yaml, next to it]"),
    ] = None,
) -> None:
    """Find other settings that match the figures just as well.

    An experiment that names the file as its ensemble runs every scenario over all of them, so that its intervals
    include parameter uncertainty. Where the targets file has structures (other causes), each is fitted again, and those
    that fit are the ensemble. Cities that were tried are kept: if it is interrupted, the same command goes on from
    there.

    Example: flowsim ensemble configs/sheffield_2014_2018.yaml --targets configs/sheffield_2016_17.ensemble.targets.yaml
    """
    with exit_codes():
        from flowsim.calibration.calibration_tables import ensemble_fit_table
        from flowsim.cli.progress_bar import progress_bar
        from flowsim.cli.terminal_tables import console, structures_table, target_table
        from flowsim.config.load import settings_in
        from flowsim.workflow.run_calibration import calibration_folder, run_ensemble, run_structures

        file = file or config.with_name(f"{config.stem}.ensemble.yaml")
        folder = out or calibration_folder(config, targets, "ensemble")
        screen = console()
        if "structures" in settings_in(targets):
            with progress_bar("cities tried, at most") as progress:
                fitted = run_structures(config, targets, file, folder, workers, seed, budget, progress)
            for part in structures_table(fitted):
                screen.print(part, highlight=False, markup=False)
            text = f"The ensemble is {file}; open {folder / 'report.html'}"
            screen.print(text, highlight=False, markup=False)
            return
        with progress_bar("cities tried, at most") as progress:
            found = run_ensemble(config, targets, members, file, folder, workers, seed, budget, progress)
        shown = {"low": "lowest", "mean": "mean", "high": "highest", "held_out": "held-out seed"}
        title = f"{found.calibration.city.name}: {len(found.points)} members of {found.drawn} cities that were drawn"
        screen.print(target_table(title, ensemble_fit_table(found), shown))
        text = f"The ensemble is {file}; open {folder / 'report.html'}"
        screen.print(text, highlight=False, markup=False)
