"""The report of a calibration: what came out, what answers to what, and what the figures cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.calibration.calibration_tables import fit_table, parameter_table, sensitivity_table
from flowsim.calibration.identifiability import NAMED, TOLD_APART, Knowledge
from flowsim.calibration.search import Calibrated
from flowsim.report import labels
from flowsim.report.figures.drawing import Picture
from flowsim.report.figures.figure_data import Estimate, Row
from flowsim.report.figures.row_figures import draw_parameters
from flowsim.report.page import render, wide_and_narrow
from flowsim.report.shared_tables import how_it_was_run, run_word

_TOGETHER = 0.8  # correlation from which two parameters are said to stand in for one another
_FAINT = 0.05  # tolerances: a target that moves less than this does not answer
_SHOWN = 3


def calibration_report(found: Calibrated, manifest: Mapping[str, Any]) -> str:
    """Return the report of a calibration as one HTML page that loads nothing from elsewhere."""
    calibration = found.calibration
    fit, parameters = fit_table(found), parameter_table(found)
    pools = labels.pool_labels(calibration.city)
    names = {aim.measure: labels.measure_label(aim.measure, pools) for aim in calibration.aims}
    return render(
        "calibration.html.j2",
        city=calibration.city,
        run_word=run_word(calibration.city),
        replications=len(found.unseen),
        answer=_answer(fit, parameters),
        fit=[(names[row.measure], row) for row in fit.itertuples()],
        parameters=list(parameters.itertuples()),
        figure=wide_and_narrow(_picture(parameters, found.point, found.knowledge).svg),
        answers=_answers(sensitivity_table(found), names),
        heads=list(names.values()),
        cells=_cells(sensitivity_table(found)),
        doubts=doubts([p.name for p in calibration.parameters], found.knowledge),
        run=how_it_was_run(manifest),
    )


def doubts(names: list[str], known: Knowledge) -> list[str]:
    """Say in sentences which parameters and combinations of them the targets do not tell.

    Parameters
    ----------
    names : list of str
        Of the parameters.
    known : Knowledge
        What the targets say about them.
    """
    said = []
    for told, direction in zip(known.told, known.directions, strict=True):
        if told < 1:
            what = _combination(names, direction)
            said.append(f"The figures say less than the bounds about {what}.")
    correlation = known.correlation
    for i, j in zip(*np.triu_indices(len(names), 1), strict=True):
        if abs(correlation[i, j]) >= _TOGETHER:
            how = "less" if correlation[i, j] < 0 else "more"
            said.append(
                f"{names[i]} and {names[j]} stand in for one another: more of the one with {how} of the other gives "
                f"nearly the same figures (correlation {labels.number(float(correlation[i, j]))})."
            )
    for name, remaining in zip(names, known.remaining, strict=True):
        if remaining > TOLD_APART:
            said.append(f"{name}: the figures leave {remaining:.0%} of the doubt that its bounds express.")
    return said


def _combination(names: list[str], direction: NDArray[np.float64]) -> str:
    order = [i for i in np.argsort(-np.abs(direction), kind="stable") if abs(direction[i]) >= NAMED]
    if len(order) == 1:
        return names[order[0]]
    sign = np.sign(direction[order[0]])
    parts = [f"{'more' if sign * direction[i] > 0 else 'less'} of “{names[i]}”" for i in order]
    return f"{labels.listed(parts)}, at once"


def _answer(fit: pd.DataFrame, parameters: pd.DataFrame) -> dict[str, Any]:
    bound = list(parameters.loc[parameters["at_a_bound"], "parameter"])
    ends = f"At a bound: {labels.listed(bound)}." if bound else "No parameter is at a bound."
    return {"met": int(fit["met"].sum()), "of": len(fit), "bound": ends}


def _answers(sensitivity: pd.DataFrame, labels: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Return, for each parameter, the targets that answer to it most, in words."""
    found = []
    for name, rows in sensitivity.groupby("parameter", sort=False):
        rows = rows.reindex(rows["tolerances"].abs().sort_values(ascending=False, kind="stable").index)
        rows = rows[rows["tolerances"].abs() >= _FAINT].head(_SHOWN)
        found.append((name, [f"{labels[r.measure]} ({_signed(r.tolerances)})" for r in rows.itertuples()]))
    return found


def _cells(sensitivity: pd.DataFrame) -> list[tuple[str, list[tuple[str, float, str]]]]:
    """Return the table of sensitivities: text, strength of the shade (0 to 1) and its colour."""
    return [
        (
            name,
            [
                (_signed(t) if abs(t) >= _FAINT else "", min(1.0, abs(t) / 2), "0,114,178" if t > 0 else "213,94,0")
                for t in rows["tolerances"]
            ],
        )
        for name, rows in sensitivity.groupby("parameter", sort=False)
    ]


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + labels.number(value)


def _picture(parameters: pd.DataFrame, point: NDArray[np.float64], known: Knowledge) -> Picture[list[Row]]:
    low, high = (np.clip(point + side * 1.96 * known.sd, 0, 1) for side in (-1, 1))
    rows = [
        Row(name, Estimate(*map(float, position)), "identified" if remaining < TOLD_APART else "not identified")
        for name, remaining, *position in zip(parameters["parameter"], known.remaining, point, low, high, strict=True)
    ]
    return Picture("parameters", "Each parameter between its bounds, with its 95% interval", rows, draw_parameters)
