"""The command that answers a question."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flowsim.cli.options import EngineName, Office, Replications, ResultsFolder, Seed, WorkerCount
from flowsim.cli.program import INTERNAL_ERROR, exit_codes

FAILURES_SHOWN = 10


def experiment(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An experiment (YAML).")],
    replications: Replications = None,
    seed: Seed = None,
    engine: EngineName = None,
    workers: WorkerCount = None,
    out: ResultsFolder = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Use the workers of a Dask scheduler, such as tcp://10.0.0.5:8786."),
    ] = None,
    office: Office = False,
) -> None:
    """Compare scenarios on the same simulated patients.

    Finished runs are kept: if it is interrupted, the same command goes on from there.

    Example: flowsim experiment experiments/high_impact_changes.yaml
    """
    with exit_codes():
        from flowsim.cli.progress_bar import progress_bar
        from flowsim.cli.terminal_tables import console, scenario_table
        from flowsim.run.results_folder import RESULTS
        from flowsim.workflow.run_experiment import run_experiment

        with progress_bar("runs") as progress:
            results = run_experiment(
                file,
                workers=workers,
                out=out,
                engine=engine,
                scheduler=scheduler,
                replications=replications,
                seed=seed,
                progress=progress,
                office=office,
            )
        screen = console()
        for part in scenario_table(results):
            screen.print(part, highlight=False, markup=False)
        folder = out or RESULTS / file.stem
        screen.print(f"Results are in {folder}; open {folder / 'report.html'}", highlight=False, markup=False)
        for failure in results.failures[:FAILURES_SHOWN]:
            typer.echo(f"{failure.scenario}, replication {failure.replication} failed: {failure.why}", err=True)
        more = len(results.failures) - FAILURES_SHOWN
        if more > 0:
            typer.echo(f"... and {more} more, named in {folder / 'manifest.json'}", err=True)
    if results.failures:
        raise typer.Exit(INTERNAL_ERROR)
