"""The report of a calibration: how well targets are matched, what they respond to, and what they do not identify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.calibration.calibration_problem import Calibration
from flowsim.calibration.calibration_tables import Z, fit_table, parameter_table, sensitivity_table
from flowsim.calibration.identifiability import IDENTIFIED, NAMED, Posterior
from flowsim.calibration.leave_one_out import WithoutEntry
from flowsim.calibration.search import Calibrated
from flowsim.report import labels
from flowsim.report.calibration.periods_report import history_rows, series_picture, target_labels
from flowsim.report.figures.figure_data import Estimate, Row
from flowsim.report.figures.marks import SETTINGS, key
from flowsim.report.figures.picture import Picture
from flowsim.report.figures.row_figures import draw_parameters
from flowsim.report.page import render, wide_and_narrow
from flowsim.report.shared_tables import how_it_was_run, run_word

_CORRELATED = 0.8  # from which two parameters count as interchangeable
_FAINT = 0.05  # tolerances: a target that moves less than this does not respond
_SHOWN = 3


def calibration_report(found: Calibrated, without: Sequence[WithoutEntry], manifest: Mapping[str, Any]) -> str:
    """Return the report of a calibration as one HTML page that loads nothing from elsewhere.

    Parameters
    ----------
    found : Calibrated
        What was found.
    without : sequence of WithoutEntry
        What the fit loses without each entry of the history; empty if that was not asked.
    manifest : mapping
        How it was run.
    """
    calibration = found.calibration
    fit, parameters = fit_table(found), parameter_table(found)
    names = target_labels(calibration)
    responses = _by_group(sensitivity_table(found), calibration, names)
    series = series_picture(found)
    return render(
        "calibration.html.j2",
        city=calibration.city,
        run_word=run_word(calibration.city),
        replications=len(found.held_out),
        of_fit=len(found.after),
        answer=_answer(fit, parameters),
        fit=list(zip(names, fit.itertuples(), strict=True)),
        series=wide_and_narrow(series.svg) if series else None,
        history=history_rows(found, without),
        parameters=list(parameters.itertuples()),
        figure=wide_and_narrow(_picture(parameters, found.point, found.posterior).svg),
        settings_key=key(*SETTINGS.values()),
        responses=_responses(responses),
        heads=list(dict.fromkeys(responses["target"])),
        cells=_cells(responses),
        not_identified=not_identified([p.name for p in calibration.parameters], found.posterior),
        run=how_it_was_run(manifest),
    )


def not_identified(names: Sequence[str], known: Posterior) -> list[str]:
    """Return sentences on the parameters, and combinations of them, that the targets do not identify.

    Parameters
    ----------
    names : sequence of str
        Of the parameters.
    known : Posterior
        What the targets say about them.
    """
    sentences = []
    for information, direction in zip(known.information, known.directions, strict=True):
        if information < 1:
            what = _combination(names, direction)
            sentences.append(f"The targets say less than the bounds about {what}.")
    correlation = known.correlation
    for i, j in combinations(range(len(names)), 2):
        if abs(correlation[i, j]) >= _CORRELATED:
            how = "less" if correlation[i, j] < 0 else "more"
            sentences.append(
                f"{names[i]} and {names[j]} are interchangeable: more of one with {how} of the other gives nearly the "
                f"same figures (correlation {labels.number(float(correlation[i, j]))})."
            )
    for name, remaining in zip(names, known.remaining_uncertainty, strict=True):
        if remaining > IDENTIFIED:
            sentences.append(f"{name}: {remaining:.0%} of the uncertainty before calibration remains.")
    return sentences


def _combination(names: Sequence[str], direction: NDArray[np.float64]) -> str:
    order: list[int] = [i for i in np.argsort(-np.abs(direction), kind="stable") if abs(direction[i]) >= NAMED]
    if len(order) == 1:
        return names[order[0]]
    sign = np.sign(direction[order[0]])
    parts = [f"{'more' if sign * direction[i] > 0 else 'less'} of “{names[i]}”" for i in order]
    return f"{labels.listed(parts)} at the same time"


def _answer(fit: pd.DataFrame, parameters: pd.DataFrame) -> dict[str, Any]:
    bound = list(parameters.loc[parameters["at_a_bound"], "parameter"])
    ends = f"At a bound: {labels.listed(bound)}." if bound else "No setting is at a bound."
    return {"met": int(fit["met"].sum()), "of": len(fit), "bound": ends}


def _by_group(sensitivity: pd.DataFrame, calibration: Calibration, names: Sequence[str]) -> pd.DataFrame:
    """Return the sensitivities with the figures of a series as one: their mean."""
    heads = [target.series or name for target, name in zip(calibration.targets, names, strict=True)]
    named = sensitivity.assign(target=np.tile(heads, len(calibration.parameters)))
    return named.groupby(["parameter", "target"], sort=False, as_index=False)["tolerances"].mean()


def _responses(sensitivity: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """Return, for each parameter, the targets that respond to it most."""
    found = []
    for parameter, rows in sensitivity.groupby("parameter", sort=False):
        rows = rows.reindex(rows["tolerances"].abs().sort_values(ascending=False, kind="stable").index)
        rows = rows[rows["tolerances"].abs() >= _FAINT].head(_SHOWN)
        found.append((str(parameter), [f"{r.target} ({_signed(r.tolerances)})" for r in rows.itertuples()]))
    return found


def _cells(sensitivity: pd.DataFrame) -> list[tuple[str, list[tuple[str, float, str]]]]:
    """Return the table of sensitivities: text, strength of the shade (0 to 1) and its colour."""
    return [
        (
            str(parameter),
            [
                (_signed(t) if abs(t) >= _FAINT else "", min(1.0, abs(t) / 2), "0,114,178" if t > 0 else "213,94,0")
                for t in rows["tolerances"]
            ],
        )
        for parameter, rows in sensitivity.groupby("parameter", sort=False)
    ]


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + labels.number(value)


def _picture(parameters: pd.DataFrame, point: NDArray[np.float64], known: Posterior) -> Picture[list[Row]]:
    low, high = (np.clip(point + side * Z * known.sd, 0, 1) for side in (-1, 1))
    rows = [
        Row(name, Estimate(*map(float, position)), "identified" if identified else "not identified")
        for name, identified, *position in zip(parameters["parameter"], known.identified, point, low, high, strict=True)
    ]
    return Picture("parameters", "Each parameter between its bounds, with its 95% interval", rows, draw_parameters)
