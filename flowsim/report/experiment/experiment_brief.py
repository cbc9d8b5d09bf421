"""The answer of an experiment for files of the office: the sentences and the figures of its report."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from flowsim.report import labels
from flowsim.report.caveats import DIFFERENCES, INTERVALS, MONEY, SAME_PATIENTS
from flowsim.report.differences import amount, signed, signed_interval
from flowsim.report.experiment import experiment_tables as tables
from flowsim.report.experiment.answer import answer
from flowsim.report.experiment.experiment_figures import pictures
from flowsim.report.experiment.results_view import View
from flowsim.report.experiment.workbook_sheets import cost_of
from flowsim.report.figures.figure_data import Rows
from flowsim.report.figures.picture import Picture
from flowsim.report.office.brief import Brief, made_when
from flowsim.report.shared_tables import period

_ROWS = 8  # of the table: what a page has room for next to a figure
_ROWS_DRAWN = 12
_FIGURES = ("overview", "ranking", "year", "services", "cost")


def experiment_brief(view: View) -> Brief:
    """Return the answer of an experiment as it goes into files for the office."""
    found = answer(view)
    drawn = pictures(view)
    names = [*(name for name in _FIGURES if name in drawn), *(name for name in drawn if name not in _FIGURES)]
    runs = f"{view.replications:,} simulated {view.run_word}{'' if view.replications == 1 else 's'}"
    money = math.isfinite(view.mean(view.baseline, cost_of(view))["mean"])
    header, rows = _table(view)
    return Brief(
        title=view.experiment.name,
        question=view.experiment.question,
        setting=f"{view.base.name}, {period(view.base)}, {runs} of each scenario",
        made=made_when(view.results.manifest),
        headline=found.headline,
        sentences=found.sentences,
        points=found.points,
        header=header,
        rows=rows,
        figures=[_shortened(drawn[name]) for name in names],
        caveats=[SAME_PATIENTS, INTERVALS, DIFFERENCES, *([MONEY] if money else [])],
    )


def _shortened(picture: Picture[Any]) -> Picture[Any]:
    """Return a figure with no more rows than can be read on half a page."""
    if not isinstance(picture.data, Rows) or len(picture.data.rows) <= _ROWS_DRAWN:
        return picture
    title = f"{picture.title} (the first {_ROWS_DRAWN})"
    return replace(picture, title=title, data=replace(picture.data, rows=picture.data.rows[:_ROWS_DRAWN]))


def _table(view: View) -> tuple[list[str], list[list[str]]]:
    """Return the baseline and the best scenarios in the headline measure."""
    header = ["Scenario", view.label(view.headline), "Difference", "95% interval", "How clear"]
    base = view.mean(view.baseline, view.headline)["mean"]
    rows = [[view.short(view.baseline), amount(base, view.unit), "", "", ""]]
    for name in view.ranked[:_ROWS]:
        found = view.difference(name, view.headline)
        rows.append(
            [
                *(view.short(name), amount(view.mean(name, view.headline)["mean"], view.unit)),
                *(signed(found.value, view.unit), signed_interval(found.low, found.high, view.unit)),
                tables.GRADES[found.grade] if math.isfinite(found.value) else labels.DASH,
            ]
        )
    return header, rows
