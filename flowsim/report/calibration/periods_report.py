"""What a report of a calibration shows by period: what each target is called, series, and each entry of the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from flowsim.calibration.calibration_problem import Calibration
from flowsim.calibration.calibration_tables import history_table
from flowsim.calibration.leave_one_out import WithoutEntry
from flowsim.calibration.search import Calibrated
from flowsim.calibration.targets_file import MAIN
from flowsim.config.periods import parse_period
from flowsim.report import labels
from flowsim.report.figures.figure_data import AgainstSeries, Band, PublishedSeries
from flowsim.report.figures.picture import Picture
from flowsim.report.figures.series_figure import draw_series

_FIGURES = 6  # of a series that is drawn; a shorter one is read from the table
_TAIL = 5  # per cent of the runs below and above the band
_BAND = "Where nine in ten runs lie"


@dataclass(frozen=True)
class HistoryRow:
    """An entry of the history, and what the fit loses without it: in all, by year and by measure, as text."""

    title: str
    source: str
    loss: float
    alone: float
    numbers: int
    earns: bool
    by_year: str
    by_measure: str


def target_labels(calibration: Calibration) -> list[str]:
    """Return the name of each target in words: what it is, of which period, and of which city if there are several."""
    pools = {name: labels.pool_labels(city) for name, city in calibration.cities.items()}
    named = []
    for target in calibration.targets:
        label = target.series or labels.measure_label(target.measure, pools[target.city])
        its_city = "" if target.city == MAIN else calibration.cities[target.city].name
        named.append(", ".join(part for part in (label, target.period, its_city) if part))
    return named


def series_picture(found: Calibrated) -> Picture[AgainstSeries] | None:
    """Return the figure of all series by month or quarter; None if there is none."""
    targets = found.calibration.targets
    panels = []
    for which in dict.fromkeys((target.city, target.series) for target in targets if target.series):
        inside = [i for i, target in enumerate(targets) if (target.city, target.series) == which]
        inside.sort(key=lambda i: parse_period(targets[i].period))
        if len(inside) >= _FIGURES:
            runs = found.held_out[:, inside]
            low, high = np.percentile(runs, [_TAIL, 100 - _TAIL], axis=0)
            periods = [parse_period(targets[i].period) for i in inside]
            starts = np.array([period.first for period in periods], dtype="datetime64[D]")
            after = np.array([period.last for period in periods], dtype="datetime64[D]") + np.timedelta64(1, "D")
            gaps = np.flatnonzero(starts[1:] > after[:-1]) + 1  # where lines break: months with a flag, say
            edges = np.append(np.insert(starts, gaps, after[gaps - 1]), after[-1:])
            published, mean, low, high = (
                np.insert(values, gaps, np.nan)
                for values in (np.array([targets[i].value for i in inside]), runs.mean(axis=0), low, high)
            )
            title = which[1] if which[0] == MAIN else f"{which[1]}, {found.calibration.cities[which[0]].name}"
            flagged = np.zeros(published.size, dtype=bool)  # such months are no targets
            panels.append(PublishedSeries(title, edges, published, Band(mean, low, high), flagged))
    title = "Delayed patients on an average day, published and simulated"
    return Picture("series", title, AgainstSeries(panels, _BAND), draw_series) if panels else None


def history_rows(found: Calibrated, without: Sequence[WithoutEntry]) -> list[HistoryRow]:
    """Return the entries of the history, with what the fit loses without each."""
    table = history_table(found, without)

    def losses(entry: str, group: str) -> str:
        rows = table[(table["entry"] == entry) & (table["group"] == group)].to_dict("records")
        return ", ".join(f"{row['name'] or 'all days'} {row['loss']:+.1f}" for row in rows)

    return [
        HistoryRow(
            title=its.title,
            source=its.source,
            loss=its.loss,
            alone=float(its.without_it @ its.without_it - its.with_it @ its.with_it),
            numbers=its.numbers,
            earns=its.earns_its_place,
            by_year=losses(its.entry, "year"),
            by_measure=losses(its.entry, "measure"),
        )
        for its in without
    ]
