"""Tables, for people at a terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flowsim.config.city_schema import CityConfig
from flowsim.experiment.results import ExperimentResults
from flowsim.measures.verdict import off_target, verdict
from flowsim.run.offered_load import PoolLoad

WIDTH_OF_A_FILE = 120
SCENARIOS_SHOWN = 25
INTERVAL = "95% interval"


def console() -> Console:
    """Return standard output; wide enough for all columns when it is no terminal."""
    screen = Console()
    return screen if screen.is_terminal else Console(width=WIDTH_OF_A_FILE)


def summary_tables(config: CityConfig, summary: pd.DataFrame) -> list[Table]:
    """Return the measures that have a target, compared with it, and then the others; each fits into 80 columns."""
    n = config.run.replications
    compared = _table(
        f"{config.name}: {n} replication{'s' if n > 1 else ''}, compared with the published figures",
        names=("measure",),
        numbers=("target", "mean", INTERVAL, "off by"),
        remark="",
    )
    others = _table("Other measures", names=("measure", "unit"), numbers=("mean", INTERVAL))
    for row in summary.itertuples():
        low, high = row.target_low, row.target_high
        mean, ends = _number(row.mean), _interval(row.ci_low, row.ci_high)
        if math.isnan(low):
            others.add_row(row.measure, row.unit, mean, ends)
        else:
            off = off_target(row.mean, low, high)
            target = _number(low) if low == high else f"{_number(low)} to {_number(high)}"
            off_by = "-" if math.isnan(off) else f"{off:+.0%}"
            compared.add_row(row.measure, target, mean, ends, off_by, verdict(row.mean, low, high, row.target_source))
    return [table for table in (compared, others) if table.row_count]


def empty_measures(summary: pd.DataFrame) -> list[str]:
    """Return a line for each reason why measures have no value, with the measures that it explains."""
    empty = summary[summary["why_empty"] != ""]
    reasons = empty.groupby("why_empty", sort=False)["measure"].agg(list)
    return [f"Empty, because {reason}: {', '.join(measures)}" for reason, measures in reasons.items()]


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


def scenario_table(results: ExperimentResults) -> list[str | Table]:
    """Return what each scenario does to the first headline measure, best first; not more than fit on a screen."""
    measure, baseline = results.experiment.measures[0], results.experiment.baseline
    summary, comparison, ranking, goals = (
        frame[frame["measure"] == measure].set_index("scenario")
        for frame in (results.summary, results.comparison, results.ranking, results.goals)
    )
    headline, numbers = f"{results.experiment.name}: {measure}", ["mean", INTERVAL, "difference", INTERVAL]
    if len(goals):
        headline += f"; goal: {goals['goal'].iloc[0]}"
        numbers.append("goal met in")
    table = _table(None, names=("scenario",), numbers=numbers)
    ranked = [baseline, *ranking.index]
    for name in ranked[:SCENARIOS_SHOWN]:
        mean, *interval = summary.loc[name, ["mean", "ci_low", "ci_high"]]
        cells = [_number(mean), _interval(*interval), "", ""]
        if name != baseline:
            difference, *interval = comparison.loc[name, ["difference", "ci_low", "ci_high"]]
            cells[2:] = [_number(difference), _interval(*interval)]
        if len(goals):
            share, low, high = goals.loc[name, ["share_met", "ci_low", "ci_high"]]
            cells.append("-" if math.isnan(share) else f"{share:.0%} ({low:.0%} to {high:.0%})")
        table.add_row(name, *cells)
    more = len(ranked) - SCENARIOS_SHOWN
    return [headline, table, *([f"... and {more} more scenarios in summary.csv"] if more > 0 else [])]


def _interval(low: float, high: float) -> str:
    """Return an interval; it may be cut off at what is possible, so that "plus or minus" would not do."""
    return "-" if math.isnan(low) else f"{_number(low)} to {_number(high)}"


def target_table(title: str, fit: pd.DataFrame, columns: Mapping[str, str]) -> Table:
    """Return how targets came out.

    Parameters
    ----------
    title : str
        Of the table.
    fit : pandas.DataFrame
        ``measure``, ``target``, ``tolerance``, ``met`` and the columns that are shown.
    columns : mapping of str to str
        The columns of numbers and their headings.
    """
    table = _table(title, names=("measure",), numbers=("target", "±", *columns.values()), remark="")
    for row in fit.to_dict("records"):
        numbers = [_number(row[name]) for name in ("target", "tolerance", *columns)]
        table.add_row(row["measure"], *numbers, "met" if row["met"] else "missed")
    return table


def _table(title: str | None, names: Sequence[str], numbers: Sequence[str], remark: str | None = None) -> Table:
    # What configurations say is never read as markup.
    heading = None if title is None else Text(title)
    table = Table(title=heading, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in names:
        table.add_column(name, overflow="fold")  # a long name takes more lines, so that numbers never go short
    for name in numbers:
        table.add_column(name, no_wrap=True, justify="right")
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
