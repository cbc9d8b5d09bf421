"""Tables and the progress bar, for people at a terminal."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from flowsim.config.schema import CityConfig
from flowsim.experiment.offered import PoolLoad
from flowsim.experiment.results import ExperimentResults
from flowsim.experiment.summary import off_target, verdict

WIDTH_OF_A_FILE = 120
SCENARIOS_SHOWN = 25


def console() -> Console:
    """Return standard output; wide enough for all columns when it is no terminal."""
    screen = Console()
    return screen if screen.is_terminal else Console(width=WIDTH_OF_A_FILE)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on standard error; yield what is to be called with how many are done, and of how many.

    What was done before the first call does not count towards the time to go.
    """
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def show(done: int, of: int) -> None:
            if progress.task_ids:
                progress.update(progress.task_ids[0], completed=done, total=of)
            else:
                progress.add_task("", completed=done, total=of)

        yield show


def summary_tables(config: CityConfig, summary: pd.DataFrame) -> list[Table]:
    """Return the measures that have a target, beside it, and then the others; each fits into 80 columns."""
    n = config.run.replications
    beside = _table(
        f"{config.name}: {n} replication{'s' if n > 1 else ''}, beside the published figures",
        names=("measure",),
        numbers=("target", "mean", "± 95%", "off by"),
        remark="",
    )
    others = _table("Other measures", names=("measure", "unit"), numbers=("mean", "± 95%"))
    for row in summary.itertuples():
        low, high = row.target_low, row.target_high
        mean, half = _number(row.mean), _number((row.ci_high - row.ci_low) / 2)
        if math.isnan(low):
            others.add_row(row.measure, row.unit, mean, half)
        else:
            off = off_target(row.mean, low, high)
            target = _number(low) if low == high else f"{_number(low)} to {_number(high)}"
            off_by = "-" if math.isnan(off) else f"{off:+.0%}"
            beside.add_row(row.measure, target, mean, half, off_by, verdict(row.mean, low, high))
    return [table for table in (beside, others) if table.row_count]


def load_table(loads: Sequence[PoolLoad]) -> Table:
    """Return what is asked of each pool against what there is."""
    table = _table(
        "What each pool would be asked for if nobody had to wait",
        names=("pool", "counted in"),
        numbers=("asked for", "capacity", "surge", "load"),
        remark="",
    )
    for load in loads:
        surge = _number(load.surge) if load.surge else ""
        share = f"{load.share:.0%}"
        table.add_row(load.pool, load.kind, _number(load.offered), _number(load.capacity), surge, share, load.remark)
    return table


def scenario_table(results: ExperimentResults) -> list[Table | str]:
    """Return what each scenario does to the first headline measure, best first; not more than fit on a screen."""
    measure, baseline = results.experiment.measures[0], results.experiment.baseline
    of_measure = {name: frame[frame["measure"] == measure].set_index("scenario") for name, frame in (
        ("summary", results.summary), ("comparison", results.comparison), ("ranking", results.ranking),
        ("goals", results.goals),
    )}  # fmt: skip
    summary, comparison, goals = of_measure["summary"], of_measure["comparison"], of_measure["goals"]
    goal = f", and how many replications have {goals['goal'].iloc[0]}" if len(goals) else ""
    table = _table(
        f"{results.experiment.name}: {measure}{goal}",
        names=("scenario",),
        numbers=("mean", "± 95%", "difference", "± 95%", *(["share"] if len(goals) else [])),
    )
    ranked = [baseline, *of_measure["ranking"].index]
    for name in ranked[:SCENARIOS_SHOWN]:
        mean, *others = summary.loc[name, ["mean", "ci_low", "ci_high"]]
        cells = [_number(mean), _half(*others)]
        if name == baseline:
            cells += ["", ""]
        else:
            difference, *interval = comparison.loc[name, ["difference", "ci_low", "ci_high"]]
            cells += [_number(difference), _half(*interval)]
        if len(goals):
            cells.append(f"{goals.loc[name, 'share_met']:.0%}")
        table.add_row(name, *cells)
    more = len(ranked) - SCENARIOS_SHOWN
    return [table, f"... and {more} more scenarios in summary.csv"] if more > 0 else [table]


def _half(low: float, high: float) -> str:
    return _number((high - low) / 2)


def _table(title: str, names: Sequence[str], numbers: Sequence[str], remark: str | None = None) -> Table:
    # What configurations say is never read as markup.
    table = Table(title=Text(title), title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in names:
        table.add_column(heading, no_wrap=True)
    for heading in numbers:
        table.add_column(heading, no_wrap=True, justify="right")
    if remark is not None:
        table.add_column(remark)
    return table


def _number(value: float) -> str:
    """Return a number with as many decimals as anybody needs."""
    if math.isnan(value):
        return "-"
    if abs(value) >= 1000 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"
