"""The command that finds settings with which published figures come out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flowsim.cli.commands import ConfigFile, app, exit_codes
from flowsim.cli.options import Seed, WorkerCount

TargetsFile = Annotated[Path, typer.Option(metavar="FILE", help="What may move, and what must come out (YAML).")]


@app.command()
def calibrate(
    config: ConfigFile,
    targets: TargetsFile,
    workers: WorkerCount = None,
    seed: Seed = None,
    budget: Annotated[
        int | None,
        typer.Option(min=1, help="How many cities may be tried.  [default: 16 for each free setting]"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the results.  [default: results/NAME OF THE CONFIGURATION_calibration]"),
    ] = None,
) -> None:
    """Move free settings until published figures come out.

    It also says what the figures cannot tell.

    Writes the calibrated configuration and a report. What an interrupted run has tried is kept: the same command goes
    on from there.

    Example: flowsim calibrate configs/sheffield_2016_17.yaml --targets configs/sheffield_2016_17.targets.yaml
    """
    with exit_codes():
        from flowsim.calibration.calibration_tables import fit_table
        from flowsim.cli.terminal_tables import console, progress_bar, target_table
        from flowsim.workflow.run_calibration import CALIBRATED, run_calibration

        folder = out or Path("results") / f"{config.stem}_calibration"
        with progress_bar("cities tried, at most") as progress:
            found = run_calibration(config, targets, folder, workers, seed, budget, progress)
        screen = console()
        shown = {"before": "before", "after": "after", "held_out": "held-out seed"}
        title = f"{found.calibration.city.name}: {found.tried} cities tried, {found.ended}"
        screen.print(target_table(title, fit_table(found), shown))
        said = f"The calibrated city is {folder / CALIBRATED}; open {folder / 'report.html'}"
        screen.print(said, highlight=False, markup=False)


@app.command()
def ensemble(
    config: ConfigFile,
    targets: TargetsFile,
    members: Annotated[int, typer.Option(min=2, max=1000, help="How many cities to find.")] = 20,
    workers: WorkerCount = None,
    seed: Seed = None,
    budget: Annotated[
        int | None,
        typer.Option(min=1, help="How many cities may be tried.  [default: 7 for each member, 2 for each setting]"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the report.  [default: results/NAME OF THE CONFIGURATION_ensemble]")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="File for the ensemble.  [default: beside the configuration, NAME.ensemble.yaml]"),
    ] = None,
) -> None:
    """Find other settings that match the figures as well.

    An experiment that names the file as its ensemble runs every scenario over all of them, so that its intervals count
    ignorance as well as chance. What an interrupted run has tried is kept: the same command goes on from there.

    Example: flowsim ensemble configs/sheffield_2016_17.yaml --targets configs/sheffield_2016_17.targets.yaml
    """
    with exit_codes():
        from flowsim.calibration.calibration_tables import ensemble_fit_table
        from flowsim.cli.terminal_tables import console, progress_bar, target_table
        from flowsim.workflow.run_calibration import run_ensemble

        file = file or config.with_name(f"{config.stem}.ensemble.yaml")
        folder = out or Path("results") / f"{config.stem}_ensemble"
        with progress_bar("cities tried, at most") as progress:
            found = run_ensemble(config, targets, members, file, folder, workers, seed, budget, progress)
        screen = console()
        shown = {"low": "lowest", "mean": "mean", "high": "highest", "held_out": "held-out seed"}
        title = f"{found.calibration.city.name}: {len(found.points)} members of {found.drawn} cities that were drawn"
        screen.print(target_table(title, ensemble_fit_table(found), shown))
        said = f"The ensemble is {file}; open {folder / 'report.html'}"
        screen.print(said, highlight=False, markup=False)
