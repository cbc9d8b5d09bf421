"""Tables, for people at a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flowsim.config.city_schema import CityConfig
from flowsim.experiment.results import ExperimentResults
from flowsim.measures.catalogue import find
from flowsim.measures.verdict import off_target, verdict
from flowsim.model.dated_changes import DatedChange
from flowsim.report.labels import scaled_counts
from flowsim.report.worth_words import main_rows, table_rows
from flowsim.run.offered_load import PoolLoad

if TYPE_CHECKING:  # what fits structures takes a while to load, and most commands do not need it
    from flowsim.calibration.structures import StructuresFound

WIDTH_OF_A_FILE = 120
SCENARIOS_SHOWN = 25
INTERVAL = "95% interval"
DAYS_OF_A_YEAR = (365, 366)
CHANGES_SHOWN = 40


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


def scaled_from(config: CityConfig, measures: Iterable[str]) -> list[str]:
    """Return a line that says from how many days counts are scaled to a year, if any of the measures is one."""
    days = config.run.horizon_days
    if days in DAYS_OF_A_YEAR or not any(find(name)[0].per_year for name in measures):
        return []
    return [f"Counts and costs of a year are scaled from {days:,} days: they are {scaled_counts(days)}."]


def empty_measures(summary: pd.DataFrame) -> list[str]:
    """Return a line for each reason why measures have no value, with the measures that it explains."""
    empty = summary[summary["why_empty"] != ""]
    reasons = empty.groupby("why_empty", sort=False)["measure"].agg(list)
    return [f"Empty, because {reason}: {', '.join(measures)}" for reason, measures in reasons.items()]


def load_table(loads: Sequence[PoolLoad]) -> Table:
    """Return what is asked of each pool against what there is, and when, if that changes."""
    changes = any(load.first for load in loads)
    table = _table(
        "What each pool would be asked for if nobody had to wait" + (", at the worst time" if changes else ""),
        names=("pool", "counted in"),
        numbers=("asked for", "capacity", "surge", "load"),
        remark="",
    )
    for load in loads:
        surge = _number(load.surge) if load.surge else ""
        share = "-" if load.is_closed else f"{load.share:.0%}"
        when = f"{load.first} to {load.last}" if load.first else ""
        remark = "; ".join(part for part in (when, load.remark) if part)
        table.add_row(load.pool, load.kind, _number(load.offered), _number(load.capacity), surge, share, remark)
    return table


def changes_table(rows: Sequence[tuple[str, DatedChange]]) -> Table:
    """Return what changes when: for each change, in which scenarios it holds (empty for a city), and the change.

    What belongs together and has the same dates is one row.
    """
    groups: dict[tuple[Any, ...], list[DatedChange]] = {}
    for scenario, row in rows:
        dates = (row.from_date, row.to_date, row.ramp_days)
        groups.setdefault((scenario, row.what or row, dates), []).append(row)
    in_scenarios = any(scenario for scenario, _ in rows)
    names = (
        *(["scenario"] if in_scenarios else []),
        "setting",
        "change",
        "from",
        "to",
        "ramp (days)",
        "what and source",
    )
    table = _table("What changes when", names=names, numbers=())
    for (scenario, *_), (row, *more) in list(groups.items())[:CHANGES_SHOWN]:
        cells = [
            f"{row.path} and {len(more)} more" if more else row.path,
            "" if more else shorten(row.change, 24),
            str(row.from_date or ""),
            str(row.to_date or ""),
            str(row.ramp_days or ""),
            "; ".join(part for part in (row.what, row.source) if part),
        ]
        # What configurations say is never read as markup.
        table.add_row(*(Text(cell) for cell in ([scenario, *cells] if in_scenarios else cells)))
    if len(groups) > CHANGES_SHOWN:
        table.caption = Text(f"and {len(groups) - CHANGES_SHOWN} more")
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
        numbers += ["goal met in", f"at {goals['certainty'].iloc[0]:.15g}"]
    cities = cities_helped(results)
    if cities:
        numbers.append("helps in")
    table = _table(None, names=("scenario",), numbers=numbers)
    ranked = [baseline, *ranking.index]
    for name in ranked[:SCENARIOS_SHOWN]:
        mean, *interval = summary.loc[name, ["mean", "ci_low", "ci_high"]]
        cells = [_number(mean), _interval(*interval), "", ""]
        if name != baseline:
            difference, *interval = comparison.loc[name, ["difference", "ci_low", "ci_high"]]
            cells[2:] = [_number(difference), _interval(*interval)]
        if len(goals):
            share, low, high, said = goals.loc[name, ["share_met", "ci_low", "ci_high", "verdict"]]
            cells += ["-" if math.isnan(share) else f"{share:.0%} ({low:.0%} to {high:.0%})", said]
        if cities:
            cells.append(cities.get(name, ""))
        table.add_row(name, *cells)
    more = len(ranked) - SCENARIOS_SHOWN
    notes = [f"... and {more} more scenarios in summary.csv"] if more > 0 else []
    if results.precision is not None and not results.precision.reached:
        notes.append(results.precision.in_words())
    notes += scaled_from(results.experiment.base, [measure])
    return [headline, table, *notes]


def worth_lines(table: pd.DataFrame) -> list[str | Table]:
    """Return what 10% more of each service saves and costs, what saves most first."""
    shown = _table(None, names=("service", "more"), numbers=("days saved", INTERVAL, "for a day saved"))
    for name, more, saved, interval, price, _ in table_rows(main_rows(table)):
        shown.add_row(name, more, saved, interval, price.partition(" (")[0])
    return ["Delayed days saved a year by 10% more of each, on the same patients", shown]


def cities_helped(results: ExperimentResults) -> dict[str, str]:
    """Return in how many cities of the ensemble each scenario helps ("5 of 5"), in the first headline measure."""
    if results.across_cities is None:
        return {}
    rows = results.across_cities
    rows = rows[(rows["measure"] == results.experiment.measures[0]) & rows["helps"].notna()]
    return {name: f"{int(its.sum())} of {len(its)}" for name, its in rows.groupby("scenario")["helps"]}


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
        ``measure``, ``period``, ``published``, ``tolerance``, ``met`` (true, false or a text) and the columns that are
        shown.
    columns : mapping of str to str
        The columns of numbers and their headings.
    """
    table = _table(title, names=("measure",), numbers=("target", "±", *columns.values()), remark="")
    for row in fit.to_dict("records"):
        numbers = [_number(row[name]) for name in ("published", "tolerance", *columns)]
        table.add_row(f"{row['measure']} {row['period']}".rstrip(), *numbers, _verdict(row["met"]))
    return table


def structures_table(found: StructuresFound) -> list[str | Table]:
    """Return how each structure of an ensemble fits, and why some do not."""
    years = list(found.every[0].fit.years)
    table = _table(None, names=("structure",), numbers=[*years, "loss"], remark="fits")
    for its in found.every:
        simulated = [_number(value) for _, value in its.fit.years.values()]
        table.add_row(its.name, *simulated, f"{its.fit.loss:.0f}", "no" if its.why_not else "yes")
    published = [_number(value) for value, _ in found.every[0].fit.years.values()]
    table.add_row("published", *published, "", "")
    title = f"{found.calibration.city.name}: {len(found.members)} of {len(found.every)} structures fit (people delayed)"
    return [title, table, *(f"{its.name} does not fit: {its.why_not}" for its in found.every if its.why_not)]


def _verdict(met: bool | str) -> str:
    """Say whether a target is met; a series has it already."""
    return met if isinstance(met, str) else "met" if met else "missed"


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
