"""The command that simulates a city."""

from __future__ import annotations

from flowsim.cli.options import CityFile, EngineName, Office, Replications, ResultsFolder, Seed, WorkerCount
from flowsim.cli.program import exit_codes


def run(
    config: CityFile,
    replications: Replications = None,
    seed: Seed = None,
    engine: EngineName = None,
    workers: WorkerCount = None,
    out: ResultsFolder = None,
    office: Office = False,
) -> None:
    """Simulate a city and compare it with its published figures.

    Example: flowsim run configs/sheffield_2016_17.yaml --out results/city
    """
    with exit_codes():
        from flowsim.cli.progress_bar import progress_bar
        from flowsim.cli.terminal_tables import console, empty_measures, scaled_from, summary_tables
        from flowsim.report.city.city_held_back import holds_back_lines
        from flowsim.workflow.run_city import city_folder, run_city

        folder = out or city_folder(config)
        with progress_bar("replications") as progress:
            results = run_city(config, replications, seed, engine, workers, out, progress, office)
        screen = console()
        screen.print(*summary_tables(results.config, results.summary))
        for line in holds_back_lines(results.held_back):
            screen.print(line, highlight=False, markup=False)
        scaled = scaled_from(results.config, results.summary["measure"])
        for line in [*empty_measures(results.summary), *scaled]:
            screen.print(line, highlight=False, markup=False)
        screen.print(f"Results are in {folder}; open {folder / 'report.html'}", highlight=False, markup=False)
