"""What one more of each service, team and calendar is worth: what holds people back, and where more stops helping."""

from __future__ import annotations

from typing import Any

from flowsim.experiment.analysis.worth import CLEAR, KNEE_NOW, MORE
from flowsim.experiment.designs.marginal import MARGINAL
from flowsim.report import labels
from flowsim.report.experiment.design_report import DesignReport, PageFigure
from flowsim.report.experiment.design_reports import register
from flowsim.report.experiment.headline import Headline
from flowsim.report.experiment.results_view import View
from flowsim.report.figures.figure_data import Estimate, Row, Rows
from flowsim.report.figures.marks import DIFFERENCES, key
from flowsim.report.figures.picture import Picture
from flowsim.report.figures.row_figures import draw_differences
from flowsim.report.page_table import PageTable
from flowsim.report.worth_words import HEADER, added, main_rows, price_of_a_day, sentence, table_rows

_FEW = 3
_FIRST_ROWS = 8
_NOTE = (
    "10% more of each, one at a time, on the same simulated patients; of hours, an hour more a day. The knee is where "
    "a further unit saves less than half of what a unit of the first 10% saves."
)


@register
class MarginalReport(DesignReport):
    """What holds people back."""

    kind = "marginal"

    def headline(self, view: View) -> Headline | None:
        """Say which services hold people back most, and what more of them saves and costs."""
        rows = _rows(view)
        clear = [row for row in rows if row.verdict in CLEAR]
        if not clear:
            if not rows:
                return None
            return Headline(
                "No service, team or calendar clearly saves delayed days by being 10% larger.",
                rows[0].scenario,
                ["More replications would make smaller differences clear."],
            )
        more = [f"{sentence(row)}." for row in clear[1:_FEW]]
        return Headline(f"This holds people back most. {sentence(clear[0])}.", clear[0].scenario, more)

    def first_figure(self, view: View) -> PageFigure | None:
        """Return what 10% more of each saves."""
        return self.figures(view)[0] if _rows(view) else None

    def first_table(self, view: View) -> PageTable | None:
        """Return the services that save most."""
        rows = _rows(view)
        if not rows:
            return None
        heads = [*HEADER, "Knee"]
        return PageTable(heads, table_rows(rows[:_FIRST_ROWS]), _NOTE, "What holds people back")

    def answers(self, view: View) -> list[tuple[str, str]]:
        """Say what is cheapest for a delayed day, what has just enough, and what saves nothing clear."""
        rows = _rows(view)
        cheapest = sorted((row for row in rows if row.rank_gbp == row.rank_gbp), key=lambda row: row.rank_gbp)
        cheap = [f"{row.label} ({price_of_a_day(row)})" for row in cheapest[:_FEW]]
        enough = [row.label for row in rows if row.knee == KNEE_NOW]
        harmful = [row.label for row in rows if row.verdict == MORE]
        unclear = [row.label for row in rows if row.verdict not in CLEAR and row.verdict != MORE]
        return [
            ("Cheapest for a delayed day", f"{labels.listed(cheap)}." if cheap else ""),
            (
                "Just large enough",
                _said(enough, "is at the knee now: 10% fewer would add far more than 10% more saves"),
            ),
            ("More of it adds delay", _said(harmful, "lets more people in or moves the wait")),
            ("No clear gain", f"{labels.listed(unclear)}." if unclear else ""),
        ]

    def heading(self, view: View) -> str:
        """Return what stands above the table."""
        return "What one more of each is worth"

    def figures(self, view: View) -> list[PageFigure]:
        """Draw the delayed days that 10% more of each saves, sorted, with pounds for a day."""
        rows = [
            Row(
                f"{row.label}: {added(row)}",
                Estimate(row.delayed_days_saved, row.ci_low, row.ci_high),
                "better" if row.verdict in CLEAR else "worse" if row.verdict == MORE else "unclear",
            )
            for row in _rows(view)
        ]
        if not rows:
            return []
        data = Rows(rows, "days", "Delayed days saved a year by 10% more of each")
        title = "Delayed days saved a year by 10% more of each service, with 95% intervals"
        shown = {row.grade for row in rows}
        marks = key(*(mark for grade, mark in DIFFERENCES.items() if grade in shown))
        return [
            PageFigure(Picture("marginal", title, data, draw_differences), f"{_NOTE} Bars: 95% intervals. {marks}.")
        ]

    def tables(self, view: View) -> list[PageTable]:
        """Return all services and steps, and what was left out."""
        table = view.results.design_tables[MARGINAL]
        tried = list(table[table["scenario"] != ""].itertuples(index=False))
        left_out = table[table["scenario"] == ""]
        notes = dict.fromkeys(
            f"{row.label}{f' ({row.step})' if row.step else ''}: {row.note.removeprefix('left out: ')}"
            for row in left_out.itertuples(index=False)
        )
        note = f"Left out: {'; '.join(notes)}." if notes else ""
        return [PageTable([*HEADER, "Knee"], table_rows(tried), note, "Every step of every service")]


def _rows(view: View) -> list[Any]:
    return main_rows(view.results.design_tables[MARGINAL])


def _said(names: list[str], what: str) -> str:
    return f"{labels.listed(names)} ({what})." if names else ""
