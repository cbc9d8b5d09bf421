"""What people read of results, in the results folder: reports, figures, and files for Excel, Word and PowerPoint."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from flowsim.experiment.results import ExperimentResults
from flowsim.report.city.city_brief import city_brief
from flowsim.report.city.city_report import report_html
from flowsim.report.city.city_workbook import city_workbook
from flowsim.report.experiment.experiment_brief import experiment_brief
from flowsim.report.experiment.experiment_figures import experiment_figures
from flowsim.report.experiment.experiment_report import experiment_report
from flowsim.report.experiment.experiment_workbook import experiment_workbook
from flowsim.report.experiment.results_view import View
from flowsim.report.office.brief import Brief
from flowsim.run.atomic_files import write
from flowsim.run.city_results import CityResults
from flowsim.run.results_folder import FIGURES, REPORT, SLIDES, SUMMARY, WORKBOOK

_DOTS_PER_INCH = 200


def write_report(folder: Path, results: ExperimentResults, office: bool = False) -> None:
    """Write the workbook, the figures (as SVG and PNG) and the report; those of earlier results are replaced.

    Parameters
    ----------
    folder : Path
        The results folder.
    results : ExperimentResults
        What it holds.
    office : bool
        Whether to write a Word summary and slides too.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    write(folder / WORKBOOK, experiment_workbook(results))
    _write_figures(folder / FIGURES, experiment_figures(results))
    summary = _summary(experiment_brief(View(results))) if office else {}
    for name in (SUMMARY, SLIDES):
        if name in summary:
            write(folder / name, summary[name])
        else:
            (folder / name).unlink(missing_ok=True)
    write(folder / REPORT, experiment_report(results).encode())


def city_files(results: CityResults, manifest: Mapping[str, Any], office: bool = False) -> dict[str, bytes]:
    """Return the workbook and the report of a run by name, and a Word summary and slides if they are wanted."""
    tables = results.summary, results.daily, results.sitrep
    html = report_html(results.config, *tables, manifest, results.observed, results.why, results.held_back)
    summary = _summary(city_brief(results, manifest)) if office else {}
    return {WORKBOOK: city_workbook(results, manifest), **summary, REPORT: html.encode()}


def _summary(brief: Brief) -> dict[str, bytes]:
    """Return the Word summary and the slides, by name."""
    from flowsim.report.office.summary_files import summary_files  # here: its packages are an extra

    return dict(zip((SUMMARY, SLIDES), summary_files(brief), strict=True))


def _write_figures(folder: Path, figures: Mapping[str, Figure]) -> None:
    folder.mkdir(exist_ok=True)
    drawn = {f"{name}.{kind}": (figure, kind) for name, figure in figures.items() for kind in ("svg", "png")}
    for old in folder.iterdir():
        if old.suffix in (".svg", ".png") and old.name not in drawn:
            old.unlink()
    for name, (figure, kind) in drawn.items():
        content = io.BytesIO()
        figure.savefig(content, format=kind, dpi=_DOTS_PER_INCH, bbox_inches="tight")
        write(folder / name, content.getvalue())
