"""Greedy forward selection: in which order changes are made best."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from flowsim.experiment.designs.best_next import STEPS, BestNext
from flowsim.report import labels
from flowsim.report.differences import amount, more_or_less, signed
from flowsim.report.experiment.design_report import DesignReport, PageFigure
from flowsim.report.experiment.design_reports import register
from flowsim.report.experiment.experiment_tables import verdict
from flowsim.report.experiment.first_table import goal_says_something
from flowsim.report.experiment.headline import Headline, compared
from flowsim.report.experiment.money import PAID
from flowsim.report.experiment.results_view import View
from flowsim.report.experiment.workbook_sheets import with_unit
from flowsim.report.figures.figure_data import Estimate, Row, Rows
from flowsim.report.figures.marks import AVERAGE
from flowsim.report.figures.picture import Picture
from flowsim.report.figures.row_figures import draw_steps
from flowsim.report.office.sheets import HIGH, LOW, PLAIN, Number, Sheet, numbers
from flowsim.report.page_table import PageTable

_FEW = 3


@register
class BestNextReport(DesignReport):
    """In which order changes are made best, and where they stop helping."""

    kind = "best_next"

    def headline(self, view: View) -> Headline | None:
        """Say with which changes to begin, and what all of them together give."""
        steps = _steps(view)
        if not steps or not math.isfinite(view.mean(steps[-1].scenario, view.headline)["mean"]):
            return None
        names = [f"“{view.factor_title(row.added)}”" for row in steps]
        then = f", then with {labels.listed(names[1:_FEW])}" if len(names) > 1 else ""
        after = f"after {len(steps)} steps" if len(steps) > 1 else "after that"
        text = f"Begin with {names[0]}{then}: {after} {compared(view, steps[-1].scenario)}."
        return Headline(text, steps[-1].scenario, _where_it_stops(view, steps))

    def first_figure(self, view: View) -> PageFigure | None:
        """Return the steps."""
        return self.figures(view)[0]

    def first_table(self, view: View) -> PageTable | None:
        """Return a row for each step: what it adds and gains, and what all steps until then give."""
        if not _steps(view):
            return None
        rows = [["Baseline", "", *_state(view, view.baseline)]]
        sign = 1 if _higher(view) else -1
        for row in _steps(view):
            gain = signed(sign * row.gain, view.unit_of(row.measure))
            rows.append([f"{row.step}. {view.factor_title(row.added)}", gain, *_state(view, row.scenario)])
        header = ["Step", "Change", view.label(view.headline), *_state_heads(view)]
        return PageTable(header, rows, caption="Step by step: each row has the changes of the rows above it too")

    def details(self, view: View) -> list[tuple[str, str]]:
        """Say in which order changes are made best, and what each step brings."""
        sign = 1 if _higher(view) else -1
        parts = [
            f"{row.step}. {view.factor_title(row.added)} ({more_or_less(sign * row.gain, view.unit_of(row.measure))})"
            for row in _steps(view)
        ]
        return [("In which order", f"{'; '.join(parts)}.")] if parts else []

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
            f"From the top, each step adds the change that helps most. {AVERAGE.glyph} average; bars: 95% intervals."
            f"{' Dashed: the goal.' if data.line else ''}"
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


def _steps(view: View) -> list[Any]:
    """Return the rows of the steps that add something."""
    return list(view.results.design_tables[STEPS].itertuples())[1:]


def _higher(view: View) -> bool:
    design = view.experiment.design
    return isinstance(design, BestNext) and design.search.higher


def _where_it_stops(view: View, steps: list[Any]) -> list[str]:
    """Say from which step on it is not clear that a change helps."""
    if not math.isfinite(steps[0].gain_ci_low):
        return []
    unclear = next((row for row in steps if not row.gain_ci_low > 0), None)
    if unclear is None:
        return ["Each step clearly helps."]
    title = view.factor_title(unclear.added)
    return [f"From step {unclear.step} on (“{title}”) it is not clear that a change helps."]


def _state_heads(view: View) -> list[str]:
    """Return the heads of what all steps until then give, after the measure."""
    paid = view.difference(_steps(view)[-1].scenario, PAID).value
    goal = [f"Goal: {view.goal_in_words(view.headline)}"] if _goal(view) else []
    return goal + ["To pay a year, change"] * math.isfinite(paid)


def _goal(view: View) -> bool:
    return goal_says_something(view, [row.scenario for row in _steps(view)])


def _state(view: View, scenario: str) -> list[str]:
    """Return the headline measure of a scenario, its goal, and what is paid."""
    met = verdict(view, scenario, view.headline)
    paid = signed(view.difference(scenario, PAID).value, "gbp") if scenario != view.baseline else ""
    cells = [amount(view.mean(scenario, view.headline)["mean"], view.unit)]
    cells += [f"{met['mark']} {met['in_words']}" if met else ""] * _goal(view)
    return cells + [paid] * math.isfinite(view.difference(_steps(view)[-1].scenario, PAID).value)
