"""The commands. What is heavy (pandas, numba) is imported by those that need it, so that help answers at once."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

import flowsim
from flowsim.cli.options import EngineName, Replications, Seed, WorkerCount
from flowsim.config.errors import ConfigError
from flowsim.run.failures import ResultsError, RunsFailed, WorkerDied, WorkersError

USER_IS_WRONG, WE_ARE_WRONG, INTERRUPTED = 2, 1, 130

app = typer.Typer(
    name="flowsim",
    help="Patient flow from the front door of the hospital to day 91.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

ConfigFile = Annotated[Path, typer.Argument(metavar="FILE", help="A city's configuration (YAML).")]
SoundFile = Annotated[Path, typer.Argument(metavar="FILE", help="A city's configuration, or an experiment (YAML).")]


def main() -> None:
    """Run the command line; the entry point of the program."""
    app()


@contextmanager
def exit_codes() -> Iterator[None]:
    """Turn whatever ends a command early into a message on standard error and an exit code."""
    try:
        yield
    except (ConfigError, ResultsError, WorkersError) as error:
        _end(str(error), USER_IS_WRONG)
    except MemoryError:
        _end("this run does not fit in memory: shorten run.horizon_days, or use fewer --workers", USER_IS_WRONG)
    except KeyboardInterrupt as stop:
        _end(f"interrupted; {str(stop) or 'nothing was written'}", INTERRUPTED)
    except (WorkerDied, RunsFailed) as error:
        _end(str(error), WE_ARE_WRONG)
    except Exception as error:
        traceback.print_exc()
        _end(
            f"flowsim {flowsim.__version__} met a fault of its own ({type(error).__name__}); please report it with the "
            "text above and the configuration",
            WE_ARE_WRONG,
        )


def _end(message: str, code: int) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"flowsim {flowsim.__version__}")
        raise typer.Exit


@app.callback()
def _flowsim(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


@app.command()
def check(file: SoundFile) -> None:
    """Check a city or an experiment before it is run.

    Of a city it compares demand with capacity; of an experiment it says what it would run.

    Example: flowsim check configs/sheffield_2016_17.yaml
    """
    with exit_codes():
        from flowsim.cli.terminal_tables import console, load_table
        from flowsim.experiment.load_experiment import is_experiment, load_experiment
        from flowsim.run.load_city import load_config
        from flowsim.run.offered_load import offered_load
        from flowsim.workflow.describe_experiment import description

        if is_experiment(file):
            typer.echo(f"{file} is sound: {description(load_experiment(file))}")
            return
        config = load_config(file)
        out = console()
        out.print(f"{file} is sound: {config.name}.", highlight=False, markup=False)
        out.print(load_table(offered_load(config)))
        out.print("Staff are counted while they work. Whoever cannot move on uses more of the pool where they wait.")


@app.command()
def run(
    config: ConfigFile,
    replications: Replications = None,
    seed: Seed = None,
    engine: EngineName = None,
    workers: WorkerCount = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results.  [default: results/NAME OF THE CONFIGURATION]")
    ] = None,
) -> None:
    """Simulate a city beside its published figures.

    Example: flowsim run configs/sheffield_2016_17.yaml --out results/city
    """
    with exit_codes():
        from flowsim.cli.terminal_tables import console, progress_bar, summary_tables
        from flowsim.config.changes import changed
        from flowsim.report.city.city_report import report_html
        from flowsim.run.city_results import gather, manifest, write_results
        from flowsim.run.load_city import load_config
        from flowsim.run.replicate import replicate
        from flowsim.run.results_folder import check_writable
        from flowsim.run.simulate import DEFAULT_ENGINE, engine_called
        from flowsim.run.worker_pool import available_cores

        started = datetime.now(UTC)
        city = load_config(config)
        said = {"run.replications": replications, "run.seed": seed}
        city = changed(city, {path: value for path, value in said.items() if value is not None})
        engine = engine or DEFAULT_ENGINE
        engine_called(engine)
        folder = out or Path("results") / config.stem
        check_writable(folder)
        workers = min(workers or available_cores(), city.run.replications)

        with progress_bar("replications") as advance:
            done = replicate(city, engine, workers, advance)
        results = gather(city, done)
        record = manifest(city, done, engine, workers, sys.argv, started, datetime.now(UTC))
        html = report_html(city, results.summary, results.daily, results.sitrep, record)
        write_results(folder, results, html, record)
        screen = console()
        screen.print(*summary_tables(city, results.summary))
        screen.print(f"Results are in {folder}; open {folder / 'report.html'}", highlight=False, markup=False)
