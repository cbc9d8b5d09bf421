"""What the report of an experiment adds for a kind of design.

A design's words and pictures are one class in one file, ``designs/<kind>.py``, decorated with
`flowsim.report.experiment.design_reports.register`. The base class adds nothing but a sheet for each table of the
design: a design without such a file still has a report with everything general.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from flowsim.report.experiment.headline import Headline
from flowsim.report.experiment.results_view import View
from flowsim.report.figures.picture import Picture
from flowsim.report.office.sheets import Sheet, table_sheet
from flowsim.report.page_table import PageTable


@dataclass(frozen=True)
class PageFigure:
    """A figure of the page, with what stands below it, and a heading above it if it needs one."""

    picture: Picture[Any]
    caption: str
    heading: str = ""


class DesignReport:
    """What the report of an experiment adds for a kind of design; each method has the results, by name, as `view`."""

    kind: ClassVar[str] = ""
    """The kind of the design."""

    def headline(self, view: View) -> Headline | None:
        """Return the first sentences of the answer; None for those that name the scenario that helps most."""
        return None

    def first_figure(self, view: View) -> PageFigure | None:
        """Return the figure of the first layer, one of `figures`; None for the differences from the baseline."""
        return None

    def first_table(self, view: View) -> PageTable | None:
        """Return the table of the first layer, of at most six columns; None for the main scenarios."""
        return None

    def first_scenarios(self, view: View) -> list[str] | None:
        """Return the scenarios of the first layer; None for the best one, those named by hand, and single changes."""
        return None

    def answers(self, view: View) -> list[tuple[str, str]]:
        """Return questions of the design with their answers in sentences, for the head of the page."""
        return []

    def details(self, view: View) -> list[tuple[str, str]]:
        """Return questions with answers that are too long for the head of the page, for its second layer."""
        return []

    def heading(self, view: View) -> str:
        """Return what stands above the figures and tables of the design on the page."""
        return "What the design shows"

    def figures(self, view: View) -> list[PageFigure]:
        """Return the figures of the design; their names differ from those of all others."""
        return []

    def tables(self, view: View) -> list[PageTable]:
        """Return the tables of the design on the page."""
        return []

    def numbers_changes(self, view: View) -> bool:
        """Return whether a figure refers to changes by their numbers, so that the page needs the list of them."""
        return False

    def sheet(self, view: View, name: str, table: pd.DataFrame) -> Sheet:
        """Return the sheet of the workbook for one of the tables of the design."""
        return table_sheet(name, table)
