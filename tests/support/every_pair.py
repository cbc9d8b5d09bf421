"""A design of one's own, added from a script: each change alone, and every pair of them.

One class says what the experiment runs and what it makes of the results, another one what people see. Both are
registered at the top level, so that the processes that share the work know them too: they import this file again.

    python every_pair.py QUESTION.yaml RESULTS_FOLDER
"""

import itertools
import sys
from typing import ClassVar, Literal

import pandas as pd

import flowsim
from flowsim.experiment import design_registry
from flowsim.experiment.analysis.paired import cube, estimate, moments
from flowsim.experiment.design_contract import FixedDesign
from flowsim.experiment.factors import Factors, factor_recipes
from flowsim.experiment.recipes import combined, name_of
from flowsim.report.differences import difference_row, more_or_less, signed, signed_interval
from flowsim.report.experiment import design_reports
from flowsim.report.experiment.design_report import DesignReport, PageFigure
from flowsim.report.figures.figure_data import Rows
from flowsim.report.figures.picture import Picture
from flowsim.report.figures.row_figures import draw_differences
from flowsim.report.page_table import PageTable


@design_registry.register
class EveryPair(FixedDesign):
    """Each factor alone, and every pair of factors."""

    table_names: ClassVar[tuple[str, ...]] = ("pairs",)

    kind: Literal["every_pair"]
    """Kind of the design."""
    of: Factors
    """The factors: names of interventions, or factors of your own."""

    def count(self):
        return sum(1 for _ in self._chosen(range(len(self.of))))

    def recipes(self, builder):
        factors = factor_recipes(self.of, builder)
        return [combined(factors, chosen) for chosen in self._chosen([factor.name for factor in factors])]

    def tables(self, runs):
        """What the second change of each pair adds to the first, and the first to the second."""
        factors = list(next(scenario.levels for scenario in runs.scenarios if scenario.levels))
        pairs = list(itertools.permutations(factors, 2))
        values = cube(runs.values)
        both, first = values.of([name_of(pair) for pair in pairs]), values.of([first for first, _ in pairs])
        found = estimate(both - first, moments(abs(both))[0])
        rows = [
            (*pair, measure, found.mean[i, j], found.low[i, j], found.high[i, j])
            for i, pair in enumerate(pairs)
            for j, measure in enumerate(values.measures)
        ]
        return {"pairs": pd.DataFrame(rows, columns=["first", "added", "measure", "difference", "ci_low", "ci_high"])}

    @staticmethod
    def _chosen(factors):
        return [chosen for size in (1, 2) for chosen in itertools.combinations(factors, size)]


@design_reports.register
class EveryPairReport(DesignReport):
    """Which two changes go best together."""

    kind = "every_pair"

    def answers(self, view):
        pairs = [name for name in view.ranked if sum(view.scenarios[name].levels.values()) == 2]
        best = view.difference(pairs[0], view.headline)
        return [("Which two?", f"“{view.title(pairs[0])}”: {more_or_less(best.value, view.unit)}.")]

    def heading(self, view):
        return "What two changes do together"

    def figures(self, view):
        rows = [difference_row(view.short(name), view.difference(name, view.headline)) for name in view.ranked]
        title = f"{view.label(view.headline)}: each change and each pair of changes against the baseline"
        picture = Picture("pairs", title, Rows(rows, view.unit, title), draw_differences)
        return [PageFigure(picture, "Each change and each pair, with 95% intervals.")]

    def tables(self, view):
        table = view.results.design_tables["pairs"]
        rows = [
            (
                f"{view.factor_title(row.added)} after {view.factor_title(row.first)}",
                signed(row.difference, view.unit),
                signed_interval(row.ci_low, row.ci_high, view.unit),
            )
            for row in table[table["measure"] == view.headline].itertuples()
        ]
        return [PageTable(["Change", "Adds", "95% interval"], rows, note="pairs.csv has every measure.")]


if __name__ == "__main__":
    flowsim.run_experiment(sys.argv[1], workers=2, out=sys.argv[2])
