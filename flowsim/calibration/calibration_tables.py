"""The results of a calibration or an ensemble, in tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from flowsim.calibration.calibration_problem import Calibration, Parameter
from flowsim.calibration.ensemble import Ensemble
from flowsim.calibration.identifiability import NAMED, PRIOR_SD
from flowsim.calibration.search import Calibrated
from flowsim.measures.catalogue import limits, units
from flowsim.measures.statistics import half_width, interval

Z = 1.96  # of a 95% interval
A_TENTH = 0.1  # of the way between the bounds: the step of the sensitivities


def fit_table(found: Calibrated) -> pd.DataFrame:
    """Return how well each target is matched.

    Returns
    -------
    pandas.DataFrame
        ``measure``, ``unit``, ``target``, ``tolerance``; the means ``before`` and ``after`` calibration, and with a
        held-out seed (``held_out``) with its 95% interval ``ci_low`` and ``ci_high``; ``sd`` between the replications
        of the held-out seed; whether the target is ``met`` by the means of both seeds; ``source``.
    """
    wanted, tolerances = found.calibration.target_values, found.calibration.tolerances
    before, after, held_out = (values.mean(axis=0) for values in (found.before, found.after, found.held_out))
    sd = found.held_out.std(axis=0, ddof=1)
    low, high = interval(held_out, half_width(sd, len(found.held_out)), *limits(found.calibration.measures))
    met = (np.abs(after - wanted) <= tolerances) & (np.abs(held_out - wanted) <= tolerances)
    return pd.DataFrame(
        {
            **_targets(found.calibration),
            "before": before,
            "after": after,
            "held_out": held_out,
            "ci_low": low,
            "ci_high": high,
            "sd": sd,
            "met": met,
            "source": [target.source for target in found.calibration.targets],
        }
    )


def parameter_table(found: Calibrated) -> pd.DataFrame:
    """Return the calibrated parameters.

    Returns
    -------
    pandas.DataFrame
        ``parameter``, ``paths``, ``low`` and ``high`` (bounds), ``start``, ``calibrated``, ``ci_low`` and ``ci_high``
        (95%, given the targets), ``remaining_uncertainty`` (standard deviation relative to that of the prior),
        ``at_a_bound``, ``why``.
    """
    free = found.calibration.parameters
    half = Z * found.posterior.sd
    ends = [np.clip(found.point + side, 0, 1) for side in (-half, half)]
    low, high = ([p.value(float(x)) for p, x in zip(free, end, strict=True)] for end in ends)
    point = found.calibration.on_grid(found.point)
    return pd.DataFrame(
        {
            **_free_settings(free),
            "calibrated": [p.value(float(x)) for p, x in zip(free, point, strict=True)],
            "ci_low": low,
            "ci_high": high,
            "remaining_uncertainty": found.posterior.remaining_uncertainty,
            "at_a_bound": found.at_a_bound,
            "why": [p.why for p in free],
        }
    )


def sensitivity_table(found: Calibrated) -> pd.DataFrame:
    """Return which parameters each target responds to.

    Returns
    -------
    pandas.DataFrame
        One row a parameter and target: ``parameter``, ``measure``, ``change`` (of the measure, as the parameter moves a
        tenth of the way between its bounds), ``tolerances`` (the same in tolerances of the target).
    """
    change = A_TENTH * found.jacobian
    free, measures = found.calibration.parameters, found.calibration.measures
    return pd.DataFrame(
        {
            "parameter": np.repeat([p.name for p in free], len(measures)),
            "measure": np.tile(measures, len(free)),
            "change": change.T.ravel(),
            "tolerances": (change / found.calibration.tolerances[:, None]).T.ravel(),
        }
    )


def direction_table(found: Calibrated) -> pd.DataFrame:
    """Return which combinations of parameters the targets identify, the best identified first.

    Returns
    -------
    pandas.DataFrame
        One row a direction and parameter that matters in it: ``direction`` (counted from 1), ``information`` (how much
        more the targets say about it than the bounds), ``identified``, ``parameter``, ``loading``.
    """
    names, known = [p.name for p in found.calibration.parameters], found.posterior
    rows = [
        (number, information, information >= 1, names[i], direction[i])
        for number, (information, direction) in enumerate(zip(known.information, known.directions, strict=True), 1)
        for i in np.argsort(-np.abs(direction), kind="stable")
        if abs(direction[i]) >= NAMED
    ]
    return pd.DataFrame(rows, columns=["direction", "information", "identified", "parameter", "loading"])


def ensemble_fit_table(ensemble: Ensemble) -> pd.DataFrame:
    """Return how well the members of an ensemble match the targets.

    Returns
    -------
    pandas.DataFrame
        ``measure``, ``unit``, ``target``, ``tolerance``; ``low``, ``mean`` and ``high`` of the members' means with the
        seed by which they were chosen; ``held_out``, the mean of all with a held-out seed, and ``held_out_met``, the
        share of members within the tolerance there; ``met``, whether all are with the first; ``source``.
    """
    wanted, tolerances = ensemble.calibration.target_values, ensemble.calibration.tolerances
    means, held_out = ensemble.values.mean(axis=1), ensemble.held_out.mean(axis=1)
    return pd.DataFrame(
        {
            **_targets(ensemble.calibration),
            "low": means.min(axis=0),
            "mean": means.mean(axis=0),
            "high": means.max(axis=0),
            "held_out": held_out.mean(axis=0),
            "held_out_met": (np.abs(held_out - wanted) <= tolerances).mean(axis=0),
            "met": (np.abs(means - wanted) <= tolerances).all(axis=0),
            "source": [target.source for target in ensemble.calibration.targets],
        }
    )


def member_table(ensemble: Ensemble) -> pd.DataFrame:
    """Return how the parameters vary between members.

    Returns
    -------
    pandas.DataFrame
        One row a parameter: ``parameter``, ``paths``, ``low`` and ``high`` (bounds), ``start`` (the city they vary),
        ``lowest``, ``mean``, ``highest`` of the members, ``spread`` (standard deviation of their positions relative to
        that of the prior), ``why``.
    """
    free, points = ensemble.calibration.parameters, ensemble.points
    ends = {"lowest": points.min(axis=0), "mean": points.mean(axis=0), "highest": points.max(axis=0)}
    return pd.DataFrame(
        {
            **_free_settings(free),
            **{name: [p.value(float(x)) for p, x in zip(free, end, strict=True)] for name, end in ends.items()},
            "spread": points.std(axis=0, ddof=1) / PRIOR_SD,
            "why": [p.why for p in free],
        }
    )


def _targets(calibration: Calibration) -> dict[str, Any]:
    """Return the columns that say what the targets are."""
    names = units(calibration.measures)
    return {
        "measure": calibration.measures,
        "unit": [names[measure] for measure in calibration.measures],
        "target": calibration.target_values,
        "tolerance": calibration.tolerances,
    }


def _free_settings(free: Sequence[Parameter]) -> dict[str, list[Any]]:
    """Return the columns that say which settings are free, their bounds, and their values before."""
    return {
        "parameter": [p.name for p in free],
        "paths": [" ".join(p.settings) for p in free],
        "low": [p.low for p in free],
        "high": [p.high for p in free],
        "start": [p.start for p in free],
    }
