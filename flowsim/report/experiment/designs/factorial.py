"""A factorial: which changes add up, which overlap, and which need each other."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from flowsim.experiment.designs.factorial import ADD_UP, EFFECTS, INTERACTION, MAIN, NEED_EACH_OTHER, OVERLAP
from flowsim.report.differences import Difference, difference_row, more_or_less
from flowsim.report.experiment.design_report import DesignReport, PageFigure
from flowsim.report.experiment.design_reports import register
from flowsim.report.experiment.results_view import View
from flowsim.report.experiment.workbook_sheets import by_measure
from flowsim.report.figures.figure_data import Interactions, Rows
from flowsim.report.figures.grid_figures import draw_interactions
from flowsim.report.figures.marks import DIFFERENCES, PAIRS, key
from flowsim.report.figures.picture import Picture
from flowsim.report.figures.row_figures import draw_differences
from flowsim.report.office.sheets import HIGH, LOW, P_VALUE, Number, Sheet, numbers, unit_in_words

_FEW = 3


@register
class FactorialReport(DesignReport):
    """What each change does on average, and what two of them do together."""

    kind = "factorial"

    def first_figure(self, view: View) -> PageFigure | None:
        """Return what each change does on average."""
        return self.figures(view)[0]

    def first_scenarios(self, view: View) -> list[str] | None:
        """Return the best combination, all changes together, and each alone."""
        several = [n for n in view.ranked if all(level is True for level in view.scenarios[n].levels.values())]
        wanted = {*view.ranked[:1], *several, *view.singles()}
        return [name for name in view.ranked if name in wanted]

    def answers(self, view: View) -> list[tuple[str, str]]:
        """Say which changes add up, which overlap, and which need each other: the strongest pair of each kind."""
        text = " ".join(_sentences(view, 1))
        return [("Do they add up", text)] if text else []

    def details(self, view: View) -> list[tuple[str, str]]:
        """Say so of more pairs."""
        return [("Do they add up", " ".join(_sentences(view, _FEW)))]

    def heading(self, view: View) -> str:
        """Return what stands above the figures."""
        return "How the changes work together"

    def figures(self, view: View) -> list[PageFigure]:
        """Draw the effect of each change, and the interaction of each pair."""
        effects = PageFigure(
            _main_effects(view),
            "What each change does on average over all combinations of the others, with its 95% interval. "
            f"{key(*(DIFFERENCES[grade] for grade in ('better', 'worse', 'unclear')))}.",
        )
        return [effects, _interactions(view)] if self.numbers_changes(view) else [effects]

    def numbers_changes(self, view: View) -> bool:
        """Return whether there are pairs to draw, which are named by their numbers."""
        return len(view.factors) > 1

    def sheet(self, view: View, name: str, table: pd.DataFrame) -> Sheet:
        """Return the effects on the headline measures, with titles, and numbers that have units."""
        header = [
            *("Measure", "Effect", "Factor", "With factor", "Unit", "Difference", LOW, HIGH, "p, adjusted", "Together"),
        ]
        titles = {name: view.factor_title(name) for name in table["factor"].unique()}
        titles |= {name: view.factor_title(name) for name in table["with_factor"].unique() if name}

        def cells(row: Any) -> list[Any]:
            return [
                *(
                    view.label(row.measure),
                    row.effect,
                    titles[row.factor],
                    titles.get(row.with_factor, ""),
                    unit_in_words(row.unit),
                ),
                *numbers(row.unit, row.difference, row.ci_low, row.ci_high),
                *(Number(row.p_holm, P_VALUE), row.together),
            ]

        about = (
            "What each change does on average over all combinations of the others (main), and what two of them do "
            "together minus the sum of what each does alone (interaction)."
        )
        return Sheet.of("Effects", about, header, by_measure(view, table), cells, names=3)


def _of_headline(view: View, effect: str) -> pd.DataFrame:
    effects = view.results.design_tables[EFFECTS]
    return effects[(effects["effect"] == effect) & (effects["measure"] == view.headline)]


def _sentences(view: View, few: int) -> list[str]:
    pairs = _of_headline(view, INTERACTION)
    if not len(pairs):
        return []
    sentences = []
    kinds = {
        OVERLAP: "overlap: both together do less than the sum of what each does",
        NEED_EACH_OTHER: "need each other: both together do more than the sum of what each does",
    }
    for kind, text in kinds.items():
        rows = pairs[pairs["together"] == kind]
        rows = rows.reindex(rows["difference"].abs().sort_values(ascending=False).index)
        if len(rows):
            named = [
                f"“{view.factor_title(row.factor)}” and “{view.factor_title(row.with_factor)}” "
                f"({more_or_less(row.difference, view.unit)} than the sum)"
                for row in rows.head(few).itertuples()
            ]
            more = f", and {len(rows) - few} more pairs" if len(rows) > few else ""
            sentences.append(f"{'; '.join(named)}{more} {text}.")
    rest = int((pairs["together"] == ADD_UP).sum())
    if rest == len(pairs):
        sentences.append("All pairs of changes add up: what two do together is the sum of what each does alone.")
    elif rest:
        others = "other pair adds" if rest == 1 else f"other {rest} pairs add"
        sentences.append(f"The {others} up, as far as can be told.")
    return sentences


def _main_effects(view: View) -> Picture[Rows]:
    mains = _of_headline(view, MAIN).sort_values("difference", ascending=view.better <= 0)
    rows = [
        difference_row(
            view.factor_title(row.factor),
            Difference(row.difference, row.ci_low, row.ci_high, row.p_holm, math.nan, view.better),
        )
        for row in mains.itertuples()
    ]
    what = view.label(view.headline)
    title = f"{what}: what each change does on average over all combinations of the others, with 95% intervals"
    caption = f"{what}: average effect of the change{view.axis_note}"
    return Picture("effects", title, Rows(rows, view.unit, caption), draw_differences)


def _interactions(view: View) -> PageFigure:
    number = {factor: i - 1 for i, factor in view.factors.items()}
    k = len(number)
    values, classes = np.full((k, k), np.nan), [[""] * k for _ in range(k)]
    for row in _of_headline(view, INTERACTION).itertuples():
        column, line = sorted((number[row.factor], number[row.with_factor]))
        values[line, column], classes[line][column] = row.difference, row.together
    titles = [view.factor_title(factor) for factor in view.factors.values()]
    title = f"{view.label(view.headline)}: what each pair of changes does together beyond the sum of both"
    caption = (
        f"What two changes do together beyond the sum of what each does alone{view.axis_note}. "
        f"{key(*PAIRS.values())}; no mark: they add up, as far as can be told."
    )
    picture = Picture("interactions", title, Interactions(titles, values, classes, view.unit), draw_interactions)
    return PageFigure(picture, caption, heading="Pairs of changes")
