"""The report of an experiment, its figures and its workbook, in the results folder."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from flowsim.experiment.results import ExperimentResults
from flowsim.report.experiment.experiment_figures import experiment_figures
from flowsim.report.experiment.experiment_report import experiment_report
from flowsim.report.experiment.experiment_workbook import experiment_workbook
from flowsim.run.atomic_files import write
from flowsim.run.results_folder import FIGURES, REPORT, WORKBOOK

_DOTS_PER_INCH = 200


def write_report(folder: Path, results: ExperimentResults) -> None:
    """Write the workbook, the figures (as SVG and PNG) and the report; those of earlier results are replaced.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    write(folder / WORKBOOK, experiment_workbook(results))
    _write_figures(folder / FIGURES, experiment_figures(results))
    write(folder / REPORT, experiment_report(results).encode())


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
