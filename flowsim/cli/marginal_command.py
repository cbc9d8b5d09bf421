"""The command that says what one more of each service is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flowsim.cli.options import CityFile, EngineName, Replications, Seed, WorkerCount
from flowsim.cli.program import INTERNAL_ERROR, exit_codes


def marginal(
    config: CityFile,
    replications: Replications = None,
    seed: Seed = None,
    engine: EngineName = None,
    workers: WorkerCount = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results.  [default for NAME.yaml: results/NAME_marginal]")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="EXPERIMENT:SCENARIO", help="Begin from a scenario of an experiment of this city."),
    ] = None,
    knee: Annotated[
        bool, typer.Option(help="Also try 10% less, 25% more and 50% more, to see where more stops helping.")
    ] = True,
) -> None:
    """Say what one more of each service, team and hour is worth, and what it costs.

    Finished runs are kept: if it is interrupted, the same command goes on from there.

    Example: flowsim marginal configs/sheffield_2016_17.yaml --replications 10
    """
    with exit_codes():
        from flowsim.cli.progress_bar import progress_bar
        from flowsim.cli.terminal_tables import console, worth_lines
        from flowsim.experiment.designs.marginal import MARGINAL
        from flowsim.workflow.run_marginal import marginal_folder, run_marginal

        folder = out or marginal_folder(config)
        with progress_bar("runs") as progress:
            results = run_marginal(config, replications, seed, engine, workers, out, at, knee, progress)
        screen = console()
        for part in worth_lines(results.design_tables[MARGINAL]):
            screen.print(part, highlight=False, markup=False)
        screen.print(f"Results are in {folder}; open {folder / 'report.html'}", highlight=False, markup=False)
        if results.failures:
            typer.echo(f"{len(results.failures)} runs failed, named in {folder / 'manifest.json'}", err=True)
    if results.failures:
        raise typer.Exit(INTERNAL_ERROR)
