"""Greedy forward selection: in which order changes are made best."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from flowsim.experiment.designs.best_next import STEPS, BestNext
from flowsim.report.differences import more_or_less
from flowsim.report.experiment.design_report import DesignReport, PageFigure
from flowsim.report.experiment.design_reports import register
from flowsim.report.experiment.results_view import View
from flowsim.report.experiment.workbook_sheets import with_unit
from flowsim.report.figures.drawing import Picture
from flowsim.report.figures.figure_data import Estimate, Row, Rows
from flowsim.report.figures.row_figures import draw_steps
from flowsim.report.office.sheets import HIGH, LOW, PLAIN, Number, Sheet, numbers


@register
class BestNextReport(DesignReport):
    """In which order changes are made best, and where they stop helping."""

    kind = "best_next"

    def answers(self, view: View) -> list[tuple[str, str]]:
        """Say in which order changes are made best, and where they stop helping."""
        steps = view.results.design_tables[STEPS]
        if len(steps) < 2:
            return []
        design = view.experiment.design
        sign = 1 if isinstance(design, BestNext) and design.search.higher else -1
        rows = list(steps.itertuples())[1:]
        unit = view.unit_of(rows[0].measure)
        parts = [f"{row.step}. {view.factor_title(row.added)} ({more_or_less(sign * row.gain, unit)})" for row in rows]
        text = f"{'; '.join(parts)}."
        if math.isfinite(rows[0].gain_ci_low):
            unclear = next((row for row in rows if not row.gain_ci_low > 0), None)
            text += (
                " Each step clearly helps."
                if unclear is None
                else f" From step {unclear.step} on (“{view.factor_title(unclear.added)}”) it is not clear that a "
                "change helps."
            )
        return [("In which order?", text)]

    def heading(self, view: View) -> str:
        """Return what stands above the figure."""
        return "In which order"

    def figures(self, view: View) -> list[PageFigure]:
        """Draw the measure as one change after the other is added."""
        table = view.results.design_tables[STEPS]
        steps = [
            Row(
                f"{r.step}. {view.factor_title(r.added)}" if r.step else "Baseline",
                Estimate(r.mean, r.ci_low, r.ci_high),
            )
            for r in table.itertuples()
        ]
        measure = str(table["measure"].iloc[0])
        what = view.label(measure)
        title = f"{what}: its value as one change after another is added, with 95% intervals"
        data = Rows(steps, view.unit_of(measure), f"{what}{view.axis_note}", view.target_line(measure))
        caption = (
            "From the top, each step adds the change that helps most on top of those above it. A step was chosen "
            "because it looked best, so its gain is slightly overstated. Bars: 95% intervals of each average."
        )
        return [PageFigure(Picture("steps", title, data, draw_steps), caption)]

    def sheet(self, view: View, name: str, table: pd.DataFrame) -> Sheet:
        """Return the steps with titles, and numbers that have units."""
        measure = table["measure"].iloc[0]
        label, unit = with_unit(view, measure), view.unit_of(measure)
        header = [
            *("Step", "Added", "Scenario", "Name", label, LOW, HIGH),
            *("Gain over the step before", f"Gain: {LOW}", f"Gain: {HIGH}"),
        ]

        def cells(row: Any) -> list[Any]:
            added = view.factor_title(row.added) if row.added else ""
            return [
                *(Number(row.step, PLAIN), added, row.title, row.scenario),
                *numbers(unit, row.mean, row.ci_low, row.ci_high),
                *numbers(unit, row.gain, row.gain_ci_low, row.gain_ci_high),
            ]

        return Sheet.of(
            "Steps", "In which order: each step adds the change that helps most.", header, table, cells, names=2
        )
